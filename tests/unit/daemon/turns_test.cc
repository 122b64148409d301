#include "daemon/host/turns.h"

#include <doctest/doctest.h>
#include <map>
#include <memory>
#include <vector>

using namespace stackd;
using namespace stackd::daemon;
using namespace std::chrono_literals;

namespace {

class HandClock final : public runtime::Clock {
 public:
  [[nodiscard]] Time now() const override { return now_; }
  [[nodiscard]] WallTime wall() const override { return {}; }
  runtime::Task<void> sleep_until(Time) override { co_return; }
  void advance(Duration span) { now_ += span; }

 private:
  Time now_{};
};

/// Stacks that want so many steps each, and ask whenever they are called.
struct Stacks {
  explicit Stacks(std::size_t at_once) : turns(clock, at_once) {}

  struct Stack {
    std::unique_ptr<Turns::Seat> seat;
    std::size_t wanted = 0;
    bool called = false;
    std::vector<Turns::Turn> held;
  };

  void want(const std::string& name, std::size_t steps) {
    Stack& stack = stacks[name];
    if (!stack.seat)
      stack.seat = std::make_unique<Turns::Seat>(&turns, name, [&stack] { stack.called = true; });
    stack.wanted = steps;
    decide(name);
  }

  void decide(const std::string& name) {
    Stack& stack = stacks.at(name);
    stack.called = false;
    stack.seat->begin_round();
    while (stack.wanted > 0) {
      std::optional<Turns::Turn> turn = stack.seat->ask(Urgency::usual);
      if (!turn) return;
      stack.held.push_back(*std::move(turn));
      order += name;
      --stack.wanted;
    }
  }

  /// One step of the stack ends, and whoever is called decides.
  void end_one(const std::string& name) {
    stacks.at(name).held.erase(stacks.at(name).held.begin());
    for (auto& [other, stack] : stacks) {
      if (stack.called) decide(other);
    }
  }

  HandClock clock;
  Turns turns;
  std::map<std::string, Stack> stacks;
  std::string order;
};

}  // namespace

TEST_CASE("no more steps are under way than the host has room for, and stacks take turns") {
  Stacks stacks(2);
  for (const char* name : {"a", "b", "c"}) stacks.want(name, 0);  // they are there before anybody asks
  for (const char* name : {"a", "b", "c"}) stacks.want(name, 3);
  CHECK(stacks.order == "aa");
  CHECK(stacks.turns.taken() == 2);
  std::size_t left = 9;
  while (left-- > 0) {
    for (auto& [name, stack] : stacks.stacks) {
      if (stack.held.empty()) continue;
      stacks.end_one(name);
      break;
    }
    CHECK(stacks.turns.taken() <= 2);
  }
  CHECK(stacks.order == "aabcabcbc");
  CHECK(stacks.turns.taken() == 0);
}

TEST_CASE("what is urgent does not wait for what is not") {
  Stacks stacks(1);
  stacks.want("a", 1);
  stacks.want("b", 1);
  Turns::Seat down(&stacks.turns, "down", [] {});
  CHECK_FALSE(down.ask(Urgency::usual));
  const std::optional<Turns::Turn> turn = down.ask(Urgency::urgent);
  CHECK(turn);
  CHECK_FALSE(down.ask(Urgency::urgent));
  CHECK(stacks.turns.taken() == 2);
  stacks.end_one("a");
  CHECK(stacks.order == "ab");
}

TEST_CASE("what is made ahead and what is started hold each other up nowhere") {
  Stacks stacks(1);
  Turns::Seat seat(&stacks.turns, "stack", [] {});
  const std::optional<Turns::Turn> made = seat.ask(Urgency::ahead);
  CHECK(made);
  CHECK_FALSE(seat.ask(Urgency::ahead));
  const std::optional<Turns::Turn> started = seat.ask(Urgency::usual);
  CHECK(started);
  CHECK_FALSE(seat.ask(Urgency::usual));
  CHECK(stacks.turns.taken() == 2);
}

TEST_CASE("who wants nothing any more lets the next one have the room") {
  Stacks stacks(1);
  for (const char* name : {"a", "b", "c"}) stacks.want(name, 1);
  stacks.stacks.at("b").wanted = 0;  // somebody stopped it meanwhile
  stacks.end_one("a");
  for (auto& [name, stack] : stacks.stacks) {
    if (stack.called) stacks.decide(name);
  }
  CHECK(stacks.order == "ac");
}

TEST_CASE("a stack that goes while it waits, or holds a turn, takes nothing with it") {
  Stacks stacks(1);
  for (const char* name : {"a", "b", "c"}) stacks.want(name, 1);
  stacks.stacks.at("b").seat.reset();
  stacks.stacks.erase("b");
  stacks.end_one("a");
  CHECK(stacks.order == "ac");

  stacks.stacks.at("a").wanted = 1;
  stacks.decide("a");
  stacks.stacks.erase("c");
  CHECK(stacks.stacks.at("a").called);
  stacks.decide("a");
  CHECK(stacks.order == "aca");
}

TEST_CASE("a step that hangs counts for some seconds only, and then holds nobody up") {
  Stacks stacks(2);
  stacks.want("hangs", 2);
  stacks.want("other", 1);
  CHECK(stacks.order == "hangshangs");
  stacks.clock.advance(9s);
  stacks.decide("other");
  CHECK(stacks.order == "hangshangs");
  stacks.clock.advance(1s);
  stacks.decide("other");
  CHECK(stacks.order == "hangshangsother");
  CHECK(stacks.turns.taken() == 1);
}

TEST_CASE("one that was called and is busy with something else keeps the others back for a moment only") {
  Stacks stacks(1);
  for (const char* name : {"a", "b", "c"}) stacks.want(name, 1);
  stacks.stacks.at("a").held.clear();
  CHECK(stacks.stacks.at("b").called);  // it does not answer
  stacks.decide("c");
  CHECK(stacks.order == "a");
  stacks.clock.advance(2 * Turns::Seat::ask_again_after);
  stacks.decide("c");
  CHECK(stacks.order == "ac");
}

TEST_CASE("without a limit everything is granted") {
  Turns::Seat seat(nullptr, "shop", [] {});
  std::vector<Turns::Turn> held;
  for (int step = 0; step < 100; ++step) {
    std::optional<Turns::Turn> turn = seat.ask(Urgency::usual);
    REQUIRE(turn);
    held.push_back(*std::move(turn));
  }
  CHECK_FALSE(seat.waits());
}
