// What stackd keeps, and what it keeps no longer.
#include <algorithm>

#include "sim/oracle.h"
#include "sim/oracle_words.h"

namespace stackd::sim {

void Oracle::forget_jobs() {
  for (auto& [service, place] : places_) {
    place.succeeded.clear();
    if (!place.released.empty()) place.forgotten_at = clock_.now();
    place.released.clear();
    place.success_hidden = true;  // one that runs at the moment counts for whom?
  }
}

/// What ran was taken over, what had succeeded counts as done for a release that nobody was told of.
void Oracle::adopted() {
  as_found_.clear();
  for (const auto& [id, container] : host_.containers()) {
    if (container.seen.project == stack().name) as_found_.insert(id);
  }
  for (auto& [service, place] : places_) {
    place.success_hidden = true;
    const auto there = containers_of(service);
    const bool works =
        std::any_of(there.begin(), there.end(), [this](const auto* one) { return host_.works(*one); });
    if (!works) expectation_.doubt_adopted(service);
    for (const HostContainer* container : there) {
      if (!container->alive && container->ended_with == 0) place.done_before = true;
    }
    // What waits for a success and runs proves it.
    for (const ServiceDraft& draft : stack().services) {
      const auto needed = draft.depends_on.find(service);
      if (needed == draft.depends_on.end() || needed->second.condition != DependencyCondition::completed)
        continue;
      for (const HostContainer* dependent : containers_of(draft.name)) {
        if (dependent->alive) place.done_before = true;
      }
    }
  }
}

void Oracle::let_go() {
  check_handed_back();
  former_.clear();
  owed_.clear();
  stopped_outside_.clear();
  for (const auto& [id, container] : host_.containers()) {
    if (container.seen.project == stack().name) former_.insert(id);
  }
  for (auto& [service, place] : places_) {
    place.succeeded.clear();
    place.released.clear();
    place.success_hidden = place.done_before = false;
  }
}

// Leaving must never leave a host on which nothing starts after the next reboot.
void Oracle::check_handed_back() {
  if (blind_ > 0) return;
  for (const ServiceDraft& draft : stack().services) {
    const std::string policy = draft.restart.empty() ? "no" : policy_word(draft);
    for (const HostContainer* container : containers_of(draft.name)) {
      if (container->seen.restart_policy.rfind(policy, 0) == 0) continue;
      break_promise(describe(*container) + " was handed back with the restart policy " +
                    container->seen.restart_policy + " instead of " + policy);
    }
  }
}

void Oracle::check_let_go(const Happening& happening) {
  const bool orders =
      happening.kind == HappeningKind::created || happening.kind == HappeningKind::started ||
      happening.kind == HappeningKind::stop_asked || happening.kind == HappeningKind::kill_asked ||
      happening.kind == HappeningKind::removed || happening.kind == HappeningKind::policy_changed;
  if (!let_go_at_ || !orders || happening.order.asked <= *let_go_at_) return;
  break_promise(describe(*happening.container) + " was " + std::string(to_string(happening.kind)) +
                " though stackd keeps its stack no longer");
}

}  // namespace stackd::sim
