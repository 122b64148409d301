// Other hands than ours at our containers: for how long they are left undisturbed.
#pragma once

#include <optional>

#include "decide/picture/state.h"

namespace stackd::decide {

/// Other hands make, start and stop things in several steps: for so long after each they are not disturbed.
inline constexpr Duration hands_rest = std::chrono::seconds(5);
/// … and for so long a container that they made and have not started yet: its predecessor may take its time.
inline constexpr Duration hands_rest_before_start = std::chrono::seconds(30);

/// Until when this container, though it is wrong, must be left alone; absent: it may be replaced now. A
/// moment long past means: until something else has happened.
std::optional<Time> restoration_waits(const State& state, const ObservedContainer& container);

}  // namespace stackd::decide
