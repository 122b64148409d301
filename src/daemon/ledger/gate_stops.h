// Stops by other hands, during a gate: a deploy starts what others had stopped, for it asks for all of it. A
// gate that fails changes nothing, so the stops come back; what has begun to roll stays up, as somebody asked
// for it. What a person orders meanwhile counts for both.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "daemon/ledger/ledger_place.h"
#include "model/release.h"

namespace stackd::daemon {

class GateStops {
 public:
  using Stops = std::map<std::string, ServiceStop>;  // by service

  explicit GateStops(LedgerPlace place) : place_(std::move(place)) {}

  /// Errors: those of the store.
  Result<void> load();
  /// A gate begins: of `stopped`, those that no person ordered. What an earlier gate set aside still counts.
  void set_aside(const Stops& stopped);
  /// It failed: they are stopped again.
  void restore(Stops& stopped);
  /// What was asked for runs, or is about to.
  void forget();
  /// A person wants these services; none named: all.
  void forget(const std::vector<std::string>& services);

 private:
  void store();

  LedgerPlace place_;
  std::optional<Stops> stops_;  // there is a gate
};

}  // namespace stackd::daemon
