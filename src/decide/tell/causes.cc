#include "decide/tell/causes.h"

#include <algorithm>
#include <set>
#include <utility>

#include "decide/replace/conditions.h"
#include "decide/replace/refused.h"
#include "decide/replace/replica.h"
#include "decide/tell/explain.h"
#include "model/service_state.h"

namespace stackd::decide {
namespace {

std::string predicate_of(ServiceState state) {
  return (state == ServiceState::job_failed ? "has " : "is ") + state_words(state);
}

// Of what is not up by order or for good; else a service may be down for what it waits for.
bool is_down_for_good(ServiceState state) {
  switch (state) {
    case ServiceState::created:
    case ServiceState::paused:
    case ServiceState::ended:
    case ServiceState::stopped:
    case ServiceState::stopped_outside:
    case ServiceState::job_failed:
      return true;
    case ServiceState::not_created:
    case ServiceState::waiting:
    case ServiceState::starting:
    case ServiceState::ready:
    case ServiceState::running:
    case ServiceState::stopping:
    case ServiceState::unhealthy:
    case ServiceState::crash_looping:
    case ServiceState::job_waiting:
    case ServiceState::job_running:
    case ServiceState::job_done:
    case ServiceState::unknown:
      return false;
  }
  return false;
}

bool waits(ServiceState state) {
  return state == ServiceState::not_created || state == ServiceState::waiting ||
         state == ServiceState::job_waiting;
}

// Then what it waits for as well is not why.
bool is_its_own_cause(const State& state, const Service& service, ServiceState found) {
  if (is_down_for_good(found) || found == ServiceState::job_done) return true;
  if (!waits(found)) return false;
  return !hindrance_of(state, service).empty();
}

// A job's last words are remembered.
std::string log_that_tells(const State& state, const Service& service, ServiceState found) {
  const bool failed =
      found == ServiceState::waiting || found == ServiceState::crash_looping || found == ServiceState::ended;
  if (!failed || is_job(*state.desired.stack, service)) return {};
  for (const std::int64_t number : replica_numbers(state, service)) {
    const ObservedContainer* container = replica_at(state, service, number);
    if (container != nullptr && container->state == ContainerState::exited && container->exit_code != 0)
      return container->id;
  }
  return {};
}

void follow(const State& state, const Service& service, std::set<std::string>& seen,
            std::vector<Cause>& out) {
  if (!seen.insert(service.name).second) return;
  Explanation found = explain(state, service);
  std::string line = service.name + " " + predicate_of(found.state);
  if (!found.why.empty()) line += ": " + found.why;
  out.push_back({line + ".", log_that_tells(state, service, found.state)});
  auto run = state.learnt.jobs.find(service.name);
  if (run != state.learnt.jobs.end() && run->second.state == JobState::failed &&
      !run->second.last_words.empty()) {
    out.push_back({last_lines_text(run->second.last_words), {}});
  }
  if (is_its_own_cause(state, service, found.state)) return;
  for (const Blocker& blocker : absences(state, service)) {
    auto other = state.desired.stack->services.find(blocker.service);
    if (other != state.desired.stack->services.end()) follow(state, other->second, seen, out);
  }
}

bool is_stuck(const State& state, const Service& service, std::set<std::string>& seen);

// Also what may come up yet, but has not so far.
bool is_waited_for_in_vain(const State& state, const Service& service, std::set<std::string>& seen) {
  const ServiceState found = explain(state, service).state;
  return is_down_for_good(found) || found == ServiceState::crash_looping || is_stuck(state, service, seen);
}

// What depends on it stops first.
bool stops_after_stuck(const State& state, const Service& service, std::set<std::string>& seen) {
  const auto& all = state.desired.stack->services;
  return std::any_of(all.begin(), all.end(), [&](const auto& other) {
    const std::vector<std::string> owners = namespace_owners(other.second);
    const bool needs = other.second.depends_on.count(service.name) > 0 ||
                       std::find(owners.begin(), owners.end(), service.name) != owners.end();
    return needs && explain(state, other.second).state == ServiceState::stopping &&
           is_stuck(state, other.second, seen);
  });
}

bool is_stuck(const State& state, const Service& service, std::set<std::string>& seen) {
  if (!seen.insert(service.name).second) return false;
  const ServiceState found = explain(state, service).state;
  const bool goes_down = found == ServiceState::stopping || found == ServiceState::stopped;
  if (!waits(found) && !goes_down) return false;
  if (!refused(state, {service.name}).empty()) return true;
  if (goes_down) return found == ServiceState::stopping && stops_after_stuck(state, service, seen);
  if (!missing_external(state, service).empty()) return true;
  const std::vector<Blocker> found_blockers = blockers(state, service);
  return std::any_of(found_blockers.begin(), found_blockers.end(), [&](const Blocker& blocker) {
    const auto other = state.desired.stack->services.find(blocker.service);
    return other != state.desired.stack->services.end() && is_waited_for_in_vain(state, other->second, seen);
  });
}

}  // namespace

bool is_stuck(const State& state, const Service& service) {
  std::set<std::string> seen;
  return is_stuck(state, service, seen);
}

std::string last_lines_text(const std::string& words) {
  return "The last lines of its log:\n" + words;
}

std::vector<Cause> causal_chain(const State& state, const Service& service) {
  std::vector<Cause> out;
  std::set<std::string> seen;
  follow(state, service, seen, out);
  return out;
}

}  // namespace stackd::decide
