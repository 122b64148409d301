// Where a stackd goes on with a deploy that the one before it left unfinished.
#pragma once

#include "decide/deploy/machine.h"
#include "decide/deploy/way_back.h"

namespace stackd::decide {

/// What is to be kept from the first look on.
enum class PickUp {
  current,    // the current release, as without a deploy
  gate,       // the gate beside it
  first,      // it, which is put up with nothing to go back to
  rolling,    // it, in the place of the former one
  paused,     // the same, and nothing more is replaced
  reverting,  // it, being the former one, in the place of the deploy's
};

/// `recorded` is the state that the deploy was in last, as far as it could be recorded: which release is
/// current may be further than that. Needs a deploy that has a release.
PickUp pick_up(DeployState recorded, const Past& past);

/// restarted_live: killed between the two, the release is live and only its deploy does not say so yet.
DeployEvent restart_event(DeployState recorded, const Past& past, bool release_was_live);

}  // namespace stackd::decide
