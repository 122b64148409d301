// One stack: observe, decide, act, wait for the next reason. The loop in run() is the whole of supervision;
// everything else here feeds it or asks about it. Actions run beside the loop, one at a time for each
// resource; when one ends, what it touched is looked at again before anything else is decided about it.
//
//   no release yet   nothing is kept; a deploy brings one
//   kept             the loop makes the engine follow the current release
//   parked           our own data about the stack makes no sense: nothing is touched until a person deploys
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/log.h"
#include "daemon/control.h"
#include "daemon/host/edges.h"
#include "daemon/host/feed.h"
#include "daemon/keep/execute.h"
#include "daemon/ledger/late_writes.h"
#include "daemon/ledger/ledgers.h"
#include "decide/learn/learn.h"
#include "decide/picture/state.h"
#include "runtime/bell.h"
#include "runtime/task_group.h"

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
  /// `life` is the engine's identity ("" where it has none; then `was_gone` says whether it could not be
  /// reached before).
  void engine_connected(const std::string& life, bool was_gone);
  void engine_lost();
  void engine_event(const EngineEvent& event);

  // Orders. Each is on disk when it returns.
  Result<void> start_services(const std::vector<std::string>& services);
  /// Everything but what somebody stopped by its name: a deploy that finds nothing to change.
  Result<void> start_deployed();
  Result<void> stop_services(const std::vector<std::string>& services);
  Result<void> restart_services(const std::vector<std::string>& services);
  Result<void> take_down(bool volumes);
  /// Where the stack's files are, for whoever names no files. Stored with the next deploy.
  Result<void> note_origin(const ReleaseSource& source);
  /// The same, of a release that is live; store_current() makes it last.
  void take_origin(const ReleaseSource& source);

  // A deploy on its way; `desired.phase` says how far it is.
  /// The gate of the next release is kept beside the current one (decide/replace/gate.h). Nothing is stored.
  void enter_gate(decide::Desired view);
  /// It was given up: no job begins any more, those that run go on.
  void shut_gate();
  /// The current release alone again.
  Result<void> leave_gate();
  /// From now on this release is what is desired. It is in the store already.
  Result<void> make_current(decide::Desired desired, bool start);
  /// These services do not run and are not to be started, until somebody asks for it.
  Result<void> leave_down(const std::map<std::string, ServiceStop>& services);
  /// The same for the release of before; what is stopped stays so. It takes effect at once, even when nothing
  /// can be stored: what ran before must not wait for room on a disk. store_current() makes it last.
  void go_back(decide::Desired desired);
  /// Which release is current, and since when it is live. Errors: those of the store; it may be tried again.
  Result<void> store_current();
  /// A stackd that was killed on the way goes on with the current release in this phase.
  void resume_rollout(decide::Desired desired);
  void set_phase(decide::RolloutPhase phase);
  /// What the host's files are now, of the services of a deploy.
  void note_host_files(const std::map<std::string, std::string>& files);
  /// Volumes of the current release that lost what they held: not there any more, as far as `there` shows, or
  /// made anew since its jobs ran.
  [[nodiscard]] std::set<std::string> emptied_volumes(const Observed& there) const {
    return desired_ ? ledgers_.volumes.emptied(*desired_->stack, there) : std::set<std::string>();
  }
  /// The jobs of the current release have run on them.
  void forget_emptied_volumes() { ledgers_.volumes.forget_emptied(); }
  /// What failed is tried again at once.
  void forget_failures();
  /// The release is live: nothing is kept to be gone back to any more. store_current() makes it last.
  void note_live();

  /// What happened, for people: into the journal and the log, and to who follows them. Errors: those of the
  /// store; they are logged.
  /// Moment, stack and release are filled in.
  Result<void> note(JournalEntry entry, LogLevel level);
  /// What is learnt of this stack goes this way to the store.
  [[nodiscard]] LateWrites& late() { return late_; }

  // Questions.
  [[nodiscard]] const std::string& name() const { return record_.name; }
  [[nodiscard]] const StackRecord& record() const { return record_; }
  [[nodiscard]] bool has_release() const { return desired_.has_value(); }
  [[nodiscard]] const std::optional<std::string>& parked() const { return parked_; }
  [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }
  /// Needs has_release(); valid until the next await.
  [[nodiscard]] decide::State state() const;
  /// Whose kept copies containers mount.
  [[nodiscard]] std::set<std::int64_t> releases_mounted() const;
  /// Observed at least once since the engine was last met.
  [[nodiscard]] bool is_observed() const { return connected_ && !look_at_all_; }
  /// Nothing was told or done that could be looked at and was not.
  [[nodiscard]] bool has_seen_all() const {
    return !connected_ || (!look_at_all_ && dirty_.empty() && events_.empty());
  }
  /// What is remembered is of the engine that is connected now, not of one that has gone.
  [[nodiscard]] bool is_up_to_date() const { return connected_ && looked_since_connected_; }

  /// Rung after every round of the loop; the listener must not wait.
  using OnRound = std::function<void()>;
  void on_round(OnRound listener) { on_round_ = std::move(listener); }
  using OnFact = std::function<void(const decide::Fact&)>;
  void on_fact(OnFact listener) { on_fact_ = std::move(listener); }

 private:
  runtime::Task<void> run();
  runtime::Task<void> wait_for_reason();
  bool take_events();
  runtime::Task<Result<void>> look();
  runtime::Task<Result<void>> glance();
  runtime::Task<Result<void>> look_at_dirty();
  [[nodiscard]] bool is_unfinished(const ObservedContainer& container) const;
  void leave_out_unfinished(Observed& seen);
  void look_later();
  void think();
  void act();
  void settle_boot_id();
  void park(const Error& error);

  Result<void> forget_run(JobRun& run);
  void launch(Step step);
  void note_job_intent(const StartContainer& start);
  void note_own_stop(const StopContainer& stop);
  runtime::Task<void> run_step(Step step, decide::Desired desired,
                               std::map<std::string, std::string> containers);
  runtime::Task<void> run_probe(ProbeContainer action);
  void note_done(const Step& step, const Done& done);

  void believe(const decide::Fact& fact);
  void believe_job(const decide::Fact& fact);
  void believe_former_job(const decide::Fact& fact);
  runtime::Task<void> fetch_last_words(std::string service, std::string container_id);
  void note_all_stopped_outside();
  Result<void> store_record();
  /// Now, or as soon as it can be.
  void store_wishes();
  void write_journal(const std::string& service, std::string_view kind, const std::string& text);
  void store_job_run(const JobRun& run);
  Result<void> check_services(const std::vector<std::string>& services) const;
  [[nodiscard]] std::map<std::string, std::string> containers_by_service() const;
  Result<void> start_wanted(const std::vector<std::string>& services, bool respect_stops);
  void forget_passing_stops();
  void forget_stops_of_gone();
  void note_wanted(std::set<std::string> services);
  void store_fact(const std::string& name, const std::string& value);
  void forgive_what_is_good();
  void note_ill(bool was_up);
  std::vector<std::vector<std::string>> fact_lines(const std::string& name, std::size_t count);
  void load_made_with();
  void note_made_with(const std::string& container_id, const std::string& service, bool kept);
  void store_made_with();
  void note_making(const CreateContainer& create);
  void store_making();
  void find_made();
  void note_reload_intent(const ReloadContainer& reload);
  void note_reload(const ReloadContainer& reload, const Done& done);
  void wake_from_outside();
  void wake_now();
  void forget_jobs_of(const Stack& stack);
  void look_with_new_eyes();

  Edges edges_;
  StackRecord record_;
  Feed<JournalEntry>& journal_;
  LateWrites late_;
  Ledgers ledgers_;
  runtime::TaskGroup tasks_;
  runtime::Bell bell_;

  std::optional<decide::Desired> desired_;
  decide::Wishes wishes_;
  std::optional<WallTime> live_at_;        // of the current release, not stored yet
  std::optional<StackWish> wish_at_gate_;  // while a gate makes a stack run that is not to be up yet
  std::optional<std::string> parked_;

  Observed observed_;
  decide::Memory memory_;
  std::set<std::string> busy_;        // resources that a step works on
  std::set<std::string> dirty_;       // containers to look at again
  std::set<std::string> unfinished_;  // seen while one of theirs was being made: to be looked at when it is
  std::map<std::string, decide::MadeWith> making_;  // by name; of containers whose creation was ordered
  struct ReloadUnderWay {
    decide::MadeWith before;
    decide::MadeWith asked;
  };
  std::map<std::string, ReloadUnderWay> reloads_;  // by container id
  std::set<std::string> told_dead_;  // of those, the ones whose end an event told: they may be acted upon
  bool look_at_all_ = true;
  bool look_at_resources_ = false;
  bool engine_restarted_ = false;
  bool connected_ = false;
  bool looked_since_connected_ = false;
  std::deque<EngineEvent> events_;
  std::optional<Time> next_look_;
  Time glance_due_{};  // when the states are compared without a reason
  Time all_due_{};     // when everything is looked at without a reason
  bool glance_ = false;
  std::vector<std::string> warnings_;
  OnRound on_round_;
  OnFact on_fact_;
};

}  // namespace stackd::daemon
