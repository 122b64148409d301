// Before a container is removed the last of what it wrote is kept with its release.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "daemon/host/edges.h"
#include "model/stack.h"

namespace stackd::daemon {

/// Never holds the removal back: what can't be read in time, or kept, is a warning in the log.
/// `release_there`: where it belongs if the release that made it is gone, or it was not made here.
runtime::Task<void> keep_log(Edges edges, std::shared_ptr<const Stack> stack, std::int64_t release_there,
                             std::string container_id);

}  // namespace stackd::daemon
