// Memory across restarts: releases, what is desired, what was done. Calls are synchronous and short; a
// call that returns success is on disk (kill -9 loses nothing; the log's tail may go with the power).
// Errors: unavailable (disk full, locked, I/O; the text says which), conflict (a number or id is taken),
// not_found, internal (what was read makes no sense).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/release.h"
#include "store/ledger_tables.h"

namespace stackd::store {

class Store {
 public:
  virtual ~Store() = default;

  virtual Result<std::vector<StackRecord>> stacks() = 0;
  virtual Result<std::optional<StackRecord>> stack(const std::string& name) = 0;
  /// Inserts or replaces. A stack must be there before its deploys and releases: else these are not_found.
  virtual Result<void> put_stack(const StackRecord& record) = 0;
  /// With everything that belongs to it, its journal and its ledgers included.
  virtual Result<void> forget_stack(const std::string& name) = 0;

  /// Numbers it: one more than the highest that the stack ever had, deleted ones included; in one
  /// transaction with the deploy that it belongs to, whose release is set to it. Returns the number.
  virtual Result<std::int64_t> add_release(Release release, const std::string& deploy_id) = 0;
  virtual Result<std::optional<Release>> release(const std::string& stack, std::int64_t number) = 0;
  /// Newest first. Without canonical texts when `brief`.
  virtual Result<std::vector<Release>> releases(const std::string& stack, bool brief) = 0;
  /// With its job runs. The current release is refused: conflict.
  virtual Result<void> delete_release(const std::string& stack, std::int64_t number) = 0;
  /// In one transaction: put_stack, and live_at of the record's current release when given. Errors: not_found
  /// when there is no such release.
  virtual Result<void> put_current(const StackRecord& record, std::optional<WallTime> live_at) = 0;

  virtual Result<void> put_job_run(const JobRun& run) = 0;
  /// Every run of the release, by service.
  virtual Result<std::vector<JobRun>> job_runs(const std::string& stack, std::int64_t release) = 0;

  virtual Result<void> put_deploy(const Deploy& deploy) = 0;
  virtual Result<std::optional<Deploy>> deploy(const std::string& id) = 0;
  /// Newest first, at most `count_max`.
  virtual Result<std::vector<Deploy>> deploys(const std::string& stack, std::int64_t count_max) = 0;
  /// Those that are not final, oldest first.
  virtual Result<std::vector<Deploy>> unfinished_deploys() = 0;

  /// Intents and outcomes of single engine calls of a deploy.
  virtual Result<std::int64_t> add_step(const std::string& deploy_id, const std::string& text,
                                        WallTime at) = 0;
  virtual Result<void> end_step(std::int64_t step_id, const std::string& outcome, WallTime at) = 0;
  /// In the order in which they were added. One without an end: its outcome was never learnt.
  virtual Result<std::vector<StepRecord>> steps(const std::string& deploy_id) = 0;

  virtual Result<void> add_journal(JournalEntry entry) = 0;
  /// Oldest first, those with an id above `after`, at most `count_max`; "" for every stack.
  virtual Result<std::vector<JournalEntry>> journal(const std::string& stack, std::int64_t after,
                                                    std::int64_t count_max) = 0;
  /// The newest `count_max`, oldest of them first.
  virtual Result<std::vector<JournalEntry>> journal_tail(const std::string& stack,
                                                         std::int64_t count_max) = 0;
  /// Deletes journal entries before `before`.
  virtual Result<void> trim_journal(WallTime before) = 0;

  /// What is remembered beside the records. Lives as long as the store.
  virtual LedgerTables& ledgers() = 0;
};

}  // namespace stackd::store
