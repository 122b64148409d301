#include "daemon/deploy/deploy.h"

#include <algorithm>

#include "base/check.h"
#include "base/log.h"
#include "base/mutation.h"
#include "daemon/deploy/canonical.h"
#include "daemon/deploy/keep_release.h"
#include "daemon/ledger/records.h"
#include "decide/deploy/machine.h"

namespace stackd::daemon {
namespace {

constexpr std::size_t progress_max = 2'000;
constexpr std::size_t feeds_max = 16;
constexpr std::size_t id_digits = 12;

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
    const bool begun = deploy.release != 0;
    if (begun && !current_) {
      current_ = std::move(deploy);
      continue_rollout(*current_);
      is_live_ = was_made_live(*current_);
      continue;
    }
    if (waiting_)
      drop(std::move(*waiting_), DeployState::superseded, "a newer deploy was waiting when stackd started");
    waiting_ = std::move(deploy);
  }
  tasks_.spawn("deploys of " + keeper_.name(), run());
  queue_bell_.ring();
}

runtime::Task<void> Deployer::stop() {
  co_await tasks_.stop();
  if (current_ && withdrawn_) {
    current_->state = DeployState::cancelled;
    say({}, *withdrawn_);
  }
  for (const auto& [id, feed] : feeds_) feed->close();
}

Result<std::string> Deployer::enqueue(const DeployRequest& request) {
  Deploy deploy;
  deploy.stack = request.stack;
  deploy.kind = "deploy";
  deploy.canonical = request.canonical;
  deploy.source = request.source;
  deploy.services = request.services;
  deploy.start = request.start;
  MountedFiles files = request.files;
  const std::vector<std::string> warnings =
      take_over_unreadable(files, edges_.store, request, keeper_.record().current_release);
  // Whatever becomes of the deploy: that is what the host has now.
  keeper_.files().note_host_files(files_by_service(files.fingerprints));
  files = files_of_named(std::move(files), request.canonical, request.services);
  deploy.fingerprints = files.fingerprints;
  Result<std::string> id = accept(std::move(deploy), files.contents);
  if (id) {
    for (const std::string& warning : warnings)
      feeds_[*id]->publish({edges_.clock.wall(), DeployState::queued, {}, "warning: " + warning});
  }
  return id;
}

Result<std::string> Deployer::accept(Deploy deploy, const std::map<std::string, std::string>& contents) {
  deploy.id = edges_.random.hex_id(id_digits);
  if (edges_.kept != nullptr) {
    Result<void> kept = edges_.kept->put(deploy.stack, deploy.id, contents);
    if (!kept) {
      edges_.kept->remove(deploy.stack, deploy.id);
      return kept.error();
    }
  }
  deploy.former = keeper_.record().current_release;
  deploy.requested_at = edges_.clock.wall();
  Result<void> stored = edges_.store.put_deploy(deploy);
  if (!stored) {  // nobody would ever take them away
    if (edges_.kept != nullptr) edges_.kept->remove(deploy.stack, deploy.id);
    return stored.error();
  }
  auto feed = open_feed(deploy.id);
  if (current_)
    feed->publish({deploy.requested_at,
                   DeployState::queued,
                   {},
                   "waits for deploy " + current_->id + ", which is " +
                       std::string(to_string(current_->state)) + "; `stackctl cancel` gives that one up"});
  if (waiting_)
    drop(std::move(*waiting_), DeployState::superseded, "deploy " + deploy.id + " came while it waited");
  std::string id = deploy.id;
  waiting_ = std::move(deploy);
  queue_bell_.ring();
  return id;
}

Result<bool> Deployer::withdraw(const std::string& cause) {
  if (!waiting_ && !is_on_its_way()) return false;
  Result<void> noted = note(is_on_its_way() ? *current_ : *waiting_, "given up: " + cause);
  if (!noted) return noted.error();
  if (waiting_) drop(std::move(*waiting_), DeployState::cancelled, cause);
  waiting_.reset();
  if (!is_on_its_way() || withdrawn_) return true;
  withdrawn_ = cause;
  if (current_->state == DeployState::gating) {
    Result<void> left = keeper_.rollout().leave_gate();
    if (!left) log(LogLevel::error, LogSubject{current_->stack}, left.error().message);
  } else if (can_go_back() && keeper_.record().current_release == current_->release) {
    Result<decide::Desired> former = load(current_->former, 0, decide::RolloutPhase::none, false);
    if (former) {
      keeper_.rollout().go_back(std::move(*former));
      store_current();
    } else {
      log(LogLevel::error, LogSubject{current_->stack}, former.error().message);
    }
  } else {
    keeper_.rollout().set_phase(decide::RolloutPhase::none);
  }
  Deploy given_up = *current_;
  store_end(given_up, Ending(DeployState::cancelled, cause));
  round_bell_.ring();
  return true;
}

Result<void> Deployer::cancel(const std::string& cause) {
  if (!is_on_its_way() && !waiting_) return Error{ErrorKind::conflict, "no deploy is on its way"};
  if (!is_on_its_way()) {
    drop(std::move(*waiting_), DeployState::cancelled, cause);
    waiting_.reset();
    return {};
  }
  if (current_->state == DeployState::reverting)
    return Error{ErrorKind::conflict, "deploy " + current_->id + " is being reverted already"};
  order_ = Order::cancel;
  order_cause_ = cause;
  round_bell_.ring();
  return {};
}

Result<void> Deployer::resume() {
  if (!current_ || current_->state != DeployState::paused)
    return Error{ErrorKind::conflict, "no deploy of " + keeper_.name() + " is paused"};
  order_ = Order::resume;
  round_bell_.ring();
  return {};
}

std::shared_ptr<Feed<DeployProgress>> Deployer::open_feed(const std::string& deploy_id) {
  auto feed = std::make_shared<Feed<DeployProgress>>(progress_max);
  if (feeds_.count(deploy_id) == 0) feed_order_.push_back(deploy_id);
  feeds_[deploy_id] = feed;
  const auto is_over = [this](const std::string& id) {
    return (!current_ || current_->id != id) && (!waiting_ || waiting_->id != id);
  };
  while (feed_order_.size() > feeds_max) {
    const auto oldest = std::find_if(feed_order_.begin(), std::prev(feed_order_.end()), is_over);
    if (oldest == std::prev(feed_order_.end())) break;
    feeds_.at(*oldest)->close();
    feeds_.erase(*oldest);
    feed_order_.erase(oldest);
  }
  return feed;
}

void Deployer::drop(Deploy deploy, DeployState state, const std::string& cause) {
  store_end(deploy, Ending(state, cause));
  if (edges_.kept != nullptr) edges_.kept->remove(deploy.stack, deploy.id);
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
    while (current_ || waiting_) {
      if (!current_) current_ = std::exchange(waiting_, std::nullopt);
      const std::string stack = current_->stack;
      const bool live = co_await run_deploy();
      current_.reset();
      withdrawn_.reset();
      is_live_ = false;
      order_ = Order::none;
      if (live && keeper_.has_release()) co_await let_old_ones_go(stack);
    }
  }
}

runtime::Task<void> Deployer::let_old_ones_go(std::string stack) {
  const std::int64_t keep = keeper_.state().desired.stack->extension.releases_keep;
  std::set<std::int64_t> mounted = keeper_.files().releases_mounted();
  co_await prune_releases(edges_, std::move(stack), keeper_.record().current_release, keep,
                          std::move(mounted));
}

runtime::Task<bool> Deployer::run_deploy() {
  nothing_to_do_ = false;
  emptied_.clear();
  if (current_->release == 0) current_->former = keeper_.record().current_release;
  Ending ending;
  if (!withdrawn_) ending = co_await carry_out();
  if (withdrawn_) ending = Ending(DeployState::cancelled, *withdrawn_);
  if (keeper_.has_release() && keeper_.state().desired.phase == decide::RolloutPhase::gating) {
    Result<void> left = keeper_.rollout().leave_gate();
    if (!left) log(LogLevel::error, LogSubject{current_->stack}, left.error().message);
  }
  finish(ending);
  co_return ending.state == DeployState::live;
}

void Deployer::enter(DeployState state, const std::string& text) {
  STACKD_CHECK(decide::may_follow(current_->state, state));
  current_->state = state;
  store_deploy(*current_);
  const std::string because = text.empty() ? "" : ": " + text;
  static_cast<void>(note(*current_, std::string(to_string(state)) + because).ok());
  say({}, text);
}

Result<void> Deployer::note(const Deploy& deploy, const std::string& is, LogLevel level) {
  JournalEntry entry;
  entry.release = deploy.release;
  entry.deploy_id = deploy.id;
  entry.kind = "deploy";
  entry.text = "deploy " + deploy.id + " is " + is;
  return keeper_.journal().note(std::move(entry), level);
}

void Deployer::finish(const Ending& ending) {
  store_end(*current_, ending);
  if (edges_.kept != nullptr) edges_.kept->remove(current_->stack, current_->id);
  const bool well = ending.state == DeployState::live || ending.state == DeployState::cancelled;
  const std::string because = ending.cause.empty() ? "" : ": " + ending.cause;
  static_cast<void>(
      note(*current_, std::string(to_string(ending.state)) + because, well ? LogLevel::info : LogLevel::error)
          .ok());
  say({}, ending.cause + (ending.last_words.empty() ? "" : "; its last words:\n" + ending.last_words));
  auto feed = feeds_.find(current_->id);
  if (feed != feeds_.end()) feed->second->close();
}

void Deployer::store_end(Deploy& deploy, const Ending& ending) {
  STACKD_CHECK(decide::may_follow(deploy.state, ending.state));
  deploy.state = ending.state;
  deploy.cause = ending.cause;
  deploy.last_words = ending.last_words;
  deploy.ended_at = edges_.clock.wall();
  if (mutated("a-full-disk-loses-the-end")) return static_cast<void>(edges_.store.put_deploy(deploy).ok());
  store_deploy(deploy);
}

void Deployer::store_deploy(const Deploy& deploy) {
  keeper_.late().put("deploy " + deploy.id, "deploy " + deploy.id,
                     [&store = edges_.store, deploy] { return store.put_deploy(deploy); });
}

void Deployer::store_current() {
  keeper_.late().put("current", "which release is current",
                     [&keeper = keeper_] { return keeper.rollout().store_current(); });
}

void Deployer::say(const std::string& service, const std::string& text) {
  auto feed = feeds_.find(current_->id);
  if (feed != feeds_.end()) feed->second->publish({edges_.clock.wall(), current_->state, service, text});
}

}  // namespace stackd::daemon
