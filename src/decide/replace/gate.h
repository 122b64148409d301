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

struct GateScope {
  bool keeps_current = true;              // the current release is to be up; else only what the gate needs is
  std::set<std::string> left_out;         // services of the next release that no job is run for
  std::set<std::string> brought_forward;  // of what the jobs need: see to_bring_forward()
};

/// The stack as it is kept while the gate is passed: what runs stays as the current release wants it, beside
/// it stand the next release's gate jobs and what they need and does not run yet. Its release, and the job
/// runs in it, are those of `next`. Of what the jobs need this is replaced before they begin: what gets
/// another volume, where else they would fill the one that is left behind; and what is brought forward.
Target gate_view(const Target& current, const Target& next, const GateScope& scope);

/// What a gate's jobs wait for in vain, and the next release has otherwise: to wait on is no use. `state` is
/// one of the gate.
std::set<std::string> to_bring_forward(const State& state, const Target& next);

/// The services without which the jobs of a gate's stack can't run, and these jobs.
std::set<std::string> needed_by_jobs(const Stack& view);

/// "migrate waits: postgres is not ready yet"; "" when every job has begun.
std::string waits_of_gate(const State& state);

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
