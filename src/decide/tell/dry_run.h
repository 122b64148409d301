// The whole way from here to where nothing is left to do, as a list of steps: reconcile called again and
// again on a picture of the world in which every step succeeds and everything becomes ready.
#pragma once

#include <vector>

#include "decide/keep/wish.h"
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

/// What a deploy replaces.
struct Replaced {
  Target target;
  Wishes wishes;
  bool is_up = true;
  DeployScope scope;  // of the deploy
};

/// A whole deploy: the gate beside what it replaces (null: there is nothing), the replacement, and what is
/// cleared away once it is live. Warns of each service that is away while it is replaced.
DryRun dry_run_of_deploy(const Replaced* replaced, const State& next);

}  // namespace stackd::decide
