// Restarts that were ordered and not carried out yet: an answer that it will be done holds for the stackd
// after this one too.
#pragma once

#include "daemon/ledger/ledger_place.h"
#include "decide/picture/state.h"

namespace stackd::daemon {

class Restarts {
 public:
  explicit Restarts(LedgerPlace place) : place_(std::move(place)) {}

  /// Errors: those of the store.
  Result<void> load(decide::RestartOrders& orders);
  /// All that are open now.
  void note(const decide::RestartOrders& orders);

 private:
  LedgerPlace place_;
};

}  // namespace stackd::daemon
