// What services see of the host's files: contents, attributes and links.
#include "compose/read/mounted_files.h"

#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/hash.h"

using namespace stackd;
using namespace stackd::compose;
namespace fs = std::filesystem;

namespace {

struct Folder {
  Folder() {
    std::string name = (fs::temp_directory_path() / "mounted-files-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string write(const std::string& name, const std::string& text, mode_t mode) const {
    const std::string file = path + "/" + name;
    fs::create_directories(fs::path(file).parent_path());
    std::ofstream(file) << text;
    ::chmod(file.c_str(), mode);
    return file;
  }

  std::string path;
};

MountedFiles read(const Folder& folder) {
  Stack stack;
  Service& web = stack.services["web"];
  web.name = "web";
  Mount sites;
  sites.type = MountType::bind;
  sites.source = folder.path + "/nginx";
  sites.target = "/etc/nginx";
  sites.read_only = true;
  Mount script = sites;
  script.source = folder.path + "/start.sh";
  script.target = "/start.sh";
  web.mounts = {sites, script};
  return read_mounted_files(stack, RealFiles());
}

void fill(const Folder& folder) {
  folder.write("start.sh", "echo one", 0755);
  folder.write("nginx/sites-available/shop", "server {}", 0640);
  fs::create_directories(folder.path + "/nginx/sites-enabled");
  fs::create_symlink("../sites-available/shop", folder.path + "/nginx/sites-enabled/shop");
}

}  // namespace

TEST_CASE("a change of contents, mode or a link's target is a change, and what is the same is none") {
  const Folder folder;
  fill(folder);
  const MountedFiles before = read(folder);
  CHECK(before.unreadable.empty());
  CHECK(read(folder).fingerprints == before.fingerprints);
  SUBCASE("contents") {
    folder.write("start.sh", "echo two", 0755);
  }
  SUBCASE("the mode of a file that is mounted by itself") {
    ::chmod((folder.path + "/start.sh").c_str(), 0700);
  }
  SUBCASE("the mode of a file in a folder") {
    ::chmod((folder.path + "/nginx/sites-available/shop").c_str(), 0600);
  }
  SUBCASE("where a link leads to") {
    fs::remove(folder.path + "/nginx/sites-enabled/shop");
    fs::create_symlink("../sites-available/other", folder.path + "/nginx/sites-enabled/shop");
  }
  SUBCASE("a link that is gone") {
    fs::remove(folder.path + "/nginx/sites-enabled/shop");
  }
  CHECK(read(folder).fingerprints != before.fingerprints);
}

TEST_CASE("what is kept of files, folders and links is told with what they allow") {
  const Folder folder;
  fill(folder);
  const MountedFiles files = read(folder);
  CHECK(files.attributes.at(folder.path + "/start.sh").mode == 0755);
  CHECK(files.attributes.at(folder.path + "/nginx/sites-available/shop").mode == 0640);
  CHECK(files.attributes.count(folder.path + "/nginx/sites-enabled") == 1);
  CHECK(files.links.at(folder.path + "/nginx/sites-enabled/shop") == "../sites-available/shop");
  CHECK(files.contents.count(folder.path + "/nginx/sites-enabled/shop") == 0);
}

TEST_CASE("fingerprints of before attributes were told count as the same as long as the contents are") {
  const Folder folder;
  fill(folder);
  Fingerprints recorded;
  recorded["web"] = {{folder.path + "/start.sh", sha256_hex("echo one")},
                     {folder.path + "/nginx/sites-available/shop", sha256_hex("server {}")},
                     {"as_found 0123456789ab", "0123456789ab"}};
  Fingerprints now = read(folder).fingerprints;
  const Fingerprints whole = now;
  SUBCASE("nothing changed: what was recorded stands") {
    keep_as_recorded(now, recorded);
    CHECK(now.at("web").at(folder.path + "/start.sh") == sha256_hex("echo one"));
    CHECK(now.at("web").size() == 2);
  }
  SUBCASE("one file changed: all is told as it is now") {
    recorded["web"][folder.path + "/start.sh"] = sha256_hex("echo none");
    keep_as_recorded(now, recorded);
    CHECK(now == whole);
  }
  SUBCASE("attributes are on record: a mode that changed stays one") {
    recorded = whole;
    recorded["web"][folder.path + "/start.sh"] = sha256_hex("echo one") + " 700 0:0";
    keep_as_recorded(now, recorded);
    CHECK(now == whole);
  }
}

TEST_CASE("attributes are written down and read again, and nothing else is taken for some") {
  const FileAttributes attributes{04750, 1000, 33};
  CHECK(to_text(attributes) == "4750 1000:33");
  CHECK(file_attributes_from("4750 1000:33") == attributes);
  for (const char* text :
       {"", "750", "750 1", "750 1:", "750 1:2 ", "8 1:2", "17777 1:2", "-1 1:2", "750 a:2"}) {
    CAPTURE(text);
    CHECK_FALSE(file_attributes_from(text));
  }
}
