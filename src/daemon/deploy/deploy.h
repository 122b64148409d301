// The deploys of one stack: one at a time, of those that wait only the newest. A deploy is on disk before it
// is accepted, and a stackd that was killed goes on with it.
//
//   queued → resolving   the configuration is bound, the engine is there
//          → fetching    images looked up or pulled; then the release is recorded
//          → gating      its jobs run beside what runs; nothing of that is touched
//          → rolling     it is the current release; the keeper follows it, in dependency order
//          → watching    what was replaced has to stay good for a while; then the addresses of `verify` have
//          to answer → live
//   gating → failed                  the former release is and stays current
//   rolling, watching → reverting → reverted     the former release is current again
//                     → paused                   until a person resumes, rolls back or cancels
// A first release has nothing to go back to: it stays current when it fails.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "daemon/control.h"
#include "daemon/host/edges.h"
#include "daemon/host/feed.h"
#include "daemon/keep/stack_keeper.h"
#include "decide/deploy/preflight.h"
#include "decide/deploy/verify.h"

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
  [[nodiscard]] bool is_at_work() const { return current_ || waiting_; }
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
  /// How a deploy ended.
  struct Ending {
    Ending() = default;
    Ending(DeployState state_, std::string cause_) : state(state_), cause(std::move(cause_)) {}
    DeployState state = DeployState::live;
    std::string cause;
    std::string last_words;
    std::string container_id;          // whose last words are to be told
    std::set<std::string> services{};  // whose failure it is: their failure_action says what follows
  };
  enum class Order { none, cancel, resume, roll_back };
  /// What a release has to go through before it is live, and how far it is.
  struct Watch {
    Time deadline{};
    bool watching = false;
    bool proves_itself = true;      // it was not live before
    std::string waits_for;          // the jobs, as was told last
    std::vector<Verify> addresses;  // empty: none has to answer
    std::shared_ptr<decide::Verification> verification;
  };

  runtime::Task<void> run();
  runtime::Task<void> let_old_ones_go(std::string stack);
  /// True: its release is live.
  runtime::Task<bool> run_deploy();

  // The stages, in their order.
  runtime::Task<Ending> carry_out();
  runtime::Task<Result<void>> resolve();
  [[nodiscard]] Result<void> check_set() const;
  runtime::Task<Result<void>> resolve_rollback();
  [[nodiscard]] Result<std::int64_t> rollback_target(const RollbackRequest& request) const;
  void tell_what_is_set_back();
  Result<std::map<std::string, std::string>> take_current_environment(Deploy& deploy) const;
  void tell_what_changes_back(const Stack& stack);
  runtime::Task<Result<std::map<std::string, ImageRecord>>> find_images(std::shared_ptr<const Stack> stack);
  runtime::Task<void> until_given_up();
  void note_plan(std::shared_ptr<const Stack> stack, const std::map<std::string, ImageRecord>& images);
  runtime::Task<Result<decide::Preflight>> look_around(std::shared_ptr<const Stack> stack);
  [[nodiscard]] Result<void> refuse_obstacles(const decide::Preflight& found) const;
  runtime::Task<Result<void>> complete_record();
  Result<void> record_release(const std::map<std::string, ImageRecord>& images);
  runtime::Task<std::optional<Ending>> pass_gate();
  [[nodiscard]] decide::DeployScope scope() const { return {current_->start, current_->services}; }
  [[nodiscard]] decide::Desired gate_between(const decide::Desired& former,
                                             const decide::Desired& next) const;
  Result<void> begin_rollout();
  runtime::Task<Ending> roll();
  void note_origin();
  runtime::Task<Ending> await_nothing();
  runtime::Task<void> tidy_up();
  runtime::Task<std::optional<Ending>> await_good(Watch& watch);
  [[nodiscard]] std::optional<Ending> too_late(Watch& watch);
  [[nodiscard]] std::optional<Ending> judge(Watch& watch, Time& look_again);
  [[nodiscard]] std::optional<Ending> judge_answers(Watch& watch);
  [[nodiscard]] Watch begin_watch();
  void begin_watching(Watch& watch, bool first, Duration left);
  void begin_verifying(Watch& watch);
  [[nodiscard]] std::optional<Ending> gate_failure() const;
  [[nodiscard]] std::optional<Ending> rolling_failure() const;
  [[nodiscard]] std::optional<Ending> failed_job() const;
  [[nodiscard]] Time last_words_until(Time until) const;
  bool waits_for_jobs(std::string& said);

  // The ways back.
  runtime::Task<Ending> fail(Ending failure);
  runtime::Task<Ending> revert(Ending failure, DeployState as);
  runtime::Task<Ending> pause(Ending failure);
  void roll_back_paused(const RollbackRequest& request);
  [[nodiscard]] std::string why_pause(const Ending& failure) const;
  [[nodiscard]] bool can_go_back() const;
  [[nodiscard]] bool was_live(std::int64_t number) const;
  Result<decide::Desired> load(std::int64_t release, std::int64_t other, decide::RolloutPhase phase,
                               bool goes_back) const;
  void continue_rollout(const Deploy& deploy);
  [[nodiscard]] bool was_made_live(const Deploy& deploy) const;

  [[nodiscard]] bool differs(const std::string& canonical,
                             const std::map<std::string, ImageRecord>& images) const;
  Result<std::string> accept(Deploy deploy, const std::map<std::string, std::string>& contents);
  Result<void> keep_contents();
  runtime::Task<Result<void>> look_for_emptied_volumes();
  std::shared_ptr<Feed<DeployProgress>> open_feed(const std::string& deploy_id);
  /// Ends one that never began.
  void drop(Deploy deploy, DeployState state, const std::string& cause);
  void enter(DeployState state, const std::string& text);
  /// Into the journal and the log: "deploy X is …".
  Result<void> note(const Deploy& deploy, const std::string& is, LogLevel level = LogLevel::info);
  void finish(const Ending& ending);
  // Now, or as soon as that is possible.
  void store_end(Deploy& deploy, const Ending& ending);
  void store_deploy(const Deploy& deploy);
  void store_current();
  void say(const std::string& service, const std::string& text);
  [[nodiscard]] bool is_on_its_way() const { return current_ && !is_live_; }
  [[nodiscard]] Ending cancelled() const { return {DeployState::cancelled, order_cause_}; }
  static Ending failed(std::string cause) { return {DeployState::failed, std::move(cause)}; }
  [[nodiscard]] Ending failure_on_record() const;

  Edges edges_;
  StackKeeper& keeper_;
  runtime::TaskGroup tasks_;
  runtime::Bell queue_bell_;
  runtime::Bell round_bell_;
  std::optional<Deploy> current_;
  std::optional<Deploy> waiting_;
  bool is_live_ = false;                     // the release of the current one: nobody gives that up any more
  std::set<std::string> emptied_;            // volumes whose loss makes a release necessary
  std::map<std::string, ImageRecord> rest_;  // of services that it leaves as they are
  bool nothing_to_do_ = false;
  bool looked_different_ = false;  // from the current release, by the images that were there already
  std::set<std::string> forced_;   // rollbacks that pass over what can't be undone; a restart forgets it
  std::optional<std::string> withdrawn_;  // why the current one is given up
  Order order_ = Order::none;             // a person's, about the current one
  std::string order_cause_;
  std::map<std::string, std::shared_ptr<Feed<DeployProgress>>> feeds_;  // by deploy id; the last ones
  std::deque<std::string> feed_order_;
};

}  // namespace stackd::daemon
