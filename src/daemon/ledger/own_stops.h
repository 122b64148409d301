// Stops that were ordered: a stackd that is killed between its stop and the start that was to follow must not
// take the end for the container's own, nor for that of somebody else.
#pragma once

#include <map>
#include <string>

#include "daemon/ledger/ledger_place.h"
#include "decide/picture/memory.h"

namespace stackd::daemon {

class OwnStops {
 public:
  explicit OwnStops(LedgerPlace place) : place_(std::move(place)) {}

  /// The memory learns what the stackd before this one had ordered. Errors: those of the store.
  Result<void> load(decide::Memory& memory);
  /// Before the order is given.
  void note(const StopContainer& stop, WallTime run_started_at);
  /// The container was started again, or is gone.
  void forget(const std::string& container_id);

 private:
  void store();

  LedgerPlace place_;
  std::map<std::string, OwnStop> stops_;  // by container id
};

}  // namespace stackd::daemon
