// What outlives the process, and that a second one stays out.
#include <chrono>
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "folder.h"
#include "records.h"
#include "store/sqlite.h"
#include "store/sqlite_store.h"

namespace stackd::store {
namespace {

mode_t mode_of(const std::string& path) {
  struct stat status = {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777U;
}

std::unique_ptr<Store> opened(const std::string& path) {
  Result<std::unique_ptr<Store>> store = open_store(path);
  if (!store) FAIL(store.error().message);
  return *std::move(store);
}

// A child that writes, says so, and is killed while its store is open and a transaction half done.
void write_and_be_killed(const std::string& path) {
  pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    Result<std::unique_ptr<Store>> store = open_store(path);
    bool well = store.ok() && (*store)->put_stack(full_stack("shop")).ok() &&
                (*store)->put_deploy(full_deploy("d1", "shop")).ok() &&
                (*store)->add_release(full_release("shop"), "d1").ok() &&
                (*store)->add_journal({0, moment(1), "shop", "", 0, "", "deploy", "live"}).ok();
    Result<Database> second = Database::open(path);
    Transaction half(*second);
    well = well && second->execute("DELETE FROM stacks").ok();
    if (!well) ::_exit(1);
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
}

TEST_CASE("what was written is there after kill -9, and what was not committed is not") {
  Folder folder;
  const std::string path = folder / "state/stackd.db";
  write_and_be_killed(path);

  auto store = opened(path);
  CHECK(store->stack("shop")->has_value());
  CHECK((*store->deploy("d1")).value().release == 1);
  CHECK(store->release("shop", 1)->has_value());
  CHECK(store->journal("", 0, 10)->size() == 1);
}

TEST_CASE("the folder and every file in it are the owner's alone") {
  Folder folder;
  const std::string path = folder / "a/state/stackd.db";
  auto store = opened(path);
  REQUIRE(store->put_stack(full_stack("shop")));
  CHECK(mode_of(folder / "a/state") == 0700);
  CHECK(mode_of(path) == 0600);
  CHECK(mode_of(path + "-wal") == 0600);
  CHECK(mode_of(path + "-shm") == 0600);
}

TEST_CASE("rights that others have on an existing state are taken away") {
  Folder folder;
  const std::string path = folder / "state/stackd.db";
  opened(path);
  REQUIRE(::chmod(path.c_str(), 0644) == 0);
  REQUIRE(::chmod((folder / "state").c_str(), 0755) == 0);
  opened(path);
  CHECK(mode_of(path) == 0600);
  CHECK(mode_of(folder / "state") == 0700);
}

TEST_CASE("a folder that others use is neither closed to them nor used") {
  Folder folder;
  REQUIRE(::mkdir((folder / "shared").c_str(), 0755) == 0);
  REQUIRE(::mkdir((folder / "shared/other").c_str(), 0755) == 0);
  Result<std::unique_ptr<Store>> store = open_store(folder / "shared/stackd.db");
  REQUIRE_FALSE(store);
  CHECK(store.error().kind == ErrorKind::invalid);
  CHECK(store.error().message.find("name a folder of its own") != std::string::npos);
  CHECK(mode_of(folder / "shared") == 0755);
}

TEST_CASE("a second stackd on the same state is refused until the first is gone") {
  Folder folder;
  const std::string path = folder / "state/stackd.db";
  auto first = opened(path);
  Result<std::unique_ptr<Store>> second = open_store(path);
  REQUIRE_FALSE(second);
  CHECK(second.error().kind == ErrorKind::conflict);
  CHECK(second.error().message.find("in use by another stackd") != std::string::npos);
  first.reset();
  CHECK(open_store(path));
}

}  // namespace
}  // namespace stackd::store
