// The machine of one deploy: an event comes, and the answer says in which state the deploy is from then on
// and the one thing that is to be done next. It does nothing itself and waits for nothing: daemon/deploy asks
// it, does what it says, and tells it what came of that.
//
//   queued      it waits for its turn                                        → resolving
//   resolving   its configuration is bound, and what is in its way is found  → fetching
//   fetching    images are looked for or pulled; then its release is recorded → gating, rolling
//   gating      its jobs run beside what runs; nothing of that is touched    → rolling
//   rolling     it is the current release; containers are replaced           → watching, live
//   watching    what was replaced has to stay good, then the addresses of `verify` to answer → live
//   reverting   the former release is current again                          → reverted, cancelled
//   paused      a person resumes, rolls back or cancels                      → rolling, reverting
//
// What fails before rolling has touched nothing: it ends as failed. From rolling on the way back decides:
// with none it ends as failed and stays current, else it is reverted, or paused where nobody but a person may
// say. A final state may have work left (a gate that still has jobs in it): the deploy is over with `end`.
// tests/cases/deploy/machine.txt has the answer of every state to every event.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "model/release.h"

namespace stackd::decide {

enum class DeployEvent {
  // Orders: of a person, or what follows from one.
  cancel,
  withdraw,  // the whole stack is stopped: at once, and nothing is waited for
  resume,
  roll_back,  // while it is paused
  supersede,  // a newer one waits
  // It begins or goes on.
  turn,            // nothing of it is recorded yet
  restarted,       // by another stackd than the one before; its release is recorded
  restarted_live,  // the same, and that release was live already
  // What came of what was to be done.
  bound,
  unchanged,  // nothing differs from the current release
  recorded,   // it has a release, and a number
  gated,      // jobs come first
  ungated,    // there are none
  passed,     // its gate
  replaced,   // all is; it has to stay good for a while
  ready,      // all is; its addresses have to answer
  good,
  kept,  // what is unchanged is as it should be
  failed,
  put_back,  // the former release
  put_back_by_order,
  done,
};

enum class DeployEffect {
  resolve,
  fetch,
  complete_record,  // what belongs to a release beside its row
  pass_gate,
  empty_gate,  // no job begins any more, those that run are waited for
  leave_gate,  // at once
  roll_out,    // make it current, unless it is, and wait until all is replaced
  roll_on,     // after a pause: what failed is tried again
  watch,
  ask,        // the addresses
  keep_up,    // as roll_out, where nothing changes
  go_live,    // it is live from now on; then as tidy_up
  tidy_up,    // containers get their own names
  put_back,   // the former release, and wait until it is ready
  step_back,  // the same, and nobody waits
  let_stay,   // it is the current release for good
  await_person,
  end,
};

/// Whether what ran before may come back.
enum class WayBack {
  none,
  open,
  undecided,  // a person has to say: a migration that can't be undone, or failure_action
};

struct DeployMove {
  DeployState state = DeployState::queued;
  DeployEffect effect = DeployEffect::end;
};
/// An order that this state can't take; "is being reverted already" follows the deploy's name.
struct DeployRefusal {
  std::string_view why;
};
/// The event can't come in this state: who tells of it is wrong.
struct NeverComes {};
using DeployAnswer = std::variant<DeployMove, DeployRefusal, NeverComes>;

DeployAnswer answer(DeployState state, DeployEvent event, WayBack way_back);

/// The answer to what has come of an effect. Needs one that is a move.
DeployMove next_move(DeployState state, DeployEvent event, WayBack way_back);

/// Whether what is recorded may become this: some event leads from the one to the other, or it is told anew.
bool may_follow(DeployState from, DeployState to);

std::string_view to_string(DeployEvent event);
std::string_view to_string(DeployEffect effect);

/// The whole table, for people: each state with its answers, what it refuses, and what never comes.
std::string machine_table();

}  // namespace stackd::decide
