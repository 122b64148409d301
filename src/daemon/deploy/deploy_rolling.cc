// A release on its way to being live: rolled out, watched, and answering as it must.
#include <algorithm>

#include "base/log.h"
#include "base/mutation.h"
#include "base/text.h"
#include "daemon/deploy/deploy.h"
#include "daemon/deploy/verify.h"
#include "decide/replace/gate.h"
#include "decide/replace/rollout.h"
#include "decide/replace/rollout_failure.h"
#include "decide/replace/settled.h"

namespace stackd::daemon {
namespace {

constexpr Duration tidy_patience = std::chrono::seconds(10);

std::string demands(const std::vector<Verify>& addresses) {
  std::string text = "all is ready";
  for (const Verify& address : addresses)
    text += "; " + decide::verify_name(address) + " " + decide::verify_demand(address);
  return text;
}

}  // namespace

Result<void> Deployer::begin_rollout() {
  const bool resumed = current_->state == DeployState::rolling || current_->state == DeployState::watching;
  if (!resumed) enter(DeployState::rolling, "release " + std::to_string(current_->release));
  if (keeper_.has_release() && keeper_.record().current_release == current_->release) return {};
  const bool back = can_go_back() && current_->start;
  const decide::RolloutPhase phase = back ? decide::RolloutPhase::rolling : decide::RolloutPhase::none;
  Result<decide::Desired> desired =
      load(current_->release, back ? current_->former : 0, phase, current_->copied_from != 0);
  if (!desired) return desired.error();
  return keeper_.rollout().make_current(std::move(*desired), scope());
}

Deployer::Watch Deployer::begin_watch() {
  Watch watch;
  watch.deadline = edges_.clock.now() + keeper_.state().desired.stack->extension.deadline;
  watch.watching = current_->state == DeployState::watching;
  return watch;
}

// Where a plain deploy looks from now on. One that fails changes nothing of that.
void Deployer::note_origin() {
  if (current_->copied_from == 0) keeper_.orders().take_origin(current_->source);
}

runtime::Task<Deployer::Ending> Deployer::await_nothing() {
  enter(DeployState::rolling, "nothing to do");
  Watch watch = begin_watch();
  const bool proves_itself = !was_live(current_->release);  // its own deploy had failed
  watch.proves_itself = proves_itself;
  if (proves_itself) watch.addresses = keeper_.state().desired.stack->extension.verify;
  while (!withdrawn_) {
    std::optional<Ending> ended = co_await await_good(watch);
    if (!ended) continue;
    if (ended->state != DeployState::live) co_return *ended;
    const std::string broken = join(decide::tolerated_failures(keeper_.state()), "; ");
    is_live_ = true;
    if (proves_itself) keeper_.rollout().note_live();
    note_origin();
    store_current();
    ended->cause = broken.empty() ? "nothing to do" : "nothing to do; " + broken;
    co_return *ended;
  }
  co_return cancelled();
}

runtime::Task<Deployer::Ending> Deployer::roll() {
  Watch watch = begin_watch();
  // What is only made answers nobody.
  if (current_->start) watch.addresses = keeper_.state().desired.stack->extension.verify;
  while (!withdrawn_) {
    std::optional<Ending> ended = co_await await_good(watch);
    if (!ended) continue;
    if (ended->state == DeployState::live) {
      for (const std::string& broken : decide::tolerated_failures(keeper_.state())) say({}, broken);
      is_live_ = true;
      keeper_.rollout().note_live();
      note_origin();
      if (current_->copied_from == 0) keeper_.rollout().forget_emptied_volumes();
      store_current();
      co_await tidy_up();
      co_return *ended;
    }
    watch.verification.reset();
    Ending after = co_await fail(std::move(*ended));
    co_return after;
  }
  co_return cancelled();
}

// Whoever looks after "live" finds the containers under their own names. It is live in any case.
runtime::Task<void> Deployer::tidy_up() {
  const Time until = edges_.clock.now() + tidy_patience;
  while (!withdrawn_ && edges_.clock.now() < until) {
    if (keeper_.view().is_observed() && decide::is_tidy(keeper_.state())) co_return;
    co_await round_bell_.wait_until(edges_.clock, until);
  }
}

// One look at how far it is, and a wait for the next change. Absent: go on.
runtime::Task<std::optional<Deployer::Ending>> Deployer::await_good(Watch& watch) {
  if (order_ == Order::cancel) co_return cancelled();
  const bool job_runs = !decide::running_jobs(keeper_.state()).empty();
  // An engine that went took every page with it: they are asked anew once all is up again.
  if (!keeper_.view().is_up_to_date()) watch.verification.reset();
  Time until = watch.deadline;
  if (keeper_.view().is_observed()) {
    std::optional<Ending> ended = judge(watch, until);
    if (ended) co_return ended;
  }
  co_await round_bell_.wait_until(edges_.clock, last_words_until(until));
  const bool late = edges_.clock.now() >= watch.deadline;
  if (late && !job_runs) co_return too_late(watch);
  if (late) waits_for_jobs(watch.waits_for);
  if (job_runs)  // they have no limit but their own
    watch.deadline = edges_.clock.now() + keeper_.state().desired.stack->extension.deadline;
  co_return std::nullopt;
}

std::optional<Deployer::Ending> Deployer::too_late(Watch& watch) {
  const decide::State state = keeper_.state();
  const std::vector<decide::Unsettled> open = decide::unsettled(state);
  std::vector<std::string> missing;
  for (const decide::Unsettled& one : open) missing.push_back(one.sentence);
  if (watch.verification) missing.push_back(decide::verify_obstacle(*watch.verification));
  Ending late = failed("not live after " + to_human(state.desired.stack->extension.deadline));
  if (!missing.empty()) late.cause += ": " + join(missing, ", ");
  for (const decide::Unsettled& one : open) late.services.insert(one.service);
  const bool goes_on = !late.services.empty() && state.desired.former != nullptr && watch.addresses.empty() &&
                       std::all_of(late.services.begin(), late.services.end(), [&](const std::string& name) {
                         return decide::failure_action(state, name) == FailureAction::keep_going;
                       });
  if (goes_on) return Ending(DeployState::live, late.cause + "; failure_action says continue");
  return late;
}

// A container's failure comes first: it is a better cause than a page that does not answer because of it.
std::optional<Deployer::Ending> Deployer::judge(Watch& watch, Time& look_again) {
  const decide::State state = keeper_.state();
  std::optional<Ending> broken = rolling_failure();
  if (!broken) broken = judge_answers(watch);
  if (broken) return broken;
  if (!decide::is_settled(state)) return std::nullopt;
  const bool first = state.desired.former == nullptr;
  std::optional<Time> good;
  if (!first) good = decide::watched_until(state);
  if (first && watch.proves_itself) good = decide::proven_at(state);
  if (good && edges_.clock.now() < *good) {
    look_again = std::min(look_again, *good);
    if (!watch.watching) begin_watching(watch, first, *good - edges_.clock.now());
    return std::nullopt;
  }
  const std::string left_broken = join(decide::tolerated_failures(state), "; ");
  if (watch.addresses.empty() || mutated("pages-are-not-asked"))
    return Ending(DeployState::live, left_broken);
  if (!watch.verification) begin_verifying(watch);
  if (!decide::is_verified(*watch.verification)) return std::nullopt;
  const std::string outcome = decide::verify_outcome(*watch.verification);
  return Ending(DeployState::live, left_broken.empty() ? outcome : left_broken + "; " + outcome);
}

void Deployer::begin_watching(Watch& watch, bool first, Duration left) {
  watch.watching = true;
  if (!first) keeper_.rollout().set_phase(decide::RolloutPhase::watching);
  enter(DeployState::watching, first ? "all runs; what has no health check has to go on for " + to_human(left)
                                     : "all is replaced; it has to stay good for " + to_human(left));
}

std::optional<Deployer::Ending> Deployer::judge_answers(Watch& watch) {
  if (!watch.verification) return std::nullopt;
  const std::string wrong = decide::verify_failure(*watch.verification, edges_.clock.now());
  if (wrong.empty()) return std::nullopt;
  return failed(wrong);
}

void Deployer::begin_verifying(Watch& watch) {
  watch.watching = true;
  if (keeper_.state().desired.former != nullptr) keeper_.rollout().set_phase(decide::RolloutPhase::watching);
  enter(DeployState::watching, demands(watch.addresses));
  log(LogLevel::info, LogSubject{current_->stack, {}, current_->release}, demands(watch.addresses));
  watch.verification =
      std::make_shared<decide::Verification>(decide::begin_verification(watch.addresses, edges_.clock.now()));
  for (std::size_t index = 0; index < watch.addresses.size(); ++index) {
    OnAnswer tell = [this](const std::string& news) {
      if (!news.empty()) say({}, news);
      round_bell_.ring();
    };
    tasks_.spawn("verify " + watch.addresses[index].url,
                 ask_address(edges_, watch.verification, index, std::move(tell)));
  }
}

std::optional<Deployer::Ending> Deployer::rolling_failure() const {
  const decide::State state = keeper_.state();
  if (std::optional<Ending> job = failed_job()) return job;
  const std::string obstacle = decide::rollout_obstacle(state);
  if (!obstacle.empty()) return failed(obstacle);
  std::optional<decide::RolloutFailure> broken = decide::rollout_failure(state);
  if (!broken) return std::nullopt;
  Ending ending = failed(broken->sentence);
  ending.services = {broken->service};
  ending.last_words = broken->last_words;
  if (ending.last_words.empty()) ending.container_id = broken->container_id;
  return ending;
}

}  // namespace stackd::daemon
