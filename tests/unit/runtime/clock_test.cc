#include "runtime/clock.h"

#include <chrono>
#include <doctest/doctest.h>

#include "runtime/bell.h"
#include "support.h"

using namespace stackd;
using namespace stackd::runtime;
using namespace stackd::runtime::test;
using namespace std::chrono_literals;

namespace {

Task<void> hear(Bell& bell, int& heard) {
  while (true) {
    co_await bell.wait();
    ++heard;
  }
}

Task<void> hear_until(Bell& bell, Clock& clock, Time when, std::string& how) {
  how = co_await bell.wait_until(clock, when) ? "rung" : "time";
}

}  // namespace

TEST_CASE("the end of time is not passed") {
  CHECK(later(Time{5s}, 3s) == Time{8s});
  CHECK(later(Time::max() - 1s, 3s) == Time::max());
  CHECK(later(Time::min() + 1s, -3s) == Time::min());
}

TEST_CASE("a real sleep ends no sooner than asked for") {
  boost::asio::io_context io;
  const auto clock = make_real_clock(io.get_executor());
  const Time before = clock->now();
  run(io, sleep_for(*clock, 3ms));
  CHECK(clock->now() - before >= 3ms);
  run(io, clock->sleep_until(before));
  CHECK(clock->wall() > WallTime{});
}

TEST_CASE("a real sleep can be cancelled, and goes with its loop") {
  boost::asio::io_context io;
  const auto clock = make_real_clock(io.get_executor());
  const Started started = start(io, clock->sleep_until(Time::max()));
  const Started left_behind = start(io, sleep_for(*clock, 1h));
  settle(io);
  CHECK(started.ended->empty());
  started.cancel();
  settle(io);
  CHECK(*started.ended == "aborted");
  CHECK(left_behind.ended->empty());
}

TEST_CASE("a bell is heard once, however often it was rung before") {
  boost::asio::io_context io;
  Bell bell;
  int heard = 0;
  bell.ring();
  bell.ring();
  const Started started = start(io, hear(bell, heard));
  settle(io);
  CHECK(heard == 1);
  bell.ring();
  CHECK(heard == 1);
  settle(io);
  CHECK(heard == 2);
}

TEST_CASE("a ring that a cancelled waiter did not hear stays for the next") {
  boost::asio::io_context io;
  Bell bell;
  int heard = 0;
  const Started started = start(io, hear(bell, heard));
  settle(io);
  started.cancel();
  bell.ring();
  settle(io);
  CHECK(*started.ended == "aborted");
  CHECK(heard == 0);
  CHECK(bell.rung());
}

TEST_CASE("a bell waits no longer than it is told") {
  boost::asio::io_context io;
  HandClock clock;
  Bell bell;
  std::string how;
  const Started started = start(io, hear_until(bell, clock, Time{5s}, how));
  settle(io);
  SUBCASE("rung in time") {
    bell.ring();
    settle(io);
    CHECK(how == "rung");
  }
  SUBCASE("not rung") {
    clock.advance(5s);
    settle(io);
    CHECK(how == "time");
    bell.ring();
    CHECK(bell.rung());
  }
  SUBCASE("cancelled") {
    started.cancel();
    settle(io);
    CHECK(*started.ended == "aborted");
  }
}

TEST_CASE("bell and loop may be destroyed in either order") {
  int heard = 0;
  SUBCASE("the bell first") {
    boost::asio::io_context io;
    {
      Bell bell;
      start(io, hear(bell, heard));
      settle(io);
    }
    settle(io);
  }
  SUBCASE("the loop first") {
    Bell bell;
    {
      boost::asio::io_context io;
      start(io, hear(bell, heard));
      settle(io);
    }
    bell.ring();
  }
  CHECK(heard == 0);
}
