#include "sim/orders.h"

#include "base/check.h"

namespace stackd::sim {

using namespace std::chrono_literals;

void Orders::plan() {
  for (const Request& request : oracle_.story().requests)
    around_.clock.call_at(Time(request.at), [this, &request] { add(request); });
}

void Orders::add(const Request& request) {
  waiting_.push_back(request);
  give_next();
}

void Orders::stackd_began(Life& life) {
  life_ = &life;
  if (!in_hand_) return;
  ++around_.marks["an order given again after a crash"];
  give();
}

void Orders::give_next() {
  if (in_hand_ || waiting_.empty()) return;
  in_hand_ = true;
  const Request& request = waiting_.front();
  around_.say("? " + std::string(to_string(request.kind)) + " generation " +
              std::to_string(request.generation));
  deploys_.request_sent();
  ++around_.marks["ordered: " + std::string(to_string(request.kind))];
  oracle_.request_sent(request);
  give();
}

void Orders::give() {
  if (life_ == nullptr) return;
  life_->perform(oracle_.story(), waiting_.front(),
                 [this](const std::optional<Error>& refusal) { answered(refusal); });
}

void Orders::answered(const std::optional<Error>& refusal) {
  around_.say("answered: " + (refusal ? refusal->message : std::string("ok")));
  STACKD_CHECK(in_hand_ && !waiting_.empty());
  const RequestKind kind = waiting_.front().kind;
  if (kind == RequestKind::down || kind == RequestKind::stop) deploys_.end_answered(!refusal);
  oracle_.request_answered(waiting_.front(), !refusal);
  in_hand_ = false;
  waiting_.erase(waiting_.begin());
  around_.clock.call_in(1ms, [this] { give_next(); });
}

}  // namespace stackd::sim
