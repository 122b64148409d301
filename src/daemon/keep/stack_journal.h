// What happened to one stack, for people: into the journal and the log, and to who follows them.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/log.h"
#include "daemon/host/feed.h"
#include "daemon/keep/stack_state.h"

namespace stackd::daemon {

class StackJournal {
 public:
  StackJournal(Edges edges, const StackState& stack, Feed<JournalEntry>& journal)
      : edges_(std::move(edges)), stack_(stack), journal_(journal) {}

  /// Moment, stack and release are filled in. Errors: those of the store; they are logged.
  Result<void> note(JournalEntry entry, LogLevel level);
  /// Of the desired release. What can't be stored is in the log at least.
  void write(const std::string& service, std::string_view kind, const std::string& text);

 private:
  Edges edges_;
  const StackState& stack_;
  Feed<JournalEntry>& journal_;
};

}  // namespace stackd::daemon
