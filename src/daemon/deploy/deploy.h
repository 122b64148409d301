// The deploys of one stack: one at a time; one that waits makes room for a newer one that brings all that it
// was to bring (decide/deploy/turns.h). A deploy is on disk before it
// is accepted, and a stackd that was killed goes on with it. What a deploy goes through:
// decide/deploy/machine.h.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/control.h"
#include "daemon/deploy/attempt.h"
#include "daemon/deploy/deploy_feeds.h"
#include "daemon/host/edges.h"
#include "daemon/keep/stack_keeper.h"

namespace stackd::daemon {

class Deployer {
 public:
  /// The keeper outlives it.
  Deployer(Edges edges, StackKeeper& keeper);

  /// Goes on with what an earlier process left: before the keeper looks at the engine for the first time, it
  /// knows how far that was. Called once.
  void start(std::vector<Deploy> unfinished);
  /// Who follows a deploy is told no more.
  runtime::Task<void> stop();

  /// Something waits, or is on its way or being tidied up after.
  [[nodiscard]] bool is_at_work() const { return current_ != nullptr || !waiting_.empty(); }

  /// The request was checked; its configuration binds. Returns the deploy's id.
  Result<std::string> enqueue(const DeployRequest& request);
  /// Puts an earlier release back. Errors: conflict (the reason is told).
  Result<std::string> enqueue_rollback(const RollbackRequest& request);

  /// Cancels what waits and what is on its way, as when the whole stack is stopped: neither starts it again.
  /// False: there was none; one whose release is live already is none. Errors: those of the store; then
  /// nothing was done.
  Result<bool> withdraw(const std::string& cause);
  /// Gives up what is on its way and puts back what it replaced; with nothing on its way, what waits. Errors:
  /// conflict: there is nothing to cancel.
  Result<void> cancel(const std::string& cause);
  /// A paused deploy goes on. Errors: conflict: none is paused.
  Result<void> resume();

  OpenedStream<DeployProgress> follow(const std::string& deploy_id);

 private:
  runtime::Task<void> run();
  runtime::Task<void> let_old_ones_go(std::string stack);
  void begin(Deploy deploy);
  Result<std::string> accept(Deploy deploy, const MountedFiles& files);
  /// Behind those that wait already, but for those whose place it takes.
  void wait_in_line(Deploy deploy, const std::string& cause);
  /// Ends all that wait: they never began.
  void drop_waiting(decide::DeployEvent event, const std::string& cause);
  void drop(Deploy deploy, decide::DeployEvent event, const std::string& cause);
  Result<Deploy> rollback_of(const RollbackRequest& request) const;
  [[nodiscard]] bool is_on_its_way() const { return current_ && current_->is_on_its_way(); }
  [[nodiscard]] bool is_paused() const { return current_ && current_->is_paused(); }

  Edges edges_;
  StackKeeper& keeper_;
  runtime::TaskGroup tasks_;
  runtime::Bell bell_;
  DeployFeeds feeds_;
  std::unique_ptr<Attempt> current_;
  std::deque<Deploy> waiting_;    // in their turn
  std::set<std::string> forced_;  // rollbacks that pass over what can't be undone; a restart forgets it
};

}  // namespace stackd::daemon
