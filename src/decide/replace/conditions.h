// What a service has to see hold before it may start, and what its failing may be put down to. A job that is
// done stands for what it waited for itself: whoever waits for it waits for that too, at every start.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "decide/picture/state.h"

namespace stackd::decide {

/// By the service that is waited for.
using Conditions = std::map<std::string, Dependency>;

/// The conditions of a service of the stack, where these jobs are done: in the place of each stand its own,
/// the stricter of two counts.
Conditions conditions_of(const Stack& stack, const Service& service, const std::set<std::string>& done_jobs);

/// The same, with the jobs of the release that have succeeded.
Conditions conditions_of(const State& state, const Service& service);

/// What keeps a service from starting.
struct Blocker {
  std::string service;   // the one that is waited for; "" when it is not another service
  std::string sentence;  // "postgres is not ready", small letters, no full stop
};

/// What the service waits for now: its conditions in the order of their names, then the owners of the
/// namespaces that it shares. Empty: it may start.
std::vector<Blocker> blockers(const State& state, const Service& service);

/// What the service may be ill because of: its blockers, and whatever else of its conditions is not ready for
/// a while, though it merely has to run. Empty: it is ill by itself.
std::vector<Blocker> absences(const State& state, const Service& service);

/// The service had its chance: nobody knows that it will ever be ready.
bool is_hopeless(const State& state, const Service& service);

/// Conditions that the service goes on without, because it does not require them and they are no good.
std::vector<Blocker> passed_over(const State& state, const Service& service);

}  // namespace stackd::decide
