// Which services a caller gets: those of the active profiles, those asked for by name with what they need,
// and only the resources that these use.
#pragma once

#include <string>
#include <vector>

#include "compose/read/diagnostic.h"
#include "compose/read/node.h"

namespace stackd::compose {

/// Moves the services that no profile enables into `disabled`.
void apply_profiles(Map& services, Map& disabled, const std::vector<std::string>& profiles);

/// Enables the named services by activating their profiles, by which `profiles` is extended.
void enable_services(Map& services, Map& disabled, std::vector<std::string>& profiles,
                     const std::vector<std::string>& names);

/// Enables the named services and what they need, if the profiles of a named one have it: no profile becomes
/// active by that, and a name that nothing has is passed over.
void enable_by_name(Map& services, Map& disabled, const std::vector<std::string>& profiles,
                    const std::vector<std::string>& names);

/// The services that none of the profiles enables: who has them in a configuration asked for them by name.
std::vector<std::string> outside_profiles(const Map& services, const std::vector<std::string>& profiles);

/// Keeps only the named services and what they depend on. Names may be patterns with * and ?.
void select_services(Map& services, Map& disabled, const std::vector<std::string>& names, Report& report);

/// Drops networks, volumes, secrets, configs and models that no enabled service uses.
void drop_unused_resources(Node& model);

}  // namespace stackd::compose
