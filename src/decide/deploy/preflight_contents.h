// The part of a preflight that is about what containers would find: files that can't be where they are
// wanted, and volumes that change under their services. For preflight.cc.
#pragma once

#include <string>
#include <vector>

#include "decide/picture/state.h"

namespace stackd::decide {

/// Obstacles: secrets and configs that the service's process could not see (model/placed_files.h).
std::vector<std::string> unplaced_files_of(const Stack& stack, const Service& service);

/// Warnings: volumes of the current release that nothing mounts in the next, though a service that had one in
/// a place still wants something there, or is there itself: it begins with another one, which may be empty.
std::vector<std::string> volumes_left_behind(const State& next, const Stack& former);

}  // namespace stackd::decide
