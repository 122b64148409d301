#include "daemon/ledger/gate_stops.h"

#include <utility>

#include "base/check.h"

namespace stackd::daemon {

Result<void> GateStops::load() {
  Result<Stops> stored = place_.tables.gate_stops(place_.stack);
  if (!stored) return stored.error();
  if (!stored->empty()) stops_ = *std::move(stored);
  return {};
}

void GateStops::set_aside(const Stops& stopped) {
  if (stops_) return;
  stops_.emplace();
  for (const auto& [name, stop] : stopped) {
    if (stop != ServiceStop::person) stops_->emplace(name, stop);  // that one stays in any case
  }
  store();
}

void GateStops::restore(Stops& stopped) {
  if (!stops_) return;
  stopped.insert(stops_->begin(), stops_->end());
  forget();
}

void GateStops::forget() {
  if (!std::exchange(stops_, std::nullopt)) return;
  store();
}

void GateStops::forget(const std::vector<std::string>& services) {
  if (!stops_) return;
  if (services.empty()) stops_->clear();
  for (const std::string& name : services) stops_->erase(name);
  store();
}

void GateStops::store() {
  for (const auto& [service, stop] : stops_.value_or(Stops())) STACKD_CHECK(stop != ServiceStop::person);
  place_.late.put(
      "gate stops", "what others had stopped before the gate",
      [this, stops = stops_.value_or(Stops())] { return place_.tables.put_gate_stops(place_.stack, stops); });
}

}  // namespace stackd::daemon
