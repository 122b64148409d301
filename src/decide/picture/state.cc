#include "decide/picture/state.h"

#include <algorithm>
#include <tuple>

#include "base/mutation.h"
#include "decide/picture/compare.h"
#include "decide/picture/traffic.h"
#include "model/identity.h"

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

const ObservedContainer* replica_at(const State& state, const Service& service, std::int64_t number) {
  std::vector<const ObservedContainer*> there = containers_of(state.observed, service.name);
  there.erase(std::remove_if(there.begin(), there.end(),
                             [&](const ObservedContainer* container) {
                               return container->number != number ||
                                      container->state == ContainerState::removing;
                             }),
              there.end());
  if (there.empty()) return nullptr;
  if (there.size() == 1) return there.front();
  const std::string name =
      container_name(state.desired.stack->name, service.name, service.container_name, number);
  auto rank = [&](const ObservedContainer* container) {
    const bool fits = must_be_replaced(state, service, *container).empty();
    return std::make_tuple(runs(*container), fits, container->name == name);
  };
  return *std::max_element(there.begin(), there.end(), [&](const auto* a, const auto* b) {
    return rank(a) < rank(b) || (rank(a) == rank(b) && a->created_at < b->created_at);
  });
}

std::string container_id_of(const State& state, const std::string& service) {
  auto found = state.desired.stack->services.find(service);
  if (found == state.desired.stack->services.end()) return {};
  const ObservedContainer* container = replica_at(state, found->second, 1);
  return container == nullptr ? std::string() : container->id;
}

std::int64_t replicas(const Stack& stack, const Service& service) {
  return is_job(stack, service) ? std::min<std::int64_t>(service.scale, 1) : service.scale;
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

bool is_up(const ObservedContainer& container) {
  return runs(container) || container.state == ContainerState::restarting;
}

bool is_ready(const State& state, const ObservedContainer& container) {
  if (container.state != ContainerState::running) return false;
  if (!has_health_check(container)) return true;
  const ContainerMemory* memory = memory_of(state, container.id);
  const bool same_run =
      memory != nullptr && memory->running && memory->run_started_at == container.started_at;
  return same_run && memory->ready;
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

namespace {

// The ones that run and are ready, whether they are to be replaced or not.
bool is_replica_ready(const State& state, const Service& service, std::int64_t number) {
  const std::vector<const ObservedContainer*> there = containers_of(state.observed, service.name);
  return std::any_of(there.begin(), there.end(), [&](const ObservedContainer* container) {
    return container->number == number && is_ready(state, *container);
  });
}

}  // namespace

std::vector<std::int64_t> replica_numbers(const State& state, const Service& service) {
  std::set<std::int64_t> filled;
  for (const ObservedContainer* container : containers_of(state.observed, service.name))
    filled.insert(container->number);
  std::vector<std::int64_t> numbers;
  for (std::int64_t number = 1; number <= replicas(*state.desired.stack, service); ++number) {
    const bool counts = state.desired.phase != RolloutPhase::rescuing || filled.empty();
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

JobState job_state(const State& state, const std::string& service) {
  auto found = state.desired.jobs.find(service);
  return found == state.desired.jobs.end() ? JobState::none : found->second.state;
}

bool is_crash_looping(const Desired& desired, const ReplicaMemory& replica, Time now) {
  const bool rolls = desired.phase == RolloutPhase::rolling || desired.phase == RolloutPhase::watching;
  if (rolls && !replica.failures.empty() && now - replica.failures.front() < crash_loop_pause) return false;
  std::size_t recent = 0;
  for (Time failure : replica.failures) {
    if (now - failure <= crash_loop_window) ++recent;
  }
  return recent >= crash_loop_failures;
}

namespace {

// Who waits for a service that is ready wants to reach it, and asks for its name at once: a proxy that finds
// no such name may remember that, or wait long for an answer.
std::string unjoined(const State& state, const Service& service) {
  for (const std::int64_t number : replica_numbers(state, service)) {
    const std::vector<const ObservedContainer*> there = containers_of(state.observed, service.name);
    const bool joined = std::any_of(there.begin(), there.end(), [&](const ObservedContainer* container) {
      return container->number == number && is_ready(state, *container) &&
             is_joined(state, service, *container);
    });
    if (!joined) return service.name + " is ready and joins its networks";
  }
  return {};
}

// Why the dependency's condition does not hold; "" when it does.
std::string unmet(const State& state, const Service& service, DependencyCondition condition) {
  const Stack& stack = *state.desired.stack;
  if (is_job(stack, service)) {
    JobState job = job_state(state, service.name);
    if (job == JobState::succeeded) return {};
    if (job == JobState::failed) return service.name + " failed";
    if (job == JobState::running && condition == DependencyCondition::started) return {};
    return service.name + (job == JobState::running ? " has not finished" : " has not run yet");
  }
  if (condition == DependencyCondition::completed) return service.name + " has not finished";
  if (is_ready(state, service))
    return condition == DependencyCondition::healthy ? unjoined(state, service) : std::string();
  for (const std::int64_t number : replica_numbers(state, service)) {
    const ObservedContainer* container = replica_at(state, service, number);
    const bool runs = container != nullptr && container->state == ContainerState::running;
    if (!runs) return service.name + " is not running";
    if (mutated("dependencies-are-only-started")) continue;
    if (condition == DependencyCondition::healthy && !is_replica_ready(state, service, number)) {
      const ContainerMemory* memory = memory_of(state, container->id);
      if (memory != nullptr && memory->was_ready) return service.name + " is unhealthy";
      return service.name + " is not ready yet";
    }
  }
  return {};
}

}  // namespace

std::vector<Blocker> blockers(const State& state, const Service& service) {
  std::vector<Blocker> found;
  const Stack& stack = *state.desired.stack;
  for (const auto& [name, dependency] : service.depends_on) {
    auto other = stack.services.find(name);
    if (other == stack.services.end()) continue;  // outside the profiles: the loader let it pass
    std::string sentence = unmet(state, other->second, dependency.condition);
    if (sentence.empty()) continue;
    const bool gone_for_good = !dependency.required && job_state(state, name) == JobState::failed;
    if (!gone_for_good) found.push_back({name, sentence});
  }
  for (const std::string& owner : namespace_owners(service)) {
    auto other = stack.services.find(owner);
    if (other == stack.services.end() || service.depends_on.count(owner) > 0) continue;
    std::string sentence = unmet(state, other->second, DependencyCondition::started);
    if (!sentence.empty()) found.push_back({owner, sentence});
  }
  return found;
}

}  // namespace stackd::decide
