#include "runtime/task_group.h"

#include <chrono>
#include <doctest/doctest.h>
#include <stdexcept>
#include <string>
#include <vector>

#include "runtime/deadline.h"
#include "support.h"

using namespace stackd;
using namespace stackd::runtime;
using namespace stackd::runtime::test;
using namespace std::chrono_literals;

namespace {

Task<void> note(std::vector<std::string>& diary, std::string text) {
  diary.push_back(std::move(text));
  co_return;
}

Task<void> wait_then_note(Bell& bell, std::vector<std::string>& diary) {
  co_await bell.wait();
  diary.push_back("heard");
}

struct Tells {
  std::vector<std::string>& diary;
  ~Tells() { diary.push_back("unwound"); }
};

Task<void> wait_forever(Bell& bell, std::vector<std::string>& diary) {
  const Tells tells{diary};
  co_await bell.wait();
}

Task<void> fail() {
  throw std::runtime_error("a bug");
  co_return;
}

Task<void> spawn_again(TaskGroup& group, std::vector<std::string>& diary) {
  group.spawn("second", note(diary, "second"));
  diary.push_back("first");
  co_return;
}

Task<void> outer(Clock& clock, Bell& bell, std::vector<std::string>& diary) {
  const Tells tells{diary};
  (void)co_await bell.wait_until(clock, Time{10s});
}

Task<void> ring_until(Clock& clock, Bell& bell) {
  (void)co_await bell.wait_until(clock, Time{10s});
}

Task<void> cancel_and_return(TaskGroup& group) {
  group.cancel();
  co_return;
}

/// What is awaited with a limit cancels the awaiting, and ends without having been suspended.
Task<void> cancel_within_deadline(TaskGroup& group, Clock& clock, bool& ended) {
  ended = co_await ends_before(clock, Time{10s}, cancel_and_return(group));
}

/// Within one turn of the loop, where Asio hands a cancellation on at once.
Task<void> spawn_and_cancel(TaskGroup& group, Clock& clock, Bell& bell) {
  group.spawn("deadline", ring_until(clock, bell));
  group.spawn("throws", fail());
  group.cancel();
  co_return;
}

struct GroupWorld {
  boost::asio::io_context io;
  std::vector<std::string> diary;
  std::vector<std::string> bugs;
  TaskGroup group{io.get_executor(), [this](std::string_view name, const std::exception_ptr& bug) {
                    bugs.push_back(std::string(name) + ": " + describe(bug));
                  }};
  HandClock clock;
  Bell bell;
};

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a task starts after spawn, in the order of spawning, and leaves when it ends") {
  GroupWorld world;
  world.group.spawn("a", note(world.diary, "a"));
  world.group.spawn("b", note(world.diary, "b"));
  CHECK(world.diary.empty());
  CHECK(world.group.names() == Texts{"a", "b"});
  settle(world.io);
  CHECK(world.diary == Texts{"a", "b"});
  CHECK(world.group.size() == 0);
}

TEST_CASE("a task may spawn another") {
  GroupWorld world;
  world.group.spawn("first", spawn_again(world.group, world.diary));
  settle(world.io);
  CHECK(world.diary == Texts{"first", "second"});
}

TEST_CASE("stop cancels what waits, however deep, and returns when all have ended") {
  GroupWorld world;
  Bell other;
  world.group.spawn("bell", wait_forever(world.bell, world.diary));
  world.group.spawn("deadline", outer(world.clock, other, world.diary));
  settle(world.io);
  CHECK(world.group.size() == 2);
  run(world.io, world.group.stop());
  CHECK(world.group.size() == 0);
  CHECK(world.diary == Texts{"unwound", "unwound"});
  CHECK(world.bugs.empty());
}

TEST_CASE("stop ends a task that has not begun, and returns at once when there is none") {
  GroupWorld world;
  world.group.spawn("bell", wait_forever(world.bell, world.diary));
  run(world.io, world.group.stop());
  CHECK(world.group.size() == 0);
  run(world.io, world.group.stop());
  CHECK(world.bugs.empty());
}

TEST_CASE("a task that is cancelled before it was ever suspended ends quietly") {
  GroupWorld world;
  TaskGroup other(world.io.get_executor(), no_bugs());
  world.group.spawn("cancels", spawn_and_cancel(other, world.clock, world.bell));
  settle(world.io);
  CHECK(other.size() == 0);
  CHECK(world.group.size() == 0);
}

TEST_CASE("a task may end its own group, also from within a deadline") {
  GroupWorld world;
  bool ended = false;
  world.group.spawn("own", cancel_within_deadline(world.group, world.clock, ended));
  settle(world.io);
  CHECK(ended);
  CHECK(world.group.size() == 0);
  CHECK(world.bugs.empty());
}

TEST_CASE("after stop nothing starts") {
  GroupWorld world;
  run(world.io, world.group.stop());
  world.group.spawn("late", note(world.diary, "late"));
  settle(world.io);
  CHECK(world.diary.empty());
}

TEST_CASE("an exception is reported with the task's name, and the others go on") {
  GroupWorld world;
  world.group.spawn("broken", fail());
  world.group.spawn("bell", wait_then_note(world.bell, world.diary));
  settle(world.io);
  CHECK(world.bugs == Texts{"broken: a bug"});
  world.bell.ring();
  settle(world.io);
  CHECK(world.diary == Texts{"heard"});
}

TEST_CASE("whoever is cancelled while waiting for the end is told so") {
  GroupWorld world;
  world.group.spawn("bell", wait_forever(world.bell, world.diary));
  settle(world.io);
  const Started stopping = start(world.io, world.group.stop());
  stopping.cancel();
  settle(world.io);
  CHECK(*stopping.ended == "aborted");
  CHECK(world.group.size() == 0);
}

TEST_CASE("suspended tasks are destroyed with their loop, in either order") {
  std::vector<std::string> diary;
  Bell bell;
  SUBCASE("the group first") {
    boost::asio::io_context io;
    {
      TaskGroup group(io.get_executor(), no_bugs());
      group.spawn("bell", wait_forever(bell, diary));
      settle(io);
    }
    CHECK(diary.empty());
  }
  SUBCASE("the loop first") {
    auto io = std::make_unique<boost::asio::io_context>();
    TaskGroup group(io->get_executor(), no_bugs());
    group.spawn("bell", wait_forever(bell, diary));
    settle(*io);
    io.reset();
    CHECK(diary == Texts{"unwound"});
    CHECK(group.size() == 0);
    group.cancel();
  }
  SUBCASE("the loop first, before the task began") {
    auto io = std::make_unique<boost::asio::io_context>();
    TaskGroup group(io->get_executor(), no_bugs());
    group.spawn("bell", wait_forever(bell, diary));
    io.reset();
  }
}
