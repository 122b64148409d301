// Copies of what a release mounts: as it was, and out of the reach of others.
#include "daemon/host/kept_files.h"

#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace stackd;
using namespace stackd::daemon;
namespace fs = std::filesystem;

namespace {

struct Folder {
  Folder() {
    std::string name = (fs::temp_directory_path() / "kept-files-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string path;
};

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct stat status_of(const std::string& path) {
  struct stat info {};
  REQUIRE(::lstat(path.c_str(), &info) == 0);
  return info;
}

mode_t mode_of(const std::string& path) {
  return status_of(path).st_mode & 07777;
}

/// A script, a key of another user where we may give it to one, and a folder of links.
MountedFiles some() {
  const std::uint32_t other = ::getuid() == 0 ? 1234 : ::getuid();
  const std::uint32_t group = ::getuid() == 0 ? 4321 : ::getgid();
  MountedFiles files;
  files.contents["/srv/shop/start.sh"] = "echo one";
  files.attributes["/srv/shop/start.sh"] = {0755, ::getuid(), ::getgid()};
  files.contents["/srv/shop/key.pem"] = "secret";
  files.attributes["/srv/shop/key.pem"] = {0600, other, group};
  files.contents["/srv/shop/nginx/sites-available/shop"] = "server {}";
  files.attributes["/srv/shop/nginx"] = {0750, ::getuid(), ::getgid()};
  files.links["/srv/shop/nginx/sites-enabled/shop"] = "../sites-available/shop";
  return files;
}

void check(const KeptFiles& kept, const std::string& key) {
  const std::string script = kept.path_of("shop", key, "/srv/shop/start.sh");
  REQUIRE_FALSE(script.empty());
  CHECK(text_of(script) == "echo one");
  CHECK(mode_of(script) == 0755);
  const std::string pem = kept.path_of("shop", key, "/srv/shop/key.pem");
  CHECK(mode_of(pem) == 0600);
  CHECK(status_of(pem).st_uid == some().attributes.at("/srv/shop/key.pem").user_id);
  CHECK(status_of(pem).st_gid == some().attributes.at("/srv/shop/key.pem").group_id);
  CHECK(mode_of(kept.path_of("shop", key, "/srv/shop/nginx")) == 0750);
  const std::string link = kept.path_of("shop", key, "/srv/shop/nginx/sites-enabled/shop");
  CHECK(fs::read_symlink(link) == "../sites-available/shop");
  CHECK(text_of(link) == "server {}");
}

}  // namespace

TEST_CASE(
    "a copy has the contents, the mode, the owner and the links of what it is of, and so has its copy") {
  const Folder folder;
  const KeptFiles kept(folder.path + "/kept");
  REQUIRE(kept.put("shop", "d1", some()));
  check(kept, "d1");
  REQUIRE(kept.copy("shop", "d1", "r1"));
  check(kept, "r1");
  REQUIRE(kept.copy("shop", "r1", "r2",
                    {"/srv/shop/start.sh", "/srv/shop/key.pem", "/srv/shop/nginx/sites-available/shop",
                     "/srv/shop/nginx/sites-enabled/shop"}));
  check(kept, "r2");
}

TEST_CASE("nobody but the owner of the folder above comes near to copies") {
  const Folder folder;
  const KeptFiles kept(folder.path + "/kept");
  REQUIRE(kept.put("shop", "r1", some()));
  CHECK(mode_of(folder.path + "/kept") == 0700);
}

TEST_CASE("what is there already stays, and what is not there to be copied is left out") {
  const Folder folder;
  const KeptFiles kept(folder.path + "/kept");
  REQUIRE(kept.put("shop", "r1", some()));
  MountedFiles today;
  today.contents["/srv/shop/key.pem"] = "rotated";
  today.attributes["/srv/shop/key.pem"] = {0400, ::getuid(), ::getgid()};
  REQUIRE(kept.put("shop", "r2", today));
  REQUIRE(kept.copy("shop", "r1", "r2"));
  CHECK(text_of(kept.path_of("shop", "r2", "/srv/shop/key.pem")) == "rotated");
  CHECK(mode_of(kept.path_of("shop", "r2", "/srv/shop/key.pem")) == 0400);
  CHECK(text_of(kept.path_of("shop", "r2", "/srv/shop/start.sh")) == "echo one");
  CHECK(kept.copy("shop", "r7", "r8"));
  CHECK(kept.path_of("shop", "r8", "/srv/shop/start.sh").empty());
}

TEST_CASE("nothing is written through a link that lies on the way") {
  const Folder folder;
  fs::create_directories(folder.path + "/elsewhere");
  const KeptFiles kept(folder.path + "/kept");
  MountedFiles files;
  files.links["/srv/a"] = folder.path + "/elsewhere";
  files.links["/srv/a/b"] = "target";
  CHECK_FALSE(kept.put("shop", "r1", files));
  CHECK(fs::is_empty(folder.path + "/elsewhere"));
  CHECK(kept.path_of("shop", "r1", "/srv/a").empty());
}

TEST_CASE("what is mounted of a stack that is let go stays, and the stack is known no longer") {
  const Folder folder;
  const KeptFiles kept(folder.path);
  for (const char* key : {"r1", "r2"}) REQUIRE(kept.put("shop", key, some()).ok());
  kept.note_stack("bare");
  REQUIRE(kept.stacks() == std::set<std::string>{"bare", "shop"});
  CHECK(kept.let_go("bare", {}).empty());
  CHECK(kept.let_go("shop", {"r2"}) == folder.path + "/shop");
  CHECK(kept.stacks().empty());
  CHECK(kept.path_of("shop", "r1", "/srv/shop/start.sh").empty());
  CHECK(text_of(kept.path_of("shop", "r2", "/srv/shop/start.sh")) == "echo one");
  kept.note_stack("shop");
  CHECK(kept.stacks() == std::set<std::string>{"shop"});
  CHECK(kept.let_go("shop", {}).empty());
  CHECK(!fs::exists(folder.path + "/shop"));
}
