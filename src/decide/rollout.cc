#include "decide/rollout.h"

#include <algorithm>

#include "base/plant.h"
#include "decide/compare.h"
#include "decide/health.h"
#include "decide/order.h"
#include "decide/reconcile.h"
#include "decide/refused.h"
#include "decide/reload.h"
#include "decide/renewal.h"
#include "decide/start.h"
#include "decide/traffic.h"
#include "decide/update_order.h"
#include "model/fingerprint.h"
#include "model/identity.h"

namespace stackd::decide {
namespace {

std::string place_name(const ObservedContainer& container) {
  return container.service + "-" + std::to_string(container.number);
}

// It is being watched, and its health check failed a moment ago or is under way.
bool is_in_doubt(const State& state, const Service& service, const ObservedContainer& container,
                 const ContainerMemory& memory) {
  if (!is_rolling(state.desired) || !is_changed(state.desired, service.name)) return false;
  if (!has_health_check(container) || monitor_of(state.desired, service) == Duration::zero()) return false;
  return memory.was_ready && (memory.probe.failures > 0 || memory.probe.running);
}

// Ready, and for as long as update_config asks for; never with a failed probe as the last word.
std::optional<Time> good_at(const State& state, const Service& service, const ObservedContainer* container) {
  if (container == nullptr || !is_ready(state, *container) || !is_joined(state, service, *container))
    return std::nullopt;
  const ContainerMemory* memory = memory_of(state, container->id);
  if (memory == nullptr) return std::nullopt;
  const Time since = std::max(memory->ready_at, memory->reload.done_at.value_or(memory->ready_at));
  const Time good = since + monitor_of(state.desired, service);
  if (!is_in_doubt(state, service, *container, *memory)) return good;
  return std::max(good, state.now + probe_pause_while_watched);
}

// Everything that the service waits for is as the release wants it, and it could start.
bool dependencies_are_renewed(const State& state, const Service& service) {
  if (!blockers(state, service).empty()) return false;
  const Stack& stack = *state.desired.stack;
  const std::set<std::string> needed = waits_for(stack, service);
  return std::all_of(needed.begin(), needed.end(), [&](const std::string& name) {
    const Service& other = stack.services.at(name);
    if (is_job(stack, other)) return true;
    for (const ObservedContainer* container : containers_of(state.observed, name)) {
      if (!runs(*container) || may_stay_broken(state, other, container->number)) continue;
      if (!must_be_replaced(state, other, *container).empty()) return false;
      if (!must_be_reloaded(state, other, *container).empty()) return false;
    }
    return true;
  });
}

// As the release wants it, which is not live yet.
bool is_new(const State& state, const Service& service, const ObservedContainer& container) {
  const bool watches =
      state.desired.phase == RolloutPhase::rolling || state.desired.phase == RolloutPhase::watching;
  return watches && is_changed(state.desired, service.name) &&
         must_be_replaced(state, service, container).empty() &&
         must_be_reloaded(state, service, container).empty();
}

// Why a new container of this place is no good, "" when it is or may still become so.
std::string failure_of(const State& state, const Service& service, const ObservedContainer& container) {
  const ContainerMemory* memory = memory_of(state, container.id);
  if (memory == nullptr || container.started_at == WallTime{}) return {};
  const SlotMemory* slot = slot_of(state, service.name, container.number);
  const std::string name = place_name(container);
  if (memory->reload.refused) return name + " could not be reloaded: " + memory->reload.refused->why;
  if (!must_be_reloaded(state, service, container).empty()) return {};  // it is as it was
  const bool ended = !memory->running && memory->end == EndCause::itself;
  if (ended && fails_at_once(state, service, container))
    return name + " " + (slot == nullptr ? "ended" : slot->last_end);
  if (slot != nullptr && !memory->running && is_crash_looping(state.desired, *slot, state.now))
    return name + " is crash-looping: it " + slot->last_end;
  const bool over = state.wishes.ended.count(service.name) > 0 || stays_down(state, service, container);
  if (over && !runs(container) && container.exit_code != 0)
    return name + " " + (slot == nullptr ? "ended" : slot->last_end) +
           ", and its restart policy leaves it so";
  if (container.state != ContainerState::running || !memory->running) return {};
  if (memory->was_ready && memory->probe.failures >= probe_failures_max)
    return name + " failed its health check " + std::to_string(memory->probe.failures) +
           " times after it was ready";
  const bool unhealthy =
      container.health == HealthState::unhealthy && !is_behind(*memory, container, state.now);
  if (unhealthy && memory->was_ready) return name + " became unhealthy after it was ready";
  if (memory->ready || !is_new(state, service, container) || !blockers(state, service).empty()) return {};
  const Duration patience = start_patience(container, 0);
  if (state.now - memory->run_seen_at >= patience)
    return name + " did not become ready within " + to_human(patience);
  return {};
}

std::string words_of(const State& state, const ObservedContainer& container) {
  const ContainerMemory* memory = memory_of(state, container.id);
  return memory != nullptr && memory->reload.refused ? memory->reload.refused->output : std::string();
}

// The sentence is "" when nothing is wrong.
RolloutFailure failure_in(const State& state, const Service& service, std::int64_t number) {
  const std::string refusal = refused_place(state, service, number);
  if (!refusal.empty()) return {service.name, {}, refusal, {}};
  const ObservedContainer* next = place_of(state, service, number).fitting;
  if (next == nullptr) return {};
  return {service.name, next->id, failure_of(state, service, *next), words_of(state, *next)};
}

// Its successor is no good; where failure_action says continue it may be tried again and again meanwhile.
bool has_failed(const State& state, const Service& service, std::int64_t number) {
  if (!failure_in(state, service, number).sentence.empty()) return true;
  if (update_config(state.desired, service).failure_action != FailureAction::keep_going) return false;
  const ObservedContainer* next = place_of(state, service, number).fitting;
  const SlotMemory* slot = slot_of(state, service.name, number);
  return next != nullptr && slot != nullptr && !slot->failures.empty() && !is_ready(state, *next);
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
      if (!is_changed(state.desired, other->first) && is_ill(state, other->second, number)) return true;
    }
    return false;
  });
}

bool is_ill(const State& state, const Service& service, std::int64_t number) {
  const ObservedContainer* container = occupant(state, service, number);
  if (container != nullptr && container->state == ContainerState::paused) return true;
  if (container != nullptr && is_ready(state, *container)) return false;
  const SlotMemory* slot = slot_of(state, service.name, number);
  const bool fails = slot != nullptr && !slot->failures.empty();
  if (fails && state.now - slot->failures.back() <= crash_loop_window) return true;
  if (!refused_place(state, service, number).empty() || waits_for_ill(state, service)) return true;
  const ContainerMemory* memory = container == nullptr ? nullptr : memory_of(state, container->id);
  if (memory == nullptr || !memory->running) return false;
  return memory->was_ready || state.now - memory->run_seen_at >= start_patience(*container, 0);
}

bool needs_what_changed(const Desired& desired, const std::string& service) {
  const std::set<std::string> needed = with_dependencies(*desired.stack, {service});
  return std::any_of(needed.begin(), needed.end(),
                     [&](const std::string& name) { return is_changed(desired, name); });
}

}  // namespace

Place place_of(const State& state, const Service& service, std::int64_t number) {
  Place place;
  const ObservedContainer* best = occupant(state, service, number);
  for (const ObservedContainer* container : containers_of(state.observed, service.name)) {
    if (container->number != number || container->state == ContainerState::removing) continue;
    const std::string why = must_be_replaced(state, service, *container);
    if (!why.empty()) {
      if (!runs(*container)) place.left.push_back(container);
      if (runs(*container)) place.predecessor = container;
      if (place.why.empty() || runs(*container)) place.why = why;
    } else if (place.fitting == nullptr) {
      place.fitting = container;
    } else {  // the occupant first, then the one that runs, then the older
      const bool better = container == best || (runs(*container) && !runs(*place.fitting));
      if (better) std::swap(container, place.fitting);
      place.doubles.push_back(container);
    }
  }
  return place;
}

bool is_rolling(const Desired& desired) {
  switch (desired.phase) {
    case RolloutPhase::none:
    case RolloutPhase::gating:
    case RolloutPhase::paused:
    case RolloutPhase::rescuing:
      return false;
    case RolloutPhase::rolling:
    case RolloutPhase::watching:
    case RolloutPhase::reverting:
      return true;
  }
  return false;
}

bool is_changed(const Desired& desired, const std::string& service) {
  if (desired.former == nullptr) return true;
  auto before = desired.former->stack->services.find(service);
  auto now = desired.stack->services.find(service);
  if (before == desired.former->stack->services.end() || now == desired.stack->services.end()) return true;
  if (before->second.hash_text != now->second.hash_text) return true;
  if (before->second.scale != now->second.scale) return true;
  if (!redefined_network(desired, now->second).empty()) return true;
  if (contents_fingerprint(*desired.former->stack, before->second) !=
      contents_fingerprint(*desired.stack, now->second))
    return true;
  auto id_of = [&](const Desired& release) {
    auto image = release.images.find(service);
    return image == release.images.end() ? std::string() : image->second.id;
  };
  auto files_of = [&](const Desired& release) {
    auto files = release.files.find(service);
    return files == release.files.end() ? std::string() : files->second;
  };
  return id_of(desired) != id_of(*desired.former) || files_of(desired) != files_of(*desired.former);
}

Duration monitor_of(const Desired& desired, const Service& service) {
  const bool watches = desired.phase == RolloutPhase::rolling || desired.phase == RolloutPhase::watching ||
                       desired.phase == RolloutPhase::paused;
  return watches ? update_config(desired, service).monitor : Duration::zero();
}

bool is_watched(const State& state, const Service& service, const ObservedContainer& container) {
  if (!is_rolling(state.desired) || !is_changed(state.desired, service.name)) return false;
  const std::optional<Time> good = good_at(state, service, &container);
  return good && state.now < *good && must_be_replaced(state, service, container).empty() &&
         must_be_reloaded(state, service, container).empty();
}

bool may_be_replaced(Planner& planner, const State& state, const Service& service, std::int64_t number) {
  if (state.desired.phase == RolloutPhase::paused || state.desired.phase == RolloutPhase::gating)
    return false;
  if (!dependencies_are_renewed(state, service)) return false;
  const UpdateConfig config = update_config(state.desired, service);
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
  if (state.desired.phase == RolloutPhase::paused) return next != nullptr && runs(*next);
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
  if (good && (state.now >= *good || planted("old-ones-leave-too-soon"))) {
    planner.step(StopContainer{old.id, service.name}, place.why + "; its successor is ready");
  } else if (good) {
    planner.look_again(*good);
  } else if (planted("old-ones-leave-too-soon") && runs_already) {
    planner.step(StopContainer{old.id, service.name}, place.why);
  }
  return true;
}

bool is_on_trial(const State& state, const Service& service, const ObservedContainer& container) {
  return is_new(state, service, container) &&
         update_config(state.desired, service).failure_action != FailureAction::keep_going;
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

FailureAction failure_action(const State& state, const std::string& service) {
  return update_config(state.desired, state.desired.stack->services.at(service)).failure_action;
}

std::optional<RolloutFailure> rollout_failure(const State& state) {
  for (const auto& [name, service] : state.desired.stack->services) {
    if (is_job(*state.desired.stack, service) || !is_changed(state.desired, name)) continue;
    if (state.wishes.stopped.count(name) > 0) continue;
    const UpdateConfig config = update_config(state.desired, service);
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
  return std::nullopt;
}

std::set<std::string> ill_services(const State& state) {
  std::set<std::string> found;
  for (const auto& [name, service] : state.desired.stack->services) {
    if (is_job(*state.desired.stack, service) || is_changed(state.desired, name)) continue;
    for (std::int64_t number = 1; number <= service.scale; ++number) {
      if (is_ill(state, service, number)) found.insert(name);
    }
  }
  return found;
}

bool may_stay_broken(const State& state, const Service& service, std::int64_t number) {
  const UpdateConfig config = update_config(state.desired, service);
  const bool goes_on = config.failure_action == FailureAction::keep_going;
  if (state.desired.former == nullptr) return goes_on && !refused_place(state, service, number).empty();
  if (!is_changed(state.desired, service.name)) {
    if (state.desired.ill_before.count(service.name) > 0) return true;
    return is_ill(state, service, number) && !needs_what_changed(state.desired, service.name);
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
    if (is_job(*state.desired.stack, service) || !is_changed(state.desired, name)) continue;
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
    } else if (is_changed(state.desired, name)) {
      why = refused_surroundings(state, service);
    }
    if (!why.empty()) return why;
  }
  return {};
}

std::optional<Time> watched_until(const State& state) {
  std::optional<Time> last;
  for (const auto& [name, service] : state.desired.stack->services) {
    if (is_job(*state.desired.stack, service) || !is_changed(state.desired, name)) continue;
    for (std::int64_t number = 1; number <= service.scale; ++number) {
      const std::optional<Time> good = good_at(state, service, place_of(state, service, number).fitting);
      if (good && (!last || *good > *last)) last = good;
    }
  }
  return last;
}

}  // namespace stackd::decide
