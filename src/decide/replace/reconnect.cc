#include "decide/replace/reconnect.h"

#include <algorithm>

#include "decide/replace/compare.h"

namespace stackd::decide {
namespace {

bool has_alias(const ObservedEndpoint& endpoint, const std::string& name) {
  return std::find(endpoint.aliases.begin(), endpoint.aliases.end(), name) != endpoint.aliases.end();
}

// Not every engine tells the aliases.
bool tells_aliases(const ObservedContainer& container) {
  return std::any_of(container.networks.begin(), container.networks.end(),
                     [](const auto& entry) { return !entry.second.aliases.empty(); });
}

}  // namespace

bool reconnect(Planner& planner, const State& state, const Service& service,
               const ObservedContainer& container) {
  const std::string key = missing_network(state, service, container);
  if (key.empty()) return false;
  planner.step(JoinNetwork{container.id, service.name, key}, "it is not on that network any more");
  return true;
}

void warn_of_lost_names(Planner& planner, const State& state, const Service& service,
                        const ObservedContainer& container) {
  if (!service.network_mode.empty() || !tells_aliases(container)) return;
  for (const auto& [key, attachment] : service.networks) {
    const auto network = state.desired.stack->networks.find(key);
    if (network == state.desired.stack->networks.end()) continue;
    const std::string& name = network->second.name;
    const auto endpoint = container.networks.find(name);
    if (endpoint == container.networks.end() || has_alias(endpoint->second, service.name)) continue;
    planner.warn(container.name + " is on network " + name +
                 " without the names by which others find it: it was connected outside stackd; after `docker "
                 "network disconnect " +
                 name + " " + container.name + "` stackd connects it again, with them");
  }
}

}  // namespace stackd::decide
