// Networks with `join: ready`: a proxy on them that resolves a service's name reaches only what is ready.
//   before each start    the stopped container is taken off
//   once it is ready     it is put on, with its aliases
//   unhealthy            it is taken off, before it is restarted
//   to be replaced       it stays on: taking it off would cut its requests; it leaves by stopping
#pragma once

#include "decide/picture/state.h"
#include "decide/replace/planner.h"

namespace stackd::decide {

/// On every traffic network of its service.
bool is_joined(const State& state, const Service& service, const ObservedContainer& container);

/// Takes it off, one network at a time. True: that has to be done before anything else.
bool leave_traffic(Planner& planner, const State& state, const Service& service,
                   const ObservedContainer& container, const std::string& cause);

/// Puts it on, one network at a time.
void join_traffic(Planner& planner, const State& state, const Service& service,
                  const ObservedContainer& container);

}  // namespace stackd::decide
