#include "decide/deploy/way_back.h"

#include <algorithm>

#include "base/mutation.h"
#include "decide/replace/rollout_failure.h"

namespace stackd::decide {
namespace {

// A rollback runs no job, so what counts as done of it did nothing.
std::string undoable_job(const State& state, const Past& past) {
  for (const auto& [name, service] : state.desired.stack->services) {
    const bool ran = job_state(state, name) == JobState::succeeded && past.copied_from == 0;
    if (!service.extension.migration_reversible && ran) return name;
  }
  return {};
}

}  // namespace

bool has_way_back(const Past& past) {
  return past.former != 0 && past.former != past.release && past.former_was_live;
}

WayBack way_back(const Past& past) {
  return has_way_back(past) && past.current == past.release ? WayBack::open : WayBack::none;
}

WayBackChoice way_back_after_failure(const State& state, const Past& past,
                                     const std::set<std::string>& services) {
  if (way_back(past) == WayBack::none || mutated("failed-releases-stay")) return {};
  const std::string job = undoable_job(state, past);
  if (!job.empty())
    return {WayBack::undecided,
            job +
                " has run and can't be undone (migration: {reversible: false}): what ran before may not "
                "understand its data"};
  const bool asked = std::any_of(services.begin(), services.end(), [&](const std::string& name) {
    return failure_action(state, name) == FailureAction::pause;
  });
  if (asked) return {WayBack::undecided, "failure_action says pause"};
  return {WayBack::open, {}};
}

}  // namespace stackd::decide
