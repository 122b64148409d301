#include "compose/read/noted_files.h"

#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace stackd;
using namespace stackd::compose;

namespace fs = std::filesystem;

namespace {

class NotedFolder {
 public:
  NotedFolder() {
    std::string name = (fs::temp_directory_path() / "stackd-noted-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~NotedFolder() { fs::remove_all(path_); }
  NotedFolder(const NotedFolder&) = delete;
  NotedFolder& operator=(const NotedFolder&) = delete;

  [[nodiscard]] std::string at(const std::string& name) const { return path_ / name; }
  [[nodiscard]] std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(at(name)) << text;
    return at(name);
  }

 private:
  fs::path path_;
};

constexpr WallTime ever = WallTime::max();

}  // namespace

TEST_CASE("what was read is the same until one of its files is another, by whatever means") {
  const NotedFolder folder;
  const std::string file = folder.write("a", "one");
  const std::string link = folder.at("link");
  fs::create_symlink(file, link);
  const RealFiles real;
  const NotedFiles noted(real, stamp_of);
  REQUIRE(noted.read(file));
  REQUIRE(noted.read(link));
  (void)noted.kind(folder.at("absent"));
  CHECK(noted.stamps().size() == 3);
  CHECK(are_same(noted.stamps(), stamp_of, ever));

  SUBCASE("written to") {
    (void)folder.write("a", "two and more");
  }
  SUBCASE("replaced by another file with its length") {
    (void)folder.write("b", "two");
    fs::rename(folder.at("b"), file);
  }
  SUBCASE("gone") {
    fs::remove(file);
  }
  SUBCASE("another mode") {
    fs::permissions(file, fs::perms::owner_read);
  }
  SUBCASE("a link that leads elsewhere") {
    fs::remove(link);
    fs::create_symlink(folder.write("c", "one"), link);
  }
  SUBCASE("what was absent is there") {
    (void)folder.write("absent", "");
  }
  CHECK_FALSE(are_same(noted.stamps(), stamp_of, ever));
}

TEST_CASE("a folder is another one when something comes or goes in it") {
  const NotedFolder folder;
  (void)folder.write("a", "one");
  const RealFiles real;
  const NotedFiles noted(real, stamp_of);
  REQUIRE(noted.list(folder.at("")));
  CHECK(are_same(noted.stamps(), stamp_of, ever));
  (void)folder.write("b", "two");
  CHECK_FALSE(are_same(noted.stamps(), stamp_of, ever));
}

TEST_CASE("what changed a moment ago may change again unseen, and is not called the same") {
  const NotedFolder folder;
  const std::string file = folder.write("a", "one");
  const RealFiles real;
  const NotedFiles noted(real, stamp_of);
  REQUIRE(noted.read(file));
  const WallTime changed_at = noted.stamps().at(file).changed_at;
  CHECK_FALSE(are_same(noted.stamps(), stamp_of, changed_at));
  CHECK(are_same(noted.stamps(), stamp_of, changed_at + std::chrono::nanoseconds(1)));
}

TEST_CASE("files that can't tell are never the same") {
  const StampOf untold = [](const std::string&) { return FileStamp{}; };
  const NotedFolder folder;
  const RealFiles real;
  const NotedFiles noted(real, untold);
  (void)noted.kind(folder.at("a"));
  CHECK_FALSE(are_same(noted.stamps(), untold, ever));
}

TEST_CASE("what a file allows and where a link leads are told, and noted like the rest") {
  const NotedFolder folder;
  const std::string file = folder.write("a", "one");
  const std::string link = folder.at("link");
  fs::create_symlink("a", link);
  const RealFiles real;
  const NotedFiles noted(real, stamp_of);
  CHECK(noted.status(file)->attributes == real.status(file)->attributes);
  CHECK(*noted.link_target(link) == "a");
  CHECK(noted.stamps().size() == 2);
}
