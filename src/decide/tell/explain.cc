#include "decide/tell/explain.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/text.h"
#include "decide/learn/end_words.h"
#include "decide/picture/wanted.h"
#include "decide/replace/compare.h"
#include "decide/replace/conditions.h"
#include "decide/replace/health.h"
#include "decide/replace/refused.h"
#include "decide/replace/reload.h"
#include "decide/replace/replica.h"
#include "model/identity.h"

namespace stackd::decide {

std::string missing_external(const State& state, const Service& service) {
  const Stack& stack = *state.desired.stack;
  for (const auto& [key, attachment] : service.networks) {
    auto network = stack.networks.find(key);
    if (network == stack.networks.end() || !network->second.external) continue;
    if (state.observed.networks.count(network->second.name) == 0) {
      return "external network " + network->second.name + " does not exist";
    }
  }
  for (const Mount& mount : service.mounts) {
    auto volume = stack.volumes.find(mount.source);
    if (mount.type != MountType::volume || volume == stack.volumes.end() || !volume->second.external)
      continue;
    if (state.observed.volumes.count(volume->second.name) == 0) {
      return "external volume " + volume->second.name + " does not exist";
    }
  }
  return {};
}

namespace {

std::string sentence_of(const std::vector<Blocker>& found) {
  std::vector<std::string> parts;
  for (const Blocker& blocker : found) parts.push_back(blocker.sentence);
  return "waits: " + join(parts, ", ");
}

std::string failed_step_of(const State& state, const Service& service, std::int64_t number) {
  std::vector<std::string> resources;
  resources.push_back("container " + name_for_new(state, service, number).name);
  for (const ObservedContainer* container : containers_of(state.observed, service.name)) {
    if (container->number == number) resources.push_back("container " + container->id);
  }
  for (const auto& [key, attachment] : service.networks) resources.push_back("network " + key);
  for (const Mount& mount : service.mounts) resources.push_back("volume " + mount.source);
  for (const std::string& resource : resources) {
    auto failed = state.memory.failed_steps.find(resource);
    if (failed != state.memory.failed_steps.end()) return failed->second.error;
  }
  return {};
}

// A later release's run failed, and that release was given up: its container is the one that is left.
std::string later_failure(const State& state, const Service& service) {
  for (const ObservedContainer* container : containers_of(state.observed, service.name)) {
    const std::int64_t release = release_of(*container);
    if (release <= state.desired.release || runs(*container) || container->exit_code == 0) continue;
    return "done for release " + std::to_string(state.desired.release) + "; the run for release " +
           std::to_string(release) + ", which was given up, ended with " +
           std::to_string(container->exit_code);
  }
  return {};
}

Explanation explain_job(const State& state, const Service& service) {
  auto run = state.learnt.jobs.find(service.name);
  const JobState job = job_state(state, service.name);
  if (job == JobState::succeeded) return {ServiceState::job_done, later_failure(state, service), {}};
  if (job == JobState::failed) {
    return {ServiceState::job_failed,
            "it failed with exit code " + std::to_string(run->second.exit_code) +
                job_memory_words(state, run->second),
            {}};
  }
  if (job == JobState::running) return {ServiceState::job_running, {}, {}};
  Explanation out{ServiceState::job_waiting, {}, {}};
  std::vector<Blocker> found = blockers(state, service);
  std::string failed = failed_step_of(state, service, 1);
  out.why = !failed.empty() ? failed : found.empty() ? "it is about to run" : sentence_of(found);
  return out;
}

Explanation explain_down(const State& state, const Service& service, std::int64_t number,
                         const ObservedContainer* container) {
  std::string external = missing_external(state, service);
  std::string failed = failed_step_of(state, service, number);
  const ReplicaMemory* replica = replica_memory_of(state, service.name, number);
  Explanation out;
  out.state = container == nullptr ? ServiceState::not_created : ServiceState::waiting;
  if (replica != nullptr) out.next_try = replica->next_try;
  std::vector<Blocker> found = blockers(state, service);
  if (!external.empty()) {
    out.why = external;
  } else if (!failed.empty()) {
    out.why = failed;
  } else if (state.wishes.stack == StackWish::created) {
    out.state = container == nullptr ? ServiceState::not_created : ServiceState::created;
  } else if (!found.empty()) {
    out.why = sentence_of(found);
  } else if (replica != nullptr && !replica->last_end.empty()) {
    out.why = "it " + replica->last_end;
  }
  if (container != nullptr && failed.empty() && stays_down(state, service, *container)) {
    out.state = ServiceState::ended;
    out.why = "it " + replica->last_end + ", and its restart policy leaves it so";
  }
  if (replica != nullptr && is_crash_looping(state.rollout, *replica, state.now)) {
    out.state = ServiceState::crash_looping;
    out.why = "it failed " + std::to_string(replica->failures.size()) + " times in " +
              to_human(crash_loop_window) + "; the last time it " + replica->last_end;
  }
  return out;
}

std::string unready_text(const ContainerMemory* memory, const ObservedContainer& container) {
  const std::string text = "its health check has not passed yet";
  if (memory == nullptr) return text;
  if (memory->probe.missing >= check_told_after) return broken_check_text(*memory, container);
  const std::string words = check_words(*memory, container);
  return words.empty() ? text : text + ": " + words;
}

// Of one that serves, what a person should know nevertheless.
std::string good_but(const ContainerMemory* memory, const ObservedContainer& container) {
  return memory == nullptr || !memory->out_of_memory_told
             ? std::string()
             : "a process in it was killed" + out_of_memory_words(container);
}

Explanation explain_running(const State& state, const Service& service, const ObservedContainer& container) {
  const ContainerMemory* memory = memory_of(state, container.id);
  if (is_to_be_restarted(state, container))
    return {ServiceState::stopping, "it is being restarted, as was asked for", {}};
  if (memory != nullptr && memory->stop.is_ours()) {
    return {ServiceState::stopping,
            memory->stop.purpose != StopPurpose::leave_down ? "it is being restarted" : "",
            {}};
  }
  std::string replaced = must_be_replaced(state, service, container);
  if (!replaced.empty()) {
    std::vector<Blocker> found = blockers(state, service);
    std::string why =
        "it is to be replaced: " + replaced + (found.empty() ? "" : "; its successor " + sentence_of(found));
    return {is_ready(state, container) ? ServiceState::ready : ServiceState::starting, why, {}};
  }
  std::string reloaded = must_be_reloaded(state, service, container);
  if (!reloaded.empty() && is_ready(state, container))
    return {ServiceState::ready, "it is to be reloaded: " + reloaded, {}};
  if (is_ready(state, container)) {
    const ReplicaMemory* replica = replica_memory_of(state, service.name, container.number);
    const bool looping = replica != nullptr && is_crash_looping(state.rollout, *replica, state.now) &&
                         memory != nullptr && state.now - memory->run_seen_at < good_run;
    if (looping)
      return {ServiceState::crash_looping, "it runs again, and may fail again: it " + replica->last_end, {}};
    return {has_health_check(container) ? ServiceState::ready : ServiceState::running,
            good_but(memory, container),
            {}};
  }
  if (is_being_prepared(state, container)) return {ServiceState::starting, "its post_start hook runs", {}};
  const bool was_ready = memory != nullptr && memory->readiness.was_ready();
  std::vector<Blocker> found = absences(state, service);
  Explanation out{was_ready ? ServiceState::unhealthy : ServiceState::starting, {}, {}};
  if (was_ready) {
    out.why = "its health check fails";
    const std::string words = check_words(*memory, container);
    if (!words.empty()) out.why += ": " + words;
    if (!found.empty()) out.why += "; it is not restarted for that, because " + found.front().sentence;
    if (service.restart.condition == RestartCondition::no) out.why += "; its restart policy is no";
  } else {
    out.why = unready_text(memory, container);
  }
  return out;
}

Explanation explain_place(const State& state, const Service& service, std::int64_t number) {
  const ObservedContainer* container = replica_at(state, service, number);
  if (container != nullptr && container->state == ContainerState::paused) {
    return {ServiceState::paused, "it was paused outside stackd", {}};
  }
  if (container != nullptr && container->state == ContainerState::running) {
    return explain_running(state, service, *container);
  }
  return explain_down(state, service, number, container);
}

int badness(ServiceState state) {
  switch (state) {
    case ServiceState::crash_looping:
      return 9;
    case ServiceState::unhealthy:
      return 8;
    case ServiceState::not_created:
      return 7;
    case ServiceState::waiting:
      return 6;
    case ServiceState::created:
      return 5;
    case ServiceState::paused:
      return 4;
    case ServiceState::starting:
      return 3;
    case ServiceState::stopping:
    case ServiceState::ended:
      return 2;
    case ServiceState::ready:
    case ServiceState::running:
    case ServiceState::stopped:
    case ServiceState::stopped_outside:
    case ServiceState::job_waiting:
    case ServiceState::job_running:
    case ServiceState::job_done:
    case ServiceState::job_failed:
    case ServiceState::unknown:
      return 1;
  }
  return 0;
}

bool any_running(const State& state, const std::string& service) {
  std::vector<const ObservedContainer*> containers = containers_of(state.observed, service);
  return std::any_of(containers.begin(), containers.end(),
                     [](const ObservedContainer* c) { return c->state == ContainerState::running; });
}

/// Not yet on record, see engine_end_patience.
bool is_stopped_by_others(const State& state, const Service& service) {
  std::vector<const ObservedContainer*> containers = containers_of(state.observed, service.name);
  return std::any_of(containers.begin(), containers.end(), [&](const ObservedContainer* container) {
    const ContainerMemory* memory = memory_of(state, container->id);
    return memory != nullptr && memory->asked_to_stop_outside && memory->outside_settles_at.has_value();
  });
}

std::optional<Explanation> explain_stopped(const State& state, const Service& service) {
  auto stopped = state.wishes.stopped.find(service.name);
  const bool up = any_running(state, service.name);
  if (state.wishes.stack == StackWish::stopped_outside || is_stopped_by_others(state, service) ||
      (stopped != state.wishes.stopped.end() && stopped->second == ServiceStop::outside)) {
    return Explanation{ServiceState::stopped_outside,
                       "stopped outside stackd; `stackctl start` or a start of the container ends that",
                       {}};
  }
  if (stopped != state.wishes.stopped.end() && !up && is_only_made(state, service.name)) {
    const bool there = replica_at(state, service, 1) != nullptr;
    return Explanation{there ? ServiceState::created : ServiceState::not_created,
                       "it was only to be made (deploy --no-start); `stackctl start` starts it",
                       {}};
  }
  if (stopped != state.wishes.stopped.end() && stopped->second == ServiceStop::rest && !up &&
      state.wishes.stack == StackWish::running) {
    if (is_job(*state.desired.stack, service) && job_state(state, service.name) == JobState::succeeded)
      return std::nullopt;
    return Explanation{
        ServiceState::stopped,
        "only others of the stack were started; `stackctl start " + service.name + "` starts it",
        {}};
  }
  const bool stack_is_down =
      state.wishes.stack == StackWish::stopped || state.wishes.stack == StackWish::down;
  if (stack_is_down || stopped != state.wishes.stopped.end()) {
    const char* order = state.wishes.stack == StackWish::down ? "stackctl down" : "stackctl stop";
    const std::string refusal = refused(state, {service.name});
    return Explanation{up ? ServiceState::stopping : ServiceState::stopped,
                       std::string("by `") + order + "`" + (refusal.empty() ? "" : "; " + refusal),
                       {}};
  }
  if (state.wishes.ended.count(service.name) > 0 && !up) {
    const ReplicaMemory* replica = replica_memory_of(state, service.name, 1);
    std::string how = replica == nullptr || replica->last_end.empty() ? "ended" : replica->last_end;
    return Explanation{ServiceState::ended, "it " + how + ", and its restart policy leaves it so", {}};
  }
  return std::nullopt;
}

}  // namespace

std::string hindrance_of(const State& state, const Service& service) {
  std::string found = missing_external(state, service);
  for (const std::int64_t number : replica_numbers(state, service)) {
    if (found.empty()) found = failed_step_of(state, service, number);
  }
  return found;
}

std::string job_memory_words(const State& state, const JobRun& run) {
  const auto container = state.observed.containers.find(run.container_id);
  const bool known = container != state.observed.containers.end() && container->second.oom_killed;
  return known ? out_of_memory_words(container->second) : std::string();
}

Explanation explain(const State& state, const Service& service) {
  if (std::optional<Explanation> stopped = explain_stopped(state, service)) return *stopped;
  if (is_job(*state.desired.stack, service)) return explain_job(state, service);
  if (service.scale == 0) return {ServiceState::stopped, "its scale is 0", {}};
  Explanation worst;
  bool first = true;
  for (const std::int64_t number : replica_numbers(state, service)) {
    Explanation place = explain_place(state, service, number);
    if (std::exchange(first, false) || badness(place.state) > badness(worst.state)) worst = place;
  }
  return worst;
}

std::int64_t restarts_of(const State& state, const std::string& service) {
  std::set<std::int64_t> numbers;  // a place has two while one is replaced
  for (const ObservedContainer* container : containers_of(state.observed, service))
    numbers.insert(container->number);
  std::int64_t all = 0;
  for (const std::int64_t number : numbers) {
    const ReplicaMemory* replica = replica_memory_of(state, service, number);
    if (replica != nullptr) all += replica->restarts;
  }
  return all;
}

std::vector<std::string> behind_the_gate(const State& state) {
  std::vector<std::string> found;
  const auto* gate = std::get_if<Gating>(&state.rollout);
  if (gate == nullptr || gate->next == nullptr) return found;
  for (const auto& [name, service] : gate->next->services) {
    if (state.desired.stack->services.count(name) == 0) found.push_back(name);
  }
  return found;
}

std::string gate_words(const State& state) {
  return "it comes after the jobs of release " + std::to_string(state.desired.release);
}

}  // namespace stackd::decide
