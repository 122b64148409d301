// Why a service is not as it should be, followed from service to service to where it begins.
#pragma once

#include <string>
#include <vector>

#include "decide/picture/state.h"

namespace stackd::decide {

/// It is to come up or go down, and what stackd does by itself will hardly bring it there: the engine refuses
/// it time after time, or it waits for what is so, has failed, or is down by order or for good.
bool is_stuck(const State& state, const Service& service);

struct Cause {
  std::string sentence;
  std::string log_of;  // the container whose last lines belong under it; "": none
};

/// What is said above the last lines of a log.
std::string last_lines_text(const std::string& words);

/// Nearest cause first: the service, what it waits for, what that waits for; under a job that failed its last
/// words. Ends with what is down for a cause of its own. Never empty.
std::vector<Cause> causal_chain(const State& state, const Service& service);

}  // namespace stackd::decide
