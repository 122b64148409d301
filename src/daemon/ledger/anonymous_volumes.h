// Anonymous volumes on their way from one container to the next: a stackd that is killed between the removal
// and the creation must not lose anybody's data. The memory holds them; this makes them last.
#pragma once

#include <string>

#include "daemon/ledger/ledger_place.h"
#include "decide/picture/state.h"

namespace stackd::daemon {

class AnonymousVolumesLeft {
 public:
  explicit AnonymousVolumesLeft(LedgerPlace place) : place_(std::move(place)) {}

  /// Errors: those of the store.
  Result<void> load(decide::Memory& memory);
  /// Before the removal is ordered. `memory` is the one of `state`.
  void note_removal(decide::Memory& memory, const decide::State& state, const RemoveContainer& remove);
  /// The container that took some over was made; the memory has let go of them already.
  void note_taken_over(const decide::Memory& memory);

 private:
  void store(const decide::Memory& memory);

  LedgerPlace place_;
};

}  // namespace stackd::daemon
