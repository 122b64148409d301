// The part of reconcile that looks at one job: it runs once for a release.
#pragma once

#include "decide/planner.h"
#include "decide/state.h"

namespace stackd::decide {

void keep_job(Planner& planner, const State& state, const Service& service);

}  // namespace stackd::decide
