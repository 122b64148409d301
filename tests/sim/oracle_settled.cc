// What is owed when the faults are over and the time to recover has passed.
#include <algorithm>
#include <set>
#include <string>

#include "base/hash.h"
#include "sim/oracle.h"
#include "sim/oracle_words.h"

namespace stackd::sim {

bool Oracle::may_stay_down(const ServiceDraft& draft) const {
  const Place& place = places_.at(draft.name);
  const bool unseen_hand = place.ended_by == Hand::person || has_missed(draft.name);
  if (place.ended_by != Hand::process && !unseen_hand) return false;
  const std::string policy = policy_word(draft);
  const bool counted = draft.restart.find(':') != std::string::npos;
  if (policy.empty() || policy == "no") return true;
  return policy == "on-failure" && (counted || place.ended_with == 0 || place.ended_blind);
}

bool Oracle::waits_for_failed_job(const ServiceDraft& draft, const Record& record) const {
  if (record.failed_jobs.count(draft.name) != 0) return true;
  return std::any_of(draft.depends_on.begin(), draft.depends_on.end(), [&](const auto& entry) {
    const ServiceDraft* other = stack().find(entry.first);
    return other != nullptr && waits_for_failed_job(*other, record);
  });
}

/// Whether a container of the job is there that did its work.
bool Oracle::has_missed(const std::string& service) const {
  const auto there = containers_of(service);
  return std::any_of(there.begin(), there.end(),
                     [this](const auto* one) { return missed_.count(one->seen.id) != 0; });
}

bool Oracle::has_succeeded(const std::string& job) const {
  const auto there = containers_of(job);
  return std::any_of(there.begin(), there.end(),
                     [&](const auto* one) { return places_.at(job).succeeded.count(one->seen.id) != 0; });
}

/// It can't be made anew, or comes after another that can't.
bool Oracle::is_held_back(const ServiceDraft& draft, const Record& record) const {
  if (waits_in_vain(draft)) return true;
  return std::any_of(draft.depends_on.begin(), draft.depends_on.end(), [&](const auto& entry) {
    const ServiceDraft* other = stack().find(entry.first);
    const auto recorded = record.generations.find(entry.first);
    const auto there = containers_of(entry.first);
    const bool outdated = other != nullptr && recorded != record.generations.end() &&
                          std::any_of(there.begin(), there.end(), [&](const auto* one) {
                            return generation_of(*one) != recorded->second;
                          });
    return outdated && is_held_back(*other, record);
  });
}

/// A job can't run, as something that it waits for is kept down: then nothing that runs is replaced.
bool Oracle::gate_is_shut() const {
  return std::any_of(stack().services.begin(), stack().services.end(), [this](const ServiceDraft& draft) {
    return stack().is_job(draft.name) && !has_succeeded(draft.name) && waits_in_vain(draft);
  });
}

/// Nothing can start that waits for what may stay down.
bool Oracle::waits_in_vain(const ServiceDraft& draft) const {
  std::vector<std::string> needed;
  if (!draft.network_of.empty()) needed.push_back(draft.network_of);
  for (const auto& [name, dependency] : draft.depends_on) {
    const bool is_done = dependency.condition == DependencyCondition::completed && has_succeeded(name);
    if (!is_done) needed.push_back(name);
    const ServiceDraft* job = is_done ? stack().find(name) : nullptr;
    if (job != nullptr && waits_in_vain(*job)) return true;  // it stands for what it waits for
  }
  return std::any_of(needed.begin(), needed.end(), [this](const std::string& name) {
    const ServiceDraft* other = stack().find(name);
    if (other == nullptr) return false;
    const auto there = containers_of(name);
    const bool works =
        std::any_of(there.begin(), there.end(), [this](const auto* one) { return host_.works(*one); });
    return !works &&
           (expectation_.service(name) != Wanted::up || may_stay_down(*other) || waits_in_vain(*other));
  });
}

void Oracle::check_settled_service(const ServiceDraft& draft, const Record& record) {
  if (!expectation_.is_kept(draft.name)) return;
  // Only a deploy that failed was about it: it is in no release.
  if (!record.none_failed && record.generations.count(draft.name) == 0) return;
  const auto there = containers_of(draft.name);
  const auto alive = static_cast<std::int64_t>(
      std::count_if(there.begin(), there.end(), [](const auto* one) { return one->alive; }));
  const Wanted wanted = expectation_.service(draft.name);
  if (wanted == Wanted::down) {
    if (alive > 0) break_promise(draft.name + " is to be stopped and runs");
    return;
  }
  if (stack().is_job(draft.name)) {
    const Place& place = places_[draft.name];
    if (alive > 0) break_promise("the job " + draft.name + " still runs");
    const bool done = !place.released.empty() || place.success_hidden;
    if (wanted == Wanted::up && !done && !waits_for_failed_job(draft, record) && !waits_in_vain(draft))
      break_promise("the job " + draft.name + " did not run to its end");
    return;
  }
  if (wanted == Wanted::either && alive == 0) return;
  if (alive < draft.scale &&
      (may_stay_down(draft) || waits_for_failed_job(draft, record) || waits_in_vain(draft)))
    return;
  const bool between_two = may_overlap(draft) && waits_in_vain(draft) && alive <= 2 * draft.scale;
  if (alive != draft.scale && wanted == Wanted::up && !between_two) {
    break_promise(std::to_string(alive) + " containers of " + draft.name + " run instead of " +
                  std::to_string(draft.scale));
    return;
  }
  const auto recorded = record.generations.find(draft.name);
  const ServiceDraft* ordered = expectation_.ordered(draft.name);
  if (record.none_failed && ordered != nullptr && recorded != record.generations.end() &&
      recorded->second != ordered->generation)
    break_promise("the current release has " + draft.name + " of generation " + recorded->second +
                  " instead of " + ordered->generation);
  const bool known = recorded != record.generations.end();
  const bool never_restarted = draft.restart.empty() || policy_word(draft) == "no";
  for (const HostContainer* container : there) {
    check_restarted(*container);
    if (!container->alive) continue;
    const bool as_found = record.adopted && as_found_.count(container->seen.id) != 0;
    if (known && !as_found && recorded->second != generation_of(*container) && wanted == Wanted::up &&
        !waits_for_failed_job(draft, record) && !is_held_back(draft, record) && !gate_is_shut())
      break_promise(describe(*container) + " runs with the configuration of generation " +
                    generation_of(*container) + " instead of " + recorded->second);
    const bool owed = wanted == Wanted::up && !waits_for_failed_job(draft, record) &&
                      !is_held_back(draft, record) && !gate_is_shut();
    if (owed && record.was_live && !as_found && !container->hung && !expectation_.was_refused() &&
        unrecorded_.count(container->seen.id) == 0)
      check_contents(*container, record);
    if (!host_.works(*container) && draft.has_check && !never_restarted && !waits_in_vain(draft))
      break_promise(describe(*container) + " runs and does not work");
    const bool owner_missed = !draft.network_of.empty() && has_missed(draft.network_of);
    if (!host_.has_network(*container) && !waits_in_vain(draft) && !owner_missed)
      break_promise(describe(*container) + " runs without the network of " + draft.network_of);
    if (container->seen.restart_policy != "no" && missed_.count(container->seen.id) == 0)
      break_promise(describe(*container) + " has restart policy " + container->seen.restart_policy +
                    " on the engine");
    const std::string name = stack().name + "-" + draft.name + "-" + std::to_string(container->seen.number);
    if (container->seen.name != name && !record.rolls && !waits_in_vain(draft))
      break_promise(describe(*container) + " does not have its name " + name);
  }
  if (wanted == Wanted::up && !record.rolls && !waits_in_vain(draft) &&
      there.size() > static_cast<std::size_t>(draft.scale))
    break_promise(draft.name + " has " + std::to_string(there.size()) + " containers, ended ones included");
}

// A live release's containers have read what it records: each file or folder, in the order of the mounts.
void Oracle::check_contents(const HostContainer& container, const Record& record) {
  if (expectation_.is_by_hand(container.seen.service)) return;
  const auto prints = record.files.find(container.seen.service);
  if (prints == record.files.end()) return;
  std::multiset<std::string> recorded;
  for (const auto& [path, print] : prints->second) recorded.insert(print);
  std::multiset<std::string> read;
  for (const std::string& text : container.has_read) read.insert(sha256_hex(text));
  ++marks_["what a live release mounts was held against its record"];
  if (read == recorded) return;
  std::string texts;
  for (const std::string& text : container.has_read) texts += (texts.empty() ? "" : ", ") + text;
  break_promise(describe(container) + " has read files that say " + texts + ", which are not the release's");
}

bool Oracle::all_works() const {
  const auto& services = stack().services;
  return std::all_of(services.begin(), services.end(), [this](const ServiceDraft& draft) {
    if (stack().is_job(draft.name)) return true;
    const auto there = containers_of(draft.name);
    return std::any_of(there.begin(), there.end(), [this](const auto* one) { return host_.works(*one); });
  });
}

void Oracle::check_settled(const Record& record) {
  if (!expectation_.is_deployed()) return;
  if (record.disk_was_full) expectation_.doubt_all();
  if (record.last_failed || !record.none_failed) expectation_.last_deploy_failed();
  switch (expectation_.stack()) {
    case Wanted::up:
      for (const ServiceDraft& draft : stack().services) check_settled_service(draft, record);
      if (story_.deploy_at_end && expectation_.is_generation_certain() && all_works() &&
          record.generation != expectation_.generation())
        break_promise("the current release is not what was deployed last");
      break;
    case Wanted::down:
      // Given up before it had a release: what runs is as it was found.
      if (!record.generations.empty()) check_gone(expectation_.is_down());
      break;
    case Wanted::either:
      break;
  }
}

void Oracle::check_gone(bool with_containers) {
  for (const ServiceDraft& draft : stack().services) {
    if (!expectation_.is_kept(draft.name)) continue;
    for (const HostContainer* container : containers_of(draft.name)) {
      if (container->alive && !expectation_.is_by_hand(draft.name))
        break_promise(describe(*container) + " runs though the stack is to be stopped");
      if (with_containers) break_promise(describe(*container) + " is there though the stack is to be down");
    }
  }
  if (!with_containers) return;
  for (const auto& [name, network] : host_.networks()) {
    if (name.rfind(stack().name + "_", 0) == 0)
      break_promise("network " + name + " is there though the stack is to be down");
  }
}

}  // namespace stackd::sim
