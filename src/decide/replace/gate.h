// What has to succeed before anything that runs is replaced: the jobs that services of the new release wait
// for, and its pre_deploy commands, in the new images.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "decide/picture/state.h"

namespace stackd::decide {

/// The jobs of a release that belong to its gate: those that another service waits for, directly or not.
std::vector<std::string> gate_jobs(const Stack& stack);

/// The name under which the pre_deploy command of a service runs, as a job of its own.
std::string pre_deploy_job(const std::string& service);

/// Those of a release. None is a service of it: once the gate is behind it, what is left of them goes.
std::set<std::string> pre_deploy_jobs(const Stack& stack);

/// The stack as it is kept while the gate is passed: what runs stays as the current release wants it, beside
/// it stand the next release's gate jobs and what they need and does not run yet. Its release, and the job
/// runs in it, are those of `next`. `keeps_current`: the current release is to be up; else only what the
/// gate needs is. `left_out`: services of `next` that are not to run, and whose jobs are not run for them.
Target gate_view(const Target& current, const Target& next, bool keeps_current,
                 const std::set<std::string>& left_out = {});

/// Why a job of the gate will never begin: what it needs was stopped by a person, or the engine refuses it.
/// What the gate does not need is as it was before, and nothing that this release has to answer for. "" when
/// it may.
std::string gate_obstacle(const State& state);

/// One of its jobs failed, or it was given up: no other job begins.
bool is_gate_shut(const State& state);

/// The jobs whose process runs or is about to, for whichever release: nobody but their own timeout ends them.
std::vector<std::string> running_jobs(const State& state);

/// Nothing is left to wait for.
bool is_gate_passed(const Desired& desired, const Learnt& learnt);

}  // namespace stackd::decide
