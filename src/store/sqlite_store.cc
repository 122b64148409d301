#include "store/sqlite_store.h"

#include <optional>
#include <utility>

#include "store/columns.h"
#include "store/rows.h"
#include "store/schema.h"
#include "store/sqlite.h"
#include "store/sqlite_ledgers.h"
#include "store/state_file.h"

namespace stackd::store {
namespace {

class SqliteStore final : public Store {
 public:
  SqliteStore(Database database, std::optional<StateFile> file)
      : file_(std::move(file)), database_(std::move(database)) {}

  Result<std::vector<StackRecord>> stacks() override {
    Statement statement(database_, select(stack_columns, "stacks ORDER BY name"));
    return read_all(statement, read_stack);
  }

  Result<std::optional<StackRecord>> stack(const std::string& name) override {
    Statement statement(database_, select(stack_columns, "stacks WHERE name = ?"));
    statement.bind(name);
    return read_one(statement, read_stack);
  }

  Result<void> put_stack(const StackRecord& record) override;
  Result<void> forget_stack(const std::string& name) override;

  Result<std::int64_t> add_release(Release release, const std::string& deploy_id) override;
  Result<std::optional<Release>> release(const std::string& stack, std::int64_t number) override;
  Result<std::vector<Release>> releases(const std::string& stack, bool brief) override;
  Result<void> delete_release(const std::string& stack, std::int64_t number) override;
  Result<void> put_current(const StackRecord& record, std::optional<WallTime> live_at) override;

  Result<void> put_job_run(const JobRun& run) override;

  Result<std::vector<JobRun>> job_runs(const std::string& stack, std::int64_t release) override {
    Statement statement(database_,
                        select(job_run_columns, "job_runs WHERE stack = ? AND release = ? ORDER BY service"));
    statement.bind(stack).bind(release);
    return read_all(statement, read_job_run);
  }

  Result<void> put_deploy(const Deploy& deploy) override;

  Result<std::optional<Deploy>> deploy(const std::string& id) override {
    Statement statement(database_, select(deploy_columns, "deploys WHERE id = ?"));
    statement.bind(id);
    return read_one(statement, read_deploy);
  }

  Result<std::vector<Deploy>> deploys(const std::string& stack, std::int64_t count_max) override {
    Statement statement(database_,
                        select(deploy_columns, "deploys WHERE stack = ? ORDER BY sequence DESC LIMIT ?"));
    statement.bind(stack).bind(count_max);
    return read_all(statement, read_deploy);
  }

  Result<std::vector<Deploy>> unfinished_deploys() override {
    Statement statement(database_, select(deploy_columns, "deploys WHERE final = 0 ORDER BY sequence"));
    return read_all(statement, read_deploy);
  }

  Result<std::int64_t> add_step(const std::string& deploy_id, const std::string& text, WallTime at) override;
  Result<void> end_step(std::int64_t step_id, const std::string& outcome, WallTime at) override;

  Result<std::vector<StepRecord>> steps(const std::string& deploy_id) override {
    Statement statement(database_, select(step_columns, "steps WHERE deploy_id = ? ORDER BY id"));
    statement.bind(deploy_id);
    return read_all(statement, read_step);
  }

  Result<void> add_journal(JournalEntry entry) override;
  Result<std::vector<JournalEntry>> journal(const std::string& stack, std::int64_t after,
                                            std::int64_t count_max) override;
  Result<std::vector<JournalEntry>> journal_tail(const std::string& stack, std::int64_t count_max) override;
  Result<void> trim_journal(WallTime before) override;

  LedgerTables& ledgers() override { return ledgers_; }

 private:
  Result<void> write_stack(const StackRecord& record);

  std::optional<StateFile> file_;  // outlives the connection: the lock is the last to go
  Database database_;
  SqliteLedgers ledgers_{database_};
};

Result<void> SqliteStore::write_stack(const StackRecord& record) {
  Statement statement(database_, R"sql(
    INSERT INTO stacks (name, wish, current_release, stopped_services, ended_services, working_dir,
                        config_files, profiles, hold_reason)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (name) DO UPDATE SET
      wish = excluded.wish, current_release = excluded.current_release,
      stopped_services = excluded.stopped_services, ended_services = excluded.ended_services,
      working_dir = excluded.working_dir, config_files = excluded.config_files,
      profiles = excluded.profiles, hold_reason = excluded.hold_reason)sql");
  statement.bind(record.name)
      .bind(to_string(record.wish))
      .bind(record.current_release)
      .bind(to_column(record.stopped_services))
      .bind(to_column(record.ended_services))
      .bind(record.working_dir)
      .bind(to_column(record.config_files))
      .bind(to_column(record.profiles))
      .bind(record.hold_reason);
  if (Result<void> put = statement.run(); !put) return put.error().while_doing("keep stack " + record.name);
  return {};
}

Result<void> SqliteStore::put_stack(const StackRecord& record) {
  Transaction transaction(database_, Durability::power);
  if (!transaction.begun()) return transaction.begun();
  if (Result<void> put = write_stack(record); !put) return put;
  return transaction.commit();
}

Result<void> SqliteStore::forget_stack(const std::string& name) {
  Transaction transaction(database_, Durability::power);
  if (!transaction.begun()) return transaction.begun();
  for (std::string_view sql : {"DELETE FROM journal WHERE stack = ?", "DELETE FROM stacks WHERE name = ?"}) {
    Statement statement(database_, sql);
    statement.bind(name);
    if (Result<void> gone = statement.run(); !gone) return gone.error().while_doing("forget stack " + name);
  }
  return transaction.commit();
}

Result<std::int64_t> SqliteStore::add_release(Release release, const std::string& deploy_id) {
  Transaction transaction(database_, Durability::power);
  if (!transaction.begun()) return transaction.begun().error();

  Statement next_number(database_,
                        "UPDATE stacks SET release_highest = release_highest + 1 WHERE name = ? "
                        "RETURNING release_highest");
  next_number.bind(release.stack);
  Result<bool> row = next_number.next();
  if (!row) return row.error().while_doing("number a release of " + release.stack);
  if (!*row) return Error{ErrorKind::not_found, "no stack " + release.stack + " is kept"};
  release.number = next_number.integer(0);
  if (Result<void> numbered = next_number.run(); !numbered) return numbered.error();

  Statement insert(database_, R"sql(
    INSERT INTO releases (stack, number, canonical, images, fingerprints, source, copied_from, created_at,
                          live_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?))sql");
  insert.bind(release.stack)
      .bind(release.number)
      .bind(release.canonical)
      .bind(to_column(release.images))
      .bind(to_column(release.fingerprints))
      .bind(to_column(release.source))
      .bind(release.copied_from)
      .bind(to_integer(release.created_at))
      .bind(to_integer(release.live_at));
  if (Result<void> inserted = insert.run(); !inserted)
    return inserted.error().while_doing("record a release of " + release.stack);

  Statement link(database_, "UPDATE deploys SET release = ? WHERE id = ? AND stack = ?");
  link.bind(release.number).bind(deploy_id).bind(release.stack);
  if (Result<void> linked = link.run(); !linked) return linked.error();
  if (database_.changed_rows() == 0)
    return Error{ErrorKind::not_found, "no deploy " + deploy_id + " of " + release.stack};

  if (Result<void> committed = transaction.commit(); !committed) return committed.error();
  return release.number;
}

Result<std::optional<Release>> SqliteStore::release(const std::string& stack, std::int64_t number) {
  Statement statement(database_, select(release_columns, "releases WHERE stack = ? AND number = ?"));
  statement.bind(stack).bind(number);
  return read_one(statement, read_release);
}

Result<std::vector<Release>> SqliteStore::releases(const std::string& stack, bool brief) {
  Statement statement(database_, select(brief ? brief_release_columns : release_columns,
                                        "releases WHERE stack = ? ORDER BY number DESC"));
  statement.bind(stack);
  return read_all(statement, read_release);
}

Result<void> SqliteStore::delete_release(const std::string& stack, std::int64_t number) {
  Transaction transaction(database_);
  if (!transaction.begun()) return transaction.begun();
  Result<std::optional<StackRecord>> record = this->stack(stack);
  if (!record) return record.error();
  if (*record && (*record)->current_release == number) {
    return Error{ErrorKind::conflict,
                 "release " + std::to_string(number) + " is the current one of " + stack + " and stays"};
  }
  Statement statement(database_, "DELETE FROM releases WHERE stack = ? AND number = ?");
  statement.bind(stack).bind(number);
  if (Result<void> gone = statement.run(); !gone) return gone;
  return transaction.commit();
}

Result<void> SqliteStore::put_current(const StackRecord& record, std::optional<WallTime> live_at) {
  Transaction transaction(database_, Durability::power);
  if (!transaction.begun()) return transaction.begun();
  if (Result<void> put = write_stack(record); !put) return put;
  Statement release(database_,
                    "UPDATE releases SET live_at = coalesce(?, live_at) WHERE stack = ? AND number = ?");
  release.bind(to_integer(live_at)).bind(record.name).bind(record.current_release);
  if (Result<void> set = release.run(); !set) return set;
  if (database_.changed_rows() == 0) {
    return Error{ErrorKind::not_found,
                 "no release " + std::to_string(record.current_release) + " of " + record.name};
  }
  return transaction.commit();
}

Result<void> SqliteStore::put_job_run(const JobRun& run) {
  Transaction transaction(database_, Durability::power);
  if (!transaction.begun()) return transaction.begun();
  Statement statement(database_, R"sql(
    INSERT INTO job_runs (stack, release, service, container_id, state, exit_code, last_words, changed_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (stack, release, service) DO UPDATE SET
      container_id = excluded.container_id, state = excluded.state, exit_code = excluded.exit_code,
      last_words = excluded.last_words, changed_at = excluded.changed_at)sql");
  statement.bind(run.stack)
      .bind(run.release)
      .bind(run.service)
      .bind(run.container_id)
      .bind(to_string(run.state))
      .bind(run.exit_code)
      .bind(run.last_words)
      .bind(to_integer(run.changed_at));
  if (Result<void> put = statement.run(); !put)
    return put.error().while_doing("record job " + run.service + " of " + run.stack);
  return transaction.commit();
}

Result<void> SqliteStore::put_deploy(const Deploy& deploy) {
  Transaction transaction(database_, Durability::power);
  if (!transaction.begun()) return transaction.begun();
  Statement statement(database_, R"sql(
    INSERT INTO deploys (id, stack, kind, state, release, former, canonical, source, services, start, cause,
                         last_words, plan, requested_at, ended_at, final, copied_from, fingerprints)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET
      stack = excluded.stack, kind = excluded.kind, state = excluded.state, release = excluded.release,
      former = excluded.former, canonical = excluded.canonical, source = excluded.source,
      services = excluded.services, start = excluded.start, cause = excluded.cause,
      last_words = excluded.last_words, plan = excluded.plan, requested_at = excluded.requested_at,
      ended_at = excluded.ended_at, final = excluded.final, copied_from = excluded.copied_from,
      fingerprints = excluded.fingerprints)sql");
  statement.bind(deploy.id)
      .bind(deploy.stack)
      .bind(deploy.kind)
      .bind(to_string(deploy.state))
      .bind(deploy.release)
      .bind(deploy.former)
      .bind(deploy.canonical)
      .bind(to_column(deploy.source))
      .bind(to_column(deploy.services))
      .bind(std::int64_t{deploy.start})
      .bind(deploy.cause)
      .bind(deploy.last_words)
      .bind(deploy.plan)
      .bind(to_integer(deploy.requested_at))
      .bind(to_integer(deploy.ended_at))
      .bind(std::int64_t{is_final(deploy.state)})
      .bind(deploy.copied_from)
      .bind(to_column(deploy.fingerprints));
  if (Result<void> put = statement.run(); !put) return put.error().while_doing("record deploy " + deploy.id);
  return transaction.commit();
}

Result<std::int64_t> SqliteStore::add_step(const std::string& deploy_id, const std::string& text,
                                           WallTime at) {
  Statement statement(database_, "INSERT INTO steps (deploy_id, text, begun_at) VALUES (?, ?, ?)");
  statement.bind(deploy_id).bind(text).bind(to_integer(at));
  if (Result<void> added = statement.run(); !added)
    return added.error().while_doing("record a step of deploy " + deploy_id);
  return database_.last_row_id();
}

Result<void> SqliteStore::end_step(std::int64_t step_id, const std::string& outcome, WallTime at) {
  Statement statement(database_, "UPDATE steps SET outcome = ?, ended_at = ? WHERE id = ?");
  statement.bind(outcome).bind(to_integer(at)).bind(step_id);
  if (Result<void> ended = statement.run(); !ended) return ended;
  if (database_.changed_rows() == 0) return Error{ErrorKind::not_found, "no step " + std::to_string(step_id)};
  return {};
}

Result<void> SqliteStore::add_journal(JournalEntry entry) {
  Statement statement(database_, R"sql(
    INSERT INTO journal (at, stack, service, release, deploy_id, kind, text) VALUES (?, ?, ?, ?, ?, ?, ?))sql");
  statement.bind(to_integer(entry.at))
      .bind(entry.stack)
      .bind(entry.service)
      .bind(entry.release)
      .bind(entry.deploy_id)
      .bind(entry.kind)
      .bind(entry.text);
  return statement.run();
}

Result<std::vector<JournalEntry>> SqliteStore::journal(const std::string& stack, std::int64_t after,
                                                       std::int64_t count_max) {
  const std::string of_stack = stack.empty() ? "" : "stack = ?3 AND ";
  Statement statement(database_,
                      select(journal_columns, "journal WHERE " + of_stack + "id > ?1 ORDER BY id LIMIT ?2"));
  statement.bind(after).bind(count_max);
  if (!stack.empty()) statement.bind(stack);
  return read_all(statement, read_journal_entry);
}

Result<std::vector<JournalEntry>> SqliteStore::journal_tail(const std::string& stack,
                                                            std::int64_t count_max) {
  const std::string of_stack = stack.empty() ? "" : "WHERE stack = ?2 ";
  const std::string newest = select(journal_columns, "journal " + of_stack + "ORDER BY id DESC LIMIT ?1");
  Statement statement(database_, select(journal_columns, "(" + newest + ") ORDER BY id"));
  statement.bind(count_max);
  if (!stack.empty()) statement.bind(stack);
  return read_all(statement, read_journal_entry);
}

Result<void> SqliteStore::trim_journal(WallTime before) {
  Statement statement(database_, "DELETE FROM journal WHERE at < ?");
  statement.bind(to_integer(before));
  return statement.run();
}

// Every page is looked at before anything is written: damage found later would be half of a state lost.
Result<void> check_whole(Database& database) {
  Statement check(database, "PRAGMA quick_check(1)");
  Result<bool> row = check.next();
  if (!row) return row.error();
  std::string verdict = *row ? check.text(0) : "no answer";
  if (verdict == "ok") return {};
  return Error{ErrorKind::internal, "it is damaged: " + verdict};
}

Result<void> prepare_file(Database& database) {
  database.keep_file_on_close(true);
  Result<std::int64_t> version = schema_version_of(database);
  if (!version) return version.error();
  // A newer one is refused by migrate; its journal mode is its own affair.
  if (*version > schema_version()) return migrate(database);
  Result<void> ready = check_whole(database);
  if (ready) ready = database.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL");
  if (ready) ready = migrate(database);
  if (ready) database.keep_file_on_close(false);
  return ready;
}

}  // namespace

Result<std::unique_ptr<Store>> open_store(const std::string& path) {
  Result<StateFile> file = StateFile::claim(path);
  if (!file) return file.error();
  Result<Database> database = Database::open(path);
  if (!database) return database.error().while_doing("open " + path);
  Result<void> ready = prepare_file(*database);
  if (!ready) return ready.error().while_doing("open " + path);
  return std::unique_ptr<Store>(std::make_unique<SqliteStore>(*std::move(database), *std::move(file)));
}

Result<std::unique_ptr<Store>> open_memory_store(const std::string& name) {
  Result<Database> database = Database::open("file:" + name + "?mode=memory&cache=shared");
  if (!database) return database.error().while_doing("open memory " + name);
  if (Result<void> ready = migrate(*database); !ready)
    return ready.error().while_doing("open memory " + name);
  return std::unique_ptr<Store>(std::make_unique<SqliteStore>(*std::move(database), std::nullopt));
}

}  // namespace stackd::store
