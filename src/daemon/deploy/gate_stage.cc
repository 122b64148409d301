#include "daemon/deploy/gate_stage.h"

#include <utility>

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
  Result<decide::Target> next = course_.load(deploy.release);
  if (!former) return outcome(DeployEvent::ungated);  // it makes no sense: this release mends that
  if (!next) return failed(next.error().message);
  view_ = view_between(*former, *next, {});
  const StackKeeper& keeper = course_.keeper;
  if (keeper.has_release()) {
    const decide::State now = keeper.state();
    const decide::State then{*view_, now.wishes, now.observed, now.memory, now.busy, now.now};
    const std::set<std::string> names = decide::to_bring_forward(then, *next);
    if (!names.empty()) view_ = view_between(*former, *next, names);
  }
  next_ = next->desired.stack;
  limit_ = next_->extension.deadline;
  return outcome(decide::is_gate_passed(view_->desired, view_->learnt) ? DeployEvent::ungated
                                                                       : DeployEvent::gated);
}

void GateStage::pick_up() {
  Result<decide::Target> former = course_.load(course_.deploy.former);
  Result<decide::Target> next = course_.load(course_.deploy.release);
  if (former && next)
    course_.keeper.rollout().enter_gate(view_between(*former, *next, {}), course_.scope(),
                                        *next->desired.stack);
}

// What the deploy leaves down needs no job of this gate.
decide::Target GateStage::view_between(const decide::Target& former, const decide::Target& next,
                                       const std::set<std::string>& brought_forward) const {
  const bool up = course_.keeper.record().wish == StackWish::running;
  const Stack& stack = *next.desired.stack;
  const decide::DeployScope scope = course_.scope();
  const decide::Wishes after = decide::wishes_after_deploy(course_.keeper.wishes(), stack, scope, up);
  return decide::gate_view(former, next,
                           {up, decide::left_out_of_gate(after, stack, scope), brought_forward});
}

// What the jobs wait for in vain, and the release has otherwise: it is replaced before they begin, for
// nothing else can help.
Result<bool> GateStage::bring_forward() {
  Result<decide::Target> next = course_.load(course_.deploy.release);
  if (!next) return next.error();
  std::set<std::string> names = decide::to_bring_forward(course_.keeper.state(), *next);
  if (names.empty()) return false;
  Result<decide::Target> former = course_.load(course_.keeper.record().current_release);
  if (!former) return former.error();
  for (const std::string& name : names)
    course_.say(name, "its jobs need it, and it is not ready: it is replaced first");
  const auto gate = std::get<decide::Gating>(course_.keeper.state().rollout);
  names.insert(gate.brought_forward.begin(), gate.brought_forward.end());
  course_.keeper.rollout().bring_forward(view_between(*former, *next, names));
  return true;
}

void GateStage::tell_of_waits() {
  const std::string text = decide::waits_of_gate(course_.keeper.state());
  if (!text.empty() && std::exchange(told_of_waits_, text) != text) course_.say({}, text);
}

runtime::Task<Outcome> GateStage::pass() {
  StackKeeper& keeper = course_.keeper;
  if (!keeper.has_release() || !decide::is_gating(keeper.state().rollout))
    keeper.rollout().enter_gate(*std::move(view_), course_.scope(), *next_);
  view_.reset();
  decide::Patience patience(course_.now(), limit_);
  while (!course_.is_withdrawn) {
    if (!decide::running_jobs(keeper.state()).empty()) patience.note_job(course_.now());
    if (course_.order) co_return course_.ordered();
    const WallTime wall = course_.edges.clock.wall();
    if (keeper.view().is_fit_to_judge()) {
      Result<bool> more = bring_forward();
      if (!more) co_return failed(more.error().message);
      if (*more) continue;
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
