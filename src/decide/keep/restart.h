// Restarts that somebody asked for. An order concerns the runs that were there when it was given: it is
// carried out when a container is free and all that stands on it, and is to end too, has ended; a run that
// has ended in any way by then is an order carried out.
#pragma once

#include <set>
#include <string>

#include "decide/picture/state.h"
#include "decide/replace/planner.h"
#include "decide/replace/stop_order.h"

namespace stackd::decide {

/// Adds the runs of these services, and of what shares their namespaces: it could not run on. `is_seen`: the
/// picture is of now; else the order waits for one.
void order_restart(RestartOrders& orders, const State& state, const std::set<std::string>& services,
                   bool is_seen);

/// Brings the orders up to date with what is seen. True: something changed.
bool settle_restarts(RestartOrders& orders, const State& state);

/// Somebody ordered otherwise: these services are to stay down.
void take_back_restarts(RestartOrders& orders, const Observed& observed,
                        const std::set<std::string>& services);

/// Stops what is to begin anew, in order, and after the jobs that stand on it.
void begin_restarts(Planner& planner, const State& state, StopOrder order);

}  // namespace stackd::decide
