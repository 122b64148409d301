#include "decide/replace/settled.h"

#include <algorithm>

#include "decide/picture/wanted.h"
#include "decide/replace/compare.h"
#include "decide/replace/conditions.h"
#include "decide/replace/refused.h"
#include "decide/replace/reload.h"
#include "decide/replace/renewal.h"
#include "decide/replace/replica.h"
#include "decide/replace/rollout.h"
#include "decide/replace/rollout_failure.h"
#include "decide/replace/traffic.h"

namespace stackd::decide {
namespace {

bool is_made(const State& state, const Service& service) {
  for (std::int64_t number = 1; number <= replicas(*state.desired.stack, service); ++number) {
    const ObservedContainer* container = replica_at(state, service, number);
    if (container == nullptr || !must_be_replaced(state, service, *container).empty()) return false;
  }
  return true;
}

/// The one that the release wants in the place ended for good; its predecessor may run on.
bool fits_and_stays_down(const State& state, const Service& service, std::int64_t number) {
  const ObservedContainer* container = place_of(state, service, number).fitting;
  return container != nullptr && stays_down(state, service, *container);
}

bool is_any_over(const State& state, const Service& service) {
  const std::vector<std::int64_t> all = replica_numbers(state, service);
  return std::any_of(all.begin(), all.end(),
                     [&](std::int64_t number) { return fits_and_stays_down(state, service, number); });
}

/// The engine refuses it, and the release goes on without it.
bool is_any_refused(const State& state, const Service& service) {
  const std::vector<std::int64_t> all = replica_numbers(state, service);
  return std::any_of(all.begin(), all.end(), [&](std::int64_t number) {
    const ObservedContainer* container = replica_at(state, service, number);
    const bool ready = container != nullptr && is_ready(state, *container);
    return !ready && may_stay_broken(state, service, number) &&
           !refused_place(state, service, number).empty();
  });
}

/// By service: it needs something that is to stay down, and that nobody is about to start.
using Vain = std::map<std::string, bool>;

bool waits_in_vain(const State& state, const Service& service, Vain& known) {
  const auto [answer, is_new] = known.emplace(service.name, false);
  if (!is_new) return answer->second;
  const std::vector<Blocker> found = blockers(state, service);
  answer->second = std::any_of(found.begin(), found.end(), [&](const Blocker& blocker) {
    const auto other = state.desired.stack->services.find(blocker.service);
    if (other == state.desired.stack->services.end()) return false;
    return !is_wanted(state, blocker.service) || is_any_over(state, other->second) ||
           is_any_refused(state, other->second) || waits_in_vain(state, other->second, known);
  });
  return answer->second;
}

std::string waiting(const State& state, const Service& service) {
  const std::vector<Blocker> found = blockers(state, service);
  return found.empty() ? std::string() : " waits: " + found.front().sentence;
}

std::string job_lacks(const State& state, const Service& service) {
  if (is_going_back(state.rollout)) return {};
  switch (job_state(state, service.name)) {
    case JobState::succeeded:
      return {};
    case JobState::failed:
      return " failed";
    case JobState::running:
      return " has not finished";
    case JobState::none:
    case JobState::intended:
      break;
  }
  std::string waits = waiting(state, service);
  return waits.empty() ? " has not run yet" : waits;
}

// What is wrong with the one that fills the place, where nobody in it is ready.
std::string place_lacks(const State& state, const Service& service, std::int64_t number) {
  const ObservedContainer* container = replica_at(state, service, number);
  if (container == nullptr) return " is not made yet";
  if (container->state == ContainerState::paused) return " was paused outside stackd";
  if (container->state == ContainerState::running) {
    if (is_leaving(state, *container)) return " is being stopped";
    if (is_being_prepared(state, *container)) return " runs its post_start hook";
    const ContainerMemory* memory = memory_of(state, container->id);
    return memory != nullptr && memory->readiness.was_ready() ? " is unhealthy" : " is not ready yet";
  }
  std::string waits = waiting(state, service);
  if (!waits.empty()) return waits;
  const ReplicaMemory* replica = replica_memory_of(state, service.name, number);
  const bool ended = replica != nullptr && !replica->last_end.empty();
  return ended ? " is not running: it " + replica->last_end : " is not running";
}

// Why a container that is there is not the one that should be.
std::string container_lacks(const State& state, const Service& service, const ObservedContainer& container) {
  const bool kept = may_go_back(state.rollout);  // what ended is gone back to, perhaps
  if (kept && !runs(container)) return {};
  if (!must_be_replaced(state, service, container).empty()) {
    std::string waits = waiting(state, service);
    if (!waits.empty()) return waits;
    const ObservedContainer* next = place_of(state, service, container.number).fitting;
    const bool begun = next != nullptr && runs(*next) && !is_ready(state, *next);
    return begun ? " is not replaced yet, its successor is not ready" : " is not replaced yet";
  }
  if (!must_be_reloaded(state, service, container).empty()) return " is not reloaded yet";
  if (runs(container) && !missing_network(state, service, container).empty())
    return " is not on its networks yet";
  if (runs(container) && !is_joined(state, service, container)) return " is not on its networks yet";
  return {};
}

std::string service_lacks(const State& state, const Service& service, Vain& known) {
  const bool done = job_state(state, service.name) == JobState::succeeded;
  if (is_only_made(state, service.name)) return done || is_made(state, service) ? "" : " is not made yet";
  if (!is_wanted(state, service.name) || service.scale == 0) return {};
  if (waits_in_vain(state, service, known)) return {};
  if (is_job(*state.desired.stack, service)) return job_lacks(state, service);
  const std::vector<const ObservedContainer*> there = containers_of(state.observed, service.name);
  for (const std::int64_t number : replica_numbers(state, service)) {
    if (is_replica_ready(state, service, number) || fits_and_stays_down(state, service, number)) continue;
    if (!may_stay_broken(state, service, number)) return place_lacks(state, service, number);
  }
  for (const ObservedContainer* container : there) {
    if (fits_and_stays_down(state, service, container->number)) continue;
    std::string lacks = container_lacks(state, service, *container);
    if (!lacks.empty() && !may_stay_broken(state, service, container->number)) return lacks;
  }
  return {};
}

}  // namespace

std::vector<Unsettled> unsettled(const State& state) {
  std::vector<Unsettled> found;
  Vain known;
  for (const auto& [name, service] : state.desired.stack->services) {
    const std::string lacks = service_lacks(state, service, known);
    if (!lacks.empty()) found.push_back({name, name + lacks});
  }
  return found;
}

bool is_settled(const State& state) {
  return unsettled(state).empty() && !renews_networks(state);
}

}  // namespace stackd::decide
