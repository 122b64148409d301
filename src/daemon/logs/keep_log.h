// Before a container is removed the last of what it wrote is kept with its release.
#pragma once

#include "daemon/host/edges.h"
#include "decide/picture/state.h"

namespace stackd::daemon {

/// Never holds the removal back: what can't be read in time, or kept, is a warning in the log.
runtime::Task<void> keep_log(Edges edges, decide::Desired desired, std::string container_id);

}  // namespace stackd::daemon
