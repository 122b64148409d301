// What a deploy that went wrong leaves: the former release, or a pause for a person to decide in.
#include <algorithm>

#include "base/log.h"
#include "base/mutation.h"
#include "base/text.h"
#include "daemon/deploy/deploy.h"
#include "daemon/deploy/keep_release.h"
#include "daemon/deploy/rollback.h"
#include "daemon/deploy/variables_back.h"
#include "daemon/host/host_files.h"
#include "daemon/ledger/records.h"
#include "daemon/logs/last_words.h"
#include "decide/replace/gate.h"
#include "decide/replace/rollout_failure.h"
#include "decide/replace/settled.h"
#include "runtime/deadline.h"

namespace stackd::daemon {
namespace {

constexpr std::int64_t last_words_lines = 20;
/// What was put back may take so long to be ready before the deploy is called reverted all the same: it is
/// kept up then as ever, and a newer deploy need not wait any longer.
constexpr Duration revert_patience = std::chrono::minutes(2);

}  // namespace

// Only what was live is worth going back to.
bool Deployer::can_go_back() const {
  return current_->former != 0 && current_->former != current_->release && was_live(current_->former);
}

bool Deployer::was_live(std::int64_t number) const {
  Result<std::optional<Release>> release = edges_.store.release(current_->stack, number);
  return release && *release && (*release)->live_at;
}

Result<decide::Desired> Deployer::load(std::int64_t release, std::int64_t other, decide::RolloutPhase phase,
                                       bool goes_back) const {
  Result<decide::Desired> desired = load_desired(edges_.store, keeper_.name(), release);
  if (!desired || other == 0) return desired;
  Result<decide::Desired> former = load_desired(edges_.store, keeper_.name(), other);
  if (!former) return former;
  desired->former = std::make_shared<const decide::Desired>(std::move(*former));
  desired->phase = phase;
  desired->goes_back = goes_back;
  return desired;
}

// Before the keeper looks at anything: how far had the stackd before this one come?
void Deployer::continue_rollout(const Deploy& deploy) {
  const bool current = keeper_.record().current_release == deploy.release;
  std::optional<Result<decide::Desired>> desired;
  switch (deploy.state) {
    case DeployState::rolling:
    case DeployState::watching:
      if (current && can_go_back())
        desired = load(deploy.release, deploy.former, decide::RolloutPhase::rolling, deploy.copied_from != 0);
      break;
    case DeployState::paused:
      if (current && can_go_back())
        desired = load(deploy.release, deploy.former, decide::RolloutPhase::paused, deploy.copied_from != 0);
      break;
    case DeployState::reverting:
      if (!current) desired = load(deploy.former, deploy.release, decide::RolloutPhase::reverting, true);
      break;
    case DeployState::gating: {
      Result<decide::Desired> former = load(deploy.former, 0, decide::RolloutPhase::none, false);
      Result<decide::Desired> next = load(deploy.release, 0, decide::RolloutPhase::none, false);
      if (former && next) keeper_.rollout().enter_gate(gate_between(*former, *next), scope(), *next->stack);
      break;
    }
    case DeployState::queued:
    case DeployState::resolving:
    case DeployState::fetching:
    case DeployState::live:
    case DeployState::failed:
    case DeployState::reverted:
    case DeployState::cancelled:
    case DeployState::superseded:
      break;
  }
  if (!desired) return;
  if (*desired) {
    keeper_.rollout().resume_rollout(std::move(**desired));
  } else {
    log(LogLevel::error, LogSubject{deploy.stack, {}, deploy.release}, desired->error().message);
  }
}

// A stackd that was killed between the two: the release is live, only its deploy does not say so yet.
bool Deployer::was_made_live(const Deploy& deploy) const {
  const bool rolls = deploy.state == DeployState::rolling || deploy.state == DeployState::watching;
  return rolls && deploy.release != deploy.former && keeper_.record().current_release == deploy.release &&
         was_live(deploy.release);
}

Deployer::Ending Deployer::failure_on_record() const {
  Ending failure = failed(current_->cause);
  failure.last_words = current_->last_words;
  return failure;
}

runtime::Task<Deployer::Ending> Deployer::fail(Ending failure) {
  if (!failure.container_id.empty())
    failure.last_words = co_await last_words_of(edges_.engine, failure.container_id, last_words_lines);
  if (withdrawn_ || !can_go_back() || mutated("failed-releases-stay") ||
      keeper_.record().current_release != current_->release) {
    keeper_.rollout().set_phase(decide::RolloutPhase::none);
    co_return failure;
  }
  const bool asked = failure.state == DeployState::cancelled;
  Ending ended;
  const std::string why = asked ? std::string() : why_pause(failure);
  if (!why.empty()) {
    failure.cause += "; " + why;
    ended = co_await pause(std::move(failure));
  } else {
    ended = co_await revert(std::move(failure), asked ? DeployState::cancelled : DeployState::reverted);
  }
  co_return ended;
}

// A migration that can't be undone has succeeded, or the file asks for a pause; "" when neither holds.
std::string Deployer::why_pause(const Ending& failure) const {
  const decide::State state = keeper_.state();
  for (const auto& [name, service] : state.desired.stack->services) {
    const bool ran = decide::job_state(state, name) == JobState::succeeded && current_->copied_from == 0;
    if (!service.extension.migration_reversible && ran)
      return name +
             " has run and can't be undone (migration: {reversible: false}): what ran before may not "
             "understand its data";
  }
  const bool asked = std::any_of(
      failure.services.begin(), failure.services.end(),
      [&](const std::string& name) { return decide::failure_action(state, name) == FailureAction::pause; });
  return asked ? "failure_action says pause" : "";
}

runtime::Task<Deployer::Ending> Deployer::pause(Ending failure) {
  current_->cause = failure.cause;
  current_->last_words = failure.last_words;
  keeper_.rollout().set_phase(decide::RolloutPhase::paused);
  enter(DeployState::paused,
        failure.cause + "; it is paused: `stackctl resume`, `stackctl rollback` or `stackctl cancel`");
  auto feed = feeds_.find(current_->id);
  if (feed != feeds_.end()) feed->second->close();
  while (!withdrawn_ && order_ == Order::none) co_await round_bell_.wait();
  if (withdrawn_) co_return cancelled();
  const Order order = std::exchange(order_, Order::none);
  open_feed(current_->id);
  Ending ended;
  if (order == Order::resume) {
    keeper_.rollout().forget_failures();
    keeper_.rollout().set_phase(decide::RolloutPhase::rolling);
    enter(DeployState::rolling, "resumed");
    ended = co_await roll();
  } else {
    const bool cancels = order == Order::cancel;
    ended = co_await revert(std::move(failure), cancels ? DeployState::cancelled : DeployState::reverted);
  }
  co_return ended;
}

runtime::Task<Deployer::Ending> Deployer::revert(Ending failure, DeployState as) {
  current_->cause = failure.cause;
  current_->last_words = failure.last_words;
  enter(DeployState::reverting,
        failure.cause + "; release " + std::to_string(current_->former) + " is put back");
  if (keeper_.record().current_release != current_->former) {
    Result<decide::Desired> former =
        load(current_->former, current_->release, decide::RolloutPhase::reverting, true);
    if (!former) {
      keeper_.rollout().set_phase(decide::RolloutPhase::none);
      failure.cause += "; and it can't be put back: " + former.error().message;
      co_return failure;
    }
    former->host_files = co_await look_at_host_files(edges_, former->stack);
    if (!withdrawn_) {
      keeper_.files().note_host_files(former->host_files);
      keeper_.rollout().go_back(std::move(*former));
      store_current();
    }
  }
  const Time deadline = edges_.clock.now() + revert_patience;
  while (!withdrawn_ && edges_.clock.now() < deadline) {
    if (keeper_.view().is_observed() && decide::is_settled(keeper_.state())) break;
    co_await round_bell_.wait_until(edges_.clock, deadline);
  }
  keeper_.rollout().set_phase(decide::RolloutPhase::none);
  co_await tidy_up();
  if (edges_.clock.now() >= deadline)
    failure.cause += "; release " + std::to_string(current_->former) + " is put back, but not ready yet";
  failure.state = as;
  co_return failure;
}

// Rollback.

void Deployer::roll_back_paused(const RollbackRequest& request) {
  order_ = Order::roll_back;
  order_cause_ = request.user + " rolled it back";
  round_bell_.ring();
}

Result<std::string> Deployer::enqueue_rollback(const RollbackRequest& request) {
  const bool paused = current_ && current_->state == DeployState::paused;
  if (paused && (!request.to || *request.to == current_->former)) {
    if (request.current_environment)
      return Error{
          ErrorKind::conflict,
          "deploy " + current_->id +
              " is paused, and what ran before it is put back as it was; --current-env is possible after "
              "`stackctl cancel`, or with --to"};
    roll_back_paused(request);
    return current_->id;
  }
  Result<std::int64_t> target = rollback_target(request);
  if (!target) return target.error();
  Result<std::optional<Release>> release = edges_.store.release(keeper_.name(), *target);
  if (!release) return release.error();
  Deploy deploy;
  deploy.stack = keeper_.name();
  deploy.kind = "rollback";
  deploy.copied_from = *target;
  deploy.canonical = (*release)->canonical;
  deploy.source = (*release)->source;
  deploy.source.kind = "rollback";
  deploy.source.set_before.clear();
  deploy.source.user = request.user;
  deploy.fingerprints = (*release)->fingerprints;
  std::map<std::string, std::string> secrets;
  if (request.current_environment) {
    Result<std::map<std::string, std::string>> kept = take_current_environment(deploy);
    if (!kept) return kept.error();
    secrets = *std::move(kept);
  }
  Result<std::string> id = accept(std::move(deploy), secrets);
  if (id && request.force) forced_.insert(*id);
  if (id && paused) roll_back_paused(request);  // it is this one's turn then
  return id;
}

// What was live before. While a deploy is on its way that is the release that is current still, whatever
// becomes of the deploy until it is the rollback's turn.
Result<std::int64_t> Deployer::rollback_target(const RollbackRequest& request) const {
  const std::int64_t current = keeper_.record().current_release;
  const bool comes = is_on_its_way() && current_->release != current && current != 0;
  if (comes && !request.to) {
    Result<std::optional<Release>> release = edges_.store.release(keeper_.name(), current);
    if (!release) return release.error();
    const bool was_live = *release && (*release)->live_at;
    if (was_live && !request.force) {
      Result<void> reversible = check_reversible(edges_.store, keeper_.name(), current);
      if (!reversible) return reversible.error();
    }
    if (was_live) return current;
  }
  return find_rollback_target(edges_.store, keeper_.record(), request);
}

// The contents of the secrets that it now has.
Result<std::map<std::string, std::string>> Deployer::take_current_environment(Deploy& deploy) const {
  Result<BoundRelease> now = load_bound(edges_.store, keeper_.name(), keeper_.record().current_release);
  if (!now) return now.error();
  Result<std::shared_ptr<const Stack>> target = bind_canonical(deploy.canonical, deploy.source);
  if (!target) return target.error();
  Result<std::string> mixed = with_environment_of(deploy.canonical, now->release.canonical);
  if (!mixed) return mixed.error();
  deploy.canonical = *std::move(mixed);
  deploy.fingerprints =
      with_secrets_of({**target, deploy.fingerprints}, {*now->stack, now->release.fingerprints});
  std::map<std::string, std::string> contents;
  if (edges_.kept != nullptr) contents = kept_secrets(*edges_.kept, *now->stack, now->release.number);
  return contents;
}

// By name, never by value: a log may be read by more people than the file.
void Deployer::tell_what_changes_back(const Stack& stack) {
  Result<BoundRelease> now = load_bound(edges_.store, keeper_.name(), keeper_.record().current_release);
  if (!now) return;
  const ChangesBack changes =
      changes_back({*now->stack, now->release.fingerprints}, {stack, current_->fingerprints});
  for (const auto& [service, variables] : changes.variables)
    say(service, "variables that change back: " + join(variables, ", "));
  if (!changes.secrets.empty()) say({}, "secrets that change back: " + join(changes.secrets, ", "));
}

// What the next deploy takes over, also where the containers keep today's environment.
void Deployer::tell_what_is_set_back() {
  Result<BoundRelease> now = load_bound(edges_.store, keeper_.name(), keeper_.record().current_release);
  if (!now) return;
  const std::map<std::string, std::string>& today = now->release.source.set;
  const std::map<std::string, std::string>& then = current_->source.set;
  const std::vector<std::string> names = differing({today.begin(), today.end()}, {then.begin(), then.end()});
  if (!names.empty())
    say({}, "set again as they were, for the next deploy: " + join(names, ", ") + "; --set says otherwise");
}

// From the record alone: no file is read, no tag is followed.
runtime::Task<Result<void>> Deployer::resolve_rollback() {
  Result<std::optional<Release>> release = edges_.store.release(current_->stack, current_->copied_from);
  if (!release) co_return release.error();
  if (!*release) {
    Error gone{ErrorKind::not_found, "release " + std::to_string(current_->copied_from) + " is gone"};
    co_return gone;
  }
  if (!forced_.erase(current_->id)) {  // what was on its way when it was asked for may have run one since
    Result<void> reversible = check_reversible(edges_.store, current_->stack, current_->copied_from);
    if (!reversible) co_return reversible;
  }
  Result<std::shared_ptr<const Stack>> stack = bind_canonical(current_->canonical, current_->source);
  if (!stack) co_return stack.error();
  Result<decide::Preflight> found = co_await look_around(*stack);
  if (!found) co_return found.error();
  Result<void> clear = refuse_obstacles(*found);
  if (!clear || withdrawn_ || order_ != Order::none) co_return clear;
  enter(DeployState::fetching, "looking for the images of release " + std::to_string(current_->copied_from));
  auto report = [this](const std::string& service, const std::string& text) { say(service, text); };
  const std::map<std::string, ImageRecord> images = (*release)->images;
  std::optional<Result<void>> there =
      co_await runtime::unless(until_given_up(), bring_back_images(edges_, images, report));
  if (!there || withdrawn_ || order_ != Order::none) co_return Result<void>();
  if (!*there) co_return *there;
  if (!differs(current_->canonical, images)) {
    nothing_to_do_ = true;
    current_->release = keeper_.record().current_release;
    Result<void> started = keeper_.orders().keep_deployed(scope());
    co_return started;
  }
  std::map<std::string, std::string> host_files = co_await look_at_host_files(edges_, *stack);
  if (withdrawn_ || order_ != Order::none) co_return Result<void>();
  keeper_.files().note_host_files(host_files);
  tell_what_changes_back(**stack);
  tell_what_is_set_back();
  note_plan(*stack, images);
  co_return record_release(images);
}

}  // namespace stackd::daemon
