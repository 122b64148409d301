// What to do now so that what is observed becomes what is desired. Pure: the same state gives the same
// plan. Every step could start this moment; what must wait for another step comes with a later call, after
// the world was looked at again. A world that is right gives an empty plan.
//
// A place in a service          what reconcile asks for
//   empty                       create it, once its networks and volumes are there
//   wrong configuration, runs   stop it, once its successor could start
//   wrong configuration, ended  remove it
//   created or ended, wanted    start it, once what it waits for holds and its pause is over
//   runs, not wanted            stop it, once nothing that needs it runs
//   runs, unhealthy             stop it in order to start it again, unless what it waits for is not ready
//   paused                      nothing: somebody's hand is on it
#pragma once

#include "decide/picture/state.h"
#include "model/plan.h"

namespace stackd::decide {

Plan reconcile(const State& state);

}  // namespace stackd::decide
