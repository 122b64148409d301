// Which volumes there have been: one that has to be made again is empty, and the next release's jobs have to
// fill it.
#pragma once

#include <map>
#include <set>
#include <string>

#include "daemon/ledger/ledger_place.h"
#include "model/observed.h"
#include "model/stack.h"

namespace stackd::daemon {

class Volumes {
 public:
  explicit Volumes(LedgerPlace place) : place_(std::move(place)) {}

  /// Errors: those of the store.
  Result<void> load();
  void note_seen(const Stack& stack, const Observed& observed);
  /// `key` is the volume's in the stack.
  void note_made(const Stack& stack, const std::string& key);
  /// Volumes of the stack that lost what they held: not there any more, as far as `there` shows, or made anew
  /// since its jobs ran.
  [[nodiscard]] std::set<std::string> emptied(const Stack& stack, const Observed& there) const;
  /// The jobs have run on them.
  void forget_emptied();

 private:
  void store();

  LedgerPlace place_;
  std::map<std::string, VolumeContents> volumes_;  // by name, those that were seen
};

}  // namespace stackd::daemon
