#include "store/sqlite.h"

#include <doctest/doctest.h>

#include "base/text.h"
#include "folder.h"

namespace stackd::store {
namespace {

Database made() {
  Result<Database> database = Database::open(":memory:");
  REQUIRE(database);
  REQUIRE(
      database->execute("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE);"
                        "CREATE TABLE u (t INTEGER NOT NULL REFERENCES t (id))"));
  return *std::move(database);
}

std::int64_t count(Database& database) {
  Statement statement(database, "SELECT count(*) FROM t");
  REQUIRE(statement.next());
  return statement.integer(0);
}

TEST_CASE("text comes back byte for byte, with zeros and what is no UTF-8") {
  Database database = made();
  const std::string odd("a\0b\xff", 4);
  Statement insert(database, "INSERT INTO t (name) VALUES (?)");
  insert.bind(odd);
  REQUIRE(insert.run());

  Statement select(database, "SELECT name FROM t");
  REQUIRE(*select.next());
  CHECK(select.text(0) == odd);
}

TEST_CASE("absent, empty and zero are three things") {
  Database database = made();
  Statement select(database, "SELECT ?, ?, ?");
  select.bind(std::optional<std::int64_t>()).bind(std::string_view()).bind(0);
  REQUIRE(*select.next());
  CHECK_FALSE(select.optional_integer(0));
  CHECK(select.optional_integer(1));
  CHECK(select.text(1).empty());
  CHECK(select.optional_integer(2) == 0);
}

TEST_CASE("a transaction that is not committed leaves nothing") {
  Database database = made();
  {
    Transaction transaction(database, Durability::power);
    REQUIRE(transaction.begun());
    REQUIRE(database.execute("INSERT INTO t (name) VALUES ('a')"));
  }
  CHECK(count(database) == 0);
  Transaction transaction(database);
  REQUIRE(transaction.begun());
  REQUIRE(database.execute("INSERT INTO t (name) VALUES ('a')"));
  REQUIRE(transaction.commit());
  CHECK(count(database) == 1);
}

TEST_CASE("an error names SQLite's reason, its extended code and the statement in one line") {
  Database database = made();
  REQUIRE(database.execute("INSERT INTO t (name) VALUES ('a')"));
  Statement again(database, "INSERT INTO t (name)\n    VALUES (?)");
  again.bind("a");
  Result<void> taken = again.run();
  REQUIRE_FALSE(taken);
  CHECK(taken.error().kind == ErrorKind::conflict);
  CHECK(taken.error().message ==
        "UNIQUE constraint failed: t.name (sqlite code 2067) in: INSERT INTO t (name) VALUES (?)");
}

TEST_CASE("a reference to nothing is not found") {
  Database database = made();
  Result<void> dangling = database.execute("INSERT INTO u VALUES (7)");
  REQUIRE_FALSE(dangling);
  CHECK(dangling.error().kind == ErrorKind::not_found);
}

TEST_CASE("a statement that makes no sense says so when it is run") {
  Database database = made();
  Statement statement(database, "SELECT name FROM nowhere");
  Result<bool> row = statement.next();
  REQUIRE_FALSE(row);
  CHECK(row.error().kind == ErrorKind::internal);
  CHECK(row.error().message == "no such table: nowhere (sqlite code 1) in: SELECT name FROM nowhere");
}

TEST_CASE("a database in an absent folder is unavailable") {
  Folder folder;
  Result<Database> database = Database::open(folder / "none/x.db");
  REQUIRE_FALSE(database);
  CHECK(database.error().kind == ErrorKind::unavailable);
}

}  // namespace
}  // namespace stackd::store
