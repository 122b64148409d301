// The whole way from here to where nothing is left to do, as a list of steps: reconcile called again and
// again on a picture of the world in which every step succeeds and everything becomes ready.
#pragma once

#include <vector>

#include "decide/state.h"
#include "model/plan.h"

namespace stackd::decide {

/// What the engine would report after the action had succeeded.
void apply_effect(Observed& observed, Memory& memory, Desired& desired, const Step& step, WallTime at);

struct Foresight {
  std::vector<Step> steps;
  std::vector<std::string> warnings;
  bool ends = true;  // false: still something to do after so many rounds that planning must be wrong
};

Foresight foresee(const State& state);

}  // namespace stackd::decide
