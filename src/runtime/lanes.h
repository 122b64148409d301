// A few at once of many: tasks that are alike, begun in their order, in so many lanes.
#pragma once

#include <cstddef>
#include <functional>

#include "runtime/clock.h"

namespace stackd::runtime {

/// Runs `task(0)`, `task(1)` … below `count`, at most `lanes` of them at a time, and returns when all have
/// ended. `task` is a plain function that makes a coroutine, which may refer to what the caller of this
/// holds: cancelled, this cancels what is under way and awaits its end. Throws what a task throws; others of
/// its lane do not begin.
Task<void> in_lanes(std::size_t lanes, std::size_t count, std::function<Task<void>(std::size_t)> task);

}  // namespace stackd::runtime
