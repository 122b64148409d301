// Stops by other hands, during a gate: a deploy starts what others had stopped, for it asks for all of it. A
// gate that fails changes nothing, so the stops come back; what has begun to roll stays up, as somebody asked
// for it. What a person orders meanwhile counts for both.
#include <utility>

#include "daemon/keep/stack_keeper.h"

namespace stackd::daemon {
namespace {

const std::string stops_before_fact = "stops_before ";  // a line a service
const std::string by_outside = "outside";
const std::string by_rest = "rest";

}  // namespace

void StackKeeper::remember_stops() {
  if (stops_before_) return;
  stops_before_.emplace();
  for (const auto& [name, stop] : wishes_.stopped) {
    if (stop != ServiceStop::person) stops_before_->emplace(name, stop);  // that one stays in any case
  }
  store_stops_before();
}

void StackKeeper::restore_stops() {
  if (!stops_before_) return;
  wishes_.stopped.insert(stops_before_->begin(), stops_before_->end());
  forget_stops_before();
}

void StackKeeper::forget_stops_before() {
  if (!std::exchange(stops_before_, std::nullopt)) return;
  store_stops_before();
}

void StackKeeper::forget_stops_before(const std::vector<std::string>& services) {
  if (!stops_before_) return;
  if (services.empty()) stops_before_->clear();
  for (const std::string& name : services) stops_before_->erase(name);
  store_stops_before();
}

void StackKeeper::store_stops_before() {
  std::string text;
  for (const auto& [name, stop] : stops_before_.value_or(decltype(wishes_.stopped)()))
    text += name + " " + (stop == ServiceStop::rest ? by_rest : by_outside) + "\n";
  store_fact(stops_before_fact, text);
}

void StackKeeper::load_stops_before() {
  for (const auto& words : fact_lines(stops_before_fact, 2)) {
    if (!stops_before_) stops_before_.emplace();
    stops_before_->emplace(words[0], words[1] == by_rest ? ServiceStop::rest : ServiceStop::outside);
  }
}

}  // namespace stackd::daemon
