#include "decide/picture/state.h"

#include <algorithm>

#include "base/mutation.h"

namespace stackd::decide {

const ContainerMemory* memory_of(const State& state, const std::string& container_id) {
  auto found = state.memory.containers.find(container_id);
  return found == state.memory.containers.end() ? nullptr : &found->second;
}

bool is_being_made(const Memory& memory, const std::string& service, std::int64_t number) {
  return memory.creations.count({service, number}) > 0 && !mutated("half-made-is-made-wrong");
}

const ReplicaMemory* replica_memory_of(const State& state, const std::string& service, std::int64_t number) {
  auto found = state.memory.replicas.find({service, number});
  return found == state.memory.replicas.end() ? nullptr : &found->second;
}

std::vector<const ObservedContainer*> containers_of(const Observed& observed, const std::string& service) {
  std::vector<const ObservedContainer*> found;
  for (const auto& [id, container] : observed.containers) {
    if (container.service == service && !container.oneoff) found.push_back(&container);
  }
  std::sort(found.begin(), found.end(), [](const ObservedContainer* a, const ObservedContainer* b) {
    if (a->number != b->number) return a->number < b->number;
    if (a->created_at != b->created_at) return a->created_at < b->created_at;
    return a->id < b->id;
  });
  return found;
}

std::int64_t replicas(const Stack& stack, const Service& service) {
  return is_job(stack, service) ? std::min<std::int64_t>(service.scale, 1) : service.scale;
}

std::string busy_key(const ObservedContainer& container) {
  return "container " + container.id;
}

bool has_health_check(const ObservedContainer& container) {
  return !container.health_check.test.empty() && container.health_check.test.front() != "NONE";
}

bool has_engine_policy(const ObservedContainer& container) {
  return !container.restart_policy.empty() && container.restart_policy != "no";
}

bool runs(const ObservedContainer& container) {
  return container.state == ContainerState::running || container.state == ContainerState::paused;
}

bool is_right_as_found(const State& state, const ObservedContainer& container) {
  return state.learnt.as_found.count(container.id) > 0 &&
         !is_brought_forward(state.rollout, container.service);
}

bool is_up(const ObservedContainer& container) {
  return runs(container) || container.state == ContainerState::restarting;
}

bool is_to_be_restarted(const State& state, const ObservedContainer& container) {
  const auto order = state.wishes.restarts.runs.find(container.id);
  return order != state.wishes.restarts.runs.end() && is_up(container) &&
         order->second == container.started_at;
}

bool is_leaving(const State& state, const ObservedContainer& container) {
  if (is_to_be_restarted(state, container)) return true;
  const ContainerMemory* memory = memory_of(state, container.id);
  if (!is_up(container) || memory == nullptr) return false;
  // Once the order was answered the picture is of before, until the container was looked at.
  const bool unseen = memory->stop.is_ours() && state.busy.count("container " + container.id) > 0;
  return memory->under_way == UnderWay::stop || memory->stop.is_inherited() || unseen;
}

std::string being_stopped(const State& state) {
  for (const auto& [id, container] : state.observed.containers) {
    const ContainerMemory* memory = memory_of(state, id);
    if (is_up(container) && memory != nullptr && memory->under_way == UnderWay::stop) return container.name;
  }
  return {};
}

bool may_be_up(const State& state, const ObservedContainer& container) {
  const ContainerMemory* memory = memory_of(state, container.id);
  return is_up(container) || (memory != nullptr && memory->under_way == UnderWay::start);
}

bool is_being_prepared(const State& state, const ObservedContainer& container) {
  const auto service = state.desired.stack->services.find(container.service);
  if (service == state.desired.stack->services.end() || service->second.post_start.empty()) return false;
  const ContainerMemory* memory = memory_of(state, container.id);
  return container.state == ContainerState::running && memory != nullptr &&
         memory->under_way == UnderWay::start;
}

bool is_ready(const State& state, const ObservedContainer& container) {
  if (container.state != ContainerState::running || is_being_prepared(state, container)) return false;
  if (!has_health_check(container)) return true;
  const ContainerMemory* memory = memory_of(state, container.id);
  const bool same_run =
      memory != nullptr && memory->running && memory->run_started_at == container.started_at;
  return same_run && memory->readiness.is_ready();
}

bool started_after(const State& state, const ObservedContainer& container, const ObservedContainer& other) {
  const ContainerMemory* run = memory_of(state, container.id);
  const ContainerMemory* other_run = memory_of(state, other.id);
  const bool remembered = run != nullptr && other_run != nullptr &&
                          run->run_started_at == container.started_at &&
                          other_run->run_started_at == other.started_at;
  if (remembered && run->run_seen_at != other_run->run_seen_at)
    return run->run_seen_at > other_run->run_seen_at;
  return container.started_at > other.started_at;
}

bool is_replica_ready(const State& state, const Service& service, std::int64_t number) {
  const std::vector<const ObservedContainer*> there = containers_of(state.observed, service.name);
  return std::any_of(there.begin(), there.end(), [&](const ObservedContainer* container) {
    return container->number == number && is_ready(state, *container) && !is_leaving(state, *container);
  });
}

std::vector<std::int64_t> replica_numbers(const State& state, const Service& service) {
  std::set<std::int64_t> filled;
  for (const ObservedContainer* container : containers_of(state.observed, service.name))
    filled.insert(container->number);
  std::vector<std::int64_t> numbers;
  for (std::int64_t number = 1; number <= replicas(*state.desired.stack, service); ++number) {
    const bool counts = !is_rescuing(state.rollout) || filled.empty();
    if (counts || filled.count(number) > 0) numbers.push_back(number);
  }
  return numbers;
}

bool is_ready(const State& state, const Service& service) {
  for (const std::int64_t number : replica_numbers(state, service)) {
    if (!is_replica_ready(state, service, number)) return false;
  }
  return true;
}

bool is_run_of_job(const State& state, const ObservedContainer& container) {
  if (state.learnt.former_jobs.count(container.id) > 0) return true;
  const auto service = state.desired.stack->services.find(container.service);
  return service != state.desired.stack->services.end() && is_job(*state.desired.stack, service->second);
}

JobState job_state(const State& state, const std::string& service) {
  auto found = state.learnt.jobs.find(service);
  return found == state.learnt.jobs.end() ? JobState::none : found->second.state;
}

bool is_crash_looping(const Rollout& rollout, const ReplicaMemory& replica, Time now) {
  const bool rolls = is_rolling_onward(rollout);
  if (rolls && !replica.failures.empty() && now - replica.failures.front() < crash_loop_pause) return false;
  std::size_t recent = 0;
  for (Time failure : replica.failures) {
    if (now - failure <= crash_loop_window) ++recent;
  }
  return recent >= crash_loop_failures;
}

}  // namespace stackd::decide
