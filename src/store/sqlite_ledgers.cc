#include "store/sqlite_ledgers.h"

#include <optional>
#include <string_view>
#include <utility>

#include "store/columns.h"

namespace stackd::store {
namespace {

std::string_view to_word(StopPurpose purpose) {
  switch (purpose) {
    case StopPurpose::leave_down:
      return "leave_down";
    case StopPurpose::restart:
      return "restart";
    case StopPurpose::restart_of_a_failure:
      return "restart_of_a_failure";
  }
  return "";
}

std::string_view to_word(VolumeContents contents) {
  return contents == VolumeContents::made_anew ? "made_anew" : "kept";
}

Error no_sense(const std::string& stack, const std::string& what) {
  return Error{ErrorKind::internal, "the record of stack " + stack + " makes no sense: " + what};
}

std::optional<StopPurpose> purpose_from(std::string_view word) {
  for (const StopPurpose purpose :
       {StopPurpose::leave_down, StopPurpose::restart, StopPurpose::restart_of_a_failure}) {
    if (to_word(purpose) == word) return purpose;
  }
  return std::nullopt;
}

/// Calls `take` for each row of the stack; it returns false for one that makes no sense.
template <typename Take>
Result<void> for_each_row(Database& database, std::string_view sql, const std::string& stack, Take take) {
  Statement statement(database, sql);
  statement.bind(stack);
  for (;;) {
    Result<bool> row = statement.next();
    if (!row) return row.error();
    if (!*row) return {};
    if (!take(statement)) return no_sense(stack, statement.text(0));
  }
}

/// Empties the table for the stack, then inserts one row an entry: `bind` gives what follows the stack's
/// name.
template <typename Entries, typename Bind>
Result<void> replace_rows(Database& database, const std::string& table, const std::string& insert,
                          const std::string& stack, const Entries& entries, Bind bind) {
  Transaction transaction(database);
  if (!transaction.begun()) return transaction.begun();
  Statement clear(database, "DELETE FROM " + table + " WHERE stack = ?");
  clear.bind(stack);
  if (Result<void> cleared = clear.run(); !cleared) return cleared;
  for (const auto& entry : entries) {
    Statement statement(database, "INSERT INTO " + table + " " + insert);
    statement.bind(stack);
    bind(statement, entry);
    if (Result<void> put = statement.run(); !put)
      return put.error().while_doing("remember " + table + " of stack " + stack);
  }
  return transaction.commit();
}

}  // namespace

Result<std::string> SqliteLedgers::boot_id(const std::string& stack) {
  std::string found;
  Result<void> read = for_each_row(database_, "SELECT boot_id FROM boot_ids WHERE stack = ?", stack,
                                   [&](const Statement& row) {
                                     found = row.text(0);
                                     return true;
                                   });
  if (!read) return read.error();
  return found;
}

Result<void> SqliteLedgers::put_boot_id(const std::string& stack, const std::string& boot_id) {
  const std::vector<std::string> rows = {boot_id};
  return replace_rows(database_, "boot_ids", "(stack, boot_id) VALUES (?, ?)", stack, rows,
                      [](Statement& row, const std::string& id) { row.bind(id); });
}

Result<std::vector<OwnStop>> SqliteLedgers::own_stops(const std::string& stack) {
  std::vector<OwnStop> found;
  Result<void> read = for_each_row(
      database_,
      "SELECT container_id, purpose, run_started_at FROM own_stops WHERE stack = ? ORDER BY container_id",
      stack, [&](const Statement& row) {
        const std::optional<StopPurpose> purpose = purpose_from(row.text(1));
        if (purpose) found.push_back({row.text(0), *purpose, WallTime(Duration(row.integer(2)))});
        return purpose.has_value();
      });
  if (!read) return read.error();
  return found;
}

Result<void> SqliteLedgers::put_own_stops(const std::string& stack, const std::vector<OwnStop>& stops) {
  return replace_rows(
      database_, "own_stops", "(stack, container_id, purpose, run_started_at) VALUES (?, ?, ?, ?)", stack,
      stops, [](Statement& row, const OwnStop& stop) {
        row.bind(stop.container_id).bind(to_word(stop.purpose)).bind(to_integer(stop.run_started_at));
      });
}

Result<std::vector<OpenRestart>> SqliteLedgers::restarts(const std::string& stack) {
  std::vector<OpenRestart> found;
  Result<void> read =
      for_each_row(database_,
                   "SELECT container_id, service, run_started_at FROM restarts WHERE stack = ? "
                   "ORDER BY container_id, service",
                   stack, [&](const Statement& row) {
                     found.push_back({row.text(0), row.text(1), WallTime(Duration(row.integer(2)))});
                     return true;
                   });
  if (!read) return read.error();
  return found;
}

Result<void> SqliteLedgers::put_restarts(const std::string& stack, const std::vector<OpenRestart>& open) {
  return replace_rows(
      database_, "restarts", "(stack, container_id, service, run_started_at) VALUES (?, ?, ?, ?)", stack,
      open, [](Statement& row, const OpenRestart& restart) {
        row.bind(restart.container_id).bind(restart.service).bind(to_integer(restart.run_started_at));
      });
}

Result<std::map<std::string, ServiceStop>> SqliteLedgers::gate_stops(const std::string& stack) {
  std::map<std::string, ServiceStop> found;
  Result<void> read =
      for_each_row(database_, "SELECT service, stop FROM gate_stops WHERE stack = ? ORDER BY service", stack,
                   [&](const Statement& row) {
                     const std::string word = row.text(1);
                     const ServiceStop stop = stop_from(word);
                     found[row.text(0)] = stop;
                     return to_word(stop) == word;
                   });
  if (!read) return read.error();
  return found;
}

Result<void> SqliteLedgers::put_gate_stops(const std::string& stack,
                                           const std::map<std::string, ServiceStop>& stops) {
  return replace_rows(
      database_, "gate_stops", "(stack, service, stop) VALUES (?, ?, ?)", stack, stops,
      [](Statement& row, const auto& entry) { row.bind(entry.first).bind(to_word(entry.second)); });
}

Result<std::map<std::string, WallTime>> SqliteLedgers::wanted(const std::string& stack) {
  std::map<std::string, WallTime> found;
  Result<void> read =
      for_each_row(database_, "SELECT service, at FROM wanted WHERE stack = ? ORDER BY service", stack,
                   [&](const Statement& row) {
                     found[row.text(0)] = WallTime(Duration(row.integer(1)));
                     return true;
                   });
  if (!read) return read.error();
  return found;
}

Result<void> SqliteLedgers::put_wanted(const std::string& stack,
                                       const std::map<std::string, WallTime>& wanted) {
  return replace_rows(
      database_, "wanted", "(stack, service, at) VALUES (?, ?, ?)", stack, wanted,
      [](Statement& row, const auto& entry) { row.bind(entry.first).bind(to_integer(entry.second)); });
}

Result<AnonymousVolumes> SqliteLedgers::anonymous_volumes(const std::string& stack) {
  AnonymousVolumes found;
  Result<void> read =
      for_each_row(database_,
                   "SELECT service, number, type, name, source, target, read_write FROM anonymous_volumes "
                   "WHERE stack = ? ORDER BY service, number, position",
                   stack, [&](const Statement& row) {
                     found[{row.text(0), row.integer(1)}].push_back(
                         {row.text(2), row.text(3), row.text(4), row.text(5), row.integer(6) != 0});
                     return true;
                   });
  if (!read) return read.error();
  return found;
}

Result<void> SqliteLedgers::put_anonymous_volumes(const std::string& stack, const AnonymousVolumes& volumes) {
  struct Row {
    std::string service;
    std::int64_t number = 0;
    std::int64_t position = 0;
    ObservedMount mount;
  };
  std::vector<Row> rows;
  for (const auto& [place, mounts] : volumes) {
    std::int64_t position = 0;
    for (const ObservedMount& mount : mounts) rows.push_back({place.first, place.second, position++, mount});
  }
  return replace_rows(database_, "anonymous_volumes",
                      "(stack, service, number, position, type, name, source, target, read_write) "
                      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                      stack, rows, [](Statement& statement, const Row& row) {
                        statement.bind(row.service).bind(row.number).bind(row.position);
                        statement.bind(row.mount.type).bind(row.mount.name).bind(row.mount.source);
                        statement.bind(row.mount.target).bind(std::int64_t{row.mount.read_write});
                      });
}

Result<std::map<std::string, VolumeContents>> SqliteLedgers::volumes(const std::string& stack) {
  std::map<std::string, VolumeContents> found;
  Result<void> read =
      for_each_row(database_, "SELECT name, contents FROM volumes WHERE stack = ? ORDER BY name", stack,
                   [&](const Statement& row) {
                     const std::string word = row.text(1);
                     const bool anew = word == to_word(VolumeContents::made_anew);
                     found[row.text(0)] = anew ? VolumeContents::made_anew : VolumeContents::kept;
                     return anew || word == to_word(VolumeContents::kept);
                   });
  if (!read) return read.error();
  return found;
}

Result<void> SqliteLedgers::put_volumes(const std::string& stack,
                                        const std::map<std::string, VolumeContents>& volumes) {
  return replace_rows(
      database_, "volumes", "(stack, name, contents) VALUES (?, ?, ?)", stack, volumes,
      [](Statement& row, const auto& entry) { row.bind(entry.first).bind(to_word(entry.second)); });
}

Result<std::set<std::string>> SqliteLedgers::ill_services(const std::string& stack) {
  std::set<std::string> found;
  Result<void> read = for_each_row(database_, "SELECT service FROM ill_services WHERE stack = ?", stack,
                                   [&](const Statement& row) {
                                     found.insert(row.text(0));
                                     return true;
                                   });
  if (!read) return read.error();
  return found;
}

Result<void> SqliteLedgers::put_ill_services(const std::string& stack,
                                             const std::set<std::string>& services) {
  return replace_rows(database_, "ill_services", "(stack, service) VALUES (?, ?)", stack, services,
                      [](Statement& row, const std::string& service) { row.bind(service); });
}

}  // namespace stackd::store
