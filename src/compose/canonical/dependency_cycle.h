// Services that wait for each other in a circle would never start.
#pragma once

#include "compose/read/diagnostic.h"
#include "compose/read/node.h"

namespace stackd::compose {

/// Reports one circle for every service that is on one, each circle once. Linear in services and edges.
void check_dependency_cycles(const Map& services, Report& report);

}  // namespace stackd::compose
