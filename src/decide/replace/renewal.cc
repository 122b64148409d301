#include "decide/replace/renewal.h"

#include <algorithm>
#include <set>
#include <vector>

#include "decide/replace/rollout.h"
#include "decide/replace/stop_order.h"
#include "model/fingerprint.h"
#include "model/identity.h"

namespace stackd::decide {
namespace {

std::vector<const ObservedContainer*> up_on(const State& state, const std::string& network) {
  std::vector<const ObservedContainer*> found;
  for (const auto& [id, container] : state.observed.containers) {
    if (is_up(container) && container.networks.count(network) > 0) found.push_back(&container);
  }
  return found;
}

// An order to stop is on its way: the engine takes a container off its networks after its process has ended.
bool is_any_busy(const Planner& planner, const State& state, const std::string& network) {
  const auto& all = state.observed.containers;
  return std::any_of(all.begin(), all.end(), [&](const auto& entry) {
    return entry.second.networks.count(network) > 0 && planner.is_busy(busy_key(entry.second));
  });
}

void stop_before_removal(Planner& planner, const State& state, const NetworkDefinition& network,
                         const std::vector<const ObservedContainer*>& up) {
  StopOrder order(state);
  for (const ObservedContainer* container : up) order.add(*container);
  for (const ObservedContainer* container : up) {
    if (!order.must_wait(container->service))
      planner.step(StopContainer{container->id, container->service},
                   "network " + network.name + " is made anew");
  }
}

}  // namespace

bool has_other_definition(const Labels& labels, const std::string& hash) {
  const auto made_with = labels.find(std::string(label::config_hash));
  const auto version = labels.find(std::string(label::version));
  if (made_with == labels.end() || hash.empty() || made_with->second == hash) return false;
  return version == labels.end() || dialect_of(version->second) != HashDialect::v5;
}

bool is_redefined(const Desired* former, const NetworkDefinition& network) {
  if (former == nullptr || network.external) return false;
  const auto& before = former->stack->networks;
  return std::any_of(before.begin(), before.end(), [&](const auto& entry) {
    return entry.second.name == network.name && !entry.second.external &&
           entry.second.config_hash != network.config_hash;
  });
}

std::string redefined_network(const State& state, const Service& service) {
  const Desired* former = former_of(state.rollout);
  if (former == nullptr || !service.network_mode.empty()) return {};
  for (const auto& [key, attachment] : service.networks) {
    const auto network = state.desired.stack->networks.find(key);
    if (network != state.desired.stack->networks.end() && is_redefined(former, network->second))
      return network->second.name;
  }
  return {};
}

bool is_to_be_renewed(const State& state, const NetworkDefinition& network) {
  if (!is_rolling(state.rollout) || !is_redefined(former_of(state.rollout), network)) return false;
  const auto there = state.observed.networks.find(network.name);
  if (there == state.observed.networks.end()) return true;
  const Labels& labels = there->second.labels;
  const auto project = labels.find(std::string(label::project));
  const auto made_with = labels.find(std::string(label::config_hash));
  const bool ours = project != labels.end() && project->second == state.desired.stack->name;
  return ours && (made_with == labels.end() || made_with->second != network.config_hash);
}

bool renews_networks(const State& state) {
  const auto& networks = state.desired.stack->networks;
  return std::any_of(networks.begin(), networks.end(),
                     [&](const auto& entry) { return is_to_be_renewed(state, entry.second); });
}

void renew_networks(Planner& planner, const State& state) {
  for (const auto& [key, network] : state.desired.stack->networks) {
    if (!is_to_be_renewed(state, network) || state.observed.networks.count(network.name) == 0) continue;
    const std::vector<const ObservedContainer*> up = up_on(state, network.name);
    if (up.empty() && is_any_busy(planner, state, network.name)) continue;
    const auto job =
        std::find_if(up.begin(), up.end(), [&](const auto* one) { return is_run_of_job(state, *one); });
    if (job != up.end()) {
      planner.warn("network " + network.name + " is made anew once " + (*job)->name + " has ended");
    } else if (!up.empty()) {
      stop_before_removal(planner, state, network, up);
    } else {
      planner.step(RemoveNetwork{state.observed.networks.at(network.name).id, network.name},
                   "the release defines it otherwise");
    }
  }
}

}  // namespace stackd::decide
