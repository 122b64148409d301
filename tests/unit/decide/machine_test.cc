// The machine of a deploy: its whole table against tests/cases/deploy/machine.txt (written anew with
// STACKD_ACCEPT=1 in the environment), and diaries of events and answers.
#include "decide/deploy/machine.h"

#include <cstdlib>
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

using namespace stackd;
using namespace stackd::decide;

namespace {

constexpr auto orders = {DeployEvent::cancel, DeployEvent::withdraw, DeployEvent::resume,
                         DeployEvent::roll_back, DeployEvent::supersede};
constexpr auto ways = {WayBack::none, WayBack::open, WayBack::undecided};

std::vector<DeployState> all_states() {
  std::vector<DeployState> states;
  for (int i = 0; i <= static_cast<int>(DeployState::superseded); ++i)
    states.push_back(static_cast<DeployState>(i));
  return states;
}

std::vector<DeployEvent> all_events() {
  std::vector<DeployEvent> events;
  for (int i = 0; i <= static_cast<int>(DeployEvent::done); ++i)
    events.push_back(static_cast<DeployEvent>(i));
  return events;
}

/// Tells the events one after the other: "turn → resolving: resolve", a line each.
std::string diary(DeployState state, const std::vector<DeployEvent>& events, WayBack way_back) {
  std::string text;
  for (const DeployEvent event : events) {
    const DeployAnswer next = answer(state, event, way_back);
    text += std::string(to_string(event)) + " → ";
    if (const auto* move = std::get_if<DeployMove>(&next)) {
      state = move->state;
      text += std::string(to_string(state)) + ": " + std::string(to_string(move->effect)) + "\n";
    } else if (const auto* no = std::get_if<DeployRefusal>(&next)) {
      text += std::string(no->why) + "\n";
    } else {
      text += "never\n";
    }
  }
  return text;
}

}  // namespace

TEST_CASE("each state has its answer to each event, as the table says") {
  const std::filesystem::path golden = std::filesystem::path(STACKD_CASES) / "deploy" / "machine.txt";
  const std::string table = machine_table();
  if (std::getenv("STACKD_ACCEPT") != nullptr) std::ofstream(golden, std::ios::binary) << table;
  std::ostringstream expected;
  expected << std::ifstream(golden, std::ios::binary).rdbuf();
  CHECK(table == expected.str());
}

TEST_CASE("an order is followed or refused in every state, and a deploy that has ended begins no more") {
  for (const DeployState state : all_states()) {
    CAPTURE(to_string(state));
    for (const WayBack way : ways) {
      for (const DeployEvent order : orders) {
        CAPTURE(to_string(order));
        CHECK_FALSE(std::holds_alternative<NeverComes>(answer(state, order, way)));
      }
      for (const DeployEvent event : all_events()) {
        const DeployAnswer next = answer(state, event, way);
        const auto* move = std::get_if<DeployMove>(&next);
        if (move == nullptr) continue;
        CAPTURE(to_string(event));
        if (is_final(state)) CHECK(is_final(move->state));
        if (!is_final(move->state)) CHECK(move->effect != DeployEffect::end);
        CHECK(may_follow(state, move->state));
      }
    }
  }
}

TEST_CASE("from every state something leads to an end, also when nothing but a withdrawal ever comes") {
  for (const DeployState state : all_states()) {
    if (is_final(state)) continue;
    CAPTURE(to_string(state));
    for (const WayBack way : ways) {
      const DeployAnswer next = answer(state, DeployEvent::withdraw, way);
      REQUIRE(std::holds_alternative<DeployMove>(next));
      CHECK(std::get<DeployMove>(next).state == DeployState::cancelled);
    }
  }
}

TEST_CASE("a deploy without jobs that goes well") {
  CHECK(diary(DeployState::queued,
              {DeployEvent::turn, DeployEvent::bound, DeployEvent::recorded, DeployEvent::ungated,
               DeployEvent::replaced, DeployEvent::ready, DeployEvent::good, DeployEvent::done},
              WayBack::open) ==
        "turn → resolving: resolve\n"
        "bound → fetching: fetch\n"
        "recorded → fetching: complete_record\n"
        "ungated → rolling: roll_out\n"
        "replaced → watching: watch\n"
        "ready → watching: ask\n"
        "good → live: go_live\n"
        "done → live: end\n");
}

TEST_CASE("a gate that fails lets its jobs end; who can't wait for them stops the stack") {
  CHECK(diary(DeployState::fetching, {DeployEvent::gated, DeployEvent::failed, DeployEvent::done},
              WayBack::none) ==
        "gated → gating: pass_gate\n"
        "failed → failed: empty_gate\n"
        "done → failed: end\n");
  CHECK(diary(DeployState::gating, {DeployEvent::cancel, DeployEvent::resume, DeployEvent::withdraw},
              WayBack::none) ==
        "cancel → cancelled: empty_gate\n"
        "resume → is not paused\n"
        "withdraw → cancelled: leave_gate\n");
}

TEST_CASE("a rollout that fails is reverted, paused or left, as the way back is") {
  const std::vector<DeployEvent> story = {DeployEvent::failed, DeployEvent::cancel, DeployEvent::put_back};
  CHECK(diary(DeployState::rolling, story, WayBack::open) ==
        "failed → reverting: put_back\n"
        "cancel → is being reverted already\n"
        "put_back → reverted: end\n");
  CHECK(diary(DeployState::rolling, {DeployEvent::failed, DeployEvent::resume, DeployEvent::failed},
              WayBack::undecided) ==
        "failed → paused: await_person\n"
        "resume → rolling: roll_on\n"
        "failed → paused: await_person\n");
  CHECK(diary(DeployState::watching, {DeployEvent::failed}, WayBack::none) == "failed → failed: let_stay\n");
}

TEST_CASE(
    "a stack that is stopped while a release is put back has what ran before, put back already or not") {
  CHECK(diary(DeployState::reverting, {DeployEvent::withdraw}, WayBack::open) ==
        "withdraw → cancelled: step_back\n");
  CHECK(diary(DeployState::reverting, {DeployEvent::withdraw}, WayBack::none) ==
        "withdraw → cancelled: let_stay\n");
}

TEST_CASE("a stackd that was killed goes on where the record says") {
  CHECK(diary(DeployState::gating, {DeployEvent::restarted, DeployEvent::gated}, WayBack::open) ==
        "restarted → gating: complete_record\n"
        "gated → gating: pass_gate\n");
  CHECK(diary(DeployState::watching, {DeployEvent::restarted_live, DeployEvent::done}, WayBack::open) ==
        "restarted_live → live: tidy_up\n"
        "done → live: end\n");
  CHECK(diary(DeployState::paused, {DeployEvent::restarted, DeployEvent::roll_back}, WayBack::open) ==
        "restarted → paused: await_person\n"
        "roll_back → reverting: put_back\n");
}
