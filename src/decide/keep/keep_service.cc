#include "decide/keep/keep_service.h"

#include <algorithm>

#include "base/mutation.h"
#include "decide/keep/dialect.h"
#include "decide/keep/inherit.h"
#include "decide/keep/start.h"
#include "decide/picture/hands.h"
#include "decide/picture/made_with.h"
#include "decide/picture/strangers.h"
#include "decide/picture/wanted.h"
#include "decide/replace/compare.h"
#include "decide/replace/conditions.h"
#include "decide/replace/health.h"
#include "decide/replace/reconnect.h"
#include "decide/replace/reload.h"
#include "decide/replace/renewal.h"
#include "decide/replace/replica.h"
#include "decide/replace/rollout.h"
#include "decide/replace/rollout_failure.h"
#include "decide/replace/traffic.h"
#include "model/fingerprint.h"
#include "model/identity.h"

namespace stackd::decide {
namespace {

void restart(Planner& planner, const Service& service, const ObservedContainer& container,
             StopPurpose purpose, std::string cause) {
  StopContainer stop{container.id, service.name, purpose};
  planner.step(stop, std::move(cause));
}

// The owner of a shared namespace went or came anew: this one runs on without an interface.
std::string lost_namespace(const State& state, const Service& service, const ObservedContainer& container) {
  if (mutated("sharers-are-left-alone")) return {};
  for (const std::string& owner : namespace_owners(service)) {
    auto other = state.desired.stack->services.find(owner);
    if (other == state.desired.stack->services.end()) continue;
    const ObservedContainer* there = replica_at(state, other->second, 1);
    if (there == nullptr || there->state != ContainerState::running) {
      return "it shares a namespace with " + owner + ", which is not running";
    }
    if (started_after(state, *there, container)) {
      return "it shares a namespace with " + owner + ", which was started after it";
    }
  }
  return lost_stranger(state, service, container);
}

// Of this service nothing runs any more that has to go, or is on its way out in order to come anew.
bool is_renewed(const State& state, const Service& service) {
  const std::vector<const ObservedContainer*> there = containers_of(state.observed, service.name);
  return std::none_of(there.begin(), there.end(), [&](const ObservedContainer* container) {
    if (!runs(*container)) return false;
    const ContainerMemory* memory = memory_of(state, container->id);
    if (memory != nullptr && memory->stop.is_ours()) return true;
    return !must_be_replaced(state, service, *container).empty() &&
           !may_stay_broken(state, service, container->number);
  });
}

// In some place of the service an order of ours began a run after that of the container.
bool was_renewed_after(const State& state, const Service& service, const ObservedContainer& container) {
  const std::vector<const ObservedContainer*> there = containers_of(state.observed, service.name);
  return std::any_of(there.begin(), there.end(), [&](const ObservedContainer* other) {
    const ReplicaMemory* replica = replica_memory_of(state, service.name, other->number);
    return runs(*other) && replica != nullptr && replica->started_by_us == other->started_at &&
           started_after(state, *other, container);
  });
}

std::string renewed_dependency(const State& state, const Service& service,
                               const ObservedContainer& container) {
  for (const auto& [name, dependency] : service.depends_on) {
    const auto other = state.desired.stack->services.find(name);
    if (!dependency.restart || other == state.desired.stack->services.end()) continue;
    if (was_renewed_after(state, other->second, container) && is_ready(state, other->second) &&
        is_renewed(state, other->second))
      return name + " was renewed and depends_on says restart";
  }
  return {};
}

// When the last of what it depends on came back, if that was after it had become ready itself: then it may be
// ill only because of their absence.
std::optional<Time> dependencies_back_at(const State& state, const Service& service,
                                         const ObservedContainer& container) {
  const ContainerMemory* own = memory_of(state, container.id);
  std::optional<Time> last;
  for (const auto& [name, dependency] : conditions_of(state, service)) {
    for (const ObservedContainer* other : containers_of(state.observed, name)) {
      const ContainerMemory* memory = memory_of(state, other->id);
      if (memory == nullptr || !memory->readiness.is_ready() || own == nullptr ||
          memory->readiness.at <= own->readiness.at)
        continue;
      if (!last || memory->readiness.at > *last) last = memory->readiness.at;
    }
  }
  return last;
}

void restart_unhealthy(Planner& planner, const State& state, const Service& service,
                       const ObservedContainer& container) {
  const std::optional<Time> back_at = dependencies_back_at(state, service, container);
  if (back_at && state.now < *back_at + recovery_patience(container)) {
    planner.look_again(*back_at + recovery_patience(container));
    return;
  }
  if (leave_traffic(planner, state, service, container, "it is unhealthy")) return;
  restart(planner, service, container, StopPurpose::restart_of_a_failure, "it is unhealthy");
}

// While it starts, and while it has to prove itself after it was ready.
void probe_early(Planner& planner, const State& state, const Service& service,
                 const ObservedContainer& container, const ContainerMemory& memory) {
  if (!wants_probe(state, service, container) || memory.probe.running || memory.probe.stuck) return;
  const Time first = memory.readiness.was_ready() ? memory.readiness.at + probe_pause_while_watched
                                                  : counts_from(memory) + first_probe_after;
  const Time at = memory.probe.next_at.value_or(first);
  if (state.now < at) return planner.look_again(at);
  planner.step(ProbeContainer{container.id, service.name},
               memory.readiness.was_ready() ? "it has to prove itself" : "it is starting");
}

void keep_healthy(Planner& planner, const State& state, const Service& service,
                  const ObservedContainer& container) {
  const ContainerMemory* memory = memory_of(state, container.id);
  if (memory == nullptr || !memory->running || !has_health_check(container)) return;
  if (container.health == HealthState::unhealthy && is_behind(*memory, container, state.now))
    planner.look_again(engine_catches_up(*memory, container));
  const std::optional<Time> breaks_at = check_breaks_at(*memory, container);
  if (breaks_at && state.now < *breaks_at) planner.look_again(*breaks_at);
  probe_early(planner, state, service, container, *memory);
  if (memory->readiness.is_ready() || is_on_trial(state, service, container)) return;
  if (service.restart.condition == RestartCondition::no) return;
  if (!absences(state, service).empty()) return;
  if (memory->readiness.was_ready()) {
    const bool is_fresh = !is_behind(*memory, container, state.now);
    if (container.health == HealthState::unhealthy && is_fresh)
      restart_unhealthy(planner, state, service, container);
    return;
  }
  const ReplicaMemory* replica = replica_memory_of(state, service.name, container.number);
  const Duration patience = start_patience(container, replica == nullptr ? 0 : replica->never_ready);
  if (state.now - counts_from(*memory) < patience) {
    planner.look_again(counts_from(*memory) + patience);
    return;
  }
  restart(planner, service, container, StopPurpose::restart_of_a_failure,
          "it did not become ready within " + to_human(patience));
}

void keep_running(Planner& planner, const State& state, const Service& service,
                  const ObservedContainer& container) {
  if (reconnect(planner, state, service, container)) return;
  warn_of_lost_names(planner, state, service, container);
  std::string lost = lost_namespace(state, service, container);
  if (!lost.empty()) return restart(planner, service, container, StopPurpose::restart, lost);
  std::string renewed = renewed_dependency(state, service, container);
  if (!renewed.empty()) return restart(planner, service, container, StopPurpose::restart, renewed);
  if (is_ready(state, container)) {
    join_traffic(planner, state, service, container);
  } else if (container.health == HealthState::unhealthy) {
    leave_traffic(planner, state, service, container, "it is unhealthy");
  }
  keep_healthy(planner, state, service, container);
}

bool is_being_removed(const State& state, const Service& service, std::int64_t number) {
  std::vector<const ObservedContainer*> all = containers_of(state.observed, service.name);
  return std::any_of(all.begin(), all.end(), [&](const ObservedContainer* container) {
    return container->number == number && container->state == ContainerState::removing;
  });
}

// What other hands put into this place is left alone until they have come to rest.
bool others_are_at_it(Planner& planner, const State& state, const Place& place) {
  std::vector<const ObservedContainer*> wrong = place.doubles;
  wrong.insert(wrong.end(), place.left.begin(), place.left.end());
  if (place.predecessor != nullptr) wrong.push_back(place.predecessor);
  bool waits = false;
  for (const ObservedContainer* container : wrong) {
    const std::optional<Time> at = restoration_waits(state, *container);
    if (at && state.now < *at) planner.look_again(*at);
    waits = waits || at.has_value();
  }
  return waits;
}

// Doubles that were found stay as they were found. Not so one that a release has replaced which is given up
// since, and whose own container serves as well as that one did.
bool stays_as_found(const State& state, const Place& place, const ObservedContainer& container) {
  if (!is_right_as_found(state, container)) return false;
  const bool replaced = place.fitting != nullptr && release_of(*place.fitting) > state.desired.release;
  return !replaced || runs(container);
}

// Once nothing has to be gone back to.
void clear_place(Planner& planner, const State& state, const Service& service, const Place& place) {
  if (is_rescuing(state.rollout)) return;
  for (const ObservedContainer* container : place.doubles) {
    if (stays_as_found(state, place, *container)) continue;
    if (runs(*container)) {
      planner.step(StopContainer{container->id, service.name}, "another container fills its place");
    } else {
      planner.step(RemoveContainer{container->id, service.name}, "another container fills its place");
    }
  }
  const bool ended = place.fitting != nullptr && state.wishes.stack == StackWish::running &&
                     state.wishes.stopped.count(service.name) == 0;
  if (may_go_back(state.rollout) || (!ended && !is_to_be_there(state, service.name))) return;
  for (const ObservedContainer* container : place.left) {
    if (!end_is_open(state, *container))
      planner.step(RemoveContainer{container->id, service.name}, place.why);
  }
  const bool one = (place.fitting == nullptr) != (place.predecessor == nullptr);
  const ObservedContainer* alone = place.fitting == nullptr ? place.predecessor : place.fitting;
  if (!one || alone->state == ContainerState::paused) return;
  const std::string name =
      container_name(state.desired.stack->name, service.name, service.container_name, alone->number);
  if (alone->name != name && holder_of(state.observed, name) == nullptr)
    planner.step(RenameContainer{alone->id, name}, "its predecessor is gone");
}

// A stack that is only to be made has nothing that runs beside its successor.
void remake(Planner& planner, const State& state, const Service& service, const Place& place) {
  if (state.wishes.stopped.count(service.name) > 0) return;  // it is stopped in its turn
  if (place.predecessor->state == ContainerState::running)
    planner.step(StopContainer{place.predecessor->id, service.name}, place.why);
}

// Where the predecessor runs on, or is kept to be gone back to, its successor is made beside it; not before
// it could start.
void fill_place(Planner& planner, const State& state, const Service& service, std::int64_t number,
                const Place& place) {
  if (is_rescuing(state.rollout)) return;
  if (is_being_made(state.memory, service.name, number)) return;
  if (is_being_removed(state, service, number)) return;  // its name is still taken
  if (!is_to_be_there(state, service.name) || !can_be_created(state, service)) return;
  const bool kept = may_go_back(state.rollout);
  if (!place.left.empty() && place.predecessor == nullptr && !kept) return;  // its name is free in a moment
  if (place.predecessor != nullptr && !may_be_replaced(planner, state, service, number)) return;
  planner.step(creation_of(state, service, number),
               place.why.empty() ? std::string("the release asks for it") : place.why);
}

void keep_container(Planner& planner, const State& state, const Service& service,
                    const ObservedContainer& container) {
  switch (container.state) {
    case ContainerState::running:
      if (state.wishes.stopped.count(service.name) > 0) return;  // it is to be stopped, in its turn
      if (std::holds_alternative<Settled>(state.rollout) && is_unknown(state, service, container))
        planner.warn(container.name +
                     ": it is not known what its files, secrets or configs held when it was made or last " +
                     "started; `stackctl deploy` makes it anew");
      return keep_running(planner, state, service, container);
    case ContainerState::created:
    case ContainerState::exited:
      if (is_wanted(state, service.name) && reconnect(planner, state, service, container)) return;
      return start_when_allowed(planner, state, service, container);
    case ContainerState::paused:
      return planner.warn(container.name + " was paused outside stackd and is left alone");
    case ContainerState::restarting:
    case ContainerState::removing:
    case ContainerState::dead:
      return;
  }
}

void keep_place(Planner& planner, const State& state, const Service& service, std::int64_t number) {
  const Place place = place_of(state, service, number);
  if (others_are_at_it(planner, state, place)) return;
  clear_place(planner, state, service, place);
  const ObservedContainer* old = place.predecessor;
  if (old != nullptr && state.learnt.former_jobs.count(old->id) > 0)  // what is a service now was a job
    return planner.warn(old->name + " still runs for another release and is left to its end");
  if (old != nullptr && planner.is_busy(busy_key(*old))) return;
  if (old != nullptr && is_only_made(state, service.name)) return remake(planner, state, service, place);
  if (place.fitting == nullptr) fill_place(planner, state, service, number, place);
  if (old != nullptr && old->state == ContainerState::paused)
    return planner.warn(old->name + " was paused outside stackd and is left alone");
  if (old != nullptr && !is_wanted(state, service.name)) return;
  for (const ObservedContainer* left : place.left) {
    if (planner.is_busy(busy_key(*left))) return;  // an order to start it may be on its way
  }
  const bool keep = old == nullptr || replace_predecessor(planner, state, service, place);
  if (!keep || place.fitting == nullptr || planner.is_busy(busy_key(*place.fitting))) return;
  reload_when_allowed(planner, state, service, *place.fitting);
  keep_container(planner, state, service, *place.fitting);
}

}  // namespace

bool can_be_created(const State& state, const Service& service) {
  const Stack& stack = *state.desired.stack;
  for (const auto& [key, attachment] : service.networks) {
    auto network = stack.networks.find(key);
    if (network == stack.networks.end()) continue;
    if (state.observed.networks.count(network->second.name) == 0) return false;
    if (is_to_be_renewed(state, network->second)) return false;
  }
  for (const Mount& mount : service.mounts) {
    auto volume = stack.volumes.find(mount.source);
    if (mount.type != MountType::volume || volume == stack.volumes.end()) continue;
    if (state.observed.volumes.count(volume->second.name) == 0) return false;
  }
  std::vector<std::string> needed = referenced_services(service);
  for (const std::string& owner : namespace_owners(service)) needed.push_back(owner);
  return std::all_of(needed.begin(), needed.end(), [&](const std::string& name) {
    return stack.services.count(name) == 0 || !container_id_of(state, name).empty();
  });
}

CreateContainer creation_of(const State& state, const Service& service, std::int64_t number) {
  CreateContainer create;
  create.service = service.name;
  create.number = number;
  NewName name = name_for_new(state, service, number);
  create.final_name = std::move(name.final_name);
  create.name = std::move(name.name);
  create.replaces = std::move(name.replaces);
  create.release = state.desired.release;
  auto image = state.desired.images.find(service.name);
  if (image != state.desired.images.end()) create.image_id = image->second.id;
  create.compose_version = compose_version_of(state.observed);
  create.inherited = anonymous_volumes_for(state, service, number);
  return create;
}

void keep_service(Planner& planner, const State& state, const Service& service) {
  for (const ObservedContainer* container : containers_of(state.observed, service.name))
    take_policy_from_engine(planner, state, *container, "stackd restarts it, not the engine");
  for (const Blocker& passed : passed_over(state, service))
    planner.warn(service.name + " does not wait for " + passed.service +
                 ", which it does not require: " + passed.sentence);
  for (std::int64_t number = 1; number <= replicas(*state.desired.stack, service); ++number) {
    keep_place(planner, state, service, number);
  }
}

}  // namespace stackd::decide
