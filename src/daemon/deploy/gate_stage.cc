#include "daemon/deploy/gate_stage.h"

#include <utility>

#include "base/check.h"
#include "decide/replace/gate.h"

namespace stackd::daemon {

using decide::DeployEvent;

Outcome GateStage::look() {
  const Deploy& deploy = course_.deploy;
  const std::int64_t current = course_.keeper.record().current_release;
  const bool runs_none = deploy.copied_from != 0 && !course_.fills_volumes;
  if (current == 0 || current == deploy.release || runs_none || !course_.scope().start)
    return outcome(DeployEvent::ungated);
  Result<decide::Target> former = course_.load(current);
  if (!former) return outcome(DeployEvent::ungated);  // it makes no sense: this release mends that
  Result<decide::Target> next = course_.load(deploy.release);
  if (!next) return failed(next.error().message);
  former_ = *std::move(former);
  next_ = *std::move(next);
  decide::Target view = view_with({});
  const StackKeeper& keeper = course_.keeper;
  if (keeper.has_release()) {
    const decide::State now = keeper.state();
    const decide::State then{view, now.wishes, now.observed, now.memory, now.busy, now.now};
    const std::set<std::string> names = decide::to_bring_forward(then, *next_);
    if (!names.empty()) view = view_with(names);
  }
  limit_ = next_->desired.stack->extension.deadline;
  const bool passed = decide::is_gate_passed(view.desired, view.learnt);
  view_ = std::move(view);
  return outcome(passed ? DeployEvent::ungated : DeployEvent::gated);
}

void GateStage::pick_up() {
  Result<decide::Target> former = course_.load(course_.deploy.former);
  Result<decide::Target> next = course_.load(course_.deploy.release);
  if (!former || !next) return;
  former_ = *std::move(former);
  next_ = *std::move(next);
  course_.keeper.rollout().enter_gate(view_with({}), course_.scope(), *next_->desired.stack);
}

// What the deploy leaves down needs no job of this gate.
decide::Target GateStage::view_with(const std::set<std::string>& brought_forward) const {
  const bool up = course_.keeper.record().wish == StackWish::running;
  const Stack& stack = *next_->desired.stack;
  const decide::DeployScope scope = course_.scope();
  const decide::Wishes after = decide::wishes_after_deploy(course_.keeper.wishes(), stack, scope, up);
  return decide::gate_view(*former_, *next_,
                           {up, decide::left_out_of_gate(after, stack, scope), brought_forward});
}

// What the jobs wait for in vain, and the release has otherwise: it is replaced before they begin, for
// nothing else can help.
bool GateStage::bring_forward() {
  STACKD_CHECK(former_ && next_);
  const decide::State now = course_.keeper.state();
  std::set<std::string> names = decide::to_bring_forward(now, *next_);
  if (names.empty()) return false;
  for (const std::string& name : names)
    course_.say(name, "its jobs need it, and it is not ready: it is replaced first");
  names.merge(std::set<std::string>(std::get<decide::Gating>(now.rollout).brought_forward));
  course_.keeper.rollout().bring_forward(view_with(names));
  return true;
}

void GateStage::tell_of_waits() {
  const std::string text = decide::waits_of_gate(course_.keeper.state());
  if (!text.empty() && std::exchange(told_of_waits_, text) != text) course_.say({}, text);
}

runtime::Task<Outcome> GateStage::pass() {
  StackKeeper& keeper = course_.keeper;
  if (!keeper.has_release() || !decide::is_gating(keeper.state().rollout))
    keeper.rollout().enter_gate(*std::move(view_), course_.scope(), *next_->desired.stack);
  view_.reset();
  decide::Patience patience(course_.now(), limit_);
  while (!course_.is_withdrawn) {
    if (!decide::running_jobs(keeper.state()).empty()) patience.note_job(course_.now());
    if (course_.order) co_return course_.ordered();
    const WallTime wall = course_.edges.clock.wall();
    if (keeper.view().is_fit_to_judge()) {
      if (bring_forward()) continue;
      tell_of_waits();
      std::optional<Outcome> judged = decide::judge_gate(keeper.state(), wall);
      if (judged) co_return *std::move(judged);
    }
    if (patience.is_over(course_.now())) co_return decide::judge_late_gate(patience);
    const Time until = decide::last_words_until(keeper.state(), wall, patience.until());
    co_await course_.bell.wait_until(course_.edges.clock, until);
  }
  co_return outcome(DeployEvent::cancel);
}

runtime::Task<Outcome> GateStage::empty() {
  StackKeeper& keeper = course_.keeper;
  Outcome over = outcome(DeployEvent::done);
  if (!keeper.has_release() || !decide::is_gating(keeper.state().rollout)) co_return over;
  while (!course_.is_withdrawn) {
    keeper.rollout().shut_gate();
    if (keeper.view().has_seen_all() && !course_.tell_of_jobs()) break;
    co_await course_.bell.wait();
  }
  if (course_.is_withdrawn) co_return over;
  Result<void> left = keeper.rollout().leave_gate();
  if (!left) over.why.cause = "; and " + left.error().message;
  co_return over;
}

}  // namespace stackd::daemon
