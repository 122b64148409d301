// One stack: observe, decide, act, wait for the next reason. The loop in run() is the whole of supervision;
// everything else feeds it (EngineView, KeeperOrders, KeeperRollout), carries out what it decided
// (StepRunner) or makes what it learnt last (KeeperFacts, Ledgers). Actions run beside the loop, one at a
// time for each resource; when one ends, what it touched is looked at again before anything else is decided
// about it.
//
//   no release yet   nothing is kept; a deploy brings one
//   kept             the loop makes the engine follow the current release
//   parked           our own data about the stack makes no sense: nothing is touched until a person deploys
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "daemon/keep/keeper_orders.h"
#include "daemon/keep/keeper_rollout.h"
#include "daemon/keep/step_runner.h"

namespace stackd::daemon {

class StackKeeper {
 public:
  StackKeeper(Edges edges, StackRecord record, Feed<JournalEntry>& journal);

  /// Loads the current release; a stack whose record makes no sense is parked and says so.
  void load();
  /// Runs until stop(). Called once.
  void start();
  /// Leaves the containers as they are.
  runtime::Task<void> stop();

  // What the engine says.
  /// `boot_id` is the engine's ("" where it has none; then `was_gone` says whether it could not be reached
  /// before).
  void engine_connected(const std::string& boot_id, bool was_gone);
  void engine_lost();
  void engine_event(const EngineEvent& event);
  /// Of a container of others: a service may share its namespace.
  void stranger_event(const EngineEvent& event);

  // What is asked of it.
  [[nodiscard]] KeeperOrders& orders() { return orders_; }
  [[nodiscard]] KeeperRollout& rollout() { return rollout_; }
  [[nodiscard]] const KeeperRollout& rollout() const { return rollout_; }
  [[nodiscard]] KeeperFiles& files() { return files_; }
  [[nodiscard]] StackJournal& journal() { return journal_; }
  /// What is learnt of this stack goes this way to the store.
  [[nodiscard]] LateWrites& late() { return ledgers_.late; }
  [[nodiscard]] const LateWrites& late() const { return ledgers_.late; }

  // Questions.
  [[nodiscard]] const std::string& name() const { return stack_.record.name; }
  [[nodiscard]] const StackRecord& record() const { return stack_.record; }
  [[nodiscard]] const decide::Wishes& wishes() const { return stack_.wishes; }
  [[nodiscard]] bool has_release() const { return stack_.target.has_value(); }
  [[nodiscard]] Error without_release() const { return stack_.without_release(); }  // needs that it has none
  [[nodiscard]] const std::optional<std::string>& parked() const { return stack_.parked; }
  [[nodiscard]] const std::vector<std::string>& warnings() const { return round_.warnings; }
  /// Needs has_release(); valid until the next await.
  [[nodiscard]] decide::State state() const { return stack_.state(edges_.clock.now()); }
  [[nodiscard]] const EngineView& view() const { return view_; }

  /// Rung after every round of the loop; the listener must not wait.
  using OnRound = std::function<void()>;
  void on_round(OnRound listener) { round_.listener = std::move(listener); }
  void on_fact(KeeperFacts::OnFact listener) { facts_.on_fact(std::move(listener)); }

 private:
  /// What one turn of the loop leaves to the next.
  struct Round {
    std::optional<Time> next_look;
    std::vector<std::string> warnings;
    OnRound listener;
  };

  [[nodiscard]] KeeperParts parts();
  runtime::Task<void> run();
  runtime::Task<void> wait_for_reason();
  void think();
  void note_learnt();
  void act();
  void park(const Error& error);

  Edges edges_;
  StackState stack_;
  Ledgers ledgers_;
  runtime::TaskGroup tasks_;
  runtime::Bell bell_;
  StackJournal journal_;
  EngineView view_;
  KeeperFacts facts_;
  KeeperFiles files_;
  StepRunner steps_;
  KeeperOrders orders_;
  KeeperRollout rollout_;
  Round round_;
};

}  // namespace stackd::daemon
