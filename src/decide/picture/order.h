// The order of a stack: who waits for whom.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "model/stack.h"

namespace stackd::decide {

/// The services that `service` waits for directly: depends_on and shared namespaces, those of the stack only.
std::set<std::string> waits_for(const Stack& stack, const Service& service);

/// The services that wait for each service directly.
std::map<std::string, std::set<std::string>> dependents(const Stack& stack);

/// Services that may start together, in the order in which they may start. A cycle, which the loader
/// refuses, ends in one last level.
std::vector<std::vector<std::string>> levels(const Stack& stack);

/// The named services and everything that they wait for, directly or not.
std::set<std::string> with_dependencies(const Stack& stack, const std::vector<std::string>& services);

/// Compose's label: "db:service_healthy:false,cache:service_started:true". What makes no sense is left out.
std::map<std::string, Dependency> dependencies_of_label(const std::string& label);

}  // namespace stackd::decide
