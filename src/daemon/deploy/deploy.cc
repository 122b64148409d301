#include "daemon/deploy/deploy.h"

#include <utility>

#include "base/log.h"
#include "daemon/deploy/deploy_record.h"
#include "daemon/deploy/keep_release.h"
#include "decide/deploy/turns.h"

namespace stackd::daemon {

using decide::DeployEvent;

Deployer::Deployer(Edges edges, StackKeeper& keeper)
    : edges_(edges), keeper_(keeper), tasks_(edges.executor, runtime::log_bug) {
  keeper_.on_round([this] {
    if (current_) current_->wake();
  });
  keeper_.on_fact([this](const decide::Fact& fact) {
    if (current_) current_->say(fact.service, fact.sentence);
  });
}

void Deployer::start(std::vector<Deploy> unfinished) {
  for (Deploy& deploy : unfinished) {
    feeds_.open(deploy.id);
    if (deploy.release != 0 && !current_) {
      begin(std::move(deploy));
      current_->pick_up();
      continue;
    }
    wait_in_line(std::move(deploy), "a newer deploy was waiting when stackd started");
  }
  tasks_.spawn("deploys of " + keeper_.name(), run());
  bell_.ring();
}

runtime::Task<void> Deployer::stop() {
  co_await tasks_.stop();
  if (current_) current_->tell_withdrawn();
  feeds_.close_all();
}

// One of which nothing but the wish is recorded begins again, however far it was.
void Deployer::begin(Deploy deploy) {
  if (deploy.release == 0) deploy.state = DeployState::queued;
  const bool is_forced = forced_.erase(deploy.id) > 0;
  current_ = std::make_unique<Attempt>(edges_, keeper_, tasks_, feeds_, std::move(deploy), is_forced);
}

runtime::Task<void> Deployer::run() {
  while (true) {
    co_await bell_.wait();
    while (current_ || !waiting_.empty()) {
      if (!current_) {
        Deploy next = std::move(waiting_.front());
        waiting_.pop_front();
        begin(std::move(next));
      }
      const std::string stack = current_->deploy().stack;
      const bool live = co_await current_->run();
      current_.reset();
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

Result<bool> Deployer::withdraw(const std::string& cause) {
  if (waiting_.empty() && !is_on_its_way()) return false;
  if (is_on_its_way()) {
    Result<void> withdrawn = current_->withdraw(cause);
    if (!withdrawn) return withdrawn.error();
  }
  for (const Deploy& deploy : waiting_) {
    Result<void> noted = note_deploy(keeper_, deploy, "given up: " + cause);
    if (!noted) return noted.error();
  }
  drop_waiting(DeployEvent::withdraw, cause);
  return true;
}

Result<void> Deployer::cancel(const std::string& cause) {
  if (is_on_its_way()) return current_->order(DeployEvent::cancel, cause);
  if (waiting_.empty()) return Error{ErrorKind::conflict, "no deploy is on its way"};
  drop_waiting(DeployEvent::cancel, cause);
  return {};
}

Result<void> Deployer::resume() {
  if (!is_paused()) return Error{ErrorKind::conflict, "no deploy of " + keeper_.name() + " is paused"};
  return current_->order(DeployEvent::resume, {});
}

void Deployer::drop_waiting(DeployEvent event, const std::string& cause) {
  for (Deploy& deploy : std::exchange(waiting_, {})) drop(std::move(deploy), event, cause);
}

void Deployer::wait_in_line(Deploy deploy, const std::string& cause) {
  for (Deploy& older : std::exchange(waiting_, {})) {
    if (decide::takes_the_place_of(deploy, older)) {
      drop(std::move(older), DeployEvent::supersede, cause);
    } else {
      waiting_.push_back(std::move(older));
    }
  }
  waiting_.push_back(std::move(deploy));
}

void Deployer::drop(Deploy deploy, DeployEvent event, const std::string& cause) {
  deploy.state = DeployState::queued;  // whatever another stackd had made of it: it waits
  const decide::DeployMove end = decide::next_move(deploy.state, event, decide::WayBack::none);
  record_end(edges_, keeper_, deploy, end.state, decide::DeployFailure(cause));
  if (edges_.kept != nullptr) edges_.kept->remove(deploy.stack, deploy.id);
  feeds_.publish(deploy.id, {edges_.clock.wall(), end.state, {}, cause});
  feeds_.close(deploy.id);
}

OpenedStream<DeployProgress> Deployer::follow(const std::string& deploy_id) {
  if (std::unique_ptr<Stream<DeployProgress>> stream = feeds_.follow(deploy_id)) return stream;
  Result<std::optional<Deploy>> deploy = edges_.store.deploy(deploy_id);
  if (!deploy) return deploy.error();
  if (!*deploy) return Error{ErrorKind::not_found, "there is no deploy " + deploy_id};
  const Deploy& found = **deploy;
  Feed<DeployProgress> past(1);
  past.publish({found.ended_at.value_or(found.requested_at), found.state, {}, found.cause});
  past.close();
  return past.open(true);
}

}  // namespace stackd::daemon
