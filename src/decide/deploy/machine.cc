#include "decide/deploy/machine.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/check.h"

namespace stackd::decide {
namespace {

using S = DeployState;
using E = DeployEvent;
using F = DeployEffect;

struct Row {
  S state;
  E event;
  DeployMove move;
  std::optional<WayBack> only;  // this way back; absent: any
};

constexpr WayBack none = WayBack::none;
constexpr WayBack open = WayBack::open;
constexpr WayBack undecided = WayBack::undecided;

// clang-format off
constexpr std::array<Row, 69> rows = {{
    {S::queued, E::turn, {S::resolving, F::resolve}, {}},
    {S::queued, E::restarted, {S::fetching, F::complete_record}, {}},
    {S::queued, E::cancel, {S::cancelled, F::end}, {}},
    {S::queued, E::withdraw, {S::cancelled, F::end}, {}},
    {S::queued, E::supersede, {S::superseded, F::end}, {}},

    {S::resolving, E::restarted, {S::fetching, F::complete_record}, {}},
    {S::resolving, E::bound, {S::fetching, F::fetch}, {}},
    {S::resolving, E::failed, {S::failed, F::end}, {}},
    {S::resolving, E::cancel, {S::cancelled, F::end}, {}},
    {S::resolving, E::withdraw, {S::cancelled, F::let_stay}, {}},

    {S::fetching, E::restarted, {S::fetching, F::complete_record}, {}},
    {S::fetching, E::unchanged, {S::rolling, F::keep_up}, {}},
    {S::fetching, E::recorded, {S::fetching, F::complete_record}, {}},
    {S::fetching, E::gated, {S::gating, F::pass_gate}, {}},
    {S::fetching, E::ungated, {S::rolling, F::roll_out}, {}},
    {S::fetching, E::failed, {S::failed, F::end}, {}},
    {S::fetching, E::cancel, {S::cancelled, F::end}, {}},
    {S::fetching, E::withdraw, {S::cancelled, F::let_stay}, {}},

    {S::gating, E::restarted, {S::gating, F::complete_record}, {}},
    {S::gating, E::gated, {S::gating, F::pass_gate}, {}},
    {S::gating, E::ungated, {S::rolling, F::roll_out}, {}},
    {S::gating, E::passed, {S::rolling, F::roll_out}, {}},
    {S::gating, E::failed, {S::failed, F::empty_gate}, {}},
    {S::gating, E::cancel, {S::cancelled, F::empty_gate}, {}},
    {S::gating, E::withdraw, {S::cancelled, F::leave_gate}, {}},

    {S::rolling, E::restarted, {S::rolling, F::roll_out}, {}},
    {S::rolling, E::restarted_live, {S::live, F::tidy_up}, {}},
    {S::rolling, E::replaced, {S::watching, F::watch}, {}},
    {S::rolling, E::ready, {S::watching, F::ask}, {}},
    {S::rolling, E::good, {S::live, F::go_live}, {}},
    {S::rolling, E::kept, {S::live, F::end}, {}},
    {S::rolling, E::failed, {S::failed, F::let_stay}, none},
    {S::rolling, E::failed, {S::reverting, F::put_back}, open},
    {S::rolling, E::failed, {S::paused, F::await_person}, undecided},
    {S::rolling, E::cancel, {S::cancelled, F::let_stay}, none},
    {S::rolling, E::cancel, {S::reverting, F::put_back}, {}},
    {S::rolling, E::withdraw, {S::cancelled, F::let_stay}, none},
    {S::rolling, E::withdraw, {S::cancelled, F::step_back}, {}},

    {S::watching, E::restarted, {S::watching, F::roll_out}, {}},
    {S::watching, E::restarted_live, {S::live, F::tidy_up}, {}},
    {S::watching, E::ready, {S::watching, F::ask}, {}},
    {S::watching, E::good, {S::live, F::go_live}, {}},
    {S::watching, E::kept, {S::live, F::end}, {}},
    {S::watching, E::failed, {S::failed, F::let_stay}, none},
    {S::watching, E::failed, {S::reverting, F::put_back}, open},
    {S::watching, E::failed, {S::paused, F::await_person}, undecided},
    {S::watching, E::cancel, {S::cancelled, F::let_stay}, none},
    {S::watching, E::cancel, {S::reverting, F::put_back}, {}},
    {S::watching, E::withdraw, {S::cancelled, F::let_stay}, none},
    {S::watching, E::withdraw, {S::cancelled, F::step_back}, {}},

    {S::reverting, E::restarted, {S::reverting, F::put_back}, {}},
    {S::reverting, E::put_back, {S::reverted, F::end}, {}},
    {S::reverting, E::put_back_by_order, {S::cancelled, F::end}, {}},
    {S::reverting, E::failed, {S::failed, F::let_stay}, {}},
    {S::reverting, E::withdraw, {S::cancelled, F::let_stay}, none},  // it is put back
    {S::reverting, E::withdraw, {S::cancelled, F::step_back}, {}},

    {S::paused, E::restarted, {S::paused, F::await_person}, {}},
    {S::paused, E::resume, {S::rolling, F::roll_on}, {}},
    {S::paused, E::roll_back, {S::reverting, F::put_back}, {}},
    {S::paused, E::cancel, {S::reverting, F::put_back}, {}},
    {S::paused, E::withdraw, {S::cancelled, F::let_stay}, none},
    {S::paused, E::withdraw, {S::cancelled, F::step_back}, {}},

    {S::live, E::done, {S::live, F::end}, {}},

    // While the jobs of a gate that was shut still run.
    {S::failed, E::done, {S::failed, F::end}, {}},
    {S::failed, E::cancel, {S::failed, F::empty_gate}, {}},
    {S::failed, E::withdraw, {S::cancelled, F::leave_gate}, {}},
    {S::cancelled, E::done, {S::cancelled, F::end}, {}},
    {S::cancelled, E::cancel, {S::cancelled, F::empty_gate}, {}},
    {S::cancelled, E::withdraw, {S::cancelled, F::leave_gate}, {}},
}};
// clang-format on

constexpr std::array<S, 13> states = {S::queued,   S::resolving, S::fetching,  S::gating, S::rolling,
                                      S::watching, S::reverting, S::paused,    S::live,   S::failed,
                                      S::reverted, S::cancelled, S::superseded};

constexpr std::array<std::string_view, 22> event_names = {"cancel",    "withdraw",       "resume",
                                                          "roll_back", "supersede",      "turn",
                                                          "restarted", "restarted_live", "bound",
                                                          "unchanged", "recorded",       "gated",
                                                          "ungated",   "passed",         "replaced",
                                                          "ready",     "good",           "kept",
                                                          "failed",    "put_back",       "put_back_by_order",
                                                          "done"};

constexpr std::array<std::string_view, 18> effect_names = {
    "resolve",  "fetch",    "complete_record", "pass_gate", "empty_gate",   "leave_gate",
    "roll_out", "roll_on",  "watch",           "ask",       "keep_up",      "go_live",
    "tidy_up",  "put_back", "step_back",       "let_stay",  "await_person", "end"};

const Row* find_row(S state, E event, WayBack way_back) {
  const auto* row = std::find_if(rows.begin(), rows.end(), [&](const Row& candidate) {
    return candidate.state == state && candidate.event == event &&
           (!candidate.only || *candidate.only == way_back);
  });
  return row == rows.end() ? nullptr : row;
}

// Every order is answered in every state.
std::string_view refusal(S state, E event) {
  switch (event) {
    case E::cancel:
      return state == S::reverting ? "is being reverted already" : "is over";
    case E::withdraw:
      return "is over";
    case E::resume:
    case E::roll_back:
      return "is not paused";
    case E::supersede:
      return "has begun";
    case E::turn:
    case E::restarted:
    case E::restarted_live:
    case E::bound:
    case E::unchanged:
    case E::recorded:
    case E::gated:
    case E::ungated:
    case E::passed:
    case E::replaced:
    case E::ready:
    case E::good:
    case E::kept:
    case E::failed:
    case E::put_back:
    case E::put_back_by_order:
    case E::done:
      return {};
  }
  return {};
}

std::string move_text(const DeployMove& move) {
  return std::string(to_string(move.state)) + ": " + std::string(to_string(move.effect));
}

// One line for each way back that makes a difference.
std::string answers_to(S state, E event) {
  std::string text;
  const std::string begin = "  " + std::string(to_string(event));
  const DeployAnswer first = answer(state, event, none);
  if (!std::holds_alternative<DeployMove>(first)) return {};
  const std::string without = move_text(std::get<DeployMove>(first));
  const std::string with = move_text(next_move(state, event, open));
  const std::string unsaid = move_text(next_move(state, event, undecided));
  if (without == with && with == unsaid) return begin + " → " + without + "\n";
  text = begin + ", no way back → " + without + "\n" + begin + ", a way back → " + with + "\n";
  if (with != unsaid) text += begin + ", a person has to say → " + unsaid + "\n";
  return text;
}

}  // namespace

std::string_view to_string(DeployEvent event) {
  return event_names.at(static_cast<std::size_t>(event));
}

std::string_view to_string(DeployEffect effect) {
  return effect_names.at(static_cast<std::size_t>(effect));
}

DeployAnswer answer(DeployState state, DeployEvent event, WayBack way_back) {
  if (const Row* row = find_row(state, event, way_back)) return row->move;
  const std::string_view why = refusal(state, event);
  if (!why.empty()) return DeployRefusal{why};
  return NeverComes{};
}

DeployMove next_move(DeployState state, DeployEvent event, WayBack way_back) {
  const DeployAnswer next = answer(state, event, way_back);
  STACKD_CHECK(std::holds_alternative<DeployMove>(next));
  return std::get<DeployMove>(next);
}

bool may_follow(DeployState from, DeployState to) {
  const bool told_anew = from == to && !is_final(from);
  return told_anew || std::any_of(rows.begin(), rows.end(),
                                  [&](const Row& row) { return row.state == from && row.move.state == to; });
}

std::string machine_table() {
  std::string text;
  for (const S state : states) {
    text += std::string(to_string(state)) + "\n";
    std::string refused;
    std::string never;
    for (std::size_t i = 0; i < event_names.size(); ++i) {
      const E event = static_cast<E>(i);
      text += answers_to(state, event);
      const DeployAnswer without = answer(state, event, none);
      if (const auto* no = std::get_if<DeployRefusal>(&without))
        refused += "  refuses " + std::string(to_string(event)) + ": " + std::string(no->why) + "\n";
      if (std::holds_alternative<NeverComes>(without)) never += " " + std::string(to_string(event));
    }
    text += refused + (never.empty() ? "" : "  never comes:" + never + "\n") + "\n";
  }
  return text;
}

}  // namespace stackd::decide
