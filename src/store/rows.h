// Rows and the records that they hold: for each record its columns, and a reader that counts them in that
// order. A reader's error is internal and names the record.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "model/release.h"
#include "store/sqlite.h"

namespace stackd::store {

inline constexpr std::string_view stack_columns =
    "name, wish, current_release, stopped_services, ended_services, working_dir, config_files, profiles, "
    "hold_reason";
Result<StackRecord> read_stack(const Statement& row);

inline constexpr std::string_view release_columns =
    "stack, number, images, fingerprints, source, copied_from, created_at, live_at, canonical";
inline constexpr std::string_view brief_release_columns =
    "stack, number, images, fingerprints, source, copied_from, created_at, live_at, ''";
Result<Release> read_release(const Statement& row);

inline constexpr std::string_view deploy_columns =
    "id, stack, kind, state, release, former, canonical, source, services, start, cause, last_words, plan, "
    "requested_at, ended_at, copied_from, fingerprints";
Result<Deploy> read_deploy(const Statement& row);

inline constexpr std::string_view job_run_columns =
    "stack, release, service, container_id, state, exit_code, last_words, changed_at";
Result<JobRun> read_job_run(const Statement& row);

inline constexpr std::string_view step_columns = "id, text, begun_at, outcome, ended_at";
Result<StepRecord> read_step(const Statement& row);

inline constexpr std::string_view journal_columns = "id, at, stack, service, release, deploy_id, kind, text";
Result<JournalEntry> read_journal_entry(const Statement& row);

/// The rows that are left, each by its reader.
template <typename Record>
Result<std::vector<Record>> read_all(Statement& statement, Result<Record> (*read)(const Statement&)) {
  std::vector<Record> records;
  for (;;) {
    Result<bool> row = statement.next();
    if (!row) return row.error();
    if (!*row) return records;
    Result<Record> record = read(statement);
    if (!record) return record.error();
    records.push_back(*std::move(record));
  }
}

/// The next row; none when there is none.
template <typename Record>
Result<std::optional<Record>> read_one(Statement& statement, Result<Record> (*read)(const Statement&)) {
  Result<bool> row = statement.next();
  if (!row) return row.error();
  if (!*row) return std::optional<Record>();
  Result<Record> record = read(statement);
  if (!record) return record.error();
  return std::optional<Record>(*std::move(record));
}

inline std::string select(std::string_view columns, std::string_view rest) {
  return "SELECT " + std::string(columns) + " FROM " + std::string(rest);
}

}  // namespace stackd::store
