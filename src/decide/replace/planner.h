// A plan in the making: drops steps whose resource is being worked on, holds back those that failed a
// moment ago, and keeps the earliest moment at which somebody must look again.
#pragma once

#include <string>

#include "decide/picture/state.h"
#include "model/plan.h"

namespace stackd::decide {

class Planner {
 public:
  explicit Planner(const State& state) : state_(state) {}

  void step(Action action, std::string cause);
  void warn(std::string text);
  void look_again(Time at);

  /// A step works on it now.
  [[nodiscard]] bool is_busy(const std::string& resource) const { return state_.busy.count(resource) > 0; }

  Plan take() { return std::move(plan_); }

 private:
  const State& state_;
  Plan plan_;
};

}  // namespace stackd::decide
