// The part of reconcile that looks at one job: it runs once for a release.
#pragma once

#include "decide/picture/state.h"
#include "decide/replace/planner.h"

namespace stackd::decide {

/// The step that ends a run which takes longer than its timeout, or a look at the moment when it does.
void end_when_overdue(Planner& planner, const State& state, const ObservedContainer& container,
                      Duration timeout);

void keep_job(Planner& planner, const State& state, const Service& service);

}  // namespace stackd::decide
