#include "daemon/logs/kept_logs.h"

#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

using namespace stackd;
using namespace stackd::daemon;
namespace fs = std::filesystem;

namespace {

struct LogFolder {
  LogFolder() : path(fs::temp_directory_path() / ("kept_logs_test." + std::to_string(::getpid()))) {}
  ~LogFolder() { fs::remove_all(path); }
  fs::path path;
};

KeptLog name(const std::string& service, const std::string& container, std::int64_t release = 3) {
  KeptLog log;
  log.release = release;
  log.service = service;
  log.number = 1;
  log.container = container;
  return log;
}

LogLine line(const std::string& text, std::int64_t second = 0, bool error_stream = false) {
  LogLine made;
  made.at = WallTime(std::chrono::seconds(1'700'000'000 + second));
  made.error_stream = error_stream;
  made.text = text;
  return made;
}

void keep(const KeptLogs& logs, const KeptLog& as, const std::vector<LogLine>& lines) {
  auto writer = logs.begin("shop", as);
  REQUIRE(writer);
  for (const LogLine& one : lines) REQUIRE((*writer)->add(one));
  REQUIRE((*writer)->finish());
}

std::vector<std::string> texts(KeptLogReader&& reader) {
  std::vector<std::string> found;
  while (std::optional<LogLine> one = reader.next()) found.push_back(one->text);
  return found;
}

mode_t mode_of(const fs::path& path) {
  struct stat status = {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a kept log comes back line by line, with streams and times, and nobody else may read it") {
  LogFolder folder;
  const KeptLogs logs(folder.path / "logs");
  LogLine timeless = line("no time");
  timeless.at.reset();
  keep(logs, name("web.v2", "0123456789ab"), {line("one two", 1), line("", 2, true), timeless});
  const std::vector<KeptLog> found = logs.of_release("shop", 3);
  REQUIRE(found.size() == 1);
  CHECK(found[0].service == "web.v2");
  CHECK(found[0].number == 1);
  CHECK(found[0].container == "0123456789ab");
  KeptLogReader reader(found[0].path, std::nullopt, std::nullopt);
  const auto first = reader.next();
  REQUIRE(first);
  CHECK(first->text == "one two");
  CHECK(first->at == line("", 1).at);
  CHECK_FALSE(first->error_stream);
  const auto second = reader.next();
  REQUIRE(second);
  CHECK(second->text.empty());
  CHECK(second->error_stream);
  const auto third = reader.next();
  REQUIRE(third);
  CHECK(third->text == "no time");
  CHECK_FALSE(third->at);
  CHECK_FALSE(reader.next());
  CHECK(mode_of(found[0].path) == 0600);
  for (const fs::path& at : {folder.path / "logs", folder.path / "logs/shop", folder.path / "logs/shop/r3"})
    CHECK(mode_of(at) == 0700);
}

TEST_CASE("the last lines, or those since a moment") {
  LogFolder folder;
  const KeptLogs logs(folder.path);
  keep(logs, name("web", "a"), {line("1", 1), line("2", 2), line("3", 3)});
  const std::string path = logs.of_release("shop", 3).front().path;
  CHECK(texts(KeptLogReader(path, 2, std::nullopt)) == Texts{"2", "3"});
  CHECK(texts(KeptLogReader(path, 9, std::nullopt)) == Texts{"1", "2", "3"});
  CHECK(texts(KeptLogReader(path, 0, std::nullopt)).empty());
  CHECK(texts(KeptLogReader(path, std::nullopt, line("", 2).at)) == Texts{"2", "3"});
  CHECK(texts(KeptLogReader(folder.path / "gone", std::nullopt, std::nullopt)).empty());
}

TEST_CASE("of a long log the last 10 MiB are kept, from the beginning of a line on") {
  LogFolder folder;
  const KeptLogs logs(folder.path);
  auto writer = logs.begin("shop", name("web", "a"));
  REQUIRE(writer);
  const std::int64_t count = 35'000;
  for (std::int64_t i = 0; i < count; ++i)
    REQUIRE((*writer)->add(line(std::to_string(i) + " " + std::string(1000, 'x'))));
  REQUIRE((*writer)->finish());
  const KeptLog log = logs.of_release("shop", 3).front();
  CHECK(log.bytes <= kept_log_bytes_max + 4);
  CHECK(log.bytes > kept_log_bytes_max - 2000);
  KeptLogReader reader(log.path, std::nullopt, std::nullopt);
  std::optional<std::int64_t> expected;
  while (std::optional<LogLine> one = reader.next()) {
    const std::int64_t number = std::stoll(one->text);
    CHECK(one->text.size() == std::to_string(number).size() + 1001);
    if (expected) REQUIRE(number == *expected);
    expected = number + 1;
  }
  CHECK(expected == count);
}

TEST_CASE("a log that was not finished is none") {
  LogFolder folder;
  const KeptLogs logs(folder.path);
  {
    auto writer = logs.begin("shop", name("web", "a"));
    REQUIRE(writer);
    REQUIRE((*writer)->add(line("half")));
    CHECK(logs.of_release("shop", 3).empty());
  }
  CHECK(logs.of_release("shop", 3).empty());
  CHECK(fs::is_empty(folder.path / "shop/r3"));
  std::ofstream(folder.path / "shop/r3/web.1.a.log.part") << "of a stackd that was killed";
  CHECK(logs.of_release("shop", 3).empty());
  keep(logs, name("web", "a"), {line("whole")});
  REQUIRE(logs.of_release("shop", 3).size() == 1);
  CHECK(texts(KeptLogReader(logs.of_release("shop", 3).front().path, std::nullopt, std::nullopt)) ==
        Texts{"whole"});
}

TEST_CASE("a log that lost power cut off is none, and one in which nothing was said is one") {
  LogFolder folder;
  const KeptLogs logs(folder.path);
  keep(logs, name("web", "a"), {line("end"), line("end of it")});
  keep(logs, name("silent", "b"), {});
  REQUIRE(logs.of_release("shop", 3).size() == 2);
  CHECK(texts(KeptLogReader(logs.of_release("shop", 3)[0].path, 5, std::nullopt)).empty());
  const KeptLog log = logs.of_release("shop", 3)[1];
  CHECK(texts(KeptLogReader(log.path, std::nullopt, std::nullopt)) == Texts{"end", "end of it"});
  fs::resize_file(log.path, static_cast<std::uintmax_t>(log.bytes) - 1);
  CHECK(logs.of_release("shop", 3).size() == 1);
  fs::resize_file(log.path, 0);
  CHECK(logs.of_release("shop", 3).size() == 1);
}

TEST_CASE("the oldest logs of a stack go first, and all of a release or a stack at once") {
  LogFolder folder;
  const KeptLogs logs(folder.path);
  for (const std::string id : {"a", "b", "c"}) {
    keep(logs, name("web", id, id == "a" ? 1 : 2), {line(std::string(1000, 'x'))});
    const auto age = std::chrono::hours(id == "a" ? 3 : id == "b" ? 2 : 1);
    const std::string path = folder.path / "shop" / (id == "a" ? "r1" : "r2") / ("web.1." + id + ".log");
    fs::last_write_time(path, fs::file_time_type::clock::now() - age);
  }
  logs.shrink("shop", 5000);
  CHECK(logs.of_release("shop", 1).size() == 1);
  logs.shrink("shop", 1500);
  CHECK(logs.of_release("shop", 1).empty());
  REQUIRE(logs.of_release("shop", 2).size() == 1);
  CHECK(logs.of_release("shop", 2).front().container == "c");
  logs.remove("shop", 2);
  CHECK(logs.of_release("shop", 2).empty());
  keep(logs, name("web", "d", 4), {line("x")});
  logs.remove("shop");
  CHECK_FALSE(fs::exists(folder.path / "shop"));
}
