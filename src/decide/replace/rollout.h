// The replacement of the containers of one service. There is no stored script: where a rollout stands is read
// from the containers that are there, so one that was interrupted anywhere goes on.
//
//   a place in the service           start-first              stop-first
//   the old one runs                 create the new one       create the new one
//   … and the new one is there       start the new one        stop the old one
//   … and the new one runs           wait: ready, monitor     (never both)
//   … and is good                    stop the old one
//   only the new one runs            done                     done: ready, monitor
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "decide/picture/state.h"
#include "decide/replace/planner.h"

namespace stackd::decide {

/// The containers of one place, those on their way out left aside.
struct Place {
  const ObservedContainer* fitting = nullptr;      // as the release wants it
  const ObservedContainer* predecessor = nullptr;  // is not, and runs
  std::vector<const ObservedContainer*> left;      // neither runs nor fits
  std::vector<const ObservedContainer*> doubles;   // fit too
  std::string why;                                 // the predecessor has to go
};
Place place_of(const State& state, const Service& service, std::int64_t number);

/// The service is another one than in the release before, in what makes its containers.
bool is_changed(const State& state, const std::string& service);

/// How long a new container of the service must stay good.
Duration monitor_of(const State& state, const Service& service);

/// It is new, ready, and still has to prove itself.
bool is_watched(const State& state, const Service& service, const ObservedContainer& container);

/// Whether the predecessor in this place may be replaced now: what the service waits for has been renewed,
/// and no more places are being replaced at once than update_config allows. A place that failed holds up no
/// other.
bool may_be_replaced(Planner& planner, const State& state, const Service& service, std::int64_t number);

/// Steps for a place whose predecessor runs. True: the fitting container, if there is one, is to be kept up.
bool replace_predecessor(Planner& planner, const State& state, const Service& service, const Place& place);

/// As the release wants it, which is not live yet.
bool is_new(const State& state, const Service& service, const ObservedContainer& container);

/// It is new, and its release not live yet: if it is not ready in time, that fails the rollout, unless
/// failure_action says continue.
bool is_on_trial(const State& state, const Service& service, const ObservedContainer& container);

/// The deploy's own work is done: each place has one container, and that its own name.
bool is_tidy(const State& state);

/// An end in this place is not followed by another try: it fails the rollout.
bool fails_at_once(const State& state, const Service& service, const ObservedContainer& container);

/// See proven_at().
inline constexpr Duration first_proof = std::chrono::seconds(2);

/// Nobody watches a first release, which replaces nothing. But that a process began says nothing yet: what no
/// health check vouches for has to have run for `monitor`, at most first_proof, for there is nothing to go
/// back to and people wait. When the last of them has; absent: there is none.
std::optional<Time> proven_at(const State& state);

/// When the last of what was replaced has stayed good for long enough; absent: nothing was replaced.
std::optional<Time> watched_until(const State& state);

}  // namespace stackd::decide
