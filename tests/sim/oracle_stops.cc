// Nothing that works is stopped without a cause, and nothing is replaced too soon.
#include <algorithm>

#include "sim/oracle.h"
#include "sim/oracle_words.h"

namespace stackd::sim {

/// Its network is made anew by what was deployed last, or on the way back from it: all that is on it stops.
bool Oracle::redefines_network() const {
  const auto& all = story_.generations;
  const std::string& now = all.at(expectation_.generation()).network;
  return std::any_of(all.begin(), all.end(), [&](const StackDraft& draft) { return draft.network != now; });
}

// A deploy of a short while ago named others.
bool Oracle::was_left_out(const std::string& job) const {
  return std::any_of(asked_.begin(), asked_.end(), [&](const Asked& asked) {
    const auto& named = asked.services;
    return asked.kind == RequestKind::deploy && !named.empty() &&
           std::find(named.begin(), named.end(), job) == named.end();
  });
}

// What works and is of an older release is left alone until the jobs of the newer one have succeeded.
void Oracle::check_gate(const HostContainer& container, const ServiceDraft& draft) {
  const ServiceDraft* now = expectation_.ordered(draft.name);
  const bool outdated = now != nullptr && now->generation != generation_of(container);
  const Duration span = picture_age() + in_flight;
  if (!outdated || !host_.works(container) || !calm(span) || asked_to_end(draft.name, span)) return;
  if (expectation_.stack() != Wanted::up || !draft.network_of.empty()) return;
  const bool renewed = std::any_of(draft.depends_on.begin(), draft.depends_on.end(),
                                   [](const auto& entry) { return entry.second.restart; });
  if (renewed) return;
  std::string newest;
  for (const auto& [id, other] : host_.containers()) {
    if (other.seen.project != stack().name) continue;
    const std::string release = made_for(other);
    if (std::make_pair(release.size(), release) > std::make_pair(newest.size(), newest)) newest = release;
  }
  for (const ServiceDraft& job : stack().services) {
    const bool waited_for =
        std::any_of(stack().services.begin(), stack().services.end(),
                    [&](const ServiceDraft& other) { return other.depends_on.count(job.name) != 0; });
    const Place& place = places_[job.name];
    if (!stack().is_job(job.name) || !waited_for || place.success_hidden) continue;
    if (was_left_out(job.name)) continue;
    if (place.released.count(newest) == 0)
      break_promise(describe(container) + " works and was stopped for release " + newest + ", whose job " +
                    job.name + " has not succeeded");
  }
}

// It is restarted with something that it depends on, and that was touched a moment ago.
bool Oracle::restarts_with_another(const ServiceDraft& draft, Duration span) {
  return std::any_of(draft.depends_on.begin(), draft.depends_on.end(), [&](const auto& entry) {
    return entry.second.restart && clock_.now() - places_[entry.first].disturbed <= span;
  });
}

// Where the successor may run beside it, a container that works is stopped only after the successor was
// ready.
void Oracle::check_succession(const HostContainer& container, const ServiceDraft& draft) {
  check_gate(container, draft);
  if (!may_overlap(draft) || container.seen.number > draft.scale || redefines_network()) return;
  if (expectation_.stack() != Wanted::up || expectation_.service(draft.name) != Wanted::up) return;
  const ServiceDraft* now = expectation_.ordered(draft.name);
  const bool outdated = now != nullptr && now->generation != generation_of(container);
  const Duration span = picture_age() + in_flight;
  if (!outdated || !host_.works(container) || !calm(span) || asked_to_end(draft.name, span)) return;
  ++marks_["a predecessor was stopped"];
  const auto there = containers_of(draft.name);
  const bool replaced = std::any_of(there.begin(), there.end(), [&](const HostContainer* other) {
    return other != &container && other->alive && other->seen.number == container.seen.number &&
           worked_in_run_.count(other->seen.id) != 0;
  });
  if (restarts_with_another(draft, span)) return;  // while the release before the newest one is rolled out
  if (!replaced) break_promise(describe(container) + " works and was stopped before its successor was ready");
}

void Oracle::check_stop(const Happening& happening, const ServiceDraft& draft) {
  const HostContainer& container = *happening.container;
  check_succession(container, draft);
  const Duration span = picture_age() + in_flight;
  if (!host_.works(container) || !host_.has_network(container)) return;
  if (expectation_.stack() != Wanted::up || expectation_.service(draft.name) != Wanted::up) return;
  if (asked_lately(draft.name, span) || !calm(span)) return;
  if (!draft.network_of.empty() && asked_lately(draft.network_of, span)) return;
  // A verdict that no failed check stands behind is that of a pause.
  if (container.seen.health == HealthState::unhealthy && container.probes_failed > 0) return;
  if (container.seen.number > draft.scale ||
      containers_of(draft.name).size() > static_cast<std::size_t>(draft.scale))
    return;
  const ServiceDraft* now = expectation_.ordered(draft.name);
  if (now == nullptr || now->generation != generation_of(container) || redefines_network()) return;
  if (!expectation_.is_generation_certain()) return;
  if (!draft.network_of.empty() && clock_.now() - places_[draft.network_of].disturbed <= span) return;
  if (restarts_with_another(draft, span)) return;
  break_promise(describe(container) + " works as ordered and was " + std::string(to_string(happening.kind)) +
                " without a cause");
}

}  // namespace stackd::sim
