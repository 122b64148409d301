// Takes parts out of a scenario as long as it still breaks a promise: what is left is the story to read.
#pragma once

#include <functional>

#include "sim/scenario.h"

namespace stackd::sim {

/// `fails` runs a scenario and says whether it breaks a promise.
Scenario shrink(Scenario scenario, const std::function<bool(const Scenario&)>& fails);

}  // namespace stackd::sim
