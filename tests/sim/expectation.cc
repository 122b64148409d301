#include "sim/expectation.h"

#include <algorithm>

namespace stackd::sim {
namespace {

bool is_named(const Request& request, const std::string& name) {
  const auto& services = request.services;
  return services.empty() || std::find(services.begin(), services.end(), name) != services.end();
}

Wanted merged(Wanted one, Wanted other) {
  return one == other ? one : Wanted::either;
}

}  // namespace

Expectation::Expectation(const Story& story) : story_(&story) {
  const StackDraft& stack = story.generations.front();
  for (const ServiceDraft& draft : stack.services) {
    places_[draft.name];
    if (stack.is_job(draft.name)) jobs_.insert(draft.name);
  }
}

void Expectation::sent(std::uint64_t number, const Request& request, bool may_join) {
  batch_.push_back({number, request, std::nullopt, may_join});
  if (request.volumes) volumes_may_go_ = true;
}

void Expectation::answered(std::uint64_t number, bool accepted) {
  bool all = true;
  for (Pending& pending : batch_) {
    if (pending.number == number) pending.accepted = accepted;
    all = all && pending.accepted.has_value();
  }
  if (!all) return;
  const std::vector<Pending> batch = std::move(batch_);
  batch_.clear();
  apply_all(batch);
}

void Expectation::apply_all(const std::vector<Pending>& batch) {
  constexpr std::size_t told_apart_max = 4;
  if (batch.size() > told_apart_max) return doubt_all();
  std::vector<std::size_t> turn;
  for (std::size_t i = 0; i < batch.size(); ++i) turn.push_back(i);
  const Expectation before = *this;
  std::optional<Expectation> after;
  do {
    Expectation one = before;
    for (const std::size_t i : turn) one.apply(batch.at(i).request, *batch.at(i).accepted);
    if (after) after->merge(one);
    if (!after) after = one;
  } while (std::next_permutation(turn.begin(), turn.end()));
  *this = *after;
  const bool joins =
      std::any_of(batch.begin(), batch.end(), [](const Pending& pending) { return pending.may_join; });
  for (auto& [name, place] : places_) place.left_alone = place.left_alone && !joins;
}

void Expectation::merge(const Expectation& other) {
  const Model& its = other.now_;
  now_.stack = merged(now_.stack, its.stack);
  now_.stack_before_deploy = merged(now_.stack_before_deploy, its.stack_before_deploy);
  now_.down = now_.down && its.down;
  now_.refused = now_.refused || its.refused;
  now_.deployed = now_.deployed && its.deployed;
  now_.let_go = now_.let_go && its.let_go;
  now_.fresh = now_.fresh && its.fresh;
  now_.generation_certain =
      now_.generation_certain && its.generation_certain && now_.generation == its.generation;
  for (auto& [name, place] : places_) {
    const Place& its_place = other.places_.at(name);
    place.wanted = merged(place.wanted, its_place.wanted);
    place.by_order = place.by_order || its_place.by_order;
    place.was_stopped = place.was_stopped || its_place.was_stopped;
    place.is_kept = place.is_kept && its_place.is_kept;
    place.left_alone = place.left_alone && its_place.left_alone;
    if (place.generation != its_place.generation) place.generation.reset();
  }
}

std::set<std::string> Expectation::with_needed(const Request& request) const {
  std::set<std::string> all(request.services.begin(), request.services.end());
  const StackDraft& stack = story_->generations.at(request.generation);
  for (std::size_t before = 0; before != all.size();) {
    before = all.size();
    for (const ServiceDraft& draft : stack.services) {
      if (all.count(draft.name) == 0) continue;
      if (!draft.network_of.empty()) all.insert(draft.network_of);
      for (const auto& [name, dependency] : draft.depends_on) all.insert(name);
    }
  }
  return all;
}

void Expectation::leave_rest(const std::set<std::string>& started) {
  for (auto& [name, place] : places_) {
    const bool needed = started.count(name) != 0;
    const bool stays = !needed && now_.stack == Wanted::down;
    place.wanted = stays ? Wanted::down : Wanted::either;
  }
}

void Expectation::apply(const Request& request, bool accepted) {
  if (request.kind == RequestKind::deploy) now_.refused = !accepted;
  const bool lets_go = request.kind == RequestKind::hand_back || request.kind == RequestKind::forget;
  if (!accepted && lets_go) {  // it failed halfway, perhaps after it had given up a deploy
    now_.generation_certain = false;
    if (now_.stack == Wanted::up) now_.stack = Wanted::either;
    for (auto& [name, place] : places_) place.generation.reset();
  }
  if (!accepted) return;
  switch (request.kind) {
    case RequestKind::cancel:
      if (now_.stack == Wanted::up) now_.stack = Wanted::either;  // perhaps nothing was ever live
      now_.generation_certain = false;
      for (auto& [name, place] : places_) place.generation.reset();
      break;
    case RequestKind::deploy:
    case RequestKind::rollback:
    case RequestKind::adopt:
      apply_deploy(request);
      break;
    case RequestKind::start:
      apply_start(request);
      break;
    case RequestKind::restart: {
      if (now_.stack == Wanted::down) now_.stack = Wanted::either;
      const std::set<std::string> needed = with_needed(request);
      for (auto& [name, place] : places_) {  // what was down is started, with what it needs
        const bool concerned = is_named(request, name) || needed.count(name) != 0;
        if (concerned && place.wanted == Wanted::down) place.wanted = Wanted::either;
        if (!request.services.empty() && is_named(request, name)) place.by_order = false;
      }
      break;
    }
    case RequestKind::stop:
    case RequestKind::down:
      apply_stop(request);
      break;
    case RequestKind::resume:
      break;
    case RequestKind::hand_back:
    case RequestKind::forget:
      let_go();
      break;
  }
}

void Expectation::apply_deploy(const Request& request) {
  const bool known = request.kind != RequestKind::rollback;
  const std::set<std::string> named = with_needed(request);
  const auto is_about = [&named](const std::string& name) { return named.empty() || named.count(name) != 0; };
  const bool fresh = now_.fresh;
  now_.deployed = true;
  now_.let_go = now_.fresh = false;
  now_.generation_certain = known && named.empty();
  if (known) now_.generation = request.generation;
  for (auto& [name, place] : places_) {
    if (!known) place.generation.reset();
    place.left_alone = known && !is_about(name);
    if (known && is_about(name)) place.generation = request.generation;
    if (fresh) place.was_first = is_about(name);
    place.is_kept = known ? place.is_kept || is_about(name) : place.is_kept && place.was_first;
  }
  for (auto& [name, place] : places_) place.by_hand = false;
  if (!request.start) {
    if (now_.stack == Wanted::up) now_.stack = fresh ? Wanted::down : Wanted::either;
    now_.down = false;
    return;
  }
  if (!named.empty() && now_.stack != Wanted::up) leave_rest(named);
  for (auto& [name, place] : places_) {
    if (!is_about(name)) continue;
    place.was_stopped = place.was_stopped || place.wanted != Wanted::up || now_.stack != Wanted::up;
    if (jobs_.count(name) != 0) place.by_order = false;  // a stop ends a run, the next release has its own
    if (!place.by_order) {
      place.wanted = Wanted::up;
    } else if (now_.stack != Wanted::up || !named.empty()) {
      place.wanted = Wanted::either;
    }
  }
  now_.stack_before_deploy = now_.stack;
  now_.stack = Wanted::up;
}

void Expectation::apply_start(const Request& request) {
  if (!request.services.empty() && now_.stack != Wanted::up) leave_rest(with_needed(request));
  if (!request.services.empty() && now_.stack_before_deploy != Wanted::up) {
    // Perhaps that deploy has failed by now, and the rest is down.
    for (auto& [name, place] : places_) place.was_stopped = true;
  }
  now_.stack = now_.stack_before_deploy = Wanted::up;
  const std::set<std::string> needed = with_needed(request);
  for (auto& [name, place] : places_) {
    // What a deploy of others has left down, and what is named needs, is taken along.
    if (needed.count(name) != 0 && place.wanted == Wanted::down && !place.by_order)
      place.wanted = Wanted::either;
    if (!is_named(request, name)) continue;
    place.wanted = Wanted::up;
    place.by_order = place.was_stopped = false;
  }
}

void Expectation::apply_stop(const Request& request) {
  if (request.services.empty()) {
    now_.stack = Wanted::down;
    now_.down = request.kind == RequestKind::down;
    return;
  }
  for (auto& [name, place] : places_) {
    if (!is_named(request, name)) continue;
    // A run of a job is ended, and a release that is on its way has its own.
    place.wanted = jobs_.count(name) != 0 ? Wanted::either : Wanted::down;
    place.by_order = true;
    place.was_stopped = false;
  }
}

void Expectation::let_go() {
  now_ = Model();
  now_.let_go = true;
  for (auto& [name, place] : places_) place = Place();
  volumes_may_go_ = false;
}

const ServiceDraft* Expectation::ordered(const std::string& service) const {
  const auto place = places_.find(service);
  if (place == places_.end() || !place->second.generation) return nullptr;
  return story_->generations.at(*place->second.generation).find(service);
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
      place.by_hand = true;
      if (place.wanted == Wanted::up && kind == IncidentKind::person_starts) break;
      place.wanted = seen && !place.by_order ? Wanted::up : Wanted::either;
      if (seen) place.by_order = false;
      break;
    case IncidentKind::person_removes:
      if (place.wanted != Wanted::down) place.wanted = seen ? place.wanted : Wanted::either;
      break;
    case IncidentKind::compose_down:
      now_.stack = Wanted::either;
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
  if (now_.stack == Wanted::up && now_.stack_before_deploy != Wanted::up) now_.stack = Wanted::either;
  for (auto& [name, place] : places_) {
    if (place.was_stopped && place.wanted == Wanted::up) place.wanted = Wanted::either;
  }
}

Wanted Expectation::stack() const {
  return !batch_.empty() ? Wanted::either : now_.stack;
}

Wanted Expectation::service(const std::string& name) const {
  if (!batch_.empty() || now_.stack == Wanted::either) return Wanted::either;
  if (!is_kept(name)) return Wanted::either;
  if (now_.stack == Wanted::down) return Wanted::down;
  return places_.at(name).wanted;
}

}  // namespace stackd::sim
