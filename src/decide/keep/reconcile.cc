#include "decide/keep/reconcile.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/mutation.h"
#include "decide/keep/keep_job.h"
#include "decide/keep/keep_service.h"
#include "decide/keep/restart.h"
#include "decide/picture/hands.h"
#include "decide/picture/wanted.h"
#include "decide/replace/compare.h"
#include "decide/replace/conditions.h"
#include "decide/replace/planner.h"
#include "decide/replace/renewal.h"
#include "decide/replace/rollout.h"
#include "decide/replace/settled.h"
#include "decide/replace/stop_order.h"

namespace stackd::decide {
namespace {

// The networks of what waits for nothing.
std::set<std::string> needed_first(const State& state) {
  std::set<std::string> found;
  for (const auto& [name, service] : state.desired.stack->services) {
    if (!service.depends_on.empty() || !is_wanted(state, name)) continue;
    for (const auto& [key, attachment] : service.networks) found.insert(key);
  }
  return found;
}

// An engine makes them one after the other, in any order when it is asked for all: what is needed first is
// asked for first, unless that was refused.
void make_networks(Planner& planner, const State& state) {
  std::vector<std::string> missing;
  for (const auto& [key, network] : state.desired.stack->networks) {
    if (state.observed.networks.count(network.name) > 0) continue;
    if (network.external) {
      planner.warn("external network " + network.name + " does not exist");
    } else {
      missing.push_back(key);
    }
  }
  if (missing.empty()) return;
  const std::set<std::string> first = needed_first(state);
  const auto later = std::stable_partition(missing.begin(), missing.end(),
                                           [&](const std::string& key) { return first.count(key) > 0; });
  const bool waits = std::any_of(missing.begin(), later, [&](const std::string& key) {
    return state.memory.failed_steps.count(resource_of(CreateNetwork{key})) == 0;
  });
  const auto end = waits ? later : missing.end();
  for (auto key = missing.begin(); key != end; ++key) planner.step(CreateNetwork{*key}, "the stack needs it");
}

void make_volumes(Planner& planner, const State& state) {
  for (const auto& [key, volume] : state.desired.stack->volumes) {
    if (state.observed.volumes.count(volume.name) > 0) continue;
    if (volume.external) {
      planner.warn("external volume " + volume.name + " does not exist");
    } else {
      planner.step(CreateVolume{key}, "the stack needs it");
    }
  }
}

// As soon as nothing that stands on it, and is to be down too, runs.
void stop_service(Planner& planner, const State& state, const StopOrder& order, const std::string& name,
                  const char* cause) {
  if (order.must_wait(name)) return;
  for (const ObservedContainer* container : containers_of(state.observed, name)) {
    if (is_up(*container)) planner.step(StopContainer{container->id, name}, cause);
  }
}

void stop_stack(Planner& planner, const State& state, const StopOrder& order, const char* cause) {
  for (const auto& [name, service] : state.desired.stack->services)
    stop_service(planner, state, order, name, cause);
}

// True: there are some, or were a moment ago.
bool remove_hooks(Planner& planner, const State& state) {
  bool left = false;
  for (const auto& [id, container] : state.observed.containers) {
    if (container.hook.empty()) continue;
    left = true;
    if (is_up(container)) {
      planner.step(StopContainer{id, container.service}, "the stack is to be down");
    } else if (container.state != ContainerState::removing) {
      RemoveContainer remove{id, container.service};
      remove.with_anonymous_volumes = true;
      planner.step(remove, "the stack is to be down");
    }
  }
  return left;
}

void take_down(Planner& planner, const State& state) {
  const StopOrder order = stop_order(state);
  stop_stack(planner, state, order, "the stack is to be down");
  bool left = remove_hooks(planner, state) || !state.memory.creations.empty();
  for (const auto& [id, container] : state.observed.containers) {
    if (container.oneoff) continue;
    const bool known = state.desired.stack->services.count(container.service) > 0 ||
                       state.learnt.former_services.count(container.service) > 0;
    if (!known) continue;
    left = true;
    if (is_up(container)) {
      const bool gone = state.desired.stack->services.count(container.service) == 0;
      if (gone && !order.must_wait(container.service)) {
        planner.step(StopContainer{id, container.service}, "the stack is to be down");
      }
    } else if (container.state != ContainerState::removing) {
      RemoveContainer remove{id, container.service};
      remove.with_anonymous_volumes = state.wishes.remove_volumes;
      planner.step(remove, "the stack is to be down");
    }
  }
  if (left) return;
  for (const auto& [key, network] : state.desired.stack->networks) {
    auto there = state.observed.networks.find(network.name);
    if (network.external || there == state.observed.networks.end()) continue;
    planner.step(RemoveNetwork{there->second.id, network.name}, "the stack is to be down");
  }
  for (const auto& [key, volume] : state.desired.stack->volumes) {
    const bool asked = state.wishes.remove_volumes || mutated("down-takes-the-volumes");
    if (!asked || volume.external || state.observed.volumes.count(volume.name) == 0) continue;
    planner.step(RemoveVolume{volume.name}, "down was asked to remove the volumes");
  }
}

void end_overdue_jobs(Planner& planner, const State& state) {
  for (const auto& [id, job] : state.learnt.former_jobs) {
    const auto container = state.observed.containers.find(id);
    if (job.timeout && container != state.observed.containers.end())
      end_when_overdue(planner, state, container->second, *job.timeout);
  }
}

// Those that are to go now.
std::vector<Surplus> surplus_to_clear(Planner& planner, const State& state) {
  std::vector<Surplus> found;
  const bool settled = is_settled(state);
  for (const Surplus& extra : surplus(state)) {
    const ObservedContainer& container = *extra.container;
    if (!extra.ours) {
      planner.warn("orphan container " + container.name + ": " + extra.why + "; it is left alone");
      continue;
    }
    if (is_up(container) && is_run_of_job(state, container)) {  // its release does not matter to it
      planner.warn(container.name + " still runs for another release and is left to its end");
      continue;
    }
    const bool former = state.desired.stack->services.count(container.service) == 0;
    if (former && (!settled || may_go_back(state.rollout))) continue;
    if (const std::optional<Time> at = restoration_waits(state, container)) {
      if (state.now < *at) planner.look_again(*at);
      continue;
    }
    found.push_back(extra);
  }
  return found;
}

void clear_surplus(Planner& planner, const State& state) {
  if (is_gating(state.rollout) || is_rescuing(state.rollout)) return;
  const std::vector<Surplus> found = surplus_to_clear(planner, state);
  StopOrder order(state);
  for (const Surplus& extra : found) {
    const bool former = state.desired.stack->services.count(extra.container->service) == 0;
    if (former) order.add(*extra.container);
  }
  for (const Surplus& extra : found) {
    const ObservedContainer& container = *extra.container;
    if (order.must_wait(container.service)) continue;
    if (is_up(container)) {
      planner.step(StopContainer{container.id, container.service}, extra.why);
    } else {
      planner.step(RemoveContainer{container.id, container.service}, extra.why);
    }
  }
}

// Networks of releases that are gone, once nobody is on them any more.
void clear_networks(Planner& planner, const State& state) {
  if (state.learnt.former_networks.empty() || may_go_back(state.rollout)) return;
  if (!is_settled(state)) return;
  std::set<std::string> used;
  for (const auto& [key, network] : state.desired.stack->networks) used.insert(network.name);
  for (const auto& [id, container] : state.observed.containers) {
    for (const auto& [name, endpoint] : container.networks) used.insert(name);
  }
  for (const auto& [name, network] : state.observed.networks) {
    if (used.count(name) == 0 && state.learnt.former_networks.count(name) > 0)
      planner.step(RemoveNetwork{network.id, name}, "no release uses it any more");
  }
}

void keep_stack(Planner& planner, const State& state) {
  renew_networks(planner, state);
  make_networks(planner, state);
  make_volumes(planner, state);
  const StopOrder order = stop_order(state);
  planner.hold_stops(order.held());
  begin_restarts(planner, state, order);
  for (const auto& [name, service] : state.desired.stack->services) {
    if (state.wishes.stopped.count(name) > 0)
      stop_service(planner, state, order, name, "it is to be stopped");
    if (state.wishes.stopped.count(name) > 0 && !is_only_made(state, name)) continue;
    if (is_job(*state.desired.stack, service)) {
      keep_job(planner, state, service);
    } else {
      keep_service(planner, state, service);
    }
  }
  end_overdue_jobs(planner, state);
  clear_surplus(planner, state);
  clear_networks(planner, state);
}

// Services of which this plan stops all that is up.
std::set<std::string> ending(const Plan& plan, const State& state) {
  std::set<std::string> stopped;
  std::set<std::string> found;
  for (const Step& step : plan.steps) {
    const auto* stop = std::get_if<StopContainer>(&step.action);
    if (stop == nullptr) continue;
    stopped.insert(stop->container_id);
    found.insert(stop->service);
  }
  for (const auto& [id, container] : state.observed.containers) {
    if (is_up(container) && stopped.count(id) == 0) found.erase(container.service);
  }
  return found;
}

// What a start waits for is there, and goes in the same moment: it waits until that is back.
void hold_starts(Plan& plan, const State& state) {
  const std::set<std::string> going = ending(plan, state);
  if (going.empty()) return;
  std::erase_if(plan.steps, [&](const Step& step) {
    const auto* start = std::get_if<StartContainer>(&step.action);
    if (start == nullptr) return false;
    const auto service = state.desired.stack->services.find(start->service);
    if (service == state.desired.stack->services.end()) return false;
    Conditions needed = conditions_of(state, service->second);
    for (const Blocker& given_up : passed_over(state, service->second)) needed.erase(given_up.service);
    return std::any_of(needed.begin(), needed.end(),
                       [&](const auto& condition) { return going.count(condition.first) > 0; });
  });
}

bool is_any_checked(const State& state) {
  return std::any_of(state.observed.containers.begin(), state.observed.containers.end(),
                     [](const auto& entry) { return has_health_check(entry.second); });
}

}  // namespace

Plan reconcile(const State& state) {
  STACKD_CHECK(state.desired.stack != nullptr);
  Planner planner(state);
  if (!state.memory.probes_forbidden.empty() && is_any_checked(state))
    planner.warn(
        "the engine lets nobody run commands in containers, so services are ready only when its own "
        "health checks pass: " +
        state.memory.probes_forbidden);
  switch (state.wishes.stack) {
    case StackWish::running:
    case StackWish::created:
      keep_stack(planner, state);
      break;
    case StackWish::stopped:
      stop_stack(planner, state, stop_order(state), "the stack is to be stopped");
      break;
    case StackWish::down:
      take_down(planner, state);
      break;
    case StackWish::stopped_outside:
      break;
  }
  Plan plan = planner.take();
  hold_starts(plan, state);
  return plan;
}

}  // namespace stackd::decide
