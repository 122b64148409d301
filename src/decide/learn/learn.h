// From what is observed to what happened: which runs began and ended, by whose hand, what became ready.
// Learning is the only place that writes a keeper's memory from observations; it decides no step, but says
// in facts what is worth a line in the journal or a row in the store.
//
// How the end of a run is told:
//   we had asked for it                                  ours
//   others sent it a deadly signal through the engine    outside (after KILL: unless it vanishes at once)
//   the engine was started anew since it ran             engine_down
//   otherwise                                            itself
#pragma once

#include <set>
#include <string>
#include <vector>

#include "decide/picture/state.h"
#include "model/event.h"
#include "model/plan.h"

namespace stackd::decide {

enum class FactKind {
  started,
  ready,
  unhealthy,
  recovered,
  ended,           // by itself; the sentence says how
  ended_for_good,  // … and its policy says never again
  crash_looping,
  stopped_outside,
  started_outside,
  removed_outside,
  changed_outside,
  reloaded,
  reload_refused,
  check_fails,    // while it starts; once in a run
  out_of_memory,  // of a process in it; it lives on
  interrupted,    // by the end of the engine or of the host
  job_running,
  job_succeeded,
  job_failed,
  former_job_ended,  // of another release; its container's id is in Learnt::former_jobs
};

std::string_view to_string(FactKind kind);

struct Fact {
  FactKind kind = FactKind::started;
  std::string service;
  std::int64_t number = 0;
  std::string container_id;
  std::int64_t exit_code = 0;
  std::string sentence;  // "web-1 is ready after 1.2s"
};

struct LearnInput {
  const Target& target;
  const Wishes& wishes;
  const Observed& observed;
  Time now;
  WallTime wall;
  bool engine_restarted = false;  // what ended since we last looked ended with the engine
  std::uint64_t jitter = 0;
};

/// Brings the memory up to date and returns what happened since the last call, in order of services.
std::vector<Fact> learn(Memory& memory, const LearnInput& input);

/// What an event says that no later look at the engine would: who sent a signal, that a death was announced.
void note_event(Memory& memory, const EngineEvent& event, Time now);

/// It stood still until now, or all of them did: its container was paused, the machine asleep, stackd
/// stopped. What was judged before does not count, and what was waited for is waited for anew.
void note_standstill(ContainerMemory& memory, Time now);
void note_standstill(Memory& memory, Time now);

/// Applies to the observation what the event alone says for certain (died, health); true when the rest of
/// the container must be looked at again.
bool apply_event(Observed& observed, const EngineEvent& event);

/// When learn must be called again although nothing is reported; absent: no need.
/// What is remembered of services that are not in the stack waits: a gate keeps a part of it only.
std::optional<Time> next_learning(const Memory& memory, const Stack& stack);

/// Somebody wants these services up: what ended before does not count any more, whoever ended it, nor do
/// stops by other hands that are not on record yet, or not yet complete.
void note_wanted(Memory& memory, const std::set<std::string>& services, Time now, WallTime wall);

/// The same order tries again what failed: how often these failed, how they ended and what the engine refused
/// does not count any more. None named: all.
void forget_failures(Memory& memory, const std::set<std::string>& services);

/// Another release is kept from now on: the same of all, and of reloads that were refused.
void forget_failures_of_release(Memory& memory);

/// Somebody wants these services stopped: what others started before does not count any more.
void note_unwanted(Memory& memory, const std::vector<std::string>& services, Time now, WallTime wall);

/// The stackd before this one had ordered this run of the container to end, and no more is known.
void note_inherited_stop(Memory& memory, const std::string& container_id, WallTime run_started_at,
                         StopPurpose purpose);

/// To be called when an order begins, so that its effects are known as ours.
void note_order(Memory& memory, const Step& step);

/// To be called when it has ended; a failure is remembered with the time of the next try.
void note_outcome(Memory& memory, const Action& action, const Result<void>& outcome, Time now,
                  std::uint64_t jitter);

/// To be called when the engine has said how a reload went.
Fact note_reloaded(Memory& memory, const ReloadContainer& reload, Time now);
Fact note_refused(Memory& memory, const ReloadContainer& reload, ReloadRefusal refusal);

}  // namespace stackd::decide
