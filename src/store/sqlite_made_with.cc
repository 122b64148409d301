// The ledger of what containers were made with, and of what the host has.
#include "store/sqlite_ledgers.h"

namespace stackd::store {
namespace {

// A container has an id once the engine has answered; until then it is known by the name that it is to get.
enum class Key { name, id };

Result<void> write(Database& database, const std::string& stack, Key kind, const std::string& key,
                   const MadeWith& made) {
  Statement statement(database,
                      "INSERT OR REPLACE INTO made_with "
                      "(stack, container, is_made, files, kept, alone, contents, kept_of, in_doubt) "
                      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  statement.bind(stack)
      .bind(key)
      .bind(std::int64_t{kind == Key::id})
      .bind(made.files)
      .bind(std::int64_t{made.kept})
      .bind(made.alone)
      .bind(made.contents)
      .bind(made.kept_of)
      .bind(std::int64_t{made.in_doubt});
  return statement.run();
}

}  // namespace

Result<MadeWithRecord> SqliteLedgers::made_with(const std::string& stack) {
  Statement rows(database_,
                 "SELECT container, is_made, files, kept, alone, contents, kept_of, in_doubt FROM made_with "
                 "WHERE stack = ? ORDER BY container");
  rows.bind(stack);
  MadeWithRecord record;
  for (;;) {
    Result<bool> row = rows.next();
    if (!row) return row.error();
    if (!*row) return record;
    MadeWith made;
    made.files = rows.text(2);
    made.kept = rows.integer(3) != 0;
    made.alone = rows.text(4);
    made.contents = rows.text(5);
    made.kept_of = rows.integer(6);
    made.in_doubt = rows.integer(7) != 0;
    (rows.integer(1) != 0 ? record.made : record.ordered)[rows.text(0)] = std::move(made);
  }
}

Result<void> SqliteLedgers::put_creation(const std::string& stack, const std::string& name,
                                         const MadeWith& made) {
  return write(database_, stack, Key::name, name, made);
}

Result<void> SqliteLedgers::put_made_with(const std::string& stack, const std::string& container_id,
                                          const MadeWith& made, const std::string& name) {
  Transaction transaction(database_);
  if (!transaction.begun()) return transaction.begun();
  Result<void> put = write(database_, stack, Key::id, container_id, made);
  if (put && !name.empty()) put = forget_made_with(stack, name);
  return put ? transaction.commit() : put;
}

Result<void> SqliteLedgers::forget_made_with(const std::string& stack, const std::string& id_or_name) {
  Statement statement(database_, "DELETE FROM made_with WHERE stack = ? AND container = ?");
  statement.bind(stack).bind(id_or_name);
  return statement.run();
}

Result<std::map<std::string, std::string>> SqliteLedgers::host_files(const std::string& stack) {
  Statement rows(database_, "SELECT service, fingerprint FROM host_files WHERE stack = ? ORDER BY service");
  rows.bind(stack);
  std::map<std::string, std::string> files;
  for (;;) {
    Result<bool> row = rows.next();
    if (!row) return row.error();
    if (!*row) return files;
    files[rows.text(0)] = rows.text(1);
  }
}

Result<void> SqliteLedgers::put_host_files(const std::string& stack,
                                           const std::map<std::string, std::string>& files) {
  Transaction transaction(database_);
  if (!transaction.begun()) return transaction.begun();
  Statement clear(database_, "DELETE FROM host_files WHERE stack = ?");
  clear.bind(stack);
  if (Result<void> cleared = clear.run(); !cleared) return cleared;
  for (const auto& [service, fingerprint] : files) {
    Statement insert(database_, "INSERT INTO host_files (stack, service, fingerprint) VALUES (?, ?, ?)");
    insert.bind(stack).bind(service).bind(fingerprint);
    if (Result<void> put = insert.run(); !put) return put;
  }
  return transaction.commit();
}

}  // namespace stackd::store
