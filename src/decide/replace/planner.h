// A plan in the making: drops steps whose resource is being worked on, holds back those that failed a
// moment ago, and keeps the earliest moment at which somebody must look again.
#pragma once

#include <set>
#include <string>
#include <utility>

#include "decide/picture/state.h"
#include "model/plan.h"

namespace stackd::decide {

class Planner {
 public:
  explicit Planner(const State& state) : state_(state) {}

  void step(Action action, std::string cause);
  void warn(std::string text);
  void look_again(Time at);
  /// Something that stands on these services is about to end: until it has, none of them is stopped, but for
  /// one that has failed.
  void hold_stops(std::set<std::string> services) { held_ = std::move(services); }

  /// A step works on it now.
  [[nodiscard]] bool is_busy(const std::string& resource) const { return state_.busy.count(resource) > 0; }

  Plan take() { return std::move(plan_); }

 private:
  const State& state_;
  Plan plan_;
  std::set<std::string> held_;
};

}  // namespace stackd::decide
