// The deploys of one stack: one at a time, of those that wait only the newest. A deploy is on disk before it
// is accepted, and a stackd that was killed goes on with it.
//
//   queued → resolving   the configuration is bound, the engine is there
//          → fetching    images looked up or pulled; then the release is recorded and becomes current
//          → rolling     the keeper follows it, in dependency order
//          → live | failed | cancelled
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "daemon/control.h"
#include "daemon/edges.h"
#include "daemon/feed.h"
#include "daemon/stack_keeper.h"

namespace stackd::daemon {

class Deployer {
 public:
  /// The keeper outlives it.
  Deployer(Edges edges, StackKeeper& keeper);

  /// Goes on with what an earlier process left. Called once.
  void start(std::vector<Deploy> unfinished);
  runtime::Task<void> stop();

  /// The request was checked; its configuration binds. Returns the deploy's id.
  Result<std::string> enqueue(const DeployRequest& request);

  /// Cancels what waits and what is on its way, as when the whole stack is stopped: neither starts it again.
  /// On disk before it returns. False: there was no deploy.
  bool withdraw(const std::string& cause);

  OpenedStream<DeployProgress> follow(const std::string& deploy_id);

 private:
  runtime::Task<void> run();
  runtime::Task<void> run_deploy();
  runtime::Task<Result<void>> carry_out();
  runtime::Task<Result<void>> resolve();
  runtime::Task<Result<void>> await_outcome();
  [[nodiscard]] std::optional<Error> failure() const;
  [[nodiscard]] bool differs(const std::string& canonical,
                             const std::map<std::string, ImageRecord>& images) const;

  std::shared_ptr<Feed<DeployProgress>> open_feed(const std::string& deploy_id);
  /// Ends one that never began.
  void drop(Deploy deploy, DeployState state, const std::string& cause);
  void enter(DeployState state, const std::string& text);
  void finish(DeployState state, const std::string& cause);
  void store_end(Deploy& deploy, DeployState state, const std::string& cause);
  void store_deploy(const Deploy& deploy);
  void say(const std::string& service, const std::string& text);

  Edges edges_;
  StackKeeper& keeper_;
  runtime::TaskGroup tasks_;
  runtime::Bell queue_bell_;
  runtime::Bell round_bell_;
  std::optional<Deploy> current_;
  std::optional<Deploy> waiting_;
  bool nothing_to_do_ = false;
  std::optional<std::string> withdrawn_;                                // why the current one is given up
  std::map<std::string, std::shared_ptr<Feed<DeployProgress>>> feeds_;  // by deploy id; the last ones
  std::deque<std::string> feed_order_;
};

}  // namespace stackd::daemon
