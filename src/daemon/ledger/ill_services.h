// What was no good before a release touched anything: that is not the release's fault, also for a stackd that
// is started in the midst of its rollout.
#pragma once

#include <set>
#include <string>

#include "daemon/ledger/ledger_place.h"

namespace stackd::daemon {

class IllServices {
 public:
  explicit IllServices(LedgerPlace place) : place_(std::move(place)) {}

  /// Errors: those of the store.
  [[nodiscard]] Result<std::set<std::string>> load() const;
  void note(const std::set<std::string>& services);

 private:
  LedgerPlace place_;
};

}  // namespace stackd::daemon
