// Which services a caller gets: those of the active profiles, those asked for by name with what they need,
// and only the resources that these use.
#pragma once

#include <string>
#include <vector>

#include "compose/diagnostic.h"
#include "compose/node.h"

namespace stackd::compose {

/// Moves the services that no profile enables into `disabled`.
void apply_profiles(Map& services, Map& disabled, const std::vector<std::string>& profiles);

/// Enables the named services, activates their profiles, and keeps only them and what they depend on.
/// `profiles` is extended by the activated ones. Names may be patterns with * and ?.
void select_services(Map& services, Map& disabled, std::vector<std::string>& profiles,
                     const std::vector<std::string>& names, Report& report);

/// Drops networks, volumes, secrets, configs and models that no enabled service uses.
void drop_unused_resources(Node& model);

}  // namespace stackd::compose
