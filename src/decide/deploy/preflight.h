// What would stop a deploy later, said before it touches anything, and all of it at once. An obstacle is what
// certainly can't work; what only may go wrong is a warning.
#pragma once

#include <string>
#include <vector>

#include "decide/picture/state.h"
#include "model/release.h"
#include "model/surroundings.h"

namespace stackd::decide {

/// Below this the engine's folder and stackd's own are full: a deploy would only make it worse.
inline constexpr std::int64_t engine_reserve_bytes = 100LL * 1024 * 1024;
inline constexpr std::int64_t state_reserve_bytes = 8LL * 1024 * 1024;
/// Below this a pull may well fill the disk.
inline constexpr std::int64_t engine_scarce_bytes = 1024LL * 1024 * 1024;

/// Each sentence begins with its place in the stack file, where it has one: "services.web.ports.0: port 80
/// …".
struct Preflight {
  std::vector<std::string> obstacles;
  std::vector<std::string> warnings;
};

/// `next` desires what is to be deployed, as far as its images are known. `former` is the current release,
/// null when there is none.
Preflight preflight(const State& next, const Desired* former, const Fingerprints& recorded,
                    const Surroundings& around);

/// One text of several obstacles; a line each when there is more than one. "" when there is none.
std::string obstacles_text(const std::vector<std::string>& obstacles);

}  // namespace stackd::decide
