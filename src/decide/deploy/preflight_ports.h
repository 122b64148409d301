// The part of a preflight that is about published ports: who has them, and who of the stack would ask for the
// same. For preflight.cc.
#pragma once

#include <string>
#include <vector>

#include "decide/picture/state.h"
#include "model/surroundings.h"

namespace stackd::decide {

/// It runs on until the release is live, and is removed then: its service is not in the stack file any more,
/// and no network that is made anew takes it away before. `former` is the current release, or null.
bool runs_until_live(const State& next, const Desired* former, const ObservedContainer& container);

/// Obstacles: ports of the service that somebody else has, or that another service which is to run beside it
/// publishes too. A job's ports are free again when it has ended, so it is nobody's rival. Where a range is
/// published the engine takes a port that is free.
std::vector<std::string> port_obstacles(const State& next, const Desired* former, const Surroundings& around,
                                        const Service& service);

}  // namespace stackd::decide
