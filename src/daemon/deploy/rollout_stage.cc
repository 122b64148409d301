#include "daemon/deploy/rollout_stage.h"

#include "base/log.h"
#include "base/text.h"
#include "daemon/deploy/verify.h"
#include "daemon/logs/last_words.h"
#include "decide/replace/gate.h"
#include "decide/replace/rollout_failure.h"

namespace stackd::daemon {
using decide::DeployEvent;

void RolloutStage::pick_up(decide::Replacing::Way way) {
  resume(course_.load_replacing(course_.deploy.release, course_.deploy.former, way));
}

void RolloutStage::pick_up_first() {
  resume(course_.load(course_.deploy.release, decide::FirstStart{}));
}

void RolloutStage::resume(Result<decide::Target> target) {
  const Deploy& deploy = course_.deploy;
  if (target) {
    course_.keeper.rollout().resume_rollout(std::move(*target));
  } else {
    log(LogLevel::error, LogSubject{deploy.stack, {}, deploy.release}, target.error().message);
  }
}

Result<void> RolloutStage::make_current() {
  const Deploy& deploy = course_.deploy;
  StackKeeper& keeper = course_.keeper;
  if (keeper.has_release() && keeper.record().current_release == deploy.release) return {};
  const bool back = decide::has_way_back(course_.past()) && course_.scope().start;
  Result<decide::Target> target =
      back ? course_.load_replacing(deploy.release, deploy.former, decide::Replacing::Way::onward)
           : course_.load(deploy.release, decide::FirstStart{});
  if (!target) return target.error();
  return keeper.rollout().make_current(std::move(*target), course_.scope());
}

void RolloutStage::begin(bool with_addresses) {
  const StackExtension& file = course_.keeper.state().desired.stack->extension;
  watch_ = {};
  watch_.patience = decide::Patience(course_.now(), file.deadline);
  watch_.watching = course_.deploy.state == DeployState::watching;
  if (!with_addresses || file.verify.empty()) return;
  const std::set<std::string> down = decide::left_down(course_.keeper.wishes());
  if (down.empty()) {
    watch_.addresses = file.verify;
  } else {
    course_.say({}, "nothing is asked of the addresses of `verify`, as " +
                        join({down.begin(), down.end()}, ", ") + " " + (down.size() > 1 ? "are" : "is") +
                        " not started");
  }
}

runtime::Task<Outcome> RolloutStage::roll_out() {
  Result<void> begun = make_current();
  if (!begun) co_return failed(begun.error().message);
  begin(course_.scope().start);  // what is only made answers nobody
  Outcome came = co_await watch();
  co_return came;
}

runtime::Task<Outcome> RolloutStage::roll_on() {
  course_.keeper.rollout().forget_failures();
  course_.keeper.rollout().go_on();
  begin(course_.scope().start);
  Outcome came = co_await watch();
  co_return came;
}

runtime::Task<Outcome> RolloutStage::watch() {
  if (course_.deploy.state == DeployState::watching) watch_.watching = true;
  std::optional<Outcome> came;
  while (!course_.is_withdrawn && !came) came = co_await look();
  if (!came) co_return outcome(DeployEvent::cancel);
  if (came->event == DeployEvent::good && changes_nothing_) co_return kept_up();
  if (came->event == DeployEvent::failed || came->event == DeployEvent::cancel) verification_.reset();
  if (!came->why.container_id.empty())
    came->why.last_words =
        co_await last_words_of(course_.edges.engine, came->why.container_id, last_words_lines);
  co_return *std::move(came);
}

runtime::Task<Outcome> RolloutStage::ask() {
  const std::string text = decide::demands(watch_.addresses);
  log(LogLevel::info, LogSubject{course_.deploy.stack, {}, course_.deploy.release}, text);
  verification_ =
      std::make_shared<decide::Verification>(decide::begin_verification(watch_.addresses, course_.now()));
  for (std::size_t index = 0; index < watch_.addresses.size(); ++index) {
    OnAnswer tell = [this](const std::string& news) {
      if (!news.empty()) course_.say({}, news);
      course_.bell.ring();
    };
    course_.tasks.spawn("verify " + watch_.addresses[index].url,
                        ask_address(course_.edges, verification_, index, std::move(tell)));
  }
  Outcome came = co_await watch();
  co_return came;
}

// One look at how far it is, and a wait for the next change. Absent: go on.
runtime::Task<std::optional<Outcome>> RolloutStage::look() {
  if (course_.order) co_return course_.ordered();
  StackKeeper& keeper = course_.keeper;
  const bool job_runs = !decide::running_jobs(keeper.state()).empty();
  // An engine that went took every page with it: they are asked anew once all is up again.
  if (!keeper.view().is_up_to_date()) verification_.reset();
  const WallTime wall = course_.edges.clock.wall();
  Time until = decide::last_words_until(keeper.state(), wall, watch_.patience.until());
  if (keeper.view().is_fit_to_judge()) {
    std::optional<Outcome> judged = decide::judge_rollout(keeper.state(), wall, watch_, verification_.get());
    if (judged) co_return judged;
    until = decide::look_again_at(keeper.state(), wall, watch_);
  }
  co_await course_.bell.wait_until(course_.edges.clock, until);
  const bool late = watch_.patience.is_over(course_.now());
  if (late && !job_runs) co_return decide::judge_late(keeper.state(), watch_, verification_.get());
  if (late) course_.tell_of_jobs();
  if (job_runs) watch_.patience.note_job(course_.now());
  co_return std::nullopt;
}

// Where a plain deploy looks from now on. One that fails changes nothing of that.
void RolloutStage::note_origin() {
  if (course_.deploy.copied_from == 0) course_.keeper.orders().take_origin(course_.deploy.source);
}

runtime::Task<Outcome> RolloutStage::keep_up() {
  const bool proves_itself = !course_.was_live(course_.deploy.release);  // its own deploy had failed
  begin(proves_itself);
  watch_.proves_itself = proves_itself;
  changes_nothing_ = true;
  Outcome came = co_await watch();
  co_return came;
}

Outcome RolloutStage::kept_up() {
  const std::string broken = join(decide::tolerated_failures(course_.keeper.state()), "; ");
  if (!course_.was_live(course_.deploy.release)) course_.keeper.rollout().note_live();
  note_origin();
  course_.record_current();
  return outcome(DeployEvent::kept, broken.empty() ? "nothing to do" : "nothing to do; " + broken);
}

runtime::Task<Outcome> RolloutStage::go_live() {
  for (const std::string& broken : decide::tolerated_failures(course_.keeper.state()))
    course_.say({}, broken);
  course_.keeper.rollout().note_live();
  note_origin();
  if (course_.deploy.copied_from == 0 || course_.fills_volumes)
    course_.keeper.rollout().forget_emptied_volumes();
  course_.record_current();
  Outcome tidied = co_await tidy_up();
  co_return tidied;
}

runtime::Task<Outcome> RolloutStage::tidy_up() {
  co_await course_.tidy_up();
  co_return outcome(DeployEvent::done);
}

}  // namespace stackd::daemon
