// What the engine refused to do, time after time.
#pragma once

#include <set>
#include <string>

#include "decide/picture/state.h"

namespace stackd::decide {

/// Why this place can't be filled or cleared, in the engine's words; "" when nothing was refused so often.
std::string refused_place(const State& state, const Service& service, std::int64_t number);

/// The same of any place of these services, and of the networks and volumes that they need.
std::string refused(const State& state, const std::set<std::string>& services);

/// The same of the networks and volumes alone.
std::string refused_surroundings(const State& state, const Service& service);

}  // namespace stackd::decide
