#include "decide/deploy/failure.h"

#include <algorithm>

#include "decide/replace/gate.h"
#include "decide/replace/rollout_failure.h"
#include "decide/tell/explain.h"

namespace stackd::decide {

std::optional<DeployFailure> failed_job(const State& state, WallTime wall) {
  for (const auto& [name, run] : state.learnt.jobs) {
    if (run.state != JobState::failed) continue;
    if (run.last_words.empty() && wall - run.changed_at < last_words_patience) return std::nullopt;
    DeployFailure failure(name + " failed with exit code " + std::to_string(run.exit_code) +
                          job_memory_words(state, run));
    failure.last_words = run.last_words;
    return failure;
  }
  return std::nullopt;
}

Time last_words_until(const State& state, WallTime wall, Time until) {
  for (const auto& [name, run] : state.learnt.jobs) {
    const Duration left = last_words_patience - (wall - run.changed_at);
    const bool awaited = run.state == JobState::failed && run.last_words.empty() && left > Duration::zero();
    if (awaited) until = std::min(until, state.now + left);
  }
  return until;
}

std::optional<DeployFailure> gate_failure(const State& state, WallTime wall) {
  if (std::optional<DeployFailure> job = failed_job(state, wall)) return job;
  const std::string obstacle = gate_obstacle(state);
  if (!obstacle.empty()) return DeployFailure(obstacle);
  return std::nullopt;
}

std::optional<DeployFailure> rolling_failure(const State& state, WallTime wall) {
  if (std::optional<DeployFailure> job = failed_job(state, wall)) return job;
  const std::string obstacle = rollout_obstacle(state);
  if (!obstacle.empty()) return DeployFailure(obstacle);
  const std::optional<RolloutFailure> broken = rollout_failure(state);
  if (!broken) return std::nullopt;
  DeployFailure failure(broken->sentence);
  failure.services = {broken->service};
  failure.last_words = broken->last_words;
  if (failure.last_words.empty()) failure.container_id = broken->container_id;
  return failure;
}

}  // namespace stackd::decide
