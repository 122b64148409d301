#include "daemon/deploy.h"

#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "daemon/canonical.h"
#include "daemon/images.h"
#include "daemon/plan_deploy.h"
#include "daemon/records.h"
#include "decide/explain.h"
#include "decide/reconcile.h"

namespace stackd::daemon {
namespace {

constexpr std::size_t progress_max = 2'000;
constexpr std::size_t feeds_max = 16;
constexpr std::size_t id_digits = 12;
/// An engine call that failed so often in a row ends the deploy.
constexpr std::int64_t step_failures_max = 3;
constexpr Duration engine_patience = std::chrono::minutes(10);
constexpr Duration last_words_patience = std::chrono::seconds(2);

}  // namespace

Deployer::Deployer(Edges edges, StackKeeper& keeper)
    : edges_(edges), keeper_(keeper), tasks_(edges.executor, runtime::log_bug) {
  keeper_.on_round([this] { round_bell_.ring(); });
  keeper_.on_fact([this](const decide::Fact& fact) {
    if (current_) say(fact.service, fact.sentence);
  });
}

void Deployer::start(std::vector<Deploy> unfinished) {
  for (Deploy& deploy : unfinished) {
    open_feed(deploy.id);
    if (waiting_)
      drop(std::move(*waiting_), DeployState::superseded, "a newer deploy was waiting when stackd started");
    waiting_ = std::move(deploy);
  }
  tasks_.spawn("deploys of " + keeper_.name(), run());
  queue_bell_.ring();
}

runtime::Task<void> Deployer::stop() {
  co_await tasks_.stop();
}

Result<std::string> Deployer::enqueue(const DeployRequest& request) {
  Deploy deploy;
  deploy.id = edges_.random.hex_id(id_digits);
  deploy.stack = request.stack;
  deploy.kind = "deploy";
  deploy.former = keeper_.record().current_release;
  deploy.canonical = request.canonical;
  deploy.source = request.source;
  deploy.services = request.services;
  deploy.start = request.start;
  deploy.requested_at = edges_.clock.wall();
  Result<void> stored = edges_.store.put_deploy(deploy);
  if (!stored) return stored.error();
  open_feed(deploy.id);
  if (waiting_)
    drop(std::move(*waiting_), DeployState::superseded, "deploy " + deploy.id + " came while it waited");
  std::string id = deploy.id;
  waiting_ = std::move(deploy);
  queue_bell_.ring();
  return id;
}

bool Deployer::withdraw(const std::string& cause) {
  const bool any = waiting_ || current_;
  if (waiting_) drop(std::move(*waiting_), DeployState::cancelled, cause);
  waiting_.reset();
  if (current_ && !withdrawn_) {
    withdrawn_ = cause;
    Deploy given_up = *current_;
    store_end(given_up, DeployState::cancelled, cause);
    round_bell_.ring();
  }
  return any;
}

std::shared_ptr<Feed<DeployProgress>> Deployer::open_feed(const std::string& deploy_id) {
  auto feed = std::make_shared<Feed<DeployProgress>>(progress_max);
  feeds_[deploy_id] = feed;
  feed_order_.push_back(deploy_id);
  while (feed_order_.size() > feeds_max) {
    feeds_.erase(feed_order_.front());
    feed_order_.pop_front();
  }
  return feed;
}

void Deployer::drop(Deploy deploy, DeployState state, const std::string& cause) {
  store_end(deploy, state, cause);
  auto feed = feeds_.find(deploy.id);
  if (feed == feeds_.end()) return;
  feed->second->publish({edges_.clock.wall(), state, {}, cause});
  feed->second->close();
}

OpenedStream<DeployProgress> Deployer::follow(const std::string& deploy_id) {
  auto feed = feeds_.find(deploy_id);
  if (feed != feeds_.end()) return feed->second->open(true);
  Feed<DeployProgress> past(1);
  Result<std::optional<Deploy>> deploy = edges_.store.deploy(deploy_id);
  if (!deploy) return deploy.error();
  if (!*deploy) return Error{ErrorKind::not_found, "there is no deploy " + deploy_id};
  const Deploy& found = **deploy;
  past.publish({found.ended_at.value_or(found.requested_at), found.state, {}, found.cause});
  past.close();
  return past.open(true);
}

runtime::Task<void> Deployer::run() {
  while (true) {
    co_await queue_bell_.wait();
    while (waiting_) {
      current_ = std::move(waiting_);
      waiting_.reset();
      co_await run_deploy();
      current_.reset();
    }
  }
}

runtime::Task<void> Deployer::run_deploy() {
  nothing_to_do_ = false;
  withdrawn_.reset();
  Result<void> outcome = co_await carry_out();
  if (withdrawn_) {
    finish(DeployState::cancelled, *withdrawn_);
  } else if (outcome) {
    finish(DeployState::live, nothing_to_do_ ? "nothing to do" : "");
  } else {
    finish(DeployState::failed, outcome.error().message);
  }
}

runtime::Task<Result<void>> Deployer::carry_out() {
  if (current_->release == 0) {
    enter(DeployState::resolving, "reading the configuration");
    Result<void> resolved = co_await resolve();
    if (!resolved) co_return resolved;
  } else if (keeper_.record().current_release != current_->release) {  // killed between the two
    Result<decide::Desired> desired = load_desired(edges_.store, current_->stack, current_->release);
    if (!desired) co_return desired.error();
    Result<void> made = keeper_.make_current(std::move(*desired), current_->start);
    if (!made) co_return made;
  }
  if (withdrawn_) co_return Result<void>();
  enter(DeployState::rolling,
        nothing_to_do_ ? "nothing to do" : "release " + std::to_string(current_->release));
  Result<void> outcome = co_await await_outcome();
  if (!outcome || withdrawn_) co_return outcome;
  Result<void> live = keeper_.note_live();
  co_return live;
}

runtime::Task<Result<void>> Deployer::resolve() {
  if (!current_->services.empty()) {
    Result<std::string> merged =
        with_rest_of_release(edges_.store, *current_, keeper_.record().current_release);
    if (!merged) co_return merged.error();
    current_->canonical = *merged;
  }
  Result<std::shared_ptr<const Stack>> stack = bind_canonical(current_->canonical, current_->source);
  if (!stack) co_return stack.error();
  enter(DeployState::fetching, "looking for images");
  auto report = [this](const std::string& service, const std::string& text) { say(service, text); };
  const Time until = edges_.clock.now() + engine_patience;
  Result<std::map<std::string, ImageRecord>> images = co_await resolve_images(edges_, *stack, report);
  while (!images && !withdrawn_ && images.error().kind == ErrorKind::unavailable &&
         edges_.clock.now() < until) {
    say({}, "waiting for the engine: " + images.error().message);
    co_await runtime::sleep_for(edges_.clock, std::chrono::seconds(1));
    images = co_await resolve_images(edges_, *stack, report);
  }
  if (!images) co_return images.error();
  Result<void> external = co_await check_external(edges_, *stack);
  if (!external || withdrawn_) co_return external;
  if (!differs(current_->canonical, *images)) {
    nothing_to_do_ = true;
    current_->release = keeper_.record().current_release;
    Result<void> started = keeper_.start_deployed();
    co_return started;
  }
  Release release;
  release.stack = current_->stack;
  release.canonical = current_->canonical;
  release.images = *images;
  release.source = current_->source;
  release.created_at = edges_.clock.wall();
  Result<std::int64_t> number = edges_.store.add_release(std::move(release), current_->id);
  if (!number) co_return number.error();
  current_->release = *number;
  Result<decide::Desired> desired = load_desired(edges_.store, current_->stack, *number);
  if (!desired) co_return desired.error();
  co_return keeper_.make_current(std::move(*desired), current_->start);
}

bool Deployer::differs(const std::string& canonical, const std::map<std::string, ImageRecord>& images) const {
  const std::int64_t number = keeper_.record().current_release;
  if (number == 0 || !keeper_.has_release()) return true;
  Result<std::optional<Release>> release = edges_.store.release(keeper_.name(), number);
  if (!release || !*release) return true;
  return differs_from(**release, canonical, images);
}

runtime::Task<Result<void>> Deployer::await_outcome() {
  const Time deadline = edges_.clock.now() + keeper_.state().desired.stack->extension.deadline;
  while (!withdrawn_) {
    if (keeper_.is_observed()) {
      const decide::State state = keeper_.state();
      if (decide::is_settled(state)) co_return Result<void>();
      std::optional<Error> failed = failure();
      if (failed) co_return *failed;
    }
    const bool rung = co_await round_bell_.wait_until(edges_.clock, deadline);
    if (!rung) {
      Error late{ErrorKind::timeout,
                 "not live after " + to_human(keeper_.state().desired.stack->extension.deadline)};
      co_return late;
    }
  }
  co_return Result<void>();
}

std::optional<Error> Deployer::failure() const {
  const decide::State state = keeper_.state();
  for (const auto& [name, run] : state.desired.jobs) {
    if (run.state != JobState::failed) continue;
    if (run.last_words.empty() && edges_.clock.wall() - run.changed_at < last_words_patience)
      return std::nullopt;
    return Error{ErrorKind::invalid,
                 name + " failed with exit code " + std::to_string(run.exit_code) +
                     (run.last_words.empty() ? "" : "; its last words:\n" + run.last_words)};
  }
  for (const auto& [name, service] : state.desired.stack->services) {
    const decide::Explanation explanation = decide::explain(state, service);
    if (explanation.state == ServiceState::crash_looping) {
      return Error{ErrorKind::invalid, name + " is crash-looping: " + explanation.why};
    }
    const ObservedContainer* container = decide::occupant(state, service, 1);
    if (explanation.state == ServiceState::ended && container != nullptr && container->exit_code != 0) {
      return Error{ErrorKind::invalid, name + " stays down: " + explanation.why};
    }
  }
  for (const auto& [resource, failed] : state.memory.failed_steps) {
    if (failed.failures >= step_failures_max) return Error{ErrorKind::invalid, failed.error};
  }
  return std::nullopt;
}

void Deployer::enter(DeployState state, const std::string& text) {
  current_->state = state;
  store_deploy(*current_);
  say({}, text);
}

void Deployer::finish(DeployState state, const std::string& cause) {
  store_end(*current_, state, cause);
  const LogLevel level = state == DeployState::failed ? LogLevel::error : LogLevel::info;
  log(level, LogSubject{current_->stack, {}, current_->release},
      "deploy " + current_->id + " is " + std::string(to_string(state)) +
          (cause.empty() ? "" : ": " + cause));
  say({}, cause);
  auto feed = feeds_.find(current_->id);
  if (feed != feeds_.end()) feed->second->close();
}

void Deployer::store_end(Deploy& deploy, DeployState state, const std::string& cause) {
  deploy.state = state;
  deploy.cause = cause;
  deploy.ended_at = edges_.clock.wall();
  store_deploy(deploy);
}

void Deployer::store_deploy(const Deploy& deploy) {
  Result<void> stored = edges_.store.put_deploy(deploy);
  if (!stored) log(LogLevel::error, LogSubject{deploy.stack}, stored.error().message);
}

void Deployer::say(const std::string& service, const std::string& text) {
  auto feed = feeds_.find(current_->id);
  if (feed != feeds_.end()) feed->second->publish({edges_.clock.wall(), current_->state, service, text});
}

}  // namespace stackd::daemon
