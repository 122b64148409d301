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

// What keepers remember of their stacks, formerly lines of text in `facts`, under names that end in the
// stack's. `lines` are the facts of kept stacks, a row a line: what they say is split at its blanks.
constexpr std::string_view version_3 = R"sql(
CREATE TABLE boot_ids (
  stack   TEXT PRIMARY KEY REFERENCES stacks (name) ON DELETE CASCADE,
  boot_id TEXT NOT NULL
) STRICT;

CREATE TABLE own_stops (
  stack          TEXT NOT NULL REFERENCES stacks (name) ON DELETE CASCADE,
  container_id   TEXT NOT NULL,
  purpose        TEXT NOT NULL,
  run_started_at INTEGER NOT NULL,
  PRIMARY KEY (stack, container_id)
) STRICT;

CREATE TABLE restarts (
  stack          TEXT NOT NULL REFERENCES stacks (name) ON DELETE CASCADE,
  container_id   TEXT NOT NULL,
  service        TEXT NOT NULL,
  run_started_at INTEGER NOT NULL,
  PRIMARY KEY (stack, container_id, service)
) STRICT;

CREATE TABLE gate_stops (
  stack   TEXT NOT NULL REFERENCES stacks (name) ON DELETE CASCADE,
  service TEXT NOT NULL,
  stop    TEXT NOT NULL,
  PRIMARY KEY (stack, service)
) STRICT;

CREATE TABLE wanted (
  stack   TEXT NOT NULL REFERENCES stacks (name) ON DELETE CASCADE,
  service TEXT NOT NULL,
  at      INTEGER NOT NULL,
  PRIMARY KEY (stack, service)
) STRICT;

CREATE TABLE anonymous_volumes (
  stack      TEXT NOT NULL REFERENCES stacks (name) ON DELETE CASCADE,
  service    TEXT NOT NULL,
  number     INTEGER NOT NULL,
  position   INTEGER NOT NULL,
  type       TEXT NOT NULL,
  name       TEXT NOT NULL,
  source     TEXT NOT NULL,
  target     TEXT NOT NULL,
  read_write INTEGER NOT NULL,
  PRIMARY KEY (stack, service, number, position)
) STRICT;

CREATE TABLE volumes (
  stack    TEXT NOT NULL REFERENCES stacks (name) ON DELETE CASCADE,
  name     TEXT NOT NULL,
  contents TEXT NOT NULL,
  PRIMARY KEY (stack, name)
) STRICT;

CREATE TABLE ill_services (
  stack   TEXT NOT NULL REFERENCES stacks (name) ON DELETE CASCADE,
  service TEXT NOT NULL,
  PRIMARY KEY (stack, service)
) STRICT;

CREATE TEMP TABLE lines AS
  SELECT stacks.name AS stack,
         substr(facts.name, 1, length(facts.name) - length(stacks.name) - 1) AS kind,
         substr(line.value, 1, instr(line.value || ' ', ' ') - 1) AS first,
         substr(line.value, instr(line.value || ' ', ' ') + 1) AS rest
    FROM facts
    JOIN stacks ON substr(facts.name, -length(stacks.name) - 1) = ' ' || stacks.name
    JOIN json_each('[' || replace(json_quote(facts.value), '\n', '","') || ']') AS line
   WHERE line.value <> '';

INSERT INTO boot_ids SELECT stack, first FROM lines WHERE kind = 'engine_life';

INSERT INTO own_stops
  SELECT stack, first,
         CASE substr(rest, 1, instr(rest, ' ') - 1)
           WHEN 'failure' THEN 'restart_of_a_failure' WHEN 'restart' THEN 'restart' ELSE 'leave_down' END,
         CAST(strftime('%s', substr(rest, instr(rest, ' ') + 1, 19)) AS INTEGER) * 1000000000 +
         CAST(substr(rest, instr(rest, ' ') + 21, 9) AS INTEGER)
    FROM lines
   WHERE kind = 'own_stops' AND strftime('%s', substr(rest, instr(rest, ' ') + 1, 19)) IS NOT NULL;

INSERT INTO gate_stops
  SELECT stack, first, CASE rest WHEN 'rest' THEN 'rest' ELSE 'outside' END
    FROM lines WHERE kind = 'stops_before';

INSERT INTO wanted
  SELECT stack, first,
         CAST(strftime('%s', substr(rest, 1, 19)) AS INTEGER) * 1000000000 +
         CAST(substr(rest, 21, 9) AS INTEGER)
    FROM lines WHERE kind = 'wanted_at' AND strftime('%s', substr(rest, 1, 19)) IS NOT NULL;

INSERT INTO volumes
  SELECT stack, first, CASE rest WHEN 'anew' THEN 'made_anew' ELSE 'kept' END
    FROM lines WHERE kind = 'volumes';

INSERT INTO ill_services SELECT stack, first FROM lines WHERE kind = 'ill_before';

DROP TABLE lines;

INSERT INTO anonymous_volumes
  SELECT stacks.name, place.value ->> 'service', place.value ->> 'number', mount.key,
         mount.value ->> 'type', mount.value ->> 'name', mount.value ->> 'source', mount.value ->> 'target',
         mount.value ->> 'read_write'
    FROM stacks
    JOIN facts ON facts.name = 'heritage ' || stacks.name AND json_valid(facts.value)
    JOIN json_each(CASE WHEN json_valid(facts.value) THEN facts.value ELSE '{}' END, '$.places') AS place
    JOIN json_each(place.value, '$.mounts') AS mount;

DELETE FROM facts
 WHERE substr(name, 1, instr(name, ' ') - 1)
    IN ('engine_life', 'own_stops', 'stops_before', 'wanted_at', 'volumes', 'ill_before', 'heritage');
)sql";

// What containers were made with, formerly lines in `facts`: "made_with STACK" by id, "making STACK" by name.
// A line is its container, "[!][RELEASE!]FILES" ("!": it mounts copies), and where they were known the files
// that are mounted by themselves and what is put into it; "-" is nothing, "?" a reload under way. "host_files
// STACK": a service and its fingerprint.
constexpr std::string_view version_4 = R"sql(
CREATE TABLE made_with (
  stack     TEXT NOT NULL REFERENCES stacks (name) ON DELETE CASCADE,
  container TEXT NOT NULL,
  is_made   INTEGER NOT NULL,
  files     TEXT NOT NULL,
  kept      INTEGER NOT NULL,
  alone     TEXT NOT NULL,
  contents  TEXT NOT NULL,
  kept_of   INTEGER NOT NULL,
  in_doubt  INTEGER NOT NULL,
  PRIMARY KEY (stack, container)
) STRICT;

CREATE TABLE host_files (
  stack       TEXT NOT NULL REFERENCES stacks (name) ON DELETE CASCADE,
  service     TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  PRIMARY KEY (stack, service)
) STRICT;

INSERT OR IGNORE INTO host_files
  SELECT stacks.name, substr(line.value, 1, instr(line.value, ' ') - 1),
         substr(line.value, instr(line.value, ' ') + 1)
    FROM facts
    JOIN stacks ON facts.name = 'host_files ' || stacks.name
    JOIN json_each('[' || replace(json_quote(facts.value), '\n', '","') || ']') AS line
   WHERE line.value LIKE '_% _%';

CREATE TEMP TABLE made_with_words AS
  SELECT stacks.name AS stack, facts.name LIKE 'made_with %' AS is_made,
         json('["' || replace(line.value, ' ', '","') || '"]') AS words
    FROM facts
    JOIN stacks ON facts.name IN ('made_with ' || stacks.name, 'making ' || stacks.name)
    JOIN json_each('[' || replace(json_quote(facts.value), '\n', '","') || ']') AS line
   WHERE line.value LIKE '_% _%';

INSERT OR IGNORE INTO made_with
  SELECT stack, words ->> 0, is_made,
         replace(replace(substr(words ->> 1, length(rtrim(words ->> 1, replace(words ->> 1, '!', ''))) + 1),
                         '?', ''), '-', ''),
         words ->> 1 LIKE '!%',
         replace(ifnull(words ->> 2, ''), '-', ''),
         ifnull(words ->> 3, ''),
         CASE WHEN words ->> 1 LIKE '!%!%' THEN CAST(substr(words ->> 1, 2) AS INTEGER) ELSE 0 END,
         words ->> 1 LIKE '%?'
    FROM made_with_words;

DROP TABLE made_with_words;
DROP TABLE facts;
)sql";

constexpr std::array<std::string_view, 4> migrations = {version_1, version_2, version_3, version_4};

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
