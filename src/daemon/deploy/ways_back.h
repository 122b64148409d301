// Which earlier releases can be put back, and what stands in the way of the others. A look, no promise: the
// rollback itself checks again.
#pragma once

#include <vector>

#include "daemon/control.h"
#include "daemon/host/edges.h"

namespace stackd::daemon {

/// See Control::ways_back.
runtime::Task<Result<std::vector<WayBack>>> find_ways_back(Edges edges, StackRecord stack);

}  // namespace stackd::daemon
