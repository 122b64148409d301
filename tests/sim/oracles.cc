#include "sim/oracles.h"

#include <algorithm>

#include "sim/oracle_words.h"

namespace stackd::sim {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t orders_a_minute_max = 250;  // of a stack, with several requests in it

}  // namespace

Oracles::Oracles(const Scenario& scenario, SimClock& clock, SimHost& host, Marks& marks) : clock_(clock) {
  for (const Story* story : stories(scenario))
    all_.push_back(std::make_unique<Oracle>(*story, clock, host, marks, broken_));
}

Oracle* Oracles::find(const std::string& stack) const {
  const auto found = std::find_if(all_.begin(), all_.end(), [&](const std::unique_ptr<Oracle>& oracle) {
    return oracle->story().name() == stack;
  });
  return found == all_.end() ? nullptr : found->get();
}

void Oracles::break_promise(const std::string& sentence) {
  if (!broken_) broken_ = sentence;
}

void Oracles::called(const std::string& text, bool order) {
  for (const auto& oracle : all_) oracle->look_around();
  const bool probe = text.rfind("exec", 0) == 0 || text.rfind("run exec", 0) == 0;
  if (!order || probe) return;
  if (quiet_) break_promise("all was settled and yet this was ordered: " + text);
  orders_.push_back(clock_.now());
  while (clock_.now() - orders_.front() > 60s) orders_.pop_front();
  const std::size_t most = orders_a_minute_max * all_.size();
  if (orders_.size() > most) {
    break_promise("more than " + std::to_string(most) +
                  " orders to the engine in a minute, the last one: " + text);
  }
}

void Oracles::happened(const Happening& happening) {
  for (const auto& oracle : all_) oracle->look_around();
  if (happening.order.hand == Hand::stackd) check_foreign(happening);
  for (const auto& oracle : all_) oracle->happened(happening);
}

void Oracles::check_foreign(const Happening& happening) {
  if (happening.container != nullptr) {
    const Oracle* owner = find(happening.container->seen.project);
    if (owner == nullptr || !owner->is_ordered(happening.container->seen.service))
      break_promise("the foreign container " + describe(*happening.container) + " was " +
                    std::string(to_string(happening.kind)));
  }
  const Oracle* of_name = find(happening.name.substr(0, happening.name.find('_')));
  const bool ordered = of_name != nullptr && of_name->expectation().may_remove_volumes();
  if (happening.kind == HappeningKind::volume_removed && !ordered)
    break_promise("the volume " + happening.name + " was removed without an order");
  if (happening.kind != HappeningKind::network_removed) return;
  if (of_name == nullptr) break_promise("the foreign network " + happening.name + " was removed");
}

void Oracles::begin_blind() {
  for (const auto& oracle : all_) oracle->begin_blind();
}

void Oracles::end_blind() {
  for (const auto& oracle : all_) oracle->end_blind();
}

void Oracles::wall_went_back() {
  for (const auto& oracle : all_) oracle->wall_went_back();
}

void Oracles::event_missed(const std::string& container_id) {
  for (const auto& oracle : all_) oracle->event_missed(container_id);
}

void Oracles::stackd_died() {
  for (const auto& oracle : all_) oracle->stackd_died();
}

void Oracles::forgot() {
  for (const auto& oracle : all_) oracle->forgot();
}

}  // namespace stackd::sim
