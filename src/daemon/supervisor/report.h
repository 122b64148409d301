// What a keeper knows, as the replies that people get.
#pragma once

#include "daemon/control.h"
#include "daemon/keep/stack_keeper.h"

namespace stackd::daemon {

/// Everything but what only the supervisor knows: the deploy, the engine's link, whether files changed.
StackStatus report_status(const StackKeeper& keeper, WallTime wall);

}  // namespace stackd::daemon
