#include "daemon/ledger/wanted_services.h"

#include "decide/learn/learn.h"

namespace stackd::daemon {

Result<void> WantedServices::load(decide::Memory& memory) {
  Result<std::map<std::string, WallTime>> stored = place_.tables.wanted(place_.stack);
  if (!stored) return stored.error();
  for (const auto& [service, at] : *stored) memory.wanted[service].wall = at;
  return {};
}

void WantedServices::note_wanted(decide::Memory& memory, const std::set<std::string>& services, Time now,
                                 WallTime wall) {
  decide::note_wanted(memory, services, now, wall);
  std::map<std::string, WallTime> all;
  for (const auto& [service, wanted] : memory.wanted) all[service] = wanted.wall;
  place_.late.put("wanted", "when services were asked for",
                  [this, all = std::move(all)] { return place_.tables.put_wanted(place_.stack, all); });
}

}  // namespace stackd::daemon
