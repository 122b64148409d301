// Networks that a container was made to be on and was taken off by others: it is put on again as it is, with
// its names and addresses, and is not replaced for that. What others put it on beside those is left alone.
#pragma once

#include "decide/picture/state.h"
#include "decide/replace/planner.h"

namespace stackd::decide {

/// Puts it on, one network at a time. True: that has to be done before anything else.
bool reconnect(Planner& planner, const State& state, const Service& service,
               const ObservedContainer& container);

/// Warns of a network that it is on without its service's name: whoever connected it by hand gave it none,
/// and putting it on anew would cut its connections.
void warn_of_lost_names(Planner& planner, const State& state, const Service& service,
                        const ObservedContainer& container);

}  // namespace stackd::decide
