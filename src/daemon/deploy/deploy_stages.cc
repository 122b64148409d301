// A deploy from its first look at the configuration until its gate has passed.
#include <algorithm>

#include "base/text.h"
#include "daemon/deploy/canonical.h"
#include "daemon/deploy/deploy.h"
#include "daemon/deploy/images.h"
#include "daemon/deploy/keep_release.h"
#include "daemon/deploy/plan_deploy.h"
#include "daemon/deploy/preflight.h"
#include "daemon/deploy/rollback.h"
#include "daemon/keep/observe.h"
#include "daemon/ledger/records.h"
#include "decide/replace/gate.h"
#include "decide/tell/explain.h"
#include "runtime/deadline.h"

namespace stackd::daemon {
namespace {

constexpr Duration engine_patience = std::chrono::minutes(10);
constexpr Duration last_words_patience = std::chrono::seconds(2);

}  // namespace

runtime::Task<Deployer::Ending> Deployer::carry_out() {
  if (current_->release == 0) {
    enter(DeployState::resolving, "reading the configuration");
    Result<void> resolved;
    if (current_->copied_from == 0) {
      resolved = co_await resolve();
    } else {
      resolved = co_await resolve_rollback();
    }
    if (withdrawn_ || order_ == Order::cancel) co_return cancelled();
    if (!resolved) {
      co_return failed(resolved.error().message);
    }
  }
  if (nothing_to_do_) {
    Ending done = co_await await_nothing();
    co_return done;
  }
  if (is_live_) {
    keeper_.rollout().set_phase(decide::RolloutPhase::none);
    co_await tidy_up();
    co_return Ending();
  }
  switch (current_->state) {
    case DeployState::reverting: {
      Ending reverted = co_await revert(failure_on_record(), DeployState::reverted);
      co_return reverted;
    }
    case DeployState::paused: {
      Ending ended = co_await pause(failure_on_record());
      co_return ended;
    }
    case DeployState::rolling:
    case DeployState::watching:
      break;
    case DeployState::queued:
    case DeployState::resolving:
    case DeployState::fetching:
    case DeployState::gating:
    case DeployState::live:
    case DeployState::failed:
    case DeployState::reverted:
    case DeployState::cancelled:
    case DeployState::superseded: {
      Result<void> whole = co_await complete_record();
      if (withdrawn_ || order_ == Order::cancel) co_return cancelled();
      if (!whole) co_return failed(whole.error().message);
      std::optional<Ending> shut = co_await pass_gate();
      if (shut) co_return *shut;
      break;
    }
  }
  Result<void> begun = begin_rollout();
  if (!begun) {
    co_return failed(begun.error().message);
  }
  Ending ended = co_await roll();
  co_return ended;
}

runtime::Task<Result<std::map<std::string, ImageRecord>>> Deployer::find_images(
    std::shared_ptr<const Stack> stack) {
  enter(DeployState::fetching, "looking for images");
  auto report = [this](const std::string& service, const std::string& text) { say(service, text); };
  if (keeper_.has_release()) co_await name_again(edges_, stack, keeper_.state().desired.images, report);
  const Time until = edges_.clock.now() + engine_patience;
  using Found = Result<std::map<std::string, ImageRecord>>;
  std::optional<Found> images =
      co_await runtime::unless(until_given_up(), resolve_images(edges_, stack, rest_, report));
  while (images && !*images && images->error().kind == ErrorKind::unavailable && edges_.clock.now() < until) {
    say({}, "waiting for the engine: " + images->error().message);
    co_await runtime::sleep_for(edges_.clock, std::chrono::seconds(1));
    images = co_await runtime::unless(until_given_up(), resolve_images(edges_, stack, rest_, report));
  }
  if (!images) images = Found(Error{ErrorKind::conflict, "it was given up"});
  co_return *std::move(images);
}

// A pull may take its time: nobody who gives the deploy up waits for it.
runtime::Task<void> Deployer::until_given_up() {
  while (!withdrawn_ && order_ == Order::none) co_await round_bell_.wait();
}

runtime::Task<Result<decide::Preflight>> Deployer::look_around(std::shared_ptr<const Stack> stack) {
  const Time until = edges_.clock.now() + engine_patience;
  while (true) {
    PreflightRequest request;
    request.stack_name = current_->stack;
    request.stack = stack;
    request.fingerprints = current_->fingerprints;
    request.copied_from = current_->copied_from;
    Result<std::map<std::string, ImageRecord>> images = co_await look_up_images(edges_, stack, rest_);
    Result<decide::Preflight> found =
        images ? decide::Preflight() : Result<decide::Preflight>(images.error());
    if (images) {
      looked_different_ = differs(current_->canonical, *images);
      request.images = std::move(*images);
      found = co_await look_ahead(edges_, std::move(request));
    }
    const bool away = !found && found.error().kind == ErrorKind::unavailable && edges_.clock.now() < until;
    if (!away || withdrawn_ || order_ != Order::none) {
      if (found) {
        for (const std::string& warning : found->warnings) say({}, "warning: " + warning);
      }
      co_return found;
    }
    say({}, "waiting for the engine: " + found.error().message);
    co_await runtime::sleep_for(edges_.clock, std::chrono::seconds(1));
  }
}

Result<void> Deployer::refuse_obstacles(const decide::Preflight& found) const {
  if (found.obstacles.empty()) return {};
  return Error{ErrorKind::invalid, decide::obstacles_text(found.obstacles)};
}

runtime::Task<Result<void>> Deployer::resolve() {
  rest_.clear();
  Result<void> same_set = check_set();
  if (!same_set) co_return same_set;
  if (!current_->services.empty()) {
    Result<Completed> whole = with_rest_of_release(edges_.store, *current_, keeper_.record().current_release);
    if (!whole) co_return whole.error();
    current_->canonical = whole->canonical;
    current_->fingerprints = whole->fingerprints;
    rest_ = whole->images;
  }
  Result<std::shared_ptr<const Stack>> stack = bind_canonical(current_->canonical, current_->source);
  if (!stack) co_return stack.error();
  Result<decide::Preflight> found = co_await look_around(*stack);
  if (!found) co_return found.error();
  Result<void> clear = refuse_obstacles(*found);
  if (!clear && looked_different_) co_return clear;  // not even a pull
  if (withdrawn_ || order_ != Order::none) co_return Result<void>();
  Result<std::map<std::string, ImageRecord>> images = co_await find_images(*stack);
  if (!images) co_return images.error();
  if (withdrawn_ || order_ != Order::none) co_return Result<void>();
  Result<void> looked = co_await look_for_emptied_volumes();
  if (!looked) co_return looked;
  for (const std::string& volume : emptied_) say({}, emptied_volume_text(volume));
  if (!differs(current_->canonical, *images)) {
    nothing_to_do_ = true;
    current_->release = keeper_.record().current_release;
    Result<void> started = keeper_.orders().keep_deployed(scope());
    co_return started;
  }
  if (!clear) co_return clear;
  note_plan(*stack, *images);
  co_return record_release(*images);
}

// Its configuration has in it what `--set` gave before it was asked for. What was on its way then may have
// failed since, or others set something.
Result<void> Deployer::check_set() const {
  const std::int64_t number = keeper_.record().current_release;
  if (current_->source.set_before.empty() || number == 0) return {};
  Result<std::optional<Release>> release = edges_.store.release(keeper_.name(), number);
  if (!release || !*release) return {};
  if (set_fingerprint((*release)->source.set) == current_->source.set_before) return {};
  return Error{
      ErrorKind::conflict,
      "while it waited it became another thing what earlier deploys gave by --set: deploy again, so that "
      "release " +
          std::to_string(number) + " is what it starts from"};
}

// What it will do, as far as can be told now; goes into the record with the release.
void Deployer::note_plan(std::shared_ptr<const Stack> stack,
                         const std::map<std::string, ImageRecord>& images) {
  PlanInput input{current_->stack,        current_->canonical, std::move(stack), images, {},
                  current_->fingerprints, current_->source.set};
  input.jobs_are_done = current_->copied_from != 0;
  const StackKeeper* keeper = keeper_.has_release() ? &keeper_ : nullptr;
  if (keeper != nullptr) input.observed = keeper->state().observed;
  Result<PlanReport> plan = plan_deploy(edges_, keeper, std::move(input));
  if (plan) current_->plan = to_text(*plan);
}

Result<void> Deployer::record_release(const std::map<std::string, ImageRecord>& images) {
  Release release;
  release.stack = current_->stack;
  release.canonical = current_->canonical;
  release.images = images;
  release.source = current_->source;
  release.fingerprints = current_->fingerprints;
  release.copied_from = current_->copied_from;
  release.created_at = edges_.clock.wall();
  Result<std::int64_t> number = edges_.store.add_release(std::move(release), current_->id);
  if (!number) return number.error();
  current_->release = *number;
  return {};
}

// What belongs to a release beside its row in the store. A stackd that was killed in between does it again,
// from the beginning: nothing of it is relied upon before the release is current.
runtime::Task<Result<void>> Deployer::complete_record() {
  Result<void> kept = keep_contents();
  if (!kept) co_return kept;
  Result<std::optional<Release>> release = edges_.store.release(current_->stack, current_->release);
  if (!release) co_return release.error();
  if (*release) co_await tag_images(edges_, current_->stack, current_->release, (*release)->images);
  if (current_->copied_from == 0) co_return Result<void>();
  co_return count_jobs_as_done(edges_, *current_);
}

Result<void> Deployer::keep_contents() {
  if (edges_.kept == nullptr) return {};
  const bool copies = current_->copied_from != 0;
  const std::string to = KeptFiles::key_of(current_->release);
  edges_.kept->remove(current_->stack, to);
  Result<void> copied = edges_.kept->copy(current_->stack, current_->id, to);
  if (copied && copies)  // but for the secrets of today, if those were asked for
    copied = edges_.kept->copy(current_->stack, KeptFiles::key_of(current_->copied_from), to);
  if (!copied || copies || current_->former == 0) return copied;
  // What was not read for this deploy: of services that were not named, or not to be read.
  Result<std::optional<Release>> now = edges_.store.release(current_->stack, current_->release);
  Result<std::optional<Release>> former = edges_.store.release(current_->stack, current_->former);
  if (!now || !former || !*now || !*former) return {};
  return edges_.kept->copy(current_->stack, KeptFiles::key_of(current_->former), to,
                           unchanged_files((*now)->fingerprints, (*former)->fingerprints));
}

// A volume that is made anew has nothing in it of what the current release's jobs did.
runtime::Task<Result<void>> Deployer::look_for_emptied_volumes() {
  if (!keeper_.has_release()) co_return Result<void>();
  std::shared_ptr<const Stack> current = keeper_.state().desired.stack;
  Observed there;
  Result<void> observed = co_await observe_resources(edges_.engine, current, there);
  if (observed) emptied_ = keeper_.rollout().emptied_volumes(there);
  co_return observed;
}

bool Deployer::differs(const std::string& canonical, const std::map<std::string, ImageRecord>& images) const {
  if (!emptied_.empty()) return true;
  const std::int64_t number = keeper_.record().current_release;
  if (number == 0 || !keeper_.has_release()) return true;
  Result<std::optional<Release>> release = edges_.store.release(keeper_.name(), number);
  if (!release || !*release) return true;
  return differs_from(**release, canonical, images, current_->source.set) ||
         current_->fingerprints != (*release)->fingerprints;
}

// The gate.

runtime::Task<std::optional<Deployer::Ending>> Deployer::pass_gate() {
  const std::int64_t current = keeper_.record().current_release;
  if (current == 0 || current == current_->release || current_->copied_from != 0 || !current_->start)
    co_return std::nullopt;
  Result<decide::Desired> former = load(current, 0, decide::RolloutPhase::none, false);
  Result<decide::Desired> next = load(current_->release, 0, decide::RolloutPhase::none, false);
  if (!former) co_return std::nullopt;  // it makes no sense: this release mends that
  if (!next) co_return failed(next.error().message);
  decide::Desired view = gate_between(*former, *next);
  if (decide::is_gate_passed(view)) co_return std::nullopt;
  const Duration patience = next->stack->extension.deadline;
  enter(DeployState::gating, "release " + std::to_string(current_->release) + ": its jobs come first");
  const bool entered = keeper_.has_release() && keeper_.state().desired.phase == decide::RolloutPhase::gating;
  if (!entered) keeper_.rollout().enter_gate(std::move(view), scope(), *next->stack);
  Time deadline = edges_.clock.now() + patience;
  std::optional<Ending> shut;
  std::string waits_for;
  while (!withdrawn_) {
    const bool works = !decide::running_jobs(keeper_.state()).empty();
    if (works) deadline = edges_.clock.now() + patience;
    if (!shut && order_ == Order::cancel) shut = cancelled();
    if (!shut && keeper_.view().is_observed()) {
      if (decide::is_gate_passed(keeper_.state().desired)) co_return std::nullopt;
      shut = gate_failure();
    }
    if (!shut && edges_.clock.now() >= deadline)
      shut = failed("its jobs could not begin within " + to_human(patience));
    if (shut) keeper_.rollout().shut_gate();
    if (shut && keeper_.view().has_seen_all() && !waits_for_jobs(waits_for)) break;
    const Time until = shut ? edges_.clock.now() + patience : last_words_until(deadline);
    co_await round_bell_.wait_until(edges_.clock, until);
  }
  if (withdrawn_) co_return cancelled();
  Result<void> left = keeper_.rollout().leave_gate();
  if (!left) shut->cause += "; and " + left.error().message;
  co_return shut;
}

// What the deploy leaves down needs no job of this gate.
decide::Desired Deployer::gate_between(const decide::Desired& former, const decide::Desired& next) const {
  const bool up = keeper_.record().wish == StackWish::running;
  const decide::Wishes after = decide::wishes_after_deploy(keeper_.wishes(), *next.stack, scope(), up, {});
  return decide::gate_view(former, next, up, decide::left_down(after));
}

// A job that runs is ended by nobody but its own timeout. `said` is what was told of that last.
bool Deployer::waits_for_jobs(std::string& said) {
  const std::vector<std::string> jobs = decide::running_jobs(keeper_.state());
  if (jobs.empty()) return false;
  const std::string text = jobs.size() == 1 ? "waits for job " + jobs.front() + ", which still runs"
                                            : "waits for jobs " + join(jobs, ", ") + ", which still run";
  if (std::exchange(said, text) != text) say({}, text);
  return true;
}

std::optional<Deployer::Ending> Deployer::gate_failure() const {
  if (std::optional<Ending> job = failed_job()) return job;
  const std::string obstacle = decide::gate_obstacle(keeper_.state());
  if (!obstacle.empty()) return failed(obstacle);
  return std::nullopt;
}

std::optional<Deployer::Ending> Deployer::failed_job() const {
  const decide::State state = keeper_.state();
  for (const auto& [name, run] : state.desired.jobs) {
    if (run.state != JobState::failed) continue;
    if (run.last_words.empty() && edges_.clock.wall() - run.changed_at < last_words_patience)
      return std::nullopt;
    Ending ending = failed(name + " failed with exit code " + std::to_string(run.exit_code) +
                           decide::job_memory_words(state, run));
    ending.last_words = run.last_words;
    return ending;
  }
  return std::nullopt;
}

// A job that failed without having said a word rings no bell for them.
Time Deployer::last_words_until(Time until) const {
  const decide::State state = keeper_.state();
  for (const auto& [name, run] : state.desired.jobs) {
    const Duration left = last_words_patience - (edges_.clock.wall() - run.changed_at);
    const bool awaited = run.state == JobState::failed && run.last_words.empty() && left > Duration::zero();
    if (awaited) until = std::min(until, edges_.clock.now() + left);
  }
  return until;
}

}  // namespace stackd::daemon
