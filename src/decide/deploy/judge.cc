#include "decide/deploy/judge.h"

#include <algorithm>

#include "base/mutation.h"
#include "base/text.h"
#include "decide/replace/gate.h"
#include "decide/replace/rollout.h"
#include "decide/replace/rollout_failure.h"
#include "decide/replace/settled.h"

namespace stackd::decide {
namespace {

Judgement came(DeployEvent event, std::string text) {
  return {event, DeployFailure(std::move(text))};
}

std::optional<Time> good_at(const State& state, const Watch& watch) {
  if (!is_settled(state)) return std::nullopt;
  if (former_of(state.rollout) != nullptr) return watched_until(state);
  return watch.proves_itself ? proven_at(state) : std::nullopt;
}

std::optional<Judgement> judge_answers(const State& state, const Verification* verification) {
  if (verification == nullptr) return std::nullopt;
  const std::string wrong = verify_failure(*verification, state.now);
  if (wrong.empty()) return std::nullopt;
  return came(DeployEvent::failed, wrong);
}

Judgement good(const State& state, const std::string& answered) {
  const std::string broken = join(tolerated_failures(state), "; ");
  if (broken.empty() || answered.empty()) return came(DeployEvent::good, broken + answered);
  return came(DeployEvent::good, broken + "; " + answered);
}

}  // namespace

std::optional<Judgement> judge_gate(const State& state, WallTime wall) {
  if (is_gate_passed(state.desired, state.learnt)) return came(DeployEvent::passed, {});
  if (std::optional<DeployFailure> broken = gate_failure(state, wall))
    return Judgement{DeployEvent::failed, *std::move(broken)};
  return std::nullopt;
}

Judgement judge_late_gate(const Patience& patience) {
  return came(DeployEvent::failed, "its jobs could not begin within " + to_human(patience.limit()));
}

std::optional<Judgement> judge_rollout(const State& state, WallTime wall, const Watch& watch,
                                       const Verification* verification) {
  if (std::optional<DeployFailure> broken = rolling_failure(state, wall))
    return Judgement{DeployEvent::failed, *std::move(broken)};
  if (std::optional<Judgement> wrong = judge_answers(state, verification)) return wrong;
  if (!is_settled(state)) return std::nullopt;
  const std::optional<Time> until = good_at(state, watch);
  if (until && state.now < *until) {
    if (watch.watching) return std::nullopt;
    const std::string begin = former_of(state.rollout) == nullptr
                                  ? "all runs; what has no health check has to go on for "
                                  : "all is replaced; it has to stay good for ";
    return came(DeployEvent::replaced, begin + to_human(*until - state.now));
  }
  if (watch.addresses.empty() || mutated("pages-are-not-asked")) return good(state, {});
  if (verification == nullptr) return came(DeployEvent::ready, demands(watch.addresses));
  if (!is_verified(*verification)) return std::nullopt;
  return good(state, verify_outcome(*verification));
}

Time look_again_at(const State& state, WallTime wall, const Watch& watch) {
  Time until = watch.patience.until();
  const std::optional<Time> good = good_at(state, watch);
  if (good && state.now < *good) until = std::min(until, *good);
  return last_words_until(state, wall, until);
}

Judgement judge_late(const State& state, const Watch& watch, const Verification* verification) {
  const std::vector<Unsettled> open = unsettled(state);
  std::vector<std::string> missing;
  for (const Unsettled& one : open) missing.push_back(one.sentence);
  if (verification != nullptr) missing.push_back(verify_obstacle(*verification));
  DeployFailure late("not live after " + to_human(watch.patience.limit()));
  if (!missing.empty()) late.cause += ": " + join(missing, ", ");
  for (const Unsettled& one : open) late.services.insert(one.service);
  const bool goes_on = !late.services.empty() && former_of(state.rollout) != nullptr &&
                       watch.addresses.empty() &&
                       std::all_of(late.services.begin(), late.services.end(), [&](const std::string& name) {
                         return failure_action(state, name) == FailureAction::keep_going;
                       });
  if (goes_on) return came(DeployEvent::good, late.cause + "; failure_action says continue");
  return {DeployEvent::failed, std::move(late)};
}

std::string demands(const std::vector<Verify>& addresses) {
  std::string text = "all is ready";
  for (const Verify& address : addresses) text += "; " + verify_name(address) + " " + verify_demand(address);
  return text;
}

std::string waits_for_jobs(const State& state) {
  const std::vector<std::string> jobs = running_jobs(state);
  if (jobs.empty()) return {};
  if (jobs.size() == 1) return "waits for job " + jobs.front() + ", which still runs";
  return "waits for jobs " + join(jobs, ", ") + ", which still run";
}

}  // namespace stackd::decide
