#include "decide/replace/traffic.h"

#include <algorithm>

namespace stackd::decide {
namespace {

struct TrafficNetwork {
  std::string key;
  std::string name;  // on the engine
};

std::vector<TrafficNetwork> traffic_networks(const Stack& stack, const Service& service) {
  std::vector<TrafficNetwork> found;
  for (const auto& [key, attachment] : service.networks) {
    auto network = stack.networks.find(key);
    if (network != stack.networks.end() && network->second.join_when_ready)
      found.push_back({key, network->second.name});
  }
  return found;
}

}  // namespace

bool is_joined(const State& state, const Service& service, const ObservedContainer& container) {
  const std::vector<TrafficNetwork> networks = traffic_networks(*state.desired.stack, service);
  return std::all_of(networks.begin(), networks.end(), [&](const TrafficNetwork& network) {
    return container.networks.count(network.name) > 0;
  });
}

bool leave_traffic(Planner& planner, const State& state, const Service& service,
                   const ObservedContainer& container, const std::string& cause) {
  for (const TrafficNetwork& network : traffic_networks(*state.desired.stack, service)) {
    if (container.networks.count(network.name) == 0) continue;
    planner.step(LeaveNetwork{container.id, service.name, network.key}, cause);
    return true;
  }
  return false;
}

void join_traffic(Planner& planner, const State& state, const Service& service,
                  const ObservedContainer& container) {
  for (const TrafficNetwork& network : traffic_networks(*state.desired.stack, service)) {
    if (container.networks.count(network.name) > 0 || state.observed.networks.count(network.name) == 0)
      continue;
    planner.step(JoinNetwork{container.id, service.name, network.key}, "it is ready");
    return;
  }
}

}  // namespace stackd::decide
