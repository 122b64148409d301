// What has become of a gate, or of a rollout, by what is seen at one moment: an event for the machine
// (machine.h), or nothing yet.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "decide/deploy/failure.h"
#include "decide/deploy/machine.h"
#include "decide/deploy/patience.h"
#include "decide/deploy/verify.h"
#include "decide/picture/state.h"

namespace stackd::decide {

/// What has come, and what is to be told of it: why something failed, what is waited for now, what answered.
struct Judgement {
  DeployEvent event = DeployEvent::done;
  DeployFailure why;
};

/// What a release has to go through before it is live, and how far it is.
struct Watch {
  Patience patience;
  bool watching = false;          // said that all is replaced, and has to stay good
  bool proves_itself = true;      // it was not live before
  std::vector<Verify> addresses;  // empty: none has to answer
};

/// passed, failed, or nothing yet.
std::optional<Judgement> judge_gate(const State& state, WallTime wall);
/// Its time is up: its jobs could not even begin.
Judgement judge_late_gate(const Patience& patience);

/// failed, replaced, ready, good, or nothing yet. A container's failure comes before that of an address: it
/// is a better cause than a page that does not answer because of it. `verification` is null until the
/// addresses are asked.
std::optional<Judgement> judge_rollout(const State& state, WallTime wall, const Watch& watch,
                                       const Verification* verification);

/// When to look again although nothing is heard by then: what was replaced has stayed good for long enough,
/// or time is up.
Time look_again_at(const State& state, WallTime wall, const Watch& watch);

/// Its time is up: failed, with what is missing; or good all the same, where nothing is missing but what
/// failure_action lets be broken.
Judgement judge_late(const State& state, const Watch& watch, const Verification* verification);

/// "all is ready; http://localhost/ has to answer 200 …"
std::string demands(const std::vector<Verify>& addresses);

/// "waits for job migrate, which still runs"; "" when no job runs. Nothing but its own timeout ends one.
std::string waits_for_jobs(const State& state);

}  // namespace stackd::decide
