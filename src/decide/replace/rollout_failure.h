// What counts as a failure of a rollout, what is allowed to stay broken, and what was ill before.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "decide/picture/state.h"

namespace stackd::decide {

/// Three failed probes in a row while a new container is watched end its rollout.
inline constexpr std::int64_t probe_failures_max = 3;

struct RolloutFailure {
  std::string service;
  std::string container_id;  // "": there is none to ask for its last words
  std::string sentence;      // "web-1 ended with 1"
  std::string last_words;    // "": those of its log
};

/// What the file says of a failure of this service of the stack.
FailureAction failure_action(const State& state, const std::string& service);

/// The successor in this place is no good; where failure_action says continue it may be tried again and again
/// meanwhile.
bool has_failed(const State& state, const Service& service, std::int64_t number);

/// The first service whose failure counts: more places of it failed than max_failure_ratio allows, and its
/// failure_action is not `continue`. What ended with 0 by a restart policy that leaves it so is a one-shot,
/// as under Compose, and no failure, unless it must run on: it publishes ports, has a health check, or others
/// share its namespaces; or nothing of the stack runs any more.
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

}  // namespace stackd::decide
