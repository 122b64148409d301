#include "store/sqlite.h"

#include <sqlite3.h>

#include "base/check.h"
#include "base/text.h"

namespace stackd::store {
namespace {

constexpr int busy_wait_milliseconds = 2000;
constexpr std::size_t shown_sql_bytes = 120;

ErrorKind kind_of(int extended_code) {
  if (extended_code == SQLITE_CONSTRAINT_FOREIGNKEY) return ErrorKind::not_found;
  switch (extended_code & 0xff) {
    case SQLITE_CONSTRAINT:
      return ErrorKind::conflict;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_NOMEM:
    case SQLITE_PROTOCOL:
      return ErrorKind::unavailable;
    default:
      return ErrorKind::internal;
  }
}

// One line, and not the whole schema.
std::string shown(std::string_view sql) {
  std::string line;
  for (char c : sql) {
    bool blank = c == ' ' || c == '\n';
    if (blank && (line.empty() || line.back() == ' ')) continue;
    line += blank ? ' ' : c;
    if (line.size() > shown_sql_bytes) return line + "...";
  }
  return std::string(trim(line));
}

Error error_of(sqlite3* connection, int code, std::string_view sql) {
  int extended = connection != nullptr ? sqlite3_extended_errcode(connection) : code;
  // After SQLITE_MISUSE the connection still tells of the call before.
  if ((extended & 0xff) != (code & 0xff)) extended = code;
  std::string message =
      connection != nullptr && extended != SQLITE_MISUSE ? sqlite3_errmsg(connection) : sqlite3_errstr(code);
  message += " (sqlite code " + std::to_string(extended) + ")";
  if (!sql.empty()) message += " in: " + shown(sql);
  return Error{kind_of(extended), message};
}

}  // namespace

Result<Database> Database::open(const std::string& uri) {
  sqlite3* handle = nullptr;
  constexpr int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX |
                        SQLITE_OPEN_EXRESCODE;
  int code = sqlite3_open_v2(uri.c_str(), &handle, flags, nullptr);
  if (code != SQLITE_OK) {
    Error error = error_of(handle, code, "");
    sqlite3_close_v2(handle);
    return error;
  }
  sqlite3_busy_timeout(handle, busy_wait_milliseconds);
  // What a damaged file holds is foreign bytes: nothing in it may run or reach outside.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
  return Database(handle);
}

Database::Database(Database&& other) noexcept : handle_(other.handle_) {
  other.handle_ = nullptr;
}

Database::~Database() {
  sqlite3_close_v2(handle_);
}

Result<void> Database::execute(const std::string& sql) {
  int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return error_of(handle_, code, sql);
  return {};
}

void Database::keep_file_on_close(bool keep) {
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep ? 1 : 0, nullptr);
}

std::int64_t Database::last_row_id() const {
  return sqlite3_last_insert_rowid(handle_);
}

std::int64_t Database::changed_rows() const {
  return sqlite3_changes64(handle_);
}

Statement::Statement(Database& database, std::string_view sql) : connection_(database.handle_), sql_(sql) {
  note(sqlite3_prepare_v2(connection_, sql_.data(), static_cast<int>(sql_.size()), &statement_, nullptr));
}

Statement::~Statement() {
  sqlite3_finalize(statement_);
}

void Statement::note(int code) {
  if (code != SQLITE_OK && !failed_) failed_ = error_of(connection_, code, sql_);
}

Statement& Statement::bind(std::int64_t value) {
  note(sqlite3_bind_int64(statement_, ++parameters_bound_, value));
  return *this;
}

Statement& Statement::bind(std::string_view value) {
  // A view without bytes may have no address, which would bind NULL.
  const char* data = value.empty() ? "" : value.data();
  note(sqlite3_bind_text64(statement_, ++parameters_bound_, data, value.size(), SQLITE_TRANSIENT,
                           SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind(std::optional<std::int64_t> value) {
  if (value) return bind(*value);
  note(sqlite3_bind_null(statement_, ++parameters_bound_));
  return *this;
}

Result<bool> Statement::next() {
  if (failed_) return *failed_;
  STACKD_CHECK(sqlite3_bind_parameter_count(statement_) == parameters_bound_);
  int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  failed_ = error_of(connection_, code, sql_);
  // The lock that a failed statement holds must not outlast this call.
  sqlite3_reset(statement_);
  return *failed_;
}

Result<void> Statement::run() {
  for (;;) {
    Result<bool> row = next();
    if (!row) return row.error();
    if (!*row) break;
  }
  sqlite3_reset(statement_);
  return {};
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string Statement::text(int column) const {
  const void* bytes = sqlite3_column_blob(statement_, column);
  auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return size == 0 ? std::string() : std::string(static_cast<const char*>(bytes), size);
}

std::optional<std::int64_t> Statement::optional_integer(int column) const {
  if (sqlite3_column_type(statement_, column) == SQLITE_NULL) return std::nullopt;
  return integer(column);
}

Transaction::Transaction(Database& database, Durability durability)
    : database_(database), durability_(durability) {
  if (durability_ == Durability::power) begun_ = database_.execute("PRAGMA synchronous=FULL");
  // A write lock from the start: taking it later could fail after half of the reads.
  if (begun_) begun_ = database_.execute("BEGIN IMMEDIATE");
  open_ = begun_.ok();
  if (!open_) end();
}

Transaction::~Transaction() {
  if (!open_) return;
  // SQLite has rolled back by itself after some errors; then this one fails, and nothing is lost.
  static_cast<void>(database_.execute("ROLLBACK"));
  end();
}

Result<void> Transaction::commit() {
  STACKD_CHECK(open_);
  Result<void> committed = database_.execute("COMMIT");
  if (!committed) return committed;
  open_ = false;
  end();
  return {};
}

void Transaction::end() {
  if (durability_ == Durability::power) static_cast<void>(database_.execute("PRAGMA synchronous=NORMAL"));
}

}  // namespace stackd::store
