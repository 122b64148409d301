#include "decide/replace/rollout_failure.h"

#include <algorithm>

#include "decide/picture/order.h"
#include "decide/picture/wanted.h"
#include "decide/replace/compare.h"
#include "decide/replace/conditions.h"
#include "decide/replace/health.h"
#include "decide/replace/refused.h"
#include "decide/replace/reload.h"
#include "decide/replace/replica.h"
#include "decide/replace/rollout.h"
#include "decide/replace/update_order.h"

namespace stackd::decide {
namespace {

std::string place_name(const ObservedContainer& container) {
  return container.service + "-" + std::to_string(container.number);
}

// What ends with 0 may have done its work, though nobody calls it a job. Not so what others reach.
std::string must_run_on(const State& state, const Service& service, const ObservedContainer& container) {
  if (!service.ports.empty()) return ", but it publishes ports";
  if (has_health_check(container)) return ", but it has a health check";
  for (const auto& [name, other] : state.desired.stack->services) {
    const std::vector<std::string> owners = namespace_owners(other);
    if (std::find(owners.begin(), owners.end(), service.name) != owners.end())
      return ", but " + name + " shares a namespace with it";
  }
  return {};
}

bool is_over(const State& state, const Service& service, std::int64_t number) {
  const ObservedContainer* container = replica_at(state, service, number);
  if (container == nullptr || runs(*container)) return false;
  return state.wishes.ended.count(service.name) > 0 || stays_down(state, service, *container);
}

// Why a new container of this place is no good, "" when it is or may still become so.
std::string failure_of(const State& state, const Service& service, const ObservedContainer& container) {
  const ContainerMemory* memory = memory_of(state, container.id);
  if (memory == nullptr || container.started_at == WallTime{}) return {};
  const ReplicaMemory* replica = replica_memory_of(state, service.name, container.number);
  const std::string name = place_name(container);
  if (memory->reload.refused) return name + " could not be reloaded: " + memory->reload.refused->why;
  if (!must_be_reloaded(state, service, container).empty()) return {};  // it is as it was
  const bool ended = !memory->running && memory->end == EndCause::itself;
  if (ended && fails_at_once(state, service, container))
    return name + " " + (replica == nullptr ? "ended" : replica->last_end);
  if (replica != nullptr && !memory->running && is_crash_looping(state.rollout, *replica, state.now))
    return name + " is crash-looping: it " + replica->last_end;
  const bool over = state.wishes.ended.count(service.name) > 0 || stays_down(state, service, container);
  const std::string serves = over && !runs(container) ? must_run_on(state, service, container) : "";
  if (over && !runs(container) && (container.exit_code != 0 || !serves.empty()))
    return name + " " + (replica == nullptr ? "ended" : replica->last_end) +
           ", and its restart policy leaves it so" + (container.exit_code == 0 ? serves : "");
  if (container.state != ContainerState::running || !memory->running) return {};
  if (!absences(state, service).empty()) return {};
  if (memory->readiness.was_ready() && memory->probe.failures >= probe_failures_max)
    return name + " failed its health check " + std::to_string(memory->probe.failures) +
           " times after it was ready";
  const bool unhealthy =
      container.health == HealthState::unhealthy && !is_behind(*memory, container, state.now);
  if (unhealthy && memory->readiness.was_ready()) return name + " became unhealthy after it was ready";
  if (has_broken_check(*memory, container, state.now))
    return name + " can't become ready: " + broken_check_text(*memory, container);
  if (memory->readiness.is_ready() || !is_new(state, service, container)) return {};
  const Duration patience = start_patience(container, 0);
  if (state.now - counts_from(*memory) >= patience)
    return name + " did not become ready within " + to_human(patience);
  return {};
}

std::string words_of(const State& state, const ObservedContainer& container) {
  const ContainerMemory* memory = memory_of(state, container.id);
  return memory != nullptr && memory->reload.refused ? memory->reload.refused->output : std::string();
}

// What runs is of the release before, and stays so for as long as something that its successor waits for is
// stopped by somebody's order.
std::string held_by_a_stop(const State& state, const Service& service, const Place& place) {
  if (!is_rolling_onward(state.rollout)) return {};
  const bool next_runs = place.fitting != nullptr && runs(*place.fitting);
  if (place.predecessor == nullptr || !runs(*place.predecessor) || next_runs) return {};
  for (const Blocker& blocker : blockers(state, service)) {
    if (state.wishes.stopped.count(blocker.service) == 0) continue;
    return place_name(*place.predecessor) + " can't be replaced: its successor waits for " + blocker.service +
           ", which was stopped; `stackctl start " + blocker.service + "`, or stop " + service.name + " too";
  }
  return {};
}

// The sentence is "" when nothing is wrong.
RolloutFailure failure_in(const State& state, const Service& service, std::int64_t number) {
  const std::string refusal = refused_place(state, service, number);
  if (!refusal.empty()) return {service.name, {}, refusal, {}};
  const Place place = place_of(state, service, number);
  const std::string held = held_by_a_stop(state, service, place);
  if (!held.empty()) return {service.name, {}, held, {}};
  const ObservedContainer* next = place.fitting;
  if (next == nullptr) return {};
  return {service.name, next->id, failure_of(state, service, *next), words_of(state, *next)};
}

bool is_tolerated(const UpdateConfig& config, const Service& service, std::int64_t failed) {
  const auto all = static_cast<double>(std::max<std::int64_t>(service.scale, 1));
  return static_cast<double>(failed) / all <= config.failure_ratio_max;
}

bool is_ill(const State& state, const Service& service, std::int64_t number);

bool waits_for_ill(const State& state, const Service& service) {
  const std::vector<Blocker> found = blockers(state, service);
  return std::any_of(found.begin(), found.end(), [&](const Blocker& blocker) {
    const auto other = state.desired.stack->services.find(blocker.service);
    if (other == state.desired.stack->services.end() || is_job(*state.desired.stack, other->second))
      return false;
    for (std::int64_t number = 1; number <= other->second.scale; ++number) {
      if (!is_changed(state, other->first) && is_ill(state, other->second, number)) return true;
    }
    return false;
  });
}

bool is_ill(const State& state, const Service& service, std::int64_t number) {
  const ObservedContainer* container = replica_at(state, service, number);
  if (container != nullptr && container->state == ContainerState::paused) return true;
  if (container != nullptr && is_ready(state, *container)) return false;
  const ReplicaMemory* replica = replica_memory_of(state, service.name, number);
  const bool fails = replica != nullptr && !replica->failures.empty();
  if (fails && state.now - replica->failures.back() <= crash_loop_window) return true;
  if (!refused_place(state, service, number).empty() || waits_for_ill(state, service)) return true;
  const ContainerMemory* memory = container == nullptr ? nullptr : memory_of(state, container->id);
  if (memory == nullptr || !memory->running) return false;
  return memory->readiness.was_ready() || state.now - counts_from(*memory) >= start_patience(*container, 0);
}

bool needs_what_changed(const State& state, const std::string& service) {
  const std::set<std::string> needed = with_dependencies(*state.desired.stack, {service});
  return std::any_of(needed.begin(), needed.end(),
                     [&](const std::string& name) { return is_changed(state, name); });
}

// A release of which nothing runs any more is not live, whatever its processes ended with.
std::optional<RolloutFailure> nothing_left(const State& state) {
  if (state.wishes.stack != StackWish::running) return std::nullopt;
  RolloutFailure first;
  for (const auto& [name, service] : state.desired.stack->services) {
    if (is_job(*state.desired.stack, service) || state.wishes.stopped.count(name) > 0) continue;
    for (std::int64_t number = 1; number <= service.scale; ++number) {
      if (!is_over(state, service, number)) return std::nullopt;
      if (!first.sentence.empty()) continue;
      const ObservedContainer* ended = replica_at(state, service, number);
      const ReplicaMemory* replica = replica_memory_of(state, name, number);
      const std::string how = replica == nullptr || replica->last_end.empty() ? "ended" : replica->last_end;
      first = {name,
               ended->id,
               place_name(*ended) + " " + how +
                   ", its restart policy leaves it so, and nothing of the stack runs; if it is to run to its "
                   "end, say so in its service: x-stackd: {job: true}",
               {}};
    }
  }
  return first.sentence.empty() ? std::nullopt : std::optional(first);
}

// Though the release says nothing new of the service: nobody knows what it was made with, or it lost a mount.
bool is_made_anew(const State& state, const Service& service, std::int64_t number) {
  const std::vector<const ObservedContainer*> all = containers_of(state.observed, service.name);
  return std::any_of(all.begin(), all.end(), [&](const ObservedContainer* container) {
    return container->number == number && runs(*container) &&
           !must_be_replaced(state, service, *container).empty();
  });
}

}  // namespace

bool has_failed(const State& state, const Service& service, std::int64_t number) {
  if (!failure_in(state, service, number).sentence.empty()) return true;
  if (update_config(state, service).failure_action != FailureAction::keep_going) return false;
  const ObservedContainer* next = place_of(state, service, number).fitting;
  const ReplicaMemory* replica = replica_memory_of(state, service.name, number);
  return next != nullptr && replica != nullptr && !replica->failures.empty() && !is_ready(state, *next);
}

FailureAction failure_action(const State& state, const std::string& service) {
  return update_config(state, state.desired.stack->services.at(service)).failure_action;
}

std::optional<RolloutFailure> rollout_failure(const State& state) {
  for (const auto& [name, service] : state.desired.stack->services) {
    if (is_job(*state.desired.stack, service) || !is_changed(state, name)) continue;
    if (state.wishes.stopped.count(name) > 0) continue;
    const UpdateConfig config = update_config(state, service);
    if (config.failure_action == FailureAction::keep_going) continue;
    std::optional<RolloutFailure> first;
    std::int64_t failed = 0;
    for (std::int64_t number = 1; number <= service.scale; ++number) {
      RolloutFailure failure = failure_in(state, service, number);
      if (failure.sentence.empty()) continue;
      ++failed;
      if (!first) first = std::move(failure);
    }
    if (first && !is_tolerated(config, service, failed)) return first;
  }
  return nothing_left(state);
}

std::set<std::string> ill_services(const State& state) {
  std::set<std::string> found;
  for (const auto& [name, service] : state.desired.stack->services) {
    if (is_job(*state.desired.stack, service) || is_changed(state, name)) continue;
    for (std::int64_t number = 1; number <= service.scale; ++number) {
      if (is_ill(state, service, number)) found.insert(name);
    }
  }
  return found;
}

bool may_stay_broken(const State& state, const Service& service, std::int64_t number) {
  const UpdateConfig config = update_config(state, service);
  const bool goes_on = config.failure_action == FailureAction::keep_going;
  if (former_of(state.rollout) == nullptr) return goes_on && !refused_place(state, service, number).empty();
  if (!is_changed(state, service.name) && !is_made_anew(state, service, number)) {
    if (std::get<Replacing>(state.rollout).ill_before.count(service.name) > 0) return true;
    return is_ill(state, service, number) && !needs_what_changed(state, service.name);
  }
  if (!has_failed(state, service, number)) return false;
  if (goes_on) return true;
  std::int64_t failed = 0;
  for (std::int64_t other = 1; other <= service.scale; ++other) {
    if (has_failed(state, service, other)) ++failed;
  }
  return is_tolerated(config, service, failed);
}

std::vector<std::string> tolerated_failures(const State& state) {
  std::vector<std::string> found;
  for (const auto& [name, service] : state.desired.stack->services) {
    if (is_job(*state.desired.stack, service) || !is_changed(state, name)) continue;
    if (state.wishes.stopped.count(name) > 0) continue;
    RolloutFailure first;
    std::int64_t failed = 0;
    for (std::int64_t number = 1; number <= service.scale; ++number) {
      if (!may_stay_broken(state, service, number)) continue;
      if (failed++ == 0) first = failure_in(state, service, number);
    }
    if (failed == 0) continue;
    if (first.sentence.empty()) first.sentence = name + " fails and is tried again";
    const bool goes_on = failure_action(state, name) == FailureAction::keep_going;
    std::string sentence = name + " is left broken, as its ";
    sentence += goes_on ? "failure_action says" : "max_failure_ratio allows";
    if (service.scale > 1)
      sentence += ", in " + std::to_string(failed) + " of " + std::to_string(service.scale) + " places";
    found.push_back(sentence + ": " + first.sentence);
  }
  return found;
}

std::string rollout_obstacle(const State& state) {
  const Stack& stack = *state.desired.stack;
  for (const auto& [name, service] : stack.services) {
    std::string why;
    if (is_job(stack, service)) {
      if (job_state(state, name) != JobState::succeeded) why = refused(state, {name});
    } else if (is_changed(state, name)) {
      why = refused_surroundings(state, service);
    }
    if (!why.empty()) return why;
  }
  return {};
}

}  // namespace stackd::decide
