// Whether a stack is as it is to be; where it is not, what is missing, for people.
#pragma once

#include <string>
#include <vector>

#include "decide/picture/state.h"

namespace stackd::decide {

/// A service that is not yet as it is to be.
struct Unsettled {
  std::string service;
  std::string sentence;  // "worker is unhealthy"
};

/// In the order of names. Left out are what is stopped on purpose, and what may be broken although its
/// release is live (rollout.h).
std::vector<Unsettled> unsettled(const State& state);

/// Every service is ready or, being a job, has succeeded; what is stopped on purpose does not count. In a
/// stack that is only to be made: every container is there.
bool is_settled(const State& state);

}  // namespace stackd::decide
