#include "decide/replace/conditions.h"

#include <algorithm>

#include "base/mutation.h"
#include "decide/picture/strangers.h"
#include "decide/replace/compare.h"
#include "decide/replace/replica.h"
#include "decide/replace/traffic.h"
#include "model/identity.h"

namespace stackd::decide {
namespace {

int strictness(DependencyCondition condition) {
  switch (condition) {
    case DependencyCondition::started:
      return 0;
    case DependencyCondition::healthy:
      return 1;
    case DependencyCondition::completed:
      return 2;
  }
  return 0;
}

void add(Conditions& found, const std::string& name, const Dependency& dependency) {
  const auto [there, is_new] = found.emplace(name, dependency);
  if (is_new) return;
  if (strictness(dependency.condition) > strictness(there->second.condition))
    there->second.condition = dependency.condition;
  there->second.required = there->second.required || dependency.required;
}

class Collector {
 public:
  Collector(const Stack& stack, const std::set<std::string>& done) : stack_(stack), done_(done) {}

  void take(const Service& service, bool required) {
    for (auto [name, dependency] : service.depends_on) {
      dependency.required = dependency.required && required;
      if (!pass_through(name, dependency.required)) add(found, name, dependency);
    }
  }

  Conditions found;

 private:
  // True: it is a job that is done, and what it waited for was taken in its place.
  bool pass_through(const std::string& name, bool required) {
    const auto job = stack_.services.find(name);
    if (done_.count(name) == 0 || job == stack_.services.end()) return false;
    if (mutated("done-jobs-stand-for-nothing")) return true;
    if (!passed_.insert({name, required}).second) return true;
    take(job->second, required);
    for (const std::string& owner : namespace_owners(job->second)) {
      if (!pass_through(owner, required))
        add(found, owner, Dependency{DependencyCondition::started, false, required});
    }
    return true;
  }

  const Stack& stack_;
  const std::set<std::string>& done_;
  std::set<std::pair<std::string, bool>> passed_;
};

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

std::string unmet_job(const State& state, const Service& service, DependencyCondition condition) {
  const JobState job = job_state(state, service.name);
  if (job == JobState::succeeded) return {};
  const auto stop = state.wishes.stopped.find(service.name);
  // Who is to run beside a job that is only made runs for longer than that.
  if (job == JobState::none && stop != state.wishes.stopped.end() && stop->second == ServiceStop::made)
    return {};
  if (job == JobState::failed) return service.name + " failed";
  if (job == JobState::running && condition == DependencyCondition::started) return {};
  return service.name + (job == JobState::running ? " has not finished" : " has not run yet");
}

// The gate replaces it, and has not yet.
bool is_of_before(const State& state, const Service& service) {
  if (!is_brought_forward(state.rollout, service.name)) return false;
  const std::vector<const ObservedContainer*> there = containers_of(state.observed, service.name);
  return std::any_of(there.begin(), there.end(), [&](const ObservedContainer* container) {
    return runs(*container) && !must_be_replaced(state, service, *container).empty();
  });
}

// Why the dependency's condition does not hold; "" when it does.
std::string unmet(const State& state, const Service& service, DependencyCondition condition) {
  if (is_job(*state.desired.stack, service)) return unmet_job(state, service, condition);
  if (condition == DependencyCondition::completed) return service.name + " has not finished";
  if (is_of_before(state, service)) return service.name + " is replaced first";
  if (is_ready(state, service))
    return condition == DependencyCondition::healthy ? unjoined(state, service) : std::string();
  for (const std::int64_t number : replica_numbers(state, service)) {
    if (is_replica_ready(state, service, number)) continue;
    const ObservedContainer* container = replica_at(state, service, number);
    const bool runs = container != nullptr && container->state == ContainerState::running;
    if (!runs) return service.name + " is not running";
    if (is_leaving(state, *container)) return service.name + " is being stopped";
    if (is_being_prepared(state, *container)) return service.name + " runs its post_start hook";
    if (mutated("dependencies-are-only-started")) continue;
    if (condition == DependencyCondition::healthy) {
      const ContainerMemory* memory = memory_of(state, container->id);
      if (memory != nullptr && memory->readiness.was_ready()) return service.name + " is unhealthy";
      return service.name + " is not ready yet";
    }
  }
  return {};
}

bool is_refused(const State& state, const std::string& container) {
  const auto step = state.memory.failed_steps.find("container " + container);
  return step != state.memory.failed_steps.end() && step->second.failures >= refusals_max;
}

// It had its chance in this place: nobody knows that it will ever be ready.
bool is_no_good(const State& state, const Service& service, std::int64_t number) {
  if (is_replica_ready(state, service, number)) return false;
  const ReplicaMemory* replica = replica_memory_of(state, service.name, number);
  if (replica != nullptr && !replica->failures.empty()) return true;
  const std::string name =
      container_name(state.desired.stack->name, service.name, service.container_name, number);
  const ObservedContainer* container = replica_at(state, service, number);
  if (is_refused(state, name) || (container != nullptr && is_refused(state, container->id))) return true;
  if (container == nullptr) return false;
  if (container->state == ContainerState::paused) return true;
  const ContainerMemory* memory = memory_of(state, container->id);
  if (container->state != ContainerState::running || memory == nullptr || !memory->running) return false;
  return container->health == HealthState::unhealthy || memory->readiness.was_ready() ||
         state.now - memory->run_seen_at >=
             std::max(container->health_check.start_period, start_patience_min);
}

// The service can't be waited for with any hope.
bool is_given_up(const State& state, const Service& service) {
  if (state.wishes.stopped.count(service.name) > 0 || state.wishes.ended.count(service.name) > 0) return true;
  if (is_job(*state.desired.stack, service)) return job_state(state, service.name) == JobState::failed;
  return is_hopeless(state, service);
}

// It starts, or was ready in this run: it had not been without hope from the beginning.
bool may_come_back(const State& state, const Service& service) {
  const std::vector<std::int64_t> all = replica_numbers(state, service);
  return std::any_of(all.begin(), all.end(), [&](std::int64_t number) {
    const ObservedContainer* container = replica_at(state, service, number);
    const ContainerMemory* memory = container == nullptr ? nullptr : memory_of(state, container->id);
    if (memory == nullptr || is_replica_ready(state, service, number)) return false;
    return memory->readiness.was_ready() ||
           state.now - memory->run_seen_at <
               std::max(container->health_check.start_period, start_patience_min);
  });
}

// The unmet ones, and those of them that are passed over.
std::vector<Blocker> unmet_conditions(const State& state, const Service& service, bool passed) {
  std::vector<Blocker> found;
  for (const auto& [name, dependency] : conditions_of(state, service)) {
    const auto other = state.desired.stack->services.find(name);
    if (other == state.desired.stack->services.end())
      continue;  // outside the profiles: the loader let it pass
    const std::string sentence = unmet(state, other->second, dependency.condition);
    if (sentence.empty()) continue;
    if ((!dependency.required && is_given_up(state, other->second)) == passed)
      found.push_back({name, sentence});
  }
  return found;
}

}  // namespace

Conditions conditions_of(const Stack& stack, const Service& service, const std::set<std::string>& done_jobs) {
  Collector collector(stack, done_jobs);
  collector.take(service, true);
  return std::move(collector.found);
}

Conditions conditions_of(const State& state, const Service& service) {
  std::set<std::string> done;
  for (const auto& [name, run] : state.learnt.jobs) {
    if (run.state == JobState::succeeded) done.insert(name);
  }
  for (const auto& [name, stop] : state.wishes.stopped) {
    const auto job = state.desired.stack->services.find(name);
    const bool made = stop == ServiceStop::made && job_state(state, name) == JobState::none;
    if (made && job != state.desired.stack->services.end() && is_job(*state.desired.stack, job->second))
      done.insert(name);
  }
  return conditions_of(*state.desired.stack, service, done);
}

std::vector<Blocker> blockers(const State& state, const Service& service) {
  std::vector<Blocker> found = unmet_conditions(state, service, false);
  const Stack& stack = *state.desired.stack;
  for (const std::string& owner : namespace_owners(service)) {
    auto other = stack.services.find(owner);
    if (other == stack.services.end() || service.depends_on.count(owner) > 0) continue;
    std::string sentence = unmet(state, other->second, DependencyCondition::started);
    if (!sentence.empty()) found.push_back({owner, sentence});
  }
  for (const AbsentStranger& absent : absent_strangers(state, service))
    found.push_back({"", absent.sentence});
  return found;
}

std::vector<Blocker> absences(const State& state, const Service& service) {
  std::vector<Blocker> found = blockers(state, service);
  for (const auto& [name, dependency] : conditions_of(state, service)) {
    const auto other = state.desired.stack->services.find(name);
    if (other == state.desired.stack->services.end() || dependency.condition != DependencyCondition::started)
      continue;
    const bool named = std::any_of(found.begin(), found.end(),
                                   [&, &name = name](const Blocker& one) { return one.service == name; });
    if (named || !dependency.required || !may_come_back(state, other->second)) continue;
    const std::string sentence = unmet(state, other->second, DependencyCondition::healthy);
    if (!sentence.empty()) found.push_back({name, sentence});
  }
  return found;
}

bool is_hopeless(const State& state, const Service& service) {
  const std::vector<std::int64_t> all = replica_numbers(state, service);
  return std::any_of(all.begin(), all.end(),
                     [&](std::int64_t number) { return is_no_good(state, service, number); });
}

std::vector<Blocker> passed_over(const State& state, const Service& service) {
  return unmet_conditions(state, service, true);
}

}  // namespace stackd::decide
