#include "daemon/ledger/own_stops.h"

#include "base/check.h"
#include "decide/learn/learn.h"

namespace stackd::daemon {

Result<void> OwnStops::load(decide::Memory& memory) {
  Result<std::vector<OwnStop>> stored = place_.tables.own_stops(place_.stack);
  if (!stored) return stored.error();
  for (OwnStop& stop : *stored) {
    decide::note_inherited_stop(memory, stop.container_id, stop.run_started_at, stop.purpose);
    std::string id = stop.container_id;
    stops_.insert_or_assign(std::move(id), std::move(stop));
  }
  return {};
}

void OwnStops::note(const StopContainer& stop, WallTime run_started_at) {
  STACKD_CHECK(!stop.container_id.empty());
  stops_[stop.container_id] = {stop.container_id, stop.purpose, run_started_at};
  store();
}

void OwnStops::forget(const std::string& container_id) {
  if (stops_.erase(container_id) > 0) store();
}

void OwnStops::store() {
  std::vector<OwnStop> stops;
  for (const auto& [id, stop] : stops_) stops.push_back(stop);
  place_.late.put("own stops", "which containers were stopped", [this, stops = std::move(stops)] {
    return place_.tables.put_own_stops(place_.stack, stops);
  });
}

}  // namespace stackd::daemon
