#include "daemon/deploy/way_back_stage.h"

#include <utility>

#include "base/log.h"
#include "daemon/ledger/host_files.h"
#include "decide/replace/settled.h"

namespace stackd::daemon {
namespace {

/// What was put back may take so long to be ready before the deploy is called reverted all the same: it is
/// kept up then as ever, and a newer deploy need not wait any longer.
constexpr Duration revert_patience = std::chrono::minutes(2);

}  // namespace

using decide::DeployEvent;

void WayBackStage::pick_up() {
  const Deploy& deploy = course_.deploy;
  Result<decide::Target> former =
      course_.load_replacing(deploy.former, deploy.release, decide::Replacing::Way::back);
  if (former) {
    course_.keeper.rollout().resume_rollout(std::move(*former));
  } else {
    log(LogLevel::error, LogSubject{deploy.stack, {}, deploy.release}, former.error().message);
  }
}

runtime::Task<Result<void>> WayBackStage::desire_former() {
  const Deploy& deploy = course_.deploy;
  if (course_.keeper.record().current_release == deploy.former) co_return Result<void>();
  Result<decide::Target> former =
      course_.load_replacing(deploy.former, deploy.release, decide::Replacing::Way::back);
  if (!former) co_return former.error();
  former->learnt.host_files = co_await look_at_host_files(course_.edges, former->desired);
  if (course_.is_withdrawn) co_return Result<void>();
  course_.keeper.files().note_host_files(former->learnt.host_files);
  course_.keeper.rollout().go_back(std::move(*former));
  course_.record_current();
  co_return Result<void>();
}

runtime::Task<Outcome> WayBackStage::put_back() {
  Result<void> begun = co_await desire_former();
  if (!begun) co_return failed("; and it can't be put back: " + begun.error().message);
  const Time deadline = course_.now() + revert_patience;
  while (!course_.is_withdrawn && course_.now() < deadline) {
    if (course_.keeper.view().is_fit_to_judge() && decide::is_settled(course_.keeper.state())) break;
    co_await course_.bell.wait_until(course_.edges.clock, deadline);
  }
  const bool late = course_.now() >= deadline;
  co_await course_.tidy_up();
  Outcome back = outcome(DeployEvent::put_back);
  if (late)
    back.why.cause = "; release " + std::to_string(course_.deploy.former) + " is put back, but not ready yet";
  co_return back;
}

runtime::Task<Outcome> WayBackStage::await_person() {
  course_.keeper.rollout().pause();
  course_.feeds.close(course_.deploy.id);
  co_await course_.until_given_up();
  if (course_.is_withdrawn) co_return outcome(DeployEvent::cancel);
  const Course::Order order = *std::exchange(course_.order, std::nullopt);
  course_.feeds.open(course_.deploy.id);
  co_return outcome(order.event);
}

void WayBackStage::step_back() {
  Result<decide::Target> former = course_.load(course_.deploy.former);
  if (former) {
    course_.keeper.rollout().go_back(std::move(*former));
    course_.record_current();
  } else {
    log(LogLevel::error, LogSubject{course_.deploy.stack}, former.error().message);
  }
}

void WayBackStage::let_stay() {
  const bool in_gate = course_.keeper.has_release() && decide::is_gating(course_.keeper.state().rollout);
  if (in_gate) return leave_gate();
  course_.keeper.rollout().settle();
}

void WayBackStage::leave_gate() {
  Result<void> left = course_.keeper.rollout().leave_gate();
  if (!left) log(LogLevel::error, LogSubject{course_.deploy.stack}, left.error().message);
}

}  // namespace stackd::daemon
