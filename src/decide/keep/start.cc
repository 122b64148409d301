#include "decide/keep/start.h"

#include <algorithm>

#include "base/mutation.h"
#include "base/text.h"
#include "decide/picture/wanted.h"
#include "decide/replace/conditions.h"
#include "decide/replace/ports.h"
#include "decide/replace/rollout.h"
#include "decide/replace/traffic.h"

namespace stackd::decide {
namespace {

// Why it may start now, for a person: what it waited for, or how its last run ended.
std::string start_cause(const State& state, const Service& service, const ObservedContainer& container) {
  const ReplicaMemory* replica = replica_memory_of(state, service.name, container.number);
  if (replica != nullptr && !replica->last_end.empty() && container.started_at != WallTime{})
    return "it " + replica->last_end;
  std::vector<std::string> parts;
  for (const auto& [name, dependency] : service.depends_on) {
    if (state.desired.stack->services.count(name) == 0) continue;
    const bool job = dependency.condition == DependencyCondition::completed;
    const bool healthy = dependency.condition == DependencyCondition::healthy;
    parts.push_back(name + (job ? " succeeded" : healthy ? " is ready" : " runs"));
  }
  if (parts.empty()) return "it waits for nothing";
  return join(parts, ", ");
}

bool fails_the_rollout(const State& state, const Service& service, const ObservedContainer& container) {
  const ContainerMemory* memory = memory_of(state, container.id);
  return memory != nullptr && memory->end == EndCause::itself && fails_at_once(state, service, container);
}

// True: others hold its ports yet. One that would be replaced only after this one is stopped for it.
bool waits_for_port(Planner& planner, const State& state, const Service& service) {
  const std::vector<PortHolder> holders = port_holders(state, service);
  for (const PortHolder& holder : holders) {
    if (holder.waits_for_us)
      planner.step(StopContainer{holder.container->id, holder.container->service},
                   "it holds port " + holder.port + ", which is " + service.name + "'s now");
  }
  return !holders.empty();
}

}  // namespace

void start_when_allowed(Planner& planner, const State& state, const Service& service,
                        const ObservedContainer& container) {
  if (state.wishes.stack != StackWish::running || !is_wanted(state, service.name) ||
      end_is_open(state, container))
    return;
  if (fails_the_rollout(state, service, container)) return;  // the rollout fails by that
  if (stays_down(state, service, container)) return;
  if (!blockers(state, service).empty()) return;
  if (waits_for_port(planner, state, service)) return;
  std::vector<const ObservedContainer*> sharers = running_sharers(state, service.name);
  for (const ObservedContainer* sharer : sharers) {
    StopContainer stop{sharer->id, sharer->service, StopPurpose::restart};
    planner.step(stop, "it shares a namespace with " + service.name + ", which is about to start");
  }
  if (!sharers.empty()) return;
  const ReplicaMemory* replica = replica_memory_of(state, service.name, container.number);
  if (replica != nullptr && replica->next_try && state.now < *replica->next_try) {
    planner.look_again(*replica->next_try);
    if (is_rolling(state.rollout) && !replica->failures.empty()) {  // that it crash-loops fails the rollout
      const Time counts_at = replica->failures.front() + crash_loop_pause;
      if (state.now < counts_at) planner.look_again(counts_at);
    }
    return;
  }
  if (leave_traffic(planner, state, service, container, "it is not ready yet")) return;
  planner.step(StartContainer{container.id, service.name, container.started_at},
               start_cause(state, service, container));
}

std::vector<const ObservedContainer*> running_sharers(const State& state, const std::string& owner) {
  std::vector<const ObservedContainer*> found;
  if (mutated("sharers-are-left-alone")) return found;
  for (const auto& [name, service] : state.desired.stack->services) {
    std::vector<std::string> owners = namespace_owners(service);
    if (std::find(owners.begin(), owners.end(), owner) == owners.end()) continue;
    for (const ObservedContainer* container : containers_of(state.observed, name)) {
      if (container->state == ContainerState::running) found.push_back(container);
    }
  }
  return found;
}

void take_policy_from_engine(Planner& planner, const State& state, const ObservedContainer& container,
                             const std::string& cause) {
  if (!has_engine_policy(container) || is_rescuing(state.rollout)) return;
  const SetRestartPolicy action{container.id, "no"};
  const auto failed = state.memory.failed_steps.find(resource_of(action));
  if (failed != state.memory.failed_steps.end())
    planner.warn(container.name + " keeps its restart policy " + container.restart_policy +
                 ", so the engine restarts it too: " + failed->second.error);
  planner.step(action, cause);
}

}  // namespace stackd::decide
