// The containers whose logs somebody asks for.
#pragma once

#include <vector>

#include "daemon/logs/logs.h"
#include "decide/picture/state.h"

namespace stackd::daemon {

class KeptLogs;

/// Of the services that the release in force has, or of what one release made; then also what was kept of
/// those that are gone. `logs` may be null.
std::vector<LogSource> find_log_sources(const decide::State& state, const LogsRequest& request,
                                        const KeptLogs* logs);

}  // namespace stackd::daemon
