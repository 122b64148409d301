// What the stages of one deploy share: its record, who is told of it, and whether it is given up meanwhile.
#pragma once

#include <optional>
#include <string>

#include "daemon/deploy/deploy_feeds.h"
#include "daemon/host/edges.h"
#include "daemon/keep/stack_keeper.h"
#include "decide/deploy/judge.h"
#include "decide/deploy/machine.h"
#include "decide/deploy/way_back.h"
#include "decide/keep/wish.h"
#include "runtime/bell.h"
#include "runtime/task_group.h"

namespace stackd::daemon {

/// What came of a stage.
using Outcome = decide::Judgement;
Outcome outcome(decide::DeployEvent event, std::string text = {});
Outcome failed(std::string cause);

struct Course {
  struct Order {
    decide::DeployEvent event;
    std::string cause;
  };

  /// What is referred to outlives it.
  Course(Edges edges_of, StackKeeper& keeper_of, runtime::TaskGroup& tasks_of, DeployFeeds& feeds_of,
         Deploy deploy_of);

  Edges edges;
  StackKeeper& keeper;
  runtime::TaskGroup& tasks;
  DeployFeeds& feeds;
  Deploy deploy;  // as it is recorded
  runtime::Bell bell;
  std::optional<Order> order;  // a person's, not told to the machine yet
  bool is_withdrawn = false;
  bool fills_volumes = false;  // some lost what they held: its jobs run, also those of a rollback
  std::string told_of_jobs;    // last

  /// What it asks to be up. A stack that is not to be started, and that somebody has started meanwhile, is
  /// up.
  [[nodiscard]] decide::DeployScope scope() const;
  [[nodiscard]] Time now() const { return edges.clock.now(); }
  [[nodiscard]] bool is_given_up() const { return is_withdrawn || order.has_value(); }
  /// Needs an order.
  [[nodiscard]] Outcome ordered() const;
  runtime::Task<void> until_given_up();

  /// To whoever follows it.
  void say(const std::string& service, const std::string& text);
  /// Says that a job runs, if one does; nothing but its own timeout ends it. True: one runs.
  bool tell_of_jobs();
  /// Nothing is gone back to any more. Whoever looks after its end finds the containers under their own
  /// names.
  runtime::Task<void> tidy_up();
  /// Its recorded state changes.
  void enter(DeployState state, const std::string& text);
  /// The deploy's record, and which release is current: now, or as soon as that is possible.
  void record();
  void record_current();

  [[nodiscard]] bool was_live(std::int64_t release) const;
  [[nodiscard]] decide::Past past() const;
  /// A release as it is to be kept.
  [[nodiscard]] Result<decide::Target> load(std::int64_t release,
                                            decide::Rollout rollout = decide::Settled{}) const;
  /// The same, in the place of the other one.
  [[nodiscard]] Result<decide::Target> load_replacing(std::int64_t release, std::int64_t other,
                                                      decide::Replacing::Way way) const;
};

}  // namespace stackd::daemon
