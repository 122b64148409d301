#include "decide/replace/rollout.h"

#include <algorithm>

#include "base/mutation.h"
#include "decide/picture/order.h"
#include "decide/picture/wanted.h"
#include "decide/replace/compare.h"
#include "decide/replace/conditions.h"
#include "decide/replace/health.h"
#include "decide/replace/reload.h"
#include "decide/replace/renewal.h"
#include "decide/replace/replica.h"
#include "decide/replace/rollout_failure.h"
#include "decide/replace/traffic.h"
#include "decide/replace/update_order.h"
#include "model/fingerprint.h"
#include "model/identity.h"

namespace stackd::decide {
namespace {

// It is being watched, and its health check failed a moment ago or is under way.
bool is_in_doubt(const State& state, const Service& service, const ObservedContainer& container,
                 const ContainerMemory& memory) {
  if (!is_rolling(state.rollout) || !is_changed(state, service.name)) return false;
  if (!has_health_check(container) || monitor_of(state, service) == Duration::zero()) return false;
  if (is_left_to_engine(memory, container)) return false;  // nobody asks it again before the engine does
  return memory.readiness.was_ready() && (memory.probe.failures > 0 || memory.probe.running);
}

// Ready, and for as long as update_config asks for; never with a failed probe as the last word.
std::optional<Time> good_at(const State& state, const Service& service, const ObservedContainer* container) {
  if (container == nullptr || !is_ready(state, *container) || !is_joined(state, service, *container))
    return std::nullopt;
  const ContainerMemory* memory = memory_of(state, container->id);
  if (memory == nullptr) return std::nullopt;
  const Time since = std::max({memory->readiness.at, memory->reload.done_at.value_or(memory->readiness.at),
                               memory->resumed_at.value_or(memory->readiness.at)});
  const Time good = since + monitor_of(state, service);
  if (!is_in_doubt(state, service, *container, *memory)) return good;
  return std::max(good, state.now + probe_pause_while_watched);
}

// Everything that the service waits for is as the release wants it, and it could start.
bool dependencies_are_renewed(const State& state, const Service& service) {
  if (!blockers(state, service).empty()) return false;
  const Stack& stack = *state.desired.stack;
  std::set<std::string> needed = waits_for(stack, service);
  for (const auto& [name, dependency] : conditions_of(state, service)) needed.insert(name);
  return std::all_of(needed.begin(), needed.end(), [&](const std::string& name) {
    const auto found = stack.services.find(name);
    if (found == stack.services.end() || is_job(stack, found->second)) return true;
    const Service& other = found->second;
    for (const ObservedContainer* container : containers_of(state.observed, name)) {
      if (!runs(*container) || may_stay_broken(state, other, container->number)) continue;
      if (!must_be_replaced(state, other, *container).empty()) return false;
      if (!must_be_reloaded(state, other, *container).empty()) return false;
    }
    return true;
  });
}

}  // namespace

Place place_of(const State& state, const Service& service, std::int64_t number) {
  Place place;
  const ObservedContainer* best = replica_at(state, service, number);
  for (const ObservedContainer* container : containers_of(state.observed, service.name)) {
    if (container->number != number || container->state == ContainerState::removing) continue;
    const std::string why = must_be_replaced(state, service, *container);
    if (!why.empty()) {
      if (!runs(*container)) place.left.push_back(container);
      if (runs(*container)) place.predecessor = container;
      if (place.why.empty() || runs(*container)) place.why = why;
    } else if (place.fitting == nullptr) {
      place.fitting = container;
    } else {  // the one that fills the place first, then the one that runs, then the older
      const bool better = container == best || (runs(*container) && !runs(*place.fitting));
      if (better) std::swap(container, place.fitting);
      place.doubles.push_back(container);
    }
  }
  return place;
}

bool is_changed(const State& state, const std::string& service) {
  const Desired& desired = state.desired;
  const Desired* former = former_of(state.rollout);
  if (former == nullptr) return true;
  auto before = former->stack->services.find(service);
  auto now = desired.stack->services.find(service);
  if (before == former->stack->services.end() || now == desired.stack->services.end()) return true;
  if (before->second.scale != now->second.scale) return true;
  if (!redefined_network(state, now->second).empty()) return true;
  return is_made_otherwise(*former, desired, service);
}

Duration monitor_of(const State& state, const Service& service) {
  const bool watches = is_rolling_onward(state.rollout) || is_paused(state.rollout);
  return watches ? update_config(state, service).monitor : Duration::zero();
}

bool is_watched(const State& state, const Service& service, const ObservedContainer& container) {
  if (!is_rolling(state.rollout) || !is_changed(state, service.name)) return false;
  const std::optional<Time> good = good_at(state, service, &container);
  return good && state.now < *good && must_be_replaced(state, service, container).empty() &&
         must_be_reloaded(state, service, container).empty();
}

bool may_be_replaced(Planner& planner, const State& state, const Service& service, std::int64_t number) {
  if (is_paused(state.rollout)) return false;
  if (is_gating(state.rollout) && !is_brought_forward(state.rollout, service.name)) return false;
  if (!dependencies_are_renewed(state, service)) return false;
  const UpdateConfig config = update_config(state, service);
  std::int64_t under_way = 0;
  std::int64_t waiting_before = 0;
  std::optional<Time> last_good;
  for (std::int64_t other = 1; other <= service.scale; ++other) {
    if (other != number && has_failed(state, service, other)) continue;  // nothing is awaited of it
    const Place place = place_of(state, service, other);
    const bool begun = place.fitting != nullptr && runs(*place.fitting);
    if (begun && !must_be_reloaded(state, service, *place.fitting).empty()) {
      if (other < number) ++waiting_before;
      continue;
    }
    const std::optional<Time> good = good_at(state, service, place.fitting);
    if (place.predecessor == nullptr && good && state.now >= *good) {
      if (!last_good || *good > *last_good) last_good = good;
    } else if (place.predecessor == nullptr || begun) {
      if (other != number) ++under_way;
      if (good) planner.look_again(*good);
    } else if (other < number) {
      ++waiting_before;
    }
  }
  if (config.parallelism > 0 && under_way + waiting_before >= config.parallelism) return false;
  if (last_good && config.delay > Duration::zero() && state.now < *last_good + config.delay) {
    planner.look_again(*last_good + config.delay);
    return false;
  }
  return true;
}

bool replace_predecessor(Planner& planner, const State& state, const Service& service, const Place& place) {
  const ObservedContainer& old = *place.predecessor;
  const ObservedContainer* next = place.fitting;
  if (is_paused(state.rollout)) return next != nullptr && runs(*next);
  const UpdateOrderChoice order = update_order(state, service, next == nullptr ? &old : next);
  const bool runs_already = next != nullptr && runs(*next);
  if (!runs_already && !may_be_replaced(planner, state, service, old.number)) return false;
  if (next == nullptr) return false;  // it is being made
  if (!order.start_first) {
    planner.step(StopContainer{old.id, service.name},
                 place.why + "; it stops first, because " + order.because);
    return false;
  }
  const std::optional<Time> good = good_at(state, service, next);
  if (good && (state.now >= *good || mutated("old-ones-leave-too-soon"))) {
    planner.step(StopContainer{old.id, service.name}, place.why + "; its successor is ready");
  } else if (good) {
    planner.look_again(*good);
  } else if (mutated("old-ones-leave-too-soon") && runs_already) {
    planner.step(StopContainer{old.id, service.name}, place.why);
  }
  return true;
}

bool is_new(const State& state, const Service& service, const ObservedContainer& container) {
  return is_rolling_onward(state.rollout) && is_changed(state, service.name) &&
         must_be_replaced(state, service, container).empty() &&
         must_be_reloaded(state, service, container).empty();
}

bool is_on_trial(const State& state, const Service& service, const ObservedContainer& container) {
  return is_new(state, service, container) &&
         update_config(state, service).failure_action != FailureAction::keep_going;
}

bool is_tidy(const State& state) {
  for (const auto& [name, service] : state.desired.stack->services) {
    if (is_job(*state.desired.stack, service) || !is_wanted(state, name)) continue;
    std::set<std::int64_t> taken;
    for (const ObservedContainer* container : containers_of(state.observed, name)) {
      const std::string own =
          container_name(state.desired.stack->name, name, service.container_name, container->number);
      if (place_of(state, service, container->number).predecessor != nullptr) continue;  // it serves on
      if (!taken.insert(container->number).second || container->name != own) return false;
    }
  }
  return true;
}

bool fails_at_once(const State& state, const Service& service, const ObservedContainer& container) {
  if (!is_on_trial(state, service, container)) return false;
  const ContainerMemory* memory = memory_of(state, container.id);
  if (memory != nullptr && memory->reload.done_at) return true;  // it had all that it needs
  return update_order(state, service, &container).start_first;
}

std::optional<Time> proven_at(const State& state) {
  std::optional<Time> last;
  for (const auto& [name, service] : state.desired.stack->services) {
    if (is_job(*state.desired.stack, service) || !is_wanted(state, name)) continue;
    for (std::int64_t number = 1; number <= service.scale; ++number) {
      const ObservedContainer* container = replica_at(state, service, number);
      const ContainerMemory* memory = container == nullptr ? nullptr : memory_of(state, container->id);
      if (memory == nullptr || !memory->running || has_health_check(*container)) continue;
      const Time proven = counts_from(*memory) + std::min(update_config(state, service).monitor, first_proof);
      if (!last || proven > *last) last = proven;
    }
  }
  return last;
}

std::optional<Time> watched_until(const State& state) {
  std::optional<Time> last;
  for (const auto& [name, service] : state.desired.stack->services) {
    if (is_job(*state.desired.stack, service) || !is_changed(state, name)) continue;
    for (std::int64_t number = 1; number <= service.scale; ++number) {
      const std::optional<Time> good = good_at(state, service, place_of(state, service, number).fitting);
      if (good && (!last || *good > *last)) last = good;
    }
  }
  return last;
}

}  // namespace stackd::decide
