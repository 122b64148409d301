#include "runtime/deadline.h"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <doctest/doctest.h>
#include <optional>
#include <stdexcept>

#include "support.h"

using namespace stackd;
using namespace stackd::runtime;
using namespace stackd::runtime::test;
using namespace std::chrono_literals;

namespace {

Task<Result<int>> after_bell(Bell& bell, int value) {
  co_await bell.wait();
  co_return value;
}

Task<Result<int>> throws_at_once() {
  throw std::runtime_error("a bug");
  co_return 0;
}

/// Goes on although it is cancelled: what it has done must not be forgotten.
Task<Result<int>> stubborn(Bell& bell) {
  try {
    co_await bell.wait();
  } catch (const std::exception&) {
  }
  co_return 7;
}

using Unless = std::optional<Result<int>>;

Task<void> keep(Task<Unless> task, std::optional<Unless>& result) {
  result.emplace(co_await std::move(task));
}

Task<void> store(Task<Result<int>> task, std::optional<Result<int>>& result) {
  result.emplace(co_await std::move(task));
}

struct World {
  boost::asio::io_context io;
  HandClock clock;
  Bell bell;
  std::optional<Result<int>> result;
};

}  // namespace

TEST_CASE("what ends in time gives its own result, and the timer is gone") {
  World world;
  const Started started =
      start(world.io, store(with_deadline(world.clock, Time{10s}, after_bell(world.bell, 5)), world.result));
  settle(world.io);
  CHECK(world.clock.sleepers() == 1);
  world.bell.ring();
  settle(world.io);
  REQUIRE(world.result.has_value());
  CHECK(**world.result == 5);
  CHECK(world.clock.sleepers() == 0);
}

TEST_CASE("what takes too long is cancelled and gives a timeout") {
  World world;
  const Started started =
      start(world.io, store(with_deadline(world.clock, Time{10s}, after_bell(world.bell, 5)), world.result));
  settle(world.io);
  world.clock.advance(9s);
  settle(world.io);
  CHECK(!world.result.has_value());
  world.clock.advance(1s);
  settle(world.io);
  REQUIRE(world.result.has_value());
  CHECK(world.result->error().kind == ErrorKind::timeout);
  CHECK(*started.ended == "done");
}

TEST_CASE("what was done when time was up counts") {
  World world;
  SUBCASE("both in the same turn") {
    start(world.io, store(with_deadline(world.clock, Time{10s}, after_bell(world.bell, 5)), world.result));
    settle(world.io);
    world.bell.ring();
    world.clock.advance(10s);
    settle(world.io);
    REQUIRE(world.result.has_value());
    CHECK(**world.result == 5);
  }
  SUBCASE("by an operation that ends well although it is cancelled") {
    start(world.io, store(with_deadline(world.clock, Time{10s}, stubborn(world.bell)), world.result));
    settle(world.io);
    world.clock.advance(10s);
    settle(world.io);
    REQUIRE(world.result.has_value());
    CHECK(**world.result == 7);
  }
}

TEST_CASE("a deadline that is past leaves no time") {
  World world;
  world.clock.advance(20s);
  start(world.io, store(with_deadline(world.clock, Time{10s}, after_bell(world.bell, 5)), world.result));
  settle(world.io);
  REQUIRE(world.result.has_value());
  CHECK(world.result->error().kind == ErrorKind::timeout);
}

TEST_CASE("a bug comes through at once, without waiting for the deadline") {
  World world;
  const Started started =
      start(world.io, store(with_deadline(world.clock, Time{10s}, throws_at_once()), world.result));
  settle(world.io);
  CHECK(*started.ended == "a bug");
  CHECK(world.clock.sleepers() == 0);
}

TEST_CASE("being cancelled is not mistaken for a timeout") {
  World world;
  const Started started =
      start(world.io, store(with_deadline(world.clock, Time{10s}, after_bell(world.bell, 5)), world.result));
  settle(world.io);
  SUBCASE("before the deadline") {
    started.cancel();
  }
  SUBCASE("in the turn of the deadline, before it") {
    started.cancel();
    world.clock.advance(10s);
  }
  SUBCASE("in the turn of the deadline, after it") {
    world.clock.advance(10s);
    started.cancel();
  }
  settle(world.io);
  CHECK(*started.ended == "aborted");
  CHECK(!world.result.has_value());
  CHECK(world.clock.sleepers() == 0);
}

TEST_CASE("what may be given up ends when it is") {
  World world;
  Bell limit;
  std::optional<Unless> result;
  const Started started = start(world.io, keep(unless(limit.wait(), after_bell(world.bell, 5)), result));
  settle(world.io);
  CHECK(!result.has_value());
  SUBCASE("it is given up") {
    limit.ring();
    settle(world.io);
    REQUIRE(result.has_value());
    CHECK(!result->has_value());
  }
  SUBCASE("it ends") {
    world.bell.ring();
    settle(world.io);
    REQUIRE(result.has_value());
    REQUIRE(result->has_value());
    CHECK(***result == 5);
  }
  CHECK(*started.ended == "done");
}

TEST_CASE("of two deadlines the nearer one rules") {
  World world;
  start(world.io, store(with_deadline(world.clock, Time{5s},
                                      with_deadline(world.clock, Time{10s}, after_bell(world.bell, 5))),
                        world.result));
  settle(world.io);
  world.clock.advance(5s);
  settle(world.io);
  REQUIRE(world.result.has_value());
  CHECK(world.result->error().kind == ErrorKind::timeout);
  CHECK(world.clock.sleepers() == 0);
}

TEST_CASE("a loop that is destroyed takes what waits along") {
  HandClock clock;
  Bell bell;
  std::optional<Result<int>> result;
  {
    boost::asio::io_context io;
    start(io, store(with_deadline(clock, Time{10s}, after_bell(bell, 5)), result));
    settle(io);
    CHECK(clock.sleepers() == 1);
  }
  CHECK(clock.sleepers() == 0);
  CHECK(!result.has_value());
}

TEST_CASE("the real clock keeps a deadline") {
  boost::asio::io_context io;
  const auto clock = make_real_clock(io.get_executor());
  Bell bell;
  std::optional<Result<int>> result;
  const Time before = clock->now();
  run(io, store(with_deadline(*clock, before + 5ms, after_bell(bell, 5)), result));
  REQUIRE(result.has_value());
  CHECK(result->error().kind == ErrorKind::timeout);
  CHECK(clock->now() >= before + 5ms);
}
