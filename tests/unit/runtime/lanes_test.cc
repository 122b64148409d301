#include "runtime/lanes.h"

#include <doctest/doctest.h>
#include <stdexcept>
#include <string>

#include "support.h"

using namespace stackd;
using namespace stackd::runtime;
using namespace stackd::runtime::test;
using namespace std::chrono_literals;

namespace {

struct Diary {
  HandClock clock;
  std::string text;
  int running = 0;
  int running_max = 0;
};

Task<void> take(Diary& diary, std::size_t number, Duration span) {
  diary.running_max = std::max(diary.running_max, ++diary.running);
  diary.text += std::to_string(number);
  co_await sleep_for(diary.clock, span);
  --diary.running;
}

Task<void> fail_at_three(Diary& diary, std::size_t number) {
  diary.text += std::to_string(number);
  co_await sleep_for(diary.clock, 1s);
  if (number == 3) throw std::runtime_error("three");
}

struct Unwinds {
  int& count;
  ~Unwinds() { ++count; }
};

Task<void> wait_forever(int& unwound, Clock& clock) {
  const Unwinds unwinds{unwound};
  co_await sleep_for(clock, 1h);
}

}  // namespace

TEST_CASE("so many at once are under way as there are lanes, in their order, and all come to their end") {
  boost::asio::io_context io;
  Diary diary;
  const Started started =
      start(io, in_lanes(3, 7, [&](std::size_t number) { return take(diary, number, 1s); }));
  settle(io);
  CHECK(diary.text == "012");
  for (int second = 0; second < 3; ++second) {
    diary.clock.advance(1s);
    settle(io);
  }
  CHECK(diary.text == "0123456");
  CHECK(diary.running_max == 3);
  CHECK(*started.ended == "done");
}

TEST_CASE("of nothing there is nothing to wait for") {
  boost::asio::io_context io;
  Diary diary;
  run(io, in_lanes(3, 0, [&](std::size_t number) { return take(diary, number, 1s); }));
  CHECK(diary.text.empty());
}

TEST_CASE("what one throws comes out when the others have ended") {
  boost::asio::io_context io;
  Diary diary;
  const Started started =
      start(io, in_lanes(2, 8, [&](std::size_t number) { return fail_at_three(diary, number); }));
  for (int second = 0; second < 9; ++second) {
    settle(io);
    diary.clock.advance(1s);
  }
  settle(io);
  CHECK(*started.ended == "three");
  CHECK(diary.text == "01234567");
}

TEST_CASE("cancelled, it is over only when all that was under way is") {
  boost::asio::io_context io;
  HandClock clock;
  int unwound = 0;
  const Started started =
      start(io, in_lanes(3, 9, [&](std::size_t) { return wait_forever(unwound, clock); }));
  settle(io);
  started.cancel();
  settle(io);
  CHECK(*started.ended == "aborted");
  CHECK(unwound == 3);
}
