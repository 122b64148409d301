// All that is known of one stack at this moment: what is desired and wished, what was observed and learnt of
// it, what is being worked on. The parts of its keeper share it; each says what it changes. Data, and no
// coroutine keeps a reference into it across an await.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "daemon/host/edges.h"
#include "daemon/ledger/late_writes.h"
#include "decide/picture/state.h"
#include "model/release.h"

namespace stackd::daemon {

struct StackState {
  StackRecord record;                    // as it is in the store
  std::optional<std::string> parked;     // why nothing is touched
  std::optional<decide::Target> target;  // none: no release yet, or parked
  decide::Wishes wishes;
  std::optional<StackWish> wish_at_gate;  // while a gate makes a stack run that is not to be up yet
  Observed observed;
  decide::Memory memory;
  std::set<std::string> busy;  // resources that a step works on

  /// Needs a desired release; valid until the next await.
  [[nodiscard]] decide::State state(Time now) const;
  /// Why nothing is desired. Needs that nothing is.
  [[nodiscard]] Error without_release() const;
  /// The record with what is wished now: not stored yet.
  [[nodiscard]] StackRecord record_as_wished() const;
};

/// What is wished of the stack, into its record. Errors: those of the store; then the record is as before.
Result<void> store_record(store::Store& store, StackState& stack);
/// Now, or as soon as it can be. The stack outlives `late`.
void store_record_late(store::Store& store, StackState& stack, LateWrites& late);

}  // namespace stackd::daemon
