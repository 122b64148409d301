// The deploy that is on its way: a loop that asks decide/deploy/machine.h what is next, has a stage do it,
// and tells the machine what came of it. Orders that come meanwhile are told as soon as what is done can be
// left. What is right to do is decided in decide/deploy; how it is done, the stages know.
#pragma once

#include <string>

#include "daemon/deploy/course.h"
#include "daemon/deploy/gate_stage.h"
#include "daemon/deploy/preparation.h"
#include "daemon/deploy/rollout_stage.h"
#include "daemon/deploy/way_back_stage.h"

namespace stackd::daemon {

class Attempt {
 public:
  /// What is referred to outlives it. `is_forced`: a rollback that passes over what can't be undone.
  Attempt(Edges edges, StackKeeper& keeper, runtime::TaskGroup& tasks, DeployFeeds& feeds, Deploy deploy,
          bool is_forced);

  /// What a stackd before this one recorded of it: before the keeper looks at the engine for the first time,
  /// it is told how far that was.
  void pick_up();
  /// Until it is over. True: its release is live.
  runtime::Task<bool> run();

  /// Errors: conflict: it can't be followed in this state.
  Result<void> order(decide::DeployEvent event, const std::string& cause);
  /// It is given up at once: what ran before is desired again when this returns. Errors: those of the store;
  /// then nothing was done.
  Result<void> withdraw(const std::string& cause);
  /// To whoever follows it, when nobody runs it to its end any more: that it was withdrawn, if it was.
  void tell_withdrawn();
  /// Something may have changed.
  void wake() { course_.bell.ring(); }
  void say(const std::string& service, const std::string& text) { course_.say(service, text); }

  [[nodiscard]] const Deploy& deploy() const { return course_.deploy; }
  /// Its release is not live yet.
  [[nodiscard]] bool is_on_its_way() const {
    return state_ != DeployState::live && begins_ != decide::DeployEvent::restarted_live;
  }
  [[nodiscard]] bool is_paused() const { return state_ == DeployState::paused; }

 private:
  runtime::Task<Outcome> carry_out(decide::DeployEffect effect);
  void carry_out_at_once(decide::DeployEffect effect);
  runtime::Task<Outcome> complete_record();
  decide::DeployMove move_on(Outcome came);
  [[nodiscard]] decide::WayBack way_back(Outcome& came) const;
  [[nodiscard]] std::string entering(const decide::DeployMove& move, const std::string& told) const;
  void finish();

  Course course_;
  Preparation preparation_;
  GateStage gate_;
  RolloutStage rollout_;
  WayBackStage way_back_;
  DeployState state_;           // an end is recorded once nothing is left to do
  decide::DeployEvent begins_;  // what the machine is told first
  decide::DeployEvent goes_back_ = decide::DeployEvent::failed;  // because of this
  decide::DeployFailure why_;                                    // it ends, or goes back
};

}  // namespace stackd::daemon
