#include "daemon/ledger/restarts.h"

namespace stackd::daemon {

Result<void> Restarts::load(decide::RestartOrders& orders) {
  Result<std::vector<OpenRestart>> stored = place_.tables.restarts(place_.stack);
  if (!stored) return stored.error();
  for (const OpenRestart& open : *stored) {
    if (!open.service.empty()) {
      orders.services.insert(open.service);
    } else if (open.run_started_at == WallTime{}) {
      orders.runs[open.container_id] = std::nullopt;
    } else {
      orders.runs[open.container_id] = open.run_started_at;
    }
  }
  return {};
}

void Restarts::note(const decide::RestartOrders& orders) {
  std::vector<OpenRestart> open;
  for (const std::string& service : orders.services) open.push_back({{}, service, {}});
  for (const auto& [id, run] : orders.runs) open.push_back({id, {}, run.value_or(WallTime{})});
  place_.late.put("restarts", "which restarts were ordered",
                  [this, open = std::move(open)] { return place_.tables.put_restarts(place_.stack, open); });
}

}  // namespace stackd::daemon
