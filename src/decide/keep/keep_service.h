// The part of reconcile that looks at one service which is to run: its replicas.
#pragma once

#include "decide/picture/state.h"
#include "decide/replace/planner.h"

namespace stackd::decide {

void keep_service(Planner& planner, const State& state, const Service& service);

/// Networks, volumes and referenced containers that a create call needs are there.
bool can_be_created(const State& state, const Service& service);

/// A create step for the place.
CreateContainer creation_of(const State& state, const Service& service, std::int64_t number);

}  // namespace stackd::decide
