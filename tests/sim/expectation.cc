#include "sim/expectation.h"

#include <algorithm>

namespace stackd::sim {

Expectation::Expectation(const StackDraft& stack) {
  for (const ServiceDraft& draft : stack.services) {
    places_[draft.name];
    if (stack.is_job(draft.name)) jobs_.insert(draft.name);
  }
}

void Expectation::sent(const Request&) {
  pending_ = true;
}

void Expectation::answered(const Request& request, bool accepted) {
  pending_ = false;
  if (request.kind == RequestKind::deploy) refused_ = !accepted;
  if (!accepted) return;
  const auto named = [&request](const std::string& name) {
    const auto& services = request.services;
    return services.empty() || std::find(services.begin(), services.end(), name) != services.end();
  };
  switch (request.kind) {
    case RequestKind::cancel:
      if (stack_ == Wanted::up) stack_ = Wanted::either;  // perhaps nothing was ever live
      generation_certain_ = false;
      break;
    case RequestKind::deploy:
    case RequestKind::rollback:
      deployed_ = true;
      generation_certain_ = request.kind == RequestKind::deploy;
      if (generation_certain_) generation_ = request.generation;
      for (auto& [name, place] : places_) {
        place.was_stopped = place.was_stopped || place.wanted != Wanted::up;
        if (jobs_.count(name) != 0)
          place.by_order = false;  // a stop ends a run, the next release has its own
        if (!place.by_order) {
          place.wanted = Wanted::up;
        } else if (stack_ != Wanted::up) {
          place.wanted = Wanted::either;
        }
      }
      stack_before_deploy_ = stack_;
      stack_ = Wanted::up;
      break;
    case RequestKind::start:
      if (!request.services.empty() && stack_ != Wanted::up) {
        // The rest stays down, as if each had been named by a stop.
        for (auto& [name, place] : places_) place = Place{Wanted::either, true};
      }
      if (!request.services.empty() && stack_before_deploy_ != Wanted::up) {
        // Perhaps that deploy has failed by now, and the rest is down.
        for (auto& [name, place] : places_) place.was_stopped = true;
      }
      stack_ = stack_before_deploy_ = Wanted::up;
      for (auto& [name, place] : places_) {
        if (!named(name)) continue;
        place = Place{Wanted::up, false};
      }
      break;
    case RequestKind::restart:
      if (stack_ == Wanted::down) stack_ = Wanted::either;
      for (auto& [name, place] : places_) {
        if (named(name) && place.wanted == Wanted::down) place.wanted = Wanted::either;
      }
      break;
    case RequestKind::stop:
      if (request.services.empty()) {
        stack_ = Wanted::down;
        down_ = false;
        break;
      }
      for (auto& [name, place] : places_) {
        if (named(name)) place = Place{Wanted::down, true};
      }
      break;
    case RequestKind::down:
      stack_ = Wanted::down;
      down_ = true;
      break;
  }
}

void Expectation::other_hand(IncidentKind kind, const std::string& service, bool seen) {
  Place& place = places_[service];
  switch (kind) {
    case IncidentKind::person_stops:
    case IncidentKind::person_kills:
      if (place.wanted == Wanted::down) break;
      // Perhaps `start` of another service took it along, and the next deploy starts it.
      if (place.by_order) break;
      place.wanted = seen ? Wanted::down : Wanted::either;
      break;
    case IncidentKind::person_starts:
    case IncidentKind::person_restarts:
      if (place.wanted == Wanted::up && kind == IncidentKind::person_starts) break;
      place.wanted = seen && !place.by_order ? Wanted::up : Wanted::either;
      break;
    case IncidentKind::person_removes:
      if (place.wanted != Wanted::down) place.wanted = seen ? place.wanted : Wanted::either;
      break;
    case IncidentKind::compose_down:
      stack_ = Wanted::either;
      for (auto& [name, other] : places_) {
        if (other.wanted == Wanted::up) other.wanted = Wanted::either;
      }
      break;
    case IncidentKind::person_pauses:
    case IncidentKind::person_sets_policy:
    case IncidentKind::crash_stackd:
    case IncidentKind::kill_engine:
    case IncidentKind::stop_engine:
    case IncidentKind::reboot:
    case IncidentKind::cut_events:
    case IncidentKind::jump_wall:
    case IncidentKind::process_crashes:
    case IncidentKind::process_hangs:
    case IncidentKind::disk_fills:
      break;
  }
}

void Expectation::doubt_stop(const std::string& service) {
  Place& place = places_[service];
  if (place.wanted == Wanted::down && !place.by_order) place.wanted = Wanted::either;
}

void Expectation::doubt_start(const std::string& service) {
  Place& place = places_[service];
  if (place.wanted == Wanted::up) place.wanted = Wanted::either;
}

void Expectation::last_deploy_failed() {
  if (stack_ == Wanted::up && stack_before_deploy_ != Wanted::up) stack_ = Wanted::either;
  for (auto& [name, place] : places_) {
    if (place.was_stopped && place.wanted == Wanted::up) place.wanted = Wanted::either;
  }
}

Wanted Expectation::stack() const {
  return pending_ ? Wanted::either : stack_;
}

Wanted Expectation::service(const std::string& name) const {
  if (pending_ || stack_ == Wanted::either) return Wanted::either;
  if (stack_ == Wanted::down) return Wanted::down;
  return places_.at(name).wanted;
}

}  // namespace stackd::sim
