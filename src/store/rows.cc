#include "store/rows.h"

#include <optional>
#include <string>
#include <utility>

#include "store/columns.h"

namespace stackd::store {
namespace {

WallTime to_time(std::int64_t value) {
  return WallTime(Duration(value));
}

std::optional<WallTime> to_time(std::optional<std::int64_t> value) {
  if (!value) return std::nullopt;
  return to_time(*value);
}

// Keeps the first of several errors.
void keep_first(Result<void>& first, Result<void> next) {
  if (first.ok()) first = std::move(next);
}

// A name that an enum does not have comes back as another one.
template <typename Enum>
Result<void> check_name(Enum value, const std::string& name) {
  if (to_string(value) == name) return {};
  return Error{ErrorKind::internal, "the record makes no sense: state " + name};
}

}  // namespace

Result<StackRecord> read_stack(const Statement& row) {
  StackRecord record;
  record.name = row.text(0);
  record.wish = stack_wish_from(row.text(1));
  record.current_release = row.integer(2);
  Result<void> read = check_name(record.wish, row.text(1));
  keep_first(read, from_column(row.text(3), record.stopped_services));
  keep_first(read, from_column(row.text(4), record.ended_services));
  record.working_dir = row.text(5);
  keep_first(read, from_column(row.text(6), record.config_files));
  keep_first(read, from_column(row.text(7), record.profiles));
  record.hold_reason = row.text(8);
  if (!read) return read.error().while_doing("stack " + record.name);
  return record;
}

Result<Release> read_release(const Statement& row) {
  Release release;
  release.stack = row.text(0);
  release.number = row.integer(1);
  Result<void> read = from_column(row.text(2), release.images);
  keep_first(read, from_column(row.text(3), release.fingerprints));
  keep_first(read, from_column(row.text(4), release.source));
  release.copied_from = row.integer(5);
  release.created_at = to_time(row.integer(6));
  release.live_at = to_time(row.optional_integer(7));
  release.canonical = row.text(8);
  if (!read)
    return read.error().while_doing("release " + std::to_string(release.number) + " of " + release.stack);
  return release;
}

Result<Deploy> read_deploy(const Statement& row) {
  Deploy deploy;
  deploy.id = row.text(0);
  deploy.stack = row.text(1);
  deploy.kind = row.text(2);
  deploy.state = deploy_state_from(row.text(3));
  deploy.release = row.integer(4);
  deploy.former = row.integer(5);
  deploy.canonical = row.text(6);
  Result<void> read = check_name(deploy.state, row.text(3));
  keep_first(read, from_column(row.text(7), deploy.source));
  keep_first(read, from_column(row.text(8), deploy.services));
  deploy.start = row.integer(9) != 0;
  deploy.cause = row.text(10);
  deploy.last_words = row.text(11);
  deploy.plan = row.text(12);
  deploy.requested_at = to_time(row.integer(13));
  deploy.ended_at = to_time(row.optional_integer(14));
  deploy.copied_from = row.integer(15);
  keep_first(read, from_column(row.text(16), deploy.fingerprints));
  if (!read) return read.error().while_doing("deploy " + deploy.id);
  return deploy;
}

Result<JobRun> read_job_run(const Statement& row) {
  JobRun run;
  run.stack = row.text(0);
  run.release = row.integer(1);
  run.service = row.text(2);
  run.container_id = row.text(3);
  run.state = job_state_from(row.text(4));
  run.exit_code = row.integer(5);
  run.last_words = row.text(6);
  run.changed_at = to_time(row.integer(7));
  Result<void> read = check_name(run.state, row.text(4));
  if (!read) return read.error().while_doing("job " + run.service + " of " + run.stack);
  return run;
}

Result<StepRecord> read_step(const Statement& row) {
  StepRecord step;
  step.id = row.integer(0);
  step.text = row.text(1);
  step.begun_at = to_time(row.integer(2));
  step.outcome = row.text(3);
  step.ended_at = to_time(row.optional_integer(4));
  return step;
}

Result<JournalEntry> read_journal_entry(const Statement& row) {
  JournalEntry entry;
  entry.id = row.integer(0);
  entry.at = to_time(row.integer(1));
  entry.stack = row.text(2);
  entry.service = row.text(3);
  entry.release = row.integer(4);
  entry.deploy_id = row.text(5);
  entry.kind = row.text(6);
  entry.text = row.text(7);
  return entry;
}

}  // namespace stackd::store
