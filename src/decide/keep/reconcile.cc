#include "decide/keep/reconcile.h"

#include <algorithm>

#include "base/check.h"
#include "base/mutation.h"
#include "decide/keep/keep_job.h"
#include "decide/keep/keep_service.h"
#include "decide/keep/order.h"
#include "decide/keep/planner.h"
#include "decide/keep/renewal.h"
#include "decide/learn/outside.h"
#include "decide/picture/compare.h"
#include "decide/replace/settled.h"

namespace stackd::decide {
namespace {

bool any_up(const State& state, const std::set<std::string>& services) {
  return std::any_of(services.begin(), services.end(), [&](const std::string& name) {
    std::vector<const ObservedContainer*> containers = containers_of(state.observed, name);
    return std::any_of(containers.begin(), containers.end(), [](const auto* c) { return is_up(*c); });
  });
}

void make_networks(Planner& planner, const State& state) {
  for (const auto& [key, network] : state.desired.stack->networks) {
    if (state.observed.networks.count(network.name) > 0) continue;
    if (network.external) {
      planner.warn("external network " + network.name + " does not exist");
    } else {
      planner.step(CreateNetwork{key}, "the stack needs it");
    }
  }
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

// A service that is to be down is stopped as soon as nothing that needs it runs; `alone` when only it is to
// be stopped, whatever needs it.
void stop_service(Planner& planner, const State& state, const std::string& name, bool alone,
                  const char* cause) {
  if (!alone) {
    auto needed_by = dependents(*state.desired.stack);
    if (any_up(state, needed_by[name])) return;
  }
  for (const ObservedContainer* container : containers_of(state.observed, name)) {
    if (is_up(*container)) planner.step(StopContainer{container->id, name}, cause);
  }
}

void stop_stack(Planner& planner, const State& state, const char* cause) {
  for (const auto& [name, service] : state.desired.stack->services) {
    stop_service(planner, state, name, false, cause);
  }
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
  stop_stack(planner, state, "the stack is to be down");
  bool left = remove_hooks(planner, state) || !state.memory.creations.empty();
  for (const auto& [id, container] : state.observed.containers) {
    if (container.oneoff) continue;
    const bool known = state.desired.stack->services.count(container.service) > 0 ||
                       state.desired.former_services.count(container.service) > 0;
    if (!known) continue;
    left = true;
    if (is_up(container)) {
      if (state.desired.stack->services.count(container.service) == 0) {
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
  for (const auto& [id, job] : state.desired.former_jobs) {
    const auto container = state.observed.containers.find(id);
    if (job.timeout && container != state.observed.containers.end())
      end_when_overdue(planner, state, container->second, *job.timeout);
  }
}

void clear_surplus(Planner& planner, const State& state) {
  if (state.desired.phase == RolloutPhase::gating || state.desired.phase == RolloutPhase::rescuing) return;
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
    if (former && (!settled || state.desired.phase != RolloutPhase::none)) continue;
    if (const std::optional<Time> at = restoration_waits(state, container)) {
      if (state.now < *at) planner.look_again(*at);
      continue;
    }
    if (is_up(container)) {
      planner.step(StopContainer{container.id, container.service}, extra.why);
    } else {
      planner.step(RemoveContainer{container.id, container.service}, extra.why);
    }
  }
}

// Networks of releases that are gone, once nobody is on them any more.
void clear_networks(Planner& planner, const State& state) {
  if (state.desired.former_networks.empty() || state.desired.phase != RolloutPhase::none) return;
  if (!is_settled(state)) return;
  std::set<std::string> used;
  for (const auto& [key, network] : state.desired.stack->networks) used.insert(network.name);
  for (const auto& [id, container] : state.observed.containers) {
    for (const auto& [name, endpoint] : container.networks) used.insert(name);
  }
  for (const auto& [name, network] : state.observed.networks) {
    if (used.count(name) == 0 && state.desired.former_networks.count(name) > 0)
      planner.step(RemoveNetwork{network.id, name}, "no release uses it any more");
  }
}

void keep_stack(Planner& planner, const State& state) {
  renew_networks(planner, state);
  make_networks(planner, state);
  make_volumes(planner, state);
  for (const auto& [name, service] : state.desired.stack->services) {
    if (state.wishes.stopped.count(name) > 0) {
      stop_service(planner, state, name, true, "it is to be stopped");
    } else if (is_job(*state.desired.stack, service)) {
      keep_job(planner, state, service);
    } else {
      keep_service(planner, state, service);
    }
  }
  end_overdue_jobs(planner, state);
  clear_surplus(planner, state);
  clear_networks(planner, state);
}

}  // namespace

bool is_wanted(const State& state, const std::string& service) {
  const bool up = state.wishes.stack == StackWish::running || state.wishes.stack == StackWish::created;
  return up && state.wishes.stopped.count(service) == 0 && state.wishes.ended.count(service) == 0;
}

Plan reconcile(const State& state) {
  STACKD_CHECK(state.desired.stack != nullptr);
  Planner planner(state);
  switch (state.wishes.stack) {
    case StackWish::running:
    case StackWish::created:
      keep_stack(planner, state);
      break;
    case StackWish::stopped:
      stop_stack(planner, state, "the stack is to be stopped");
      break;
    case StackWish::down:
      take_down(planner, state);
      break;
    case StackWish::stopped_outside:
      break;
  }
  return planner.take();
}

}  // namespace stackd::decide
