// Files that can't be used, and files of earlier versions.
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"
#include "records.h"
#include "store/schema.h"
#include "store/sqlite.h"
#include "store/sqlite_store.h"

namespace stackd::store {
namespace {

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

void overwrite(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

Database database_at(const std::string& path) {
  Result<Database> database = Database::open(path);
  REQUIRE(database);
  return *std::move(database);
}

// A state with some releases in it.
std::string filled(const Folder& folder) {
  std::string path = folder / "state/stackd.db";
  Result<std::unique_ptr<Store>> store = open_store(path);
  REQUIRE(store);
  REQUIRE((*store)->put_stack(full_stack("shop")));
  for (int i = 0; i < 40; ++i) {
    const std::string id = "d" + std::to_string(i);
    Release release = full_release("shop");
    release.canonical = std::string(1000, 'x');
    REQUIRE((*store)->put_deploy(full_deploy(id, "shop")));
    REQUIRE((*store)->add_release(release, id));
  }
  return path;
}

Error refused(const std::string& path) {
  Result<std::unique_ptr<Store>> store = open_store(path);
  REQUIRE_FALSE(store);
  CHECK(store.error().message.find(path) != std::string::npos);
  return store.error();
}

TEST_CASE("a file that is no database stays byte for byte as it is") {
  Folder folder;
  const std::string path = filled(folder);
  const std::string letter(5000, 'a');
  overwrite(path, letter);
  Error error = refused(path);
  CHECK(error.kind == ErrorKind::internal);
  CHECK(error.message.find("file is not a database") != std::string::npos);
  CHECK(content(path) == letter);
}

TEST_CASE("damage in the middle is found at the start, and nothing is changed") {
  Folder folder;
  const std::string path = filled(folder);
  std::string bytes = content(path);
  REQUIRE(bytes.size() > 20 * 4096);
  for (std::size_t page = 6; page < 12; ++page) bytes.replace(page * 4096, 200, 200, '\xee');
  overwrite(path, bytes);
  Error error = refused(path);
  CHECK(error.kind == ErrorKind::internal);
  CHECK(content(path) == bytes);
}

TEST_CASE("a file that was cut off is damaged, and nothing is changed") {
  Folder folder;
  const std::string path = filled(folder);
  const std::string bytes = content(path).substr(0, 10 * 4096);
  overwrite(path, bytes);
  CHECK(refused(path).kind == ErrorKind::internal);
  CHECK(content(path) == bytes);
}

TEST_CASE("a database of a newer stackd is refused by name and left alone, its log too") {
  Folder folder;
  const std::string path = filled(folder);
  std::string bytes;
  std::string log;
  {
    // The newer one was killed: what it wrote last is in the log only.
    Database newer = database_at(path);
    newer.keep_file_on_close(true);
    REQUIRE(newer.execute("PRAGMA user_version = 99"));
    bytes = content(path);
    log = content(path + "-wal");
    REQUIRE_FALSE(log.empty());
  }
  Error error = refused(path);
  CHECK(error.kind == ErrorKind::unavailable);
  CHECK(error.message.find("written by a newer stackd (schema version 99") != std::string::npos);
  CHECK(content(path) == bytes);
  CHECK(content(path + "-wal") == log);
}

TEST_CASE("a file without permission is unavailable and says which") {
  // Root may read everything: there is nothing to see then.
  if (::geteuid() == 0) return;
  Folder folder;
  const std::string path = filled(folder);
  REQUIRE(::chmod(path.c_str(), 0) == 0);
  Error error = refused(path);
  CHECK(error.kind == ErrorKind::unavailable);
  CHECK(error.message.find("Permission denied") != std::string::npos);
}

TEST_CASE("a state folder that is a file is refused as wrong") {
  Folder folder;
  overwrite(folder / "state", "a file");
  CHECK(open_store(folder / "state/stackd.db").error().kind == ErrorKind::invalid);
  CHECK(content(folder / "state") == "a file");
}

TEST_CASE("a full disk loses the new record, names the reason, and keeps the old ones") {
  Database database = database_at(":memory:");
  REQUIRE(migrate(database));
  REQUIRE(database.execute("CREATE TABLE notes (name TEXT PRIMARY KEY, text TEXT) STRICT;"
                           "INSERT INTO notes VALUES ('old', 'kept')"));
  Statement pages(database, "PRAGMA page_count");
  REQUIRE(*pages.next());
  REQUIRE(database.execute("PRAGMA max_page_count = " + std::to_string(pages.integer(0))));

  {
    Transaction transaction(database, Durability::power);
    REQUIRE(transaction.begun());
    Statement insert(database, "INSERT INTO notes VALUES ('new', ?)");
    insert.bind(std::string(100'000, 'x'));
    Result<void> inserted = insert.run();
    REQUIRE_FALSE(inserted);
    CHECK(inserted.error().kind == ErrorKind::unavailable);
    CHECK(inserted.error().message.find("database or disk is full") != std::string::npos);
  }

  Statement notes(database, "SELECT name FROM notes");
  REQUIRE(*notes.next());
  CHECK(notes.text(0) == "old");
  CHECK_FALSE(*notes.next());
}

TEST_CASE("a record that makes no sense is internal and names itself") {
  Folder folder;
  const std::string path = filled(folder);
  REQUIRE(
      database_at(path).execute("UPDATE deploys SET state = 'dreaming' WHERE id = 'd1';"
                                "UPDATE releases SET images = '{' WHERE number = 2"));
  Result<std::unique_ptr<Store>> store = open_store(path);
  REQUIRE(store);
  Result<std::optional<Deploy>> deploy = (*store)->deploy("d1");
  REQUIRE_FALSE(deploy);
  CHECK(deploy.error().kind == ErrorKind::internal);
  CHECK(deploy.error().message == "deploy d1: the record makes no sense: state dreaming");
  CHECK((*store)->release("shop", 2).error().message.find("release 2 of shop: ") == 0);
  CHECK((*store)->release("shop", 3));
}

TEST_CASE("a database of every past version opens with what it held") {
  for (std::int64_t version = 1; version <= schema_version(); ++version) {
    CAPTURE(version);
    Folder folder;
    const std::string path = folder / "stackd.db";
    const std::string text =
        content(std::string(STACKD_CASES) + "/store/version_" + std::to_string(version) + ".sql");
    REQUIRE_FALSE(text.empty());
    REQUIRE(database_at(path).execute(text));

    Result<std::unique_ptr<Store>> store = open_store(path);
    REQUIRE(store);
    StackRecord stack = (*(*store)->stack("shop")).value();
    CHECK(stack.current_release == 2);
    CHECK(stack.stopped_services.at("bot") == ServiceStop::person);
    Release release = (*(*store)->release("shop", 2)).value();
    CHECK(release.images.at("web").id == "sha256:02");
    CHECK(release.source.variables.at("TAG") == "1.2");
    CHECK((*(*store)->deploy("d2")).value().state == DeployState::live);
    CHECK((*store)->unfinished_deploys()->front().id == "d3");
    CHECK((*store)->job_runs("shop", 2)->front().state == JobState::succeeded);
    CHECK((*store)->journal("shop", 0, 10)->size() == 2);
    CHECK((*store)->steps("d2")->size() == 1);
    CHECK((*store)->put_stack(stack));
  }
}

TEST_CASE("what was remembered as text comes into the tables, as it was, and only that of kept stacks") {
  for (std::int64_t version = 2; version <= schema_version(); ++version) {
    CAPTURE(version);
    Folder folder;
    const std::string path = folder / "stackd.db";
    REQUIRE(database_at(path).execute(
        content(std::string(STACKD_CASES) + "/store/version_" + std::to_string(version) + ".sql")));
    Result<std::unique_ptr<Store>> store = open_store(path);
    REQUIRE(store);
    LedgerTables& ledgers = (*store)->ledgers();

    CHECK(*ledgers.boot_id("shop") == "4f2c-boot");
    const std::vector<OwnStop> stops = *ledgers.own_stops("shop");
    REQUIRE(stops.size() == 3);
    CHECK(stops[0].container_id == "c1");
    CHECK(stops[0].purpose == StopPurpose::leave_down);
    CHECK(to_rfc3339(stops[0].run_started_at) == "2023-11-14T22:13:20.000000007Z");
    CHECK(stops[1].purpose == StopPurpose::restart);
    CHECK(to_rfc3339(stops[1].run_started_at) == "2023-11-14T22:13:21.500000000Z");
    CHECK(stops[2].purpose == StopPurpose::restart_of_a_failure);
    CHECK(stops[2].run_started_at == WallTime{});
    CHECK(*ledgers.gate_stops("shop") ==
          std::map<std::string, ServiceStop>{{"bot", ServiceStop::outside}, {"web", ServiceStop::rest}});
    const std::map<std::string, WallTime> wanted = *ledgers.wanted("shop");
    CHECK(wanted.size() == 2);
    CHECK(to_rfc3339(wanted.at("db")) == "2023-11-14T22:13:22.000000001Z");
    const std::vector<ObservedMount> mounts = ledgers.anonymous_volumes("shop")->at({"db", 1});
    REQUIRE(mounts.size() == 2);
    CHECK(mounts[0].name == "f00d");
    CHECK(mounts[0].target == "/data");
    CHECK(mounts[1].source == "/srv/a b");
    CHECK_FALSE(mounts[1].read_write);
    CHECK(*ledgers.volumes("shop") ==
          std::map<std::string, VolumeContents>{{"shop_cache", VolumeContents::made_anew},
                                                {"shop_data", VolumeContents::kept}});
    CHECK(*ledgers.ill_services("shop") == std::set<std::string>{"bot", "worker"});
    const MadeWithRecord made = *ledgers.made_with("shop");
    CHECK(made.made.size() == 5);
    CHECK(made.made.at("c1") == MadeWith{"a1", false, "b1", "d1"});
    CHECK(made.made.at("c2") == MadeWith{"a2", true, "b2", "", 7});
    CHECK(made.made.at("c3") == MadeWith{"", false, "b3", "", 0, true});
    CHECK(made.made.at("c4") == MadeWith{"", false, "", "d4"});
    CHECK(made.made.at("c5") == MadeWith{"a5", true});
    REQUIRE(made.ordered.size() == 1);
    CHECK(made.ordered.at("shop-web-1") == MadeWith{"a6", true, "b6", "d6", 3});
    CHECK(*ledgers.host_files("shop") == std::map<std::string, std::string>{{"db", "gone"}, {"web", "a1"}});

    REQUIRE((*store)->put_stack(full_stack("gone")));
    CHECK(ledgers.boot_id("gone")->empty());
    CHECK(ledgers.own_stops("gone")->empty());
  }
}

TEST_CASE("texts that make no sense are passed over, and the store opens") {
  Folder folder;
  const std::string path = folder / "stackd.db";
  REQUIRE(database_at(path).execute(content(std::string(STACKD_CASES) + "/store/version_2.sql") + R"sql(
    UPDATE facts SET value = '{ broken' WHERE name = 'heritage shop';
    UPDATE facts SET value = 'c1' || char(10) || 'c2 stop yesterday' WHERE name = 'own_stops shop';
    UPDATE facts SET value = '"' || char(10) || 'web soon' WHERE name = 'wanted_at shop';)sql"));
  Result<std::unique_ptr<Store>> store = open_store(path);
  REQUIRE(store);
  CHECK((*store)->ledgers().anonymous_volumes("shop")->empty());
  CHECK((*store)->ledgers().own_stops("shop")->empty());
  CHECK((*store)->ledgers().wanted("shop")->empty());
  CHECK((*store)->ledgers().volumes("shop")->size() == 2);
}

}  // namespace
}  // namespace stackd::store
