// The start of a container that is there and stands still: once everything that it waits for allows it.
#pragma once

#include <vector>

#include "decide/picture/state.h"
#include "decide/replace/planner.h"

namespace stackd::decide {

/// A start step, or what has to be done before it, or nothing yet.
void start_when_allowed(Planner& planner, const State& state, const Service& service,
                        const ObservedContainer& container);

/// Services that share a namespace with this one and have a running container.
std::vector<const ObservedContainer*> running_sharers(const State& state, const std::string& owner);

/// It is stackd that restarts, or nobody: a policy that the engine would follow is taken from it.
void take_policy_from_engine(Planner& planner, const State& state, const ObservedContainer& container,
                             const std::string& cause);

}  // namespace stackd::decide
