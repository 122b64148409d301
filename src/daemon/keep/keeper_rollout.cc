#include "daemon/keep/keeper_rollout.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/log.h"
#include "daemon/ledger/records.h"
#include "decide/learn/learn.h"
#include "decide/replace/rollout.h"
#include "decide/replace/rollout_failure.h"

namespace stackd::daemon {

// Seen with new eyes: a job that ended before it was this release's business has ended all the same.
void KeeperRollout::forget_jobs_of(const Stack& stack) {
  for (auto it = stack_.memory.containers.begin(); it != stack_.memory.containers.end();) {
    auto service = stack.services.find(it->second.service);
    const bool job = service != stack.services.end() && is_job(stack, service->second);
    it = job && !it->second.stop.is_ours() ? stack_.memory.containers.erase(it) : std::next(it);
  }
}

// Of other services than before: those that are there already were not put there by others meanwhile.
void KeeperRollout::look_with_new_eyes() {
  stack_.memory.looked_for_changes = false;
  view_.look_at_all();
  bell_.ring();
}

void KeeperRollout::enter_gate(decide::Target view, const decide::DeployScope& scope, const Stack& next) {
  STACKD_CHECK(view.desired.stack != nullptr && decide::is_gating(view.rollout));
  forget_jobs_of(*view.desired.stack);
  stack_.target = std::move(view);
  ledgers_.gate_stops.set_aside(stack_.wishes.stopped);
  const bool is_up = stack_.wishes.stack == StackWish::running;
  if (!is_up) stack_.wish_at_gate = stack_.wishes.stack;
  const decide::Wishes after = decide::wishes_after_deploy(stack_.wishes, next, scope, is_up);
  stack_.wishes = decide::wishes_in_gate(stack_.wishes, after, *stack_.target->desired.stack);
  orders_.note_wanted({});  // an end of before that is learnt late is no wish of this deploy
  stack_.memory.failed_steps.clear();
  look_with_new_eyes();
}

void KeeperRollout::bring_forward(decide::Target view) {
  STACKD_CHECK(stack_.target && decide::is_gating(stack_.target->rollout));
  view.learnt = std::move(stack_.target->learnt);
  stack_.target = std::move(view);
  stack_.wishes = decide::wishes_in_gate(stack_.wishes, stack_.wishes, *stack_.target->desired.stack);
  decide::forget_failures(stack_.memory, std::get<decide::Gating>(stack_.target->rollout).brought_forward);
  bell_.ring();
}

void KeeperRollout::shut_gate() {
  if (!stack_.target) return;
  if (auto* gate = std::get_if<decide::Gating>(&stack_.target->rollout)) gate->is_shut = true;
}

Result<void> KeeperRollout::leave_gate() {
  if (stack_.wish_at_gate) stack_.wishes.stack = *std::exchange(stack_.wish_at_gate, std::nullopt);
  ledgers_.gate_stops.restore(stack_.wishes.stopped);
  Result<decide::Target> target =
      load_target(edges_.store, stack_.record.name, stack_.record.current_release);
  if (!target) return target.error();
  forget_jobs_of(*target->desired.stack);
  stack_.target = std::move(*target);
  stack_.memory.failed_steps.clear();
  look_with_new_eyes();
  return {};
}

Result<void> KeeperRollout::make_current(decide::Target target, const decide::DeployScope& scope) {
  STACKD_CHECK(target.desired.stack != nullptr && !decide::is_gating(target.rollout));
  const decide::Wishes before = stack_.wishes;
  const std::optional<StackWish> wish_before = std::exchange(stack_.wish_at_gate, std::nullopt);
  const bool was_up =
      stack_.record.current_release != 0 && wish_before.value_or(before.stack) == StackWish::running;
  stack_.wishes = decide::wishes_after_deploy(stack_.wishes, *target.desired.stack, scope, was_up);
  const std::optional<decide::Target> former = std::exchange(stack_.target, std::move(target));
  const std::int64_t release_before =
      std::exchange(stack_.record.current_release, stack_.target->desired.release);
  // Which release it is, and what is wished of it, at once.
  Result<void> kept = store_record(edges_.store, stack_);
  if (!kept) {
    stack_.wishes = before;
    stack_.wish_at_gate = wish_before;
    stack_.target = former;
    stack_.record.current_release = release_before;
    return kept;
  }
  ledgers_.gate_stops.forget();
  live_at_.reset();
  stack_.parked.reset();
  note_ill(was_up);
  forget_failures();
  if (scope.start) orders_.note_wanted({});
  look_with_new_eyes();
  return {};
}

// What is no good before a release touches anything is not that release's fault; also for a stackd that is
// started in the midst of it.
void KeeperRollout::note_ill(bool was_up) {
  auto* replacing = std::get_if<decide::Replacing>(&stack_.target->rollout);
  std::set<std::string> ill;
  if (was_up && replacing != nullptr) ill = decide::ill_services(stack_.state(edges_.clock.now()));
  ledgers_.ill_services.note(ill);
  if (replacing != nullptr) replacing->ill_before = std::move(ill);
}

void KeeperRollout::go_back(decide::Target target) {
  STACKD_CHECK(target.desired.stack != nullptr && !decide::is_gating(target.rollout));
  auto* replacing = std::get_if<decide::Replacing>(&target.rollout);
  const auto* before = stack_.target ? std::get_if<decide::Replacing>(&stack_.target->rollout) : nullptr;
  if (replacing != nullptr && before != nullptr) replacing->ill_before = before->ill_before;
  live_at_.reset();
  stack_.record.current_release = target.desired.release;
  stack_.target = std::move(target);
  stack_.wishes.ended.clear();
  forget_failures();
  look_with_new_eyes();
}

Result<void> KeeperRollout::store_current() {
  const StackRecord changed = stack_.record_as_wished();
  Result<void> stored = edges_.store.put_current(changed, live_at_);
  if (!stored) return stored;
  stack_.record = changed;
  live_at_.reset();
  return stored;
}

Result<void> KeeperRollout::take_over(decide::Target found, std::map<std::string, ServiceStop> left_down) {
  STACKD_CHECK(found.desired.stack != nullptr && std::holds_alternative<decide::Settled>(found.rollout));
  StackRecord changed = stack_.record;
  changed.wish = StackWish::running;
  changed.current_release = found.desired.release;
  changed.stopped_services = std::move(left_down);
  changed.ended_services.clear();
  Result<void> stored = edges_.store.put_current(changed, edges_.clock.wall());
  if (!stored) return stored;
  stack_.record = changed;
  stack_.wishes = decide::Wishes{};
  stack_.wishes.stopped = stack_.record.stopped_services;
  stack_.target = std::move(found);
  live_at_.reset();
  stack_.parked.reset();
  forget_failures();
  orders_.note_wanted({});
  look_with_new_eyes();
  return {};
}

void KeeperRollout::resume_rollout(decide::Target target) {
  stack_.target = std::move(target);
  stack_.parked.reset();
  bell_.ring();
  auto* replacing = std::get_if<decide::Replacing>(&stack_.target->rollout);
  if (replacing == nullptr) return;
  Result<std::set<std::string>> ill = ledgers_.ill_services.load();
  if (ill) {
    replacing->ill_before = *std::move(ill);
  } else {
    log(LogLevel::warning, LogSubject{stack_.record.name}, ill.error().message);
  }
}

std::set<std::string> KeeperRollout::emptied_volumes(const Observed& there) const {
  if (!stack_.target) return {};
  return ledgers_.volumes.emptied(*stack_.target->desired.stack, there);
}

void KeeperRollout::forget_emptied_volumes() {
  ledgers_.volumes.forget_emptied();
}

void KeeperRollout::settle() {
  if (!stack_.target || std::holds_alternative<decide::Settled>(stack_.target->rollout)) return;
  stack_.target->rollout = decide::Settled{};
  bell_.ring();
}

void KeeperRollout::turn(decide::Replacing::Way way) {
  auto* replacing = stack_.target ? std::get_if<decide::Replacing>(&stack_.target->rollout) : nullptr;
  if (replacing == nullptr || std::exchange(replacing->way, way) == way) return;
  bell_.ring();
}

void KeeperRollout::pause() {
  turn(decide::Replacing::Way::paused);
}

void KeeperRollout::go_on() {
  turn(decide::Replacing::Way::onward);
}

void KeeperRollout::forget_failures() {
  decide::forget_failures_of_release(stack_.memory);
  bell_.ring();
}

// What has proved itself does not crash-loop any more, however often it was refused before that.
void KeeperRollout::forgive_what_is_good() {
  const decide::State now = stack_.state(edges_.clock.now());
  for (auto& [key, replica] : stack_.memory.replicas) {
    const auto service = stack_.target->desired.stack->services.find(key.first);
    if (service == stack_.target->desired.stack->services.end()) continue;
    const bool proved = decide::is_changed(now, key.first) &&
                        !decide::may_stay_broken(now, service->second, key.second) &&
                        decide::is_ready(now, service->second);
    if (proved) replica.failures.clear();
  }
}

// Nobody could take back an order to stop what is not there; a release that has the service again starts it.
void KeeperRollout::forget_stops_of_gone() {
  const std::vector<std::string>& outside = stack_.target->desired.stack->source.outside_profiles;
  std::erase_if(stack_.wishes.stopped, [&](const auto& stop) {
    const bool left_out = std::find(outside.begin(), outside.end(), stop.first) != outside.end();
    return stack_.target->desired.stack->services.count(stop.first) == 0 && !left_out;
  });
}

void KeeperRollout::note_live() {
  live_at_ = edges_.clock.wall();
  if (stack_.target) forget_stops_of_gone();
  forgive_what_is_good();
  settle();
}

}  // namespace stackd::daemon
