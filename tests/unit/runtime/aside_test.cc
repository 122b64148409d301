#include "runtime/aside.h"

#include <atomic>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <stdexcept>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include "support.h"

using namespace stackd;
using namespace stackd::runtime;
using namespace stackd::runtime::test;
using namespace std::chrono_literals;

namespace {

/// A pipe that nobody writes into: whoever opens it for reading hangs until let_go().
class HangingFile {
 public:
  explicit HangingFile(std::string path) : path_(std::move(path)) {
    REQUIRE(mkfifo(path_.c_str(), 0600) == 0);
  }
  ~HangingFile() { let_go(); }
  HangingFile(const HangingFile&) = delete;
  HangingFile& operator=(const HangingFile&) = delete;

  [[nodiscard]] std::function<int()> reader() {
    ++begun_;
    return [this] {
      const int file = open(path_.c_str(), O_RDONLY | O_CLOEXEC);
      close(file);
      ++ended_;
      return 7;
    };
  }
  [[nodiscard]] int ended() const { return ended_; }
  /// Returns when every reader has.
  void let_go() {
    while (ended_ < begun_) {
      const int file = open(path_.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
      if (file >= 0) close(file);
      std::this_thread::yield();
    }
  }

 private:
  std::string path_;
  int begun_ = 0;
  std::atomic<int> ended_ = 0;
};

Task<void> read_into(std::optional<int>& read, Aside& aside, std::function<int()> reader, Time until) {
  read = co_await run_aside<int>(&aside, std::move(reader), until);
}

Task<void> note_thread(std::thread::id& id, Aside& aside, Time until) {
  std::function<std::thread::id()> work = [] { return std::this_thread::get_id(); };
  const std::optional<std::thread::id> found =
      co_await run_aside<std::thread::id>(&aside, std::move(work), until);
  id = found.value_or(std::thread::id());
}

}  // namespace

TEST_CASE("what is done beside the loop gives its result to the loop") {
  boost::asio::io_context io;
  const auto clock = make_real_clock(io.get_executor());
  const auto aside = make_aside(io.get_executor(), *clock);
  std::thread::id id;
  run(io, note_thread(id, *aside, clock->now() + 30s));
  CHECK(id != std::thread::id());
  CHECK(id != std::this_thread::get_id());
}

TEST_CASE("what is thrown beside the loop comes out of the call") {
  boost::asio::io_context io;
  const auto clock = make_real_clock(io.get_executor());
  const auto aside = make_aside(io.get_executor(), *clock);
  CHECK_THROWS_WITH(run(io,
                        [](Aside& one, Time until) -> Task<void> {
                          std::function<int()> work = []() -> int { throw std::runtime_error("a bug"); };
                          (void)co_await run_aside<int>(&one, std::move(work), until);
                        }(*aside, clock->now() + 30s)),
                    "a bug");
}

TEST_CASE("what hangs is left behind at its deadline, and the loop goes on") {
  boost::asio::io_context io;
  const TempFolder folder;
  HangingFile hanging(folder.at("pipe"));
  const auto clock = make_real_clock(io.get_executor());
  const auto aside = make_aside(io.get_executor(), *clock);
  std::optional<int> read = 0;
  run(io, read_into(read, *aside, hanging.reader(), clock->now() + 20ms));
  CHECK_FALSE(read);
  CHECK(hanging.ended() == 0);
  std::thread::id id;
  run(io, note_thread(id, *aside, clock->now() + 30s));
  CHECK(id != std::thread::id());
}

TEST_CASE("those that hang keep others back for a second only") {
  boost::asio::io_context io;
  const TempFolder folder;
  HangingFile hanging(folder.at("pipe"));
  HandClock clock;
  const auto aside = make_aside(io.get_executor(), clock);
  std::array<std::optional<int>, 4> stuck;
  for (std::optional<int>& read : stuck)
    start(io, read_into(read, *aside, hanging.reader(), clock.now() + 1h));
  std::optional<int> other;
  std::function<int()> quick = [] { return 3; };
  start(io, read_into(other, *aside, std::move(quick), clock.now() + 1h));
  settle(io);
  CHECK_FALSE(other);
  clock.advance(1s);
  while (!other) settle(io);
  CHECK(*other == 3);
  hanging.let_go();
  while (!stuck[0] || !stuck[1] || !stuck[2] || !stuck[3]) settle(io);
  CHECK(*stuck[3] == 7);
}

TEST_CASE("what still hangs when the program ends finds nobody to tell, and harms nobody") {
  const TempFolder folder;
  HangingFile hanging(folder.at("pipe"));
  {
    boost::asio::io_context io;
    HandClock clock;
    const auto aside = make_aside(io.get_executor(), clock);
    std::optional<int> read;
    const Started started = start(io, read_into(read, *aside, hanging.reader(), clock.now() + 1h));
    settle(io);
    started.cancel();
    settle(io);
    CHECK(*started.ended == "aborted");
  }
  hanging.let_go();
  CHECK(hanging.ended() == 1);
}
