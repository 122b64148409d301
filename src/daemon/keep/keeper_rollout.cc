// What a deploy asks of the keeper: which release is desired, and how far its rollout is.
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "daemon/keep/stack_keeper.h"
#include "daemon/ledger/records.h"
#include "decide/replace/rollout.h"
#include "decide/replace/rollout_failure.h"

namespace stackd::daemon {
// Seen with new eyes: a job that ended before it was this release's business has ended all the same.
void StackKeeper::forget_jobs_of(const Stack& stack) {
  for (auto it = memory_.containers.begin(); it != memory_.containers.end();) {
    auto service = stack.services.find(it->second.service);
    const bool job = service != stack.services.end() && is_job(stack, service->second);
    it = job && !it->second.stop_is_ours ? memory_.containers.erase(it) : std::next(it);
  }
}

// Of other services than before: those that are there already were not put there by others meanwhile.
void StackKeeper::look_with_new_eyes() {
  memory_.looked_for_changes = false;
  look_at_all_ = true;
  wake_now();
}

void StackKeeper::enter_gate(decide::Desired view) {
  forget_jobs_of(*view.stack);
  desired_ = std::move(view);
  ledgers_.gate_stops.set_aside(wishes_.stopped);
  forget_passing_stops();
  if (wishes_.stack != StackWish::running) wish_at_gate_ = std::exchange(wishes_.stack, StackWish::running);
  note_wanted({});  // an end of before that is learnt late is no wish of this deploy
  memory_.failed_steps.clear();
  look_with_new_eyes();
}

void StackKeeper::shut_gate() {
  if (desired_ && desired_->phase == decide::RolloutPhase::gating) desired_->is_shut = true;
}

Result<void> StackKeeper::leave_gate() {
  if (wish_at_gate_) wishes_.stack = *std::exchange(wish_at_gate_, std::nullopt);
  ledgers_.gate_stops.restore(wishes_.stopped);
  Result<decide::Desired> desired = load_desired(edges_.store, record_.name, record_.current_release);
  if (!desired) return desired.error();
  forget_jobs_of(*desired->stack);
  desired_ = std::move(*desired);
  memory_.failed_steps.clear();
  look_with_new_eyes();
  return {};
}

Result<void> StackKeeper::make_current(decide::Desired desired, bool start) {
  Result<void> stored = edges_.store.set_current(record_.name, desired.release, std::nullopt);
  if (!stored) return stored;
  ledgers_.gate_stops.forget();
  const decide::Wishes before = wishes_;
  wishes_.stack = start ? StackWish::running : StackWish::created;
  wishes_.remove_volumes = false;
  wishes_.ended.clear();
  const std::optional<StackWish> wish_before = std::exchange(wish_at_gate_, std::nullopt);
  const std::optional<decide::Desired> former = std::exchange(desired_, std::move(desired));
  forget_passing_stops();
  const std::int64_t release_before = std::exchange(record_.current_release, desired_->release);
  Result<void> kept = store_record();
  if (!kept) {
    wishes_ = before;
    wish_at_gate_ = wish_before;
    desired_ = former;
    record_.current_release = release_before;
    return kept;
  }
  live_at_.reset();
  parked_.reset();
  note_ill(wish_before.value_or(before.stack) == StackWish::running);
  forget_failures();
  if (start) note_wanted({});
  look_with_new_eyes();
  return {};
}

// What is no good before a release touches anything is not that release's fault; also for a stackd that is
// started in the midst of it.
void StackKeeper::note_ill(bool was_up) {
  desired_->ill_before.clear();
  if (was_up && desired_->former != nullptr) desired_->ill_before = decide::ill_services(state());
  ledgers_.ill_services.note(desired_->ill_before);
}

void StackKeeper::go_back(decide::Desired desired) {
  if (desired_) desired.ill_before = desired_->ill_before;
  live_at_.reset();
  record_.current_release = desired.release;
  desired_ = std::move(desired);
  wishes_.ended.clear();
  forget_failures();
  look_with_new_eyes();
}

Result<void> StackKeeper::store_current() {
  Result<void> stored = edges_.store.set_current(record_.name, record_.current_release, live_at_);
  if (stored) stored = store_record();
  if (stored) live_at_.reset();
  return stored;
}

void StackKeeper::resume_rollout(decide::Desired desired) {
  desired_ = std::move(desired);
  Result<std::set<std::string>> ill = ledgers_.ill_services.load();
  if (ill) {
    desired_->ill_before = *std::move(ill);
  } else {
    log(LogLevel::warning, LogSubject{record_.name}, ill.error().message);
  }
  parked_.reset();
  wake_now();
}

void StackKeeper::set_phase(decide::RolloutPhase phase) {
  if (!desired_ || desired_->phase == phase) return;
  desired_->phase = phase;
  if (phase == decide::RolloutPhase::none) {
    desired_->former.reset();
    desired_->goes_back = false;
  }
  wake_now();
}

void StackKeeper::forget_failures() {
  memory_.failed_steps.clear();
  memory_.slots.clear();
  for (auto& [id, memory] : memory_.containers) {
    memory.reload.refused.reset();
    if (!memory.running && memory.end == decide::EndCause::itself) memory.end = decide::EndCause::none;
  }
  wake_now();
}

// What has proved itself does not crash-loop any more, however often it was refused before that.
void StackKeeper::forgive_what_is_good() {
  const decide::State now = state();
  for (auto& [place, slot] : memory_.slots) {
    const auto service = desired_->stack->services.find(place.first);
    if (service == desired_->stack->services.end()) continue;
    const bool proved = decide::is_changed(*desired_, place.first) &&
                        !decide::may_stay_broken(now, service->second, place.second) &&
                        decide::is_ready(now, service->second);
    if (proved) slot.failures.clear();
  }
}

// Nobody could take back an order to stop what is not there; a release that has the service again starts it.
void StackKeeper::forget_stops_of_gone() {
  const std::vector<std::string>& outside = desired_->stack->source.outside_profiles;
  std::erase_if(wishes_.stopped, [&](const auto& stop) {
    const bool left_out = std::find(outside.begin(), outside.end(), stop.first) != outside.end();
    return desired_->stack->services.count(stop.first) == 0 && !left_out;
  });
}

void StackKeeper::note_live() {
  live_at_ = edges_.clock.wall();
  if (desired_) forget_stops_of_gone();
  forgive_what_is_good();
  set_phase(decide::RolloutPhase::none);
}

}  // namespace stackd::daemon
