#include "sim/orders.h"

#include <algorithm>

#include "base/check.h"
#include "base/text.h"

namespace stackd::sim {

using namespace std::chrono_literals;

void Orders::plan() {
  for (const Request& request : oracle_.story().requests)
    around_.clock.call_at(Time(request.at), [this, &request] { add(request); });
  for (const Duration& at : oracle_.story().questions) around_.clock.call_at(Time(at), [this] { ask(); });
}

void Orders::add(const Request& request) {
  waiting_.push_back(request);
  give_next();
}

void Orders::ask() {
  if (life_ == nullptr) return;
  ++around_.marks["questions were asked"];
  life_->ask(oracle_.story());
}

void Orders::stackd_began(Life& life) {
  life_ = &life;
  for (InHand& order : in_hand_) {
    order.again = true;
    ++around_.marks["an order given again after a crash"];
    give(order);
  }
}

void Orders::give_next() {
  while (!waiting_.empty() && (in_hand_.empty() || waiting_.front().at_once)) {
    const Request request = waiting_.front();
    waiting_.erase(waiting_.begin());
    take_in_hand(request);
  }
}

void Orders::take_in_hand(const Request& request) {
  if (!in_hand_.empty()) ++around_.marks["two requests at once"];
  const InHand order{++numbers_, request};
  in_hand_.push_back(order);
  const std::string whose = around_.scenario.neighbour ? " of " + oracle_.story().name() : std::string();
  around_.say("? " + std::string(to_string(request.kind)) + whose + " generation " +
              std::to_string(request.generation) +
              (request.services.empty() ? "" : " of " + join(request.services, ", ")));
  deploys_.request_sent();
  ++around_.marks["ordered: " + std::string(to_string(request.kind))];
  oracle_.request_sent(order.number, request);
  give(order);
}

void Orders::give(const InHand& order) {
  if (life_ == nullptr) return;
  const std::uint64_t number = order.number;
  life_->perform(oracle_.story(), order.request,
                 [this, number](const std::optional<Error>& refusal) { answered(number, refusal); });
}

// An order that is given again after a crash may be refused because it was carried out already.
bool Orders::was_accepted(const InHand& order, const std::optional<Error>& refusal) const {
  if (!refusal) return true;
  if (!order.again) return false;
  const Request& request = order.request;
  const bool lets_go = request.kind == RequestKind::forget || request.kind == RequestKind::hand_back;
  if (lets_go) return oracle_.expectation().is_deployed() && deploys_.is_gone();
  return request.kind == RequestKind::adopt && deploys_.is_adopted();
}

void Orders::answered(std::uint64_t number, const std::optional<Error>& refusal) {
  around_.say("answered: " + (refusal ? refusal->message : std::string("ok")));
  const auto order = std::find_if(in_hand_.begin(), in_hand_.end(),
                                  [number](const InHand& one) { return one.number == number; });
  STACKD_CHECK(order != in_hand_.end());
  const Request request = order->request;
  const bool accepted = was_accepted(*order, refusal);
  in_hand_.erase(order);
  const bool ends = request.kind == RequestKind::down || request.kind == RequestKind::stop;
  const bool alone = in_hand_.empty() && !request.at_once && !last_was_at_once_;
  last_was_at_once_ = request.at_once;
  if (ends) deploys_.end_answered(!refusal, alone);
  oracle_.request_answered(number, request, accepted);
  const bool lets_go = request.kind == RequestKind::forget || request.kind == RequestKind::hand_back;
  if (lets_go && in_hand_.empty() && oracle_.is_let_go()) deploys_.check_forgotten();
  around_.clock.call_in(1ms, [this] { give_next(); });
}

}  // namespace stackd::sim
