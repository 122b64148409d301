#include "decide/keep/adopt.h"

#include <algorithm>

#include "decide/replace/compare.h"
#include "decide/replace/replica.h"

namespace stackd::decide {
namespace {

bool was_started(const ObservedContainer& container) {
  return container.started_at != WallTime{};
}

// Compose starts such a one only after the job has succeeded.
bool something_waited_for(const State& state, const std::string& job) {
  const auto& services = state.desired.stack->services;
  return std::any_of(services.begin(), services.end(), [&](const auto& entry) {
    const auto needed = entry.second.depends_on.find(job);
    if (needed == entry.second.depends_on.end() || needed->second.condition != DependencyCondition::completed)
      return false;
    const std::vector<const ObservedContainer*> containers = containers_of(state.observed, entry.first);
    return std::any_of(containers.begin(), containers.end(), [](const auto* c) { return runs(*c); });
  });
}

JobState found_job(const State& state, const Service& service, const ObservedContainer* container) {
  if (container != nullptr && (runs(*container) || container->state == ContainerState::restarting))
    return JobState::running;
  const bool ended = container != nullptr && was_started(*container);
  if (ended && container->exit_code == 0) return JobState::succeeded;
  if (something_waited_for(state, service.name)) return JobState::succeeded;
  return ended ? JobState::failed : JobState::none;
}

void take_job(Found& found, const State& state, const Service& service) {
  const ObservedContainer* container = replica_at(state, service, 1);
  if (container != nullptr) found.kept.push_back(container->name);
  JobRun run;
  run.service = service.name;
  run.state = found_job(state, service, container);
  if (run.state == JobState::none) {
    found.left_down.emplace(service.name, ServiceStop::rest);
    return;
  }
  if (container != nullptr) {
    run.container_id = container->id;
    run.exit_code = container->exit_code;
    run.changed_at = container->finished_at;
  }
  found.jobs[service.name] = run;
}

// Somebody stopped what has a policy by which the engine would have started it again.
bool was_stopped(const ObservedContainer& container) {
  return container.restart_policy == "always" || container.restart_policy == "unless-stopped";
}

void take_service(Found& found, const State& state, const Service& service) {
  bool differs = false;
  bool untold = false;
  bool any_up = false;
  bool any_stopped = false;
  bool any_ended = false;
  const std::int64_t wanted = replicas(*state.desired.stack, service);
  for (std::int64_t number = 1; number <= wanted; ++number) {
    const ObservedContainer* container = replica_at(state, service, number);
    if (container == nullptr) {
      differs = true;
      continue;
    }
    const bool up = runs(*container) || container->state == ContainerState::restarting;
    any_up = any_up || up;
    any_stopped = any_stopped || (!up && was_started(*container) && was_stopped(*container));
    any_ended = any_ended || (!up && was_started(*container));
    if (must_be_replaced(state, service, *container).empty()) {
      found.kept.push_back(container->name);
    } else {
      (may_be_the_same(state, service, *container) ? untold : differs) = true;
      found.as_found[service.name].push_back(container->id);
    }
  }
  if (differs) found.differing.push_back(service.name);
  if (untold && !differs) found.untold.push_back(service.name);
  if (any_up || wanted == 0) return;
  if (any_stopped) {
    found.left_down.emplace(service.name, ServiceStop::outside);
  } else if (!any_ended) {
    found.left_down.emplace(service.name, ServiceStop::rest);
  }
}

void take_surplus(Found& found, const State& state) {
  for (const Surplus& extra : surplus(state)) {
    if (!extra.ours) {
      found.orphans.push_back(extra.container->name);
      continue;
    }
    const std::string& service = extra.container->service;
    found.as_found[service].push_back(extra.container->id);
    if (std::find(found.differing.begin(), found.differing.end(), service) == found.differing.end())
      found.differing.push_back(service);
  }
}

}  // namespace

Found look_at_found(const State& state) {
  Found found;
  for (const auto& [name, service] : state.desired.stack->services) {
    if (is_job(*state.desired.stack, service)) {
      take_job(found, state, service);
    } else {
      take_service(found, state, service);
    }
  }
  take_surplus(found, state);
  return found;
}

}  // namespace stackd::decide
