// SQLite as three values: a connection, a statement, a transaction. Knows no table and no record of ours.
// Errors carry SQLite's words, its extended code and the statement: unavailable for a full disk, a lock, a
// permission or failing I/O; conflict for a key that is taken; not_found for a reference to nothing;
// internal for a file that is damaged or no database.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace stackd::store {

/// What a committed transaction survives. The death of the process in any case.
enum class Durability {
  process,  // the last moments may go with the power; costs no wait for the disk
  power,    // is on the disk before commit returns
};

class Database {
 public:
  /// Opens or creates a file, or a database in memory when `uri` says so
  /// ("file:NAME?mode=memory&cache=shared"). Reads nothing yet and changes nothing.
  static Result<Database> open(const std::string& uri);

  Database(Database&& other) noexcept;
  Database& operator=(Database&& other) = delete;
  ~Database();

  /// One or more statements without parameters or rows.
  Result<void> execute(const std::string& sql);

  /// While `keep`, closing leaves the file and the log beside it as they are.
  void keep_file_on_close(bool keep);

  [[nodiscard]] std::int64_t last_row_id() const;
  /// Rows that the last statement inserted, updated or deleted.
  [[nodiscard]] std::int64_t changed_rows() const;

 private:
  friend class Statement;
  explicit Database(sqlite3* handle) : handle_(handle) {}

  sqlite3* handle_;
};

/// A prepared statement. What goes wrong in preparing or binding is told by the first next() or run().
class Statement {
 public:
  Statement(Database& database, std::string_view sql);
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  // Each gives the next parameter its value.
  Statement& bind(std::int64_t value);
  Statement& bind(std::string_view value);
  Statement& bind(std::optional<std::int64_t> value);

  /// To the next row; false when there is none (any more).
  Result<bool> next();
  /// To the end, whatever rows there are.
  Result<void> run();

  // Columns of the row that next() reached, counted from 0.
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] std::optional<std::int64_t> optional_integer(int column) const;

 private:
  void note(int code);

  sqlite3* connection_;
  sqlite3_stmt* statement_ = nullptr;
  std::string sql_;
  int parameters_bound_ = 0;
  std::optional<Error> failed_;
};

/// Begins when made; rolled back unless committed. Never held across an await.
class Transaction {
 public:
  explicit Transaction(Database& database, Durability durability = Durability::process);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();

  /// Whether it began: look before the first statement.
  [[nodiscard]] const Result<void>& begun() const { return begun_; }
  Result<void> commit();

 private:
  void end();

  Database& database_;
  Durability durability_;
  Result<void> begun_;
  bool open_ = false;
};

}  // namespace stackd::store
