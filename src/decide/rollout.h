// The replacement of the containers of one service, and what counts as its failure. There is no stored
// script: where a rollout stands is read from the containers that are there, so one that was interrupted
// anywhere goes on.
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

#include "decide/planner.h"
#include "decide/state.h"

namespace stackd::decide {

/// Three failed probes in a row while a new container is watched end its rollout.
inline constexpr std::int64_t probe_failures_max = 3;

/// The containers of one place, those on their way out left aside.
struct Place {
  const ObservedContainer* fitting = nullptr;      // as the release wants it
  const ObservedContainer* predecessor = nullptr;  // is not, and runs
  std::vector<const ObservedContainer*> left;      // neither runs nor fits
  std::vector<const ObservedContainer*> doubles;   // fit too
  std::string why;                                 // the predecessor has to go
};
Place place_of(const State& state, const Service& service, std::int64_t number);

/// A release is being put in the place of another.
bool is_rolling(const Desired& desired);

/// The service is another one than in the release before, in what makes its containers.
bool is_changed(const Desired& desired, const std::string& service);

/// How long a new container of the service must stay good.
Duration monitor_of(const Desired& desired, const Service& service);

/// It is new, ready, and still has to prove itself.
bool is_watched(const State& state, const Service& service, const ObservedContainer& container);

/// Whether the predecessor in this place may be replaced now: what the service waits for has been renewed,
/// and no more places are being replaced at once than update_config allows. A place that failed holds up no
/// other.
bool may_be_replaced(Planner& planner, const State& state, const Service& service, std::int64_t number);

/// Steps for a place whose predecessor runs. True: the fitting container, if there is one, is to be kept up.
bool replace_predecessor(Planner& planner, const State& state, const Service& service, const Place& place);

/// It is new, and its release not live yet: if it is not ready in time, that fails the rollout, unless
/// failure_action says continue.
bool is_on_trial(const State& state, const Service& service, const ObservedContainer& container);

/// The deploy's own work is done: each place has one container, and that its own name.
bool is_tidy(const State& state);

/// An end in this place is not followed by another try: it fails the rollout.
bool fails_at_once(const State& state, const Service& service, const ObservedContainer& container);

struct RolloutFailure {
  std::string service;
  std::string container_id;  // "": there is none to ask for its last words
  std::string sentence;      // "web-1 ended with 1"
  std::string last_words;    // "": those of its log
};

/// What the file says of a failure of this service of the stack.
FailureAction failure_action(const State& state, const std::string& service);

/// The first service whose failure counts: more places of it failed than max_failure_ratio allows, and its
/// failure_action is not `continue`.
std::optional<RolloutFailure> rollout_failure(const State& state);

/// What the release needs beside its services, and the engine refuses: its jobs, and networks and volumes of
/// what it changes. What it leaves as it was is not its fault. "" when there is nothing.
std::string rollout_obstacle(const State& state);

/// What this release leaves as it was, and is in no good state: paused by hand, unhealthy, crash-looping,
/// refused by the engine, or waiting for such a one. What merely starts is not ill.
std::set<std::string> ill_services(const State& state);

/// This place does not keep the release from going live: it failed, and failure_action says continue or
/// max_failure_ratio allows it; or the engine refuses it, in a first release, too; or the service is as it
/// was before, and was ill then already or can't have become so by anything that this release changes.
bool may_stay_broken(const State& state, const Service& service, std::int64_t number);

/// What is broken and allowed to be, of what this release changes: a sentence for each service, with the
/// place whose failure is told and why it does not count.
std::vector<std::string> tolerated_failures(const State& state);

/// When the last of what was replaced has stayed good for long enough; absent: nothing was replaced.
std::optional<Time> watched_until(const State& state);

}  // namespace stackd::decide
