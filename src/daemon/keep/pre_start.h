// pre_start: commands that run to their end before a service's container starts, each in a container of its
// own that sees the same volumes and networks (Compose Specification; run as Compose 5 does).
#pragma once

#include <map>
#include <string>

#include "daemon/host/edges.h"
#include "decide/picture/state.h"
#include "model/action.h"

namespace stackd::daemon {

/// One after the other, until one fails; not at all while a replica of the service, of the same configuration
/// and image, runs. What an earlier try left behind is removed first, ended if it still runs: a hook never
/// runs twice at once. The container of one that failed is kept, so that one can look at it. Errors: invalid
/// (a hook ended with another code than 0; its last lines are in the text), timeout, those of the engine.
runtime::Task<Result<void>> run_pre_start(Edges edges, decide::Desired desired,
                                          std::map<std::string, std::string> containers,
                                          StartContainer action);

}  // namespace stackd::daemon
