// Whether the release from before may come back when a rollout goes wrong, and who has to say so.
#pragma once

#include <set>
#include <string>

#include "decide/deploy/machine.h"
#include "decide/picture/state.h"
#include "model/release.h"

namespace stackd::decide {

/// Where a deploy came from.
struct Past {
  std::int64_t release = 0;
  std::int64_t former = 0;       // what was current when it began; 0: nothing
  std::int64_t current = 0;      // what is current now
  std::int64_t copied_from = 0;  // a rollback, to this one
  bool former_was_live = false;
};

/// There is a release from before that is worth going back to: only what was live is.
bool has_way_back(const Past& past);

/// The way back of what is withdrawn or cancelled: nobody else has to say anything.
WayBack way_back(const Past& past);

struct WayBackChoice {
  WayBack way = WayBack::none;
  std::string why;  // undecided: what a person has to know
};

/// The same after a failure of these services. Undecided: a job that can't be undone has run for this
/// release, or the failure_action of one of them is pause.
WayBackChoice way_back_after_failure(const State& state, const Past& past,
                                     const std::set<std::string>& services);

}  // namespace stackd::decide
