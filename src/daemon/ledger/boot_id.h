// Which boot of the engine the memory speaks of: what ended with an earlier one ended with the engine, and is
// started again whatever its policy says.
#pragma once

#include <string>

#include "daemon/ledger/ledger_place.h"

namespace stackd::daemon {

class BootId {
 public:
  explicit BootId(LedgerPlace place) : place_(std::move(place)) {}

  /// Errors: those of the store.
  Result<void> load();
  /// The engine that is connected now. Some have no boot id: then `was_gone` says whether it could not be
  /// reached before.
  void note_connected(const std::string& boot_id, bool was_gone);
  /// The engine was started anew, and what ended with it was not learnt yet.
  [[nodiscard]] bool restarted() const { return restarted_; }
  void note_learnt() { restarted_ = false; }
  /// Nothing of a former boot is left to be made good, also by a stackd that is started anew.
  [[nodiscard]] bool is_settled() const { return settled_ == connected_; }
  void settle();

 private:
  LedgerPlace place_;
  std::string settled_;  // the memory speaks of it
  std::string connected_;
  bool restarted_ = false;
};

}  // namespace stackd::daemon
