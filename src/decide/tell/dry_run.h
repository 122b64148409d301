// The whole way from here to where nothing is left to do, as a list of steps: reconcile called again and
// again on a picture of the world in which every step succeeds and everything becomes ready.
#pragma once

#include <vector>

#include "decide/picture/state.h"
#include "model/plan.h"

namespace stackd::decide {

/// What the engine would report after the action had succeeded.
void apply_effect(Observed& observed, Memory& memory, Target& target, const Step& step, WallTime at);

struct DryRun {
  std::vector<Step> steps;
  std::vector<std::string> warnings;
  bool ends = true;  // false: still something to do after so many rounds that planning must be wrong
};

DryRun dry_run(const State& state);

/// A whole deploy: the gate beside `current` (null: there is none), the replacement, and what is cleared away
/// once it is live. Warns of each service that is away while it is replaced.
DryRun dry_run_of_deploy(const Target* current, bool is_up, const State& next);

}  // namespace stackd::decide
