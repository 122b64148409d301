#include "decide/replace/refused.h"

#include "decide/replace/renewal.h"
#include "decide/replace/replica.h"
#include "model/plan.h"

namespace stackd::decide {
namespace {

std::string refusal_of(const State& state, const std::string& resource) {
  const auto step = state.memory.failed_steps.find(resource);
  const bool refused = step != state.memory.failed_steps.end() && step->second.failures >= refusals_max;
  return refused ? step->second.error : std::string();
}

}  // namespace

std::string refused_place(const State& state, const Service& service, std::int64_t number) {
  for (const ObservedContainer* container : containers_of(state.observed, service.name)) {
    if (container->number != number) continue;
    const std::string why = refusal_of(state, resource_of(StopContainer{container->id, service.name}));
    if (!why.empty()) return why;
  }
  return refusal_of(state, "container " + name_for_new(state, service, number).name);
}

std::string refused_surroundings(const State& state, const Service& service) {
  for (const auto& [key, attachment] : service.networks) {
    const std::string why = refusal_of(state, resource_of(CreateNetwork{key}));
    if (!why.empty()) return why;
    const auto network = state.desired.stack->networks.find(key);
    if (network == state.desired.stack->networks.end() || !is_to_be_renewed(state, network->second)) continue;
    const std::string stays = refusal_of(state, resource_of(RemoveNetwork{{}, network->second.name}));
    if (!stays.empty()) return stays;
  }
  for (const Mount& mount : service.mounts) {
    const std::string why = refusal_of(state, resource_of(CreateVolume{mount.source}));
    if (!why.empty()) return why;
  }
  return {};
}

std::string refused(const State& state, const std::set<std::string>& services) {
  for (const std::string& name : services) {
    const Service& service = state.desired.stack->services.at(name);
    std::string why = refused_surroundings(state, service);
    for (std::int64_t number = 1; number <= replicas(*state.desired.stack, service); ++number) {
      if (why.empty()) why = refused_place(state, service, number);
    }
    if (!why.empty()) return why;
  }
  return {};
}

}  // namespace stackd::decide
