// Networks that a release defines otherwise than the release before it. An engine can't change a network:
// what is on it stops, dependents first, the network is removed and made anew, and what was on it is replaced
// in the order of any start. Only a rollout does that, whichever way it goes; a network that others made
// otherwise is kept.
#pragma once

#include <string>

#include "decide/picture/state.h"
#include "decide/replace/planner.h"

namespace stackd::decide {

/// A network or volume with these labels was made from another definition than the one with this hash. False
/// where the labels don't tell: Compose from version 5 on hashes otherwise.
bool has_other_definition(const Labels& labels, const std::string& hash);

/// The former release, if there is one, defined the network otherwise.
bool is_redefined(const Desired* former, const NetworkDefinition& network);

/// The name of a redefined network that the service is on; "" when there is none.
std::string redefined_network(const State& state, const Service& service);

/// It is redefined, and the engine still has another one, which is the project's, or none for the moment.
bool is_to_be_renewed(const State& state, const NetworkDefinition& network);

/// There is one left.
bool renews_networks(const State& state);

/// Stops what is on such networks, but for jobs, which are waited for; then removes them.
void renew_networks(Planner& planner, const State& state);

}  // namespace stackd::decide
