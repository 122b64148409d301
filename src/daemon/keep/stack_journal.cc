#include "daemon/keep/stack_journal.h"

#include <utility>

namespace stackd::daemon {

void StackJournal::write(const std::string& service, std::string_view kind, const std::string& text) {
  JournalEntry entry;
  entry.service = service;
  entry.kind = std::string(kind);
  entry.text = text;
  static_cast<void>(note(std::move(entry), LogLevel::info).ok());
}

Result<void> StackJournal::note(JournalEntry entry, LogLevel level) {
  entry.at = edges_.clock.wall();
  entry.stack = stack_.record.name;
  if (entry.release == 0 && stack_.target) entry.release = stack_.target->desired.release;
  Result<void> stored = edges_.store.add_journal(entry);
  if (!stored) log(LogLevel::error, LogSubject{stack_.record.name}, stored.error().message);
  log(level, LogSubject{stack_.record.name, entry.service, entry.release}, entry.text);
  journal_.publish(std::move(entry));
  return stored;
}

}  // namespace stackd::daemon
