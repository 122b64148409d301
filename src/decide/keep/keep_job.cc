#include "decide/keep/keep_job.h"

#include "base/mutation.h"
#include "decide/keep/keep_service.h"
#include "decide/keep/start.h"
#include "decide/picture/wanted.h"
#include "decide/replace/compare.h"
#include "decide/replace/gate.h"
#include "decide/replace/replica.h"

namespace stackd::decide {
namespace {

bool is_made_for(const ObservedContainer& container, std::int64_t release) {
  const std::int64_t made_for = release_of(container);
  return made_for == 0 || made_for == release;
}

// The container of this release's run: the one the record names, or one that was made for it and has never
// started (a crash came between the creation and the record, or Compose made it).
const ObservedContainer* container_of_run(const State& state, const Service& service) {
  auto run = state.learnt.jobs.find(service.name);
  for (const ObservedContainer* container : containers_of(state.observed, service.name)) {
    if (run != state.learnt.jobs.end() && container->id == run->second.container_id) return container;
  }
  for (const ObservedContainer* container : containers_of(state.observed, service.name)) {
    const bool fresh = container->state == ContainerState::created && container->started_at == WallTime{} &&
                       is_made_for(*container, state.desired.release);
    if (fresh && must_be_replaced(state, service, *container).empty()) return container;
  }
  return nullptr;
}

void run_job(Planner& planner, const State& state, const Service& service,
             const ObservedContainer& container) {
  if (planner.is_busy(busy_key(container))) return;
  if (container.state == ContainerState::running) {
    if (service.extension.timeout) end_when_overdue(planner, state, container, *service.extension.timeout);
    return;
  }
  if (is_gate_shut(state)) return;
  const bool may_start =
      container.state == ContainerState::created || container.state == ContainerState::exited;
  if (may_start) start_when_allowed(planner, state, service, container);
}

}  // namespace

void end_when_overdue(Planner& planner, const State& state, const ObservedContainer& container,
                      Duration timeout) {
  const ContainerMemory* memory = memory_of(state, container.id);
  if (container.state != ContainerState::running || memory == nullptr || !memory->running) return;
  const Time limit = memory->run_seen_at + timeout;
  if (state.now < limit) return planner.look_again(limit);
  planner.step(StopContainer{container.id, container.service},
               "it ran longer than its timeout of " + to_human(timeout));
}

void keep_job(Planner& planner, const State& state, const Service& service) {
  for (const ObservedContainer* container : containers_of(state.observed, service.name))
    take_policy_from_engine(planner, state, *container, "stackd runs jobs, not the engine");
  const JobState job = job_state(state, service.name);
  if (job == JobState::succeeded && !mutated("jobs-run-again")) return;
  if (job == JobState::failed || !is_to_be_there(state, service.name)) return;
  const bool runs_no_job = is_going_back(state.rollout) || is_rescuing(state.rollout);
  if (runs_no_job) return;
  if (replicas(*state.desired.stack, service) == 0) return;
  if (const ObservedContainer* container = container_of_run(state, service)) {
    return run_job(planner, state, service, *container);
  }
  std::vector<const ObservedContainer*> earlier = containers_of(state.observed, service.name);
  for (const ObservedContainer* container : earlier) {
    if (container->state == ContainerState::running || container->state == ContainerState::paused) {
      return planner.warn(container->name +
                          " still runs for an earlier release; its successor waits for its end");
    }
  }
  for (const ObservedContainer* container : earlier) {
    if (container->state == ContainerState::removing || planner.is_busy(busy_key(*container))) continue;
    planner.step(RemoveContainer{container->id, service.name}, "it ran for an earlier release");
  }
  if (is_gate_shut(state) || is_being_made(state.memory, service.name, 1)) return;
  if (earlier.empty() && can_be_created(state, service)) {
    planner.step(creation_of(state, service, 1), "the release runs it once");
  }
}

}  // namespace stackd::decide
