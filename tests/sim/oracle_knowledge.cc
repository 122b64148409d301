// What stackd can know at a moment: when it looked last, what it was asked, whose hand it must have seen.
#include <algorithm>

#include "base/check.h"
#include "sim/oracle.h"
#include "sim/oracle_words.h"

namespace stackd::sim {
namespace {

using namespace std::chrono_literals;

/// How long stackd takes a stop by other hands for the beginning of the engine's own end.
constexpr Duration engine_end_patience = 18s;

}  // namespace

std::vector<const HostContainer*> Oracle::containers_of(const std::string& service) const {
  std::vector<const HostContainer*> found;
  for (const auto& [id, container] : host_.containers()) {
    if (container.seen.project == stack().name && container.seen.service == service)
      found.push_back(&container);
  }
  return found;
}

bool Oracle::is_ordered(const std::string& service) const {
  const auto& all = story_.generations;
  return std::any_of(all.begin(), all.end(),
                     [&](const StackDraft& draft) { return draft.find(service) != nullptr; });
}

void Oracle::said(const std::string& text) {
  if (calm(20s) && text.find("outside stackd: it was made anew") != std::string::npos)
    break_promise("stackd takes its own work for that of others: " + text);
}

std::string Oracle::made_for(const HostContainer& container) const {
  return former_.count(container.seen.id) != 0 ? std::string() : release_of(container);
}

bool Oracle::calm(Duration span) const {
  return blind_ == 0 && (!blind_until_ || clock_.now() - *blind_until_ > span);
}

Duration Oracle::picture_age() const {
  return calm(resync) ? reaction : resync;
}

bool Oracle::asked_lately(const std::string& service, Duration span) const {
  return std::any_of(asked_.begin(), asked_.end(), [&](const Asked& asked) {
    const auto& named = asked.services;
    const bool about = named.empty() || std::find(named.begin(), named.end(), service) != named.end();
    return about && (!asked.answered || clock_.now() - asked.answered_at <= span);
  });
}

bool Oracle::asked_to_start(const std::string& service, Duration span) const {
  return std::any_of(asked_.begin(), asked_.end(), [&](const Asked& asked) {
    const auto& named = asked.services;
    const bool about = named.empty() || std::find(named.begin(), named.end(), service) != named.end();
    return asked.starts && about && (!asked.answered || clock_.now() - asked.answered_at <= span);
  });
}

/// By anything but a deploy.
bool Oracle::asked_to_end(const std::string& service, Duration span) const {
  return std::any_of(asked_.begin(), asked_.end(), [&](const Asked& asked) {
    const auto& named = asked.services;
    const bool about = named.empty() || std::find(named.begin(), named.end(), service) != named.end();
    const bool lately = !asked.answered || clock_.now() - asked.answered_at <= span;
    const bool replaces = asked.kind == RequestKind::deploy || asked.kind == RequestKind::rollback;
    return !replaces && about && lately;
  });
}

/// Notes who works and who runs at this moment; called at every call and happening.
void Oracle::look_around() {
  for (const auto& [id, container] : host_.containers()) {
    if (!container.alive || container.seen.project != stack().name) continue;
    const auto place = places_.find(container.seen.service);
    if (place == places_.end()) continue;
    place->second.running = clock_.now();
    const auto stopping = stopping_.find(id);
    const bool ends = stopping != stopping_.end() && stopping->second == container.run;
    if (!ends) place->second.in_use = clock_.now();
    if (!host_.works(container)) continue;
    worked_in_run_[id] = container.run;
    if (!ends) place->second.ready = clock_.now();
  }
}

void Oracle::begin_blind() {
  ++blind_;
  for (const auto& [service, when] : stopped_outside_) {
    if (clock_.now() - when <= engine_end_patience) expectation_.doubt_stop(service);
  }
}

void Oracle::end_blind() {
  STACKD_CHECK(blind_ > 0);
  --blind_;
  blind_until_ = clock_.now();
}

void Oracle::stackd_died() {
  stopping_.clear();
  for (auto& [service, place] : places_) place.our_stop.reset();
}

/// What it had learnt, and with what it had made its containers.
void Oracle::forgot() {
  expectation_.doubt_all();
  for (const auto& [id, container] : host_.containers()) unrecorded_.insert(id);
}

void Oracle::other_hand(const Incident& incident) {
  const ServiceDraft* draft = stack().find(incident.service);
  if (draft == nullptr) return;
  Place& place = places_[incident.service];
  bool seen = calm(20s) && clock_.now() - place.disturbed > 20s && draft->scale == 1 &&
              !asked_lately(incident.service, 20s) && !touches_disturbed(*draft) && place.ready;
  // A deploy on its way starts what was stopped before it came to it.
  if (started_before_jump(incident.service) || (rolls && rolls())) seen = false;
  // What does not work is perhaps on its way to be restarted by stackd: then the two hands are not told
  // apart.
  for (const HostContainer* container : containers_of(incident.service)) {
    if (container->alive && !host_.works(*container)) seen = false;
  }
  if (seen) ++marks_["a person's hand that stackd must have seen"];
  expectation_.other_hand(incident.kind, incident.service, seen);
  const bool stops =
      incident.kind == IncidentKind::person_stops || incident.kind == IncidentKind::person_kills;
  if (stops) stopped_outside_[incident.service] = clock_.now();
  place.disturbed = clock_.now();
}

/// Its events are older than its start by the calendar: they pass for those of an earlier run.
bool Oracle::started_before_jump(const std::string& service) const {
  const auto there = containers_of(service);
  return std::any_of(there.begin(), there.end(), [this](const auto* one) {
    return wall_went_back_ && one->process_since <= *wall_went_back_;
  });
}

bool Oracle::touches_disturbed(const ServiceDraft& draft) const {
  const auto disturbed = [this](const std::string& name) {
    const auto place = places_.find(name);
    return place != places_.end() && clock_.now() - place->second.disturbed <= 20s;
  };
  if (!draft.network_of.empty() && disturbed(draft.network_of)) return true;
  return std::any_of(draft.depends_on.begin(), draft.depends_on.end(),
                     [&](const auto& entry) { return disturbed(entry.first); });
}

}  // namespace stackd::sim
