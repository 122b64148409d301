#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "runtime/log_spdlog.h"
#include "runtime/signals.h"
#include "runtime/systemd.h"
#include "support.h"

using namespace stackd;
using namespace stackd::runtime;
using namespace stackd::runtime::test;
using namespace std::chrono_literals;

namespace {

Task<void> note_wish(Signals& signals, std::vector<SignalWish>& wishes) {
  wishes.push_back(co_await signals.next());
}

/// Stands in for systemd: what is told to it, one datagram each.
class Manager {
 public:
  explicit Manager(const std::string& path) : socket_(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    REQUIRE(bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    setenv("NOTIFY_SOCKET", path.c_str(), 1);
  }
  ~Manager() {
    unsetenv("NOTIFY_SOCKET");
    close(socket_);
  }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  std::string heard() {
    std::array<char, 1000> buffer{};
    const ssize_t count = recv(socket_, buffer.data(), buffer.size(), 0);
    return count < 0 ? "" : std::string(buffer.data(), static_cast<std::size_t>(count));
  }

 private:
  int socket_;
};

}  // namespace

TEST_CASE("signals are wishes that can be awaited, and none is lost") {
  boost::asio::io_context io;
  Signals signals(io.get_executor());
  std::vector<SignalWish> wishes;
  std::raise(SIGHUP);
  run(io, note_wish(signals, wishes));
  std::raise(SIGTERM);
  run(io, note_wish(signals, wishes));
  std::raise(SIGINT);
  run(io, note_wish(signals, wishes));
  CHECK(wishes == std::vector<SignalWish>{SignalWish::reload, SignalWish::stop, SignalWish::stop});
  const Started waiting = start(io, note_wish(signals, wishes));
  settle(io);
  waiting.cancel();
  settle(io);
  CHECK(*waiting.ended == "aborted");
}

TEST_CASE("systemd is told how the service is") {
  const TempFolder folder;
  Manager manager(folder.at("notify"));
  notify_ready();
  CHECK(manager.heard() == "READY=1");
  notify_status("two stacks\nREADY=1");
  CHECK(manager.heard() == "STATUS=two stacks READY=1");
  notify_reloading(Time{5s});
  CHECK(manager.heard() == "RELOADING=1\nMONOTONIC_USEC=5000000");
  notify_watchdog();
  CHECK(manager.heard() == "WATCHDOG=1");
  notify_stopping();
  CHECK(manager.heard() == "STOPPING=1");
}

TEST_CASE("the watchdog's interval is systemd's") {
  CHECK(!watchdog_interval().has_value());
  setenv("WATCHDOG_USEC", "30000000", 1);
  CHECK(watchdog_interval() == 30s);
  unsetenv("WATCHDOG_USEC");
}

TEST_CASE("without systemd no sockets are inherited") {
  const auto none = inherited_sockets();
  REQUIRE(none.ok());
  CHECK(none->empty());
}

TEST_CASE("a line says what it is about") {
  CHECK(to_text_line({}, "ready") == "ready");
  CHECK(to_text_line({.stack = "shop"}, "live") == "shop: live");
  CHECK(to_text_line({.stack = "shop", .service = "web", .release = 3}, "started") ==
        "shop/web release 3: started");
}

TEST_CASE("foreign bytes do not make a second line or broken JSON") {
  CHECK(to_text_line({}, "a\nb\x1b[31m") == "a\\nb?[31m");
  const WallTime time = WallTime{} + 1767323045s;
  CHECK(
      to_json_line(time, LogLevel::warning, {.stack = "shop", .release = 2}, "a\n\"b\"\xff") ==
      R"({"time":"2026-01-02T03:04:05.000000000Z","level":"warning","stack":"shop","release":2,"text":"a\n\"b\"?"})");
}

TEST_CASE("a level is known by its name") {
  CHECK(*parse_log_level("warning") == LogLevel::warning);
  const auto unknown = parse_log_level("loud");
  REQUIRE(!unknown.ok());
  CHECK(unknown.error().kind == ErrorKind::invalid);
}

TEST_CASE("the journal is known by the stream that it gave") {
  struct stat found {};
  REQUIRE(fstat(STDERR_FILENO, &found) == 0);
  setenv("JOURNAL_STREAM", "1:2", 1);
  CHECK(!stderr_is_journal());
  const std::string stream = std::to_string(found.st_dev) + ":" + std::to_string(found.st_ino);
  setenv("JOURNAL_STREAM", stream.c_str(), 1);
  CHECK(stderr_is_journal());
  unsetenv("JOURNAL_STREAM");
}
