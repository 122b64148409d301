#include "store/schema.h"

#include <array>
#include <string>
#include <string_view>

namespace stackd::store {
namespace {

// Moments are nanoseconds since 1970 in UTC. Columns of structure are JSON (store/columns.h).
// `release_highest` makes a number unique for ever: it stays when releases are deleted.
constexpr std::string_view version_1 = R"sql(
CREATE TABLE stacks (
  name             TEXT PRIMARY KEY,
  wish             TEXT NOT NULL,
  current_release  INTEGER NOT NULL,
  release_highest  INTEGER NOT NULL DEFAULT 0,
  stopped_services TEXT NOT NULL,
  ended_services   TEXT NOT NULL,
  working_dir      TEXT NOT NULL,
  config_files     TEXT NOT NULL,
  profiles         TEXT NOT NULL,
  hold_reason      TEXT NOT NULL
) STRICT;

CREATE TABLE deploys (
  sequence     INTEGER PRIMARY KEY AUTOINCREMENT,
  id           TEXT NOT NULL UNIQUE,
  stack        TEXT NOT NULL REFERENCES stacks (name) ON DELETE CASCADE,
  kind         TEXT NOT NULL,
  state        TEXT NOT NULL,
  final        INTEGER NOT NULL,
  release      INTEGER NOT NULL,
  former       INTEGER NOT NULL,
  canonical    TEXT NOT NULL,
  source       TEXT NOT NULL,
  services     TEXT NOT NULL,
  start        INTEGER NOT NULL,
  cause        TEXT NOT NULL,
  last_words   TEXT NOT NULL,
  plan         TEXT NOT NULL,
  requested_at INTEGER NOT NULL,
  ended_at     INTEGER
) STRICT;
CREATE INDEX deploys_of_stack ON deploys (stack, sequence);
CREATE INDEX deploys_unfinished ON deploys (sequence) WHERE final = 0;

CREATE TABLE releases (
  stack        TEXT NOT NULL REFERENCES stacks (name) ON DELETE CASCADE,
  number       INTEGER NOT NULL,
  canonical    TEXT NOT NULL,
  images       TEXT NOT NULL,
  fingerprints TEXT NOT NULL,
  source       TEXT NOT NULL,
  copied_from  INTEGER NOT NULL,
  created_at   INTEGER NOT NULL,
  live_at      INTEGER,
  PRIMARY KEY (stack, number)
) STRICT;

CREATE TABLE job_runs (
  stack        TEXT NOT NULL,
  release      INTEGER NOT NULL,
  service      TEXT NOT NULL,
  container_id TEXT NOT NULL,
  state        TEXT NOT NULL,
  exit_code    INTEGER NOT NULL,
  last_words   TEXT NOT NULL,
  changed_at   INTEGER NOT NULL,
  PRIMARY KEY (stack, release, service),
  FOREIGN KEY (stack, release) REFERENCES releases (stack, number) ON DELETE CASCADE
) STRICT;

CREATE TABLE steps (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  deploy_id TEXT NOT NULL REFERENCES deploys (id) ON DELETE CASCADE,
  text      TEXT NOT NULL,
  begun_at  INTEGER NOT NULL,
  outcome   TEXT NOT NULL DEFAULT '',
  ended_at  INTEGER
) STRICT;
CREATE INDEX steps_of_deploy ON steps (deploy_id, id);

CREATE TABLE journal (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  at        INTEGER NOT NULL,
  stack     TEXT NOT NULL,
  service   TEXT NOT NULL,
  release   INTEGER NOT NULL,
  deploy_id TEXT NOT NULL,
  kind      TEXT NOT NULL,
  text      TEXT NOT NULL
) STRICT;
CREATE INDEX journal_of_stack ON journal (stack, id);
CREATE INDEX journal_by_time ON journal (at);

CREATE TABLE facts (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

// Which release a rollback puts back; what a deploy found in the host's files.
constexpr std::string_view version_2 = R"sql(
ALTER TABLE deploys ADD COLUMN copied_from INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deploys ADD COLUMN fingerprints TEXT NOT NULL DEFAULT '{}';
)sql";

constexpr std::array<std::string_view, 2> migrations = {version_1, version_2};

}  // namespace

std::int64_t schema_version() {
  return static_cast<std::int64_t>(migrations.size());
}

Result<std::int64_t> schema_version_of(Database& database) {
  Statement version(database, "PRAGMA user_version");
  Result<bool> row = version.next();
  if (!row) return row.error();
  return *row ? version.integer(0) : 0;
}

Result<void> migrate(Database& database) {
  Result<std::int64_t> found = schema_version_of(database);
  if (!found) return found.error();
  if (*found < 0)
    return Error{ErrorKind::internal, "schema version " + std::to_string(*found) + " makes no sense"};
  if (*found > schema_version()) {
    return Error{ErrorKind::unavailable, "it was written by a newer stackd (schema version " +
                                             std::to_string(*found) + ", this one knows " +
                                             std::to_string(schema_version()) +
                                             "): install that version again"};
  }
  for (std::int64_t version = *found; version < schema_version(); ++version) {
    Transaction transaction(database, Durability::power);
    if (!transaction.begun()) return transaction.begun();
    Result<void> changed = database.execute(std::string(migrations.at(static_cast<std::size_t>(version))));
    if (changed) changed = database.execute("PRAGMA user_version = " + std::to_string(version + 1));
    if (changed) changed = transaction.commit();
    if (!changed)
      return changed.error().while_doing("migrate to schema version " + std::to_string(version + 1));
  }
  return {};
}

}  // namespace stackd::store
