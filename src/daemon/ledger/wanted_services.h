// When each service was last asked for: what ended before does not count, also for the next stackd. The
// memory holds it; this makes it last.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "daemon/ledger/ledger_place.h"
#include "decide/picture/memory.h"

namespace stackd::daemon {

class WantedServices {
 public:
  explicit WantedServices(LedgerPlace place) : place_(std::move(place)) {}

  /// Errors: those of the store.
  Result<void> load(decide::Memory& memory);
  void note_wanted(decide::Memory& memory, const std::set<std::string>& services, Time now, WallTime wall);

 private:
  LedgerPlace place_;
};

}  // namespace stackd::daemon
