// One file as a tar archive (POSIX.1-1988, ustar), as the engine takes files for a container. Pure.
#pragma once

#include <string>

#include "base/result.h"
#include "engine/engine.h"

namespace stackd::engine {

/// The path without its leading slash. Errors: invalid (a path or number that ustar can't hold).
Result<std::string> tar_of(const ContainerFile& file);

}  // namespace stackd::engine
