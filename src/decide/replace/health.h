// Early readiness: the container's own health check, run by us while it starts up, because the engine's
// first probe comes only after a whole interval.
#pragma once

#include <string>
#include <vector>

#include "decide/picture/state.h"
#include "decide/replace/probe_end.h"

namespace stackd::decide {

inline constexpr Duration first_probe_after = std::chrono::milliseconds(50);
/// Between two probes passes a tenth of what the start has taken so far, so that readiness is seen a tenth
/// too late at most; at least probe_pause_min, and no more than probe_pause_max.
inline constexpr Duration probe_pause_min = std::chrono::milliseconds(50);
inline constexpr Duration probe_pause_max = std::chrono::seconds(30);
/// What was ready, and has to prove itself in a rollout, is asked this often.
inline constexpr Duration probe_pause_while_watched = std::chrono::seconds(1);
/// The pause after a probe, in durations of it. One that takes longer than probe_is_dear_after costs much, or
/// meets a machine that has much to do.
inline constexpr std::int64_t probe_rest = 1;
inline constexpr std::int64_t dear_probe_rest = 4;
inline constexpr Duration probe_is_dear_after = std::chrono::milliseconds(100);
/// So many processes of a container's limit are there for each early probe, and so many probes at most.
inline constexpr std::int64_t processes_per_probe = 8;
inline constexpr std::int64_t probes_max = 12;
/// See has_broken_check().
inline constexpr std::int64_t missing_probes_min = 5;
/// After so many in a row people are told that it can't be run …
inline constexpr std::int64_t check_told_after = 3;
/// … and after so long that it fails.
inline constexpr Duration failing_check_told_after = std::chrono::seconds(10);
inline constexpr Duration missing_patience = std::chrono::seconds(20);

/// A command for exec that asks what the health check asks.
struct ProbeCommand {
  std::vector<std::string> command;
  Environment environment;
  Duration timeout = std::chrono::seconds(30);
};

/// The check's test with its shell. A `pg_isready` that names no host is given PGHOST=127.0.0.1: during
/// initdb the official image answers on the socket only, and would be called ready too soon.
ProbeCommand probe_command(const ObservedContainer& container);

/// A check that passes too soon when it is asked as it stands, which is how the engine asks it (since version
/// 25 every 5 s from the start on): a `pg_isready` that names no host. Until our own probe has passed in this
/// run the engine's "healthy" does not count.
bool passes_too_soon(const ObservedContainer& container);

/// Whether we probe this container at all now: it runs, has a check, has not been ready in this run or is
/// watched in a rollout, and probing is not left to the engine: by its service, by its limits, or because
/// nobody may run commands in containers.
bool wants_probe(const State& state, const Service& service, const ObservedContainer& container);

/// Writes the outcome into the memory of the run that was probed. The next probe comes no sooner than
/// probe_rest times the duration of this one (dear_probe_rest), so that a check that is dear does not slow
/// down the start that it watches. What prevented or forbade a probe says nothing about the container.
void note_probe(ContainerMemory& memory, const ObservedContainer& container, const ProbeOutcome& outcome,
                Time now);

/// The container has a limit of processes, and what a probe leaves behind (children that its first process
/// never reaps) counts towards it. So there are few early probes in a run of it, at pauses that double; none
/// after one that found no room. Beyond that the engine's own checks tell, as they would under Compose.
bool is_left_to_engine(const ContainerMemory& memory, const ObservedContainer& container);

/// Its health check can't be run: every probe of this run, missing_probes_min at least and over
/// missing_patience and the start period at least, ended because the command is not there. A program that the
/// container installs while it starts has that long to appear; one probe that ran it, whatever came of it,
/// begins the count anew.
bool has_broken_check(const ContainerMemory& memory, const ObservedContainer& container, Time now);
/// When that would be so, if nothing else comes; absent: the last probe ran its command.
std::optional<Time> check_breaks_at(const ContainerMemory& memory, const ObservedContainer& container);
/// What the last check said, ours or the engine's, in its last line; "" when it said nothing.
std::string check_words(const ContainerMemory& memory, const ObservedContainer& container);
/// "its health check can't be run: …", with the words of whoever said so.
std::string broken_check_text(const ContainerMemory& memory, const ObservedContainer& container);

/// The engine's verdict "unhealthy" may be older than what is known better, and does not count until then:
///   our own first success     a slow start used up its retries, its next check comes only after an interval;
///                             unless as many checks as it takes began after it, and failed
///   the end of a standstill   a pause fails the checks, and the verdict stays until the next one
bool is_behind(const ContainerMemory& memory, const ObservedContainer& container, Time now);
Time engine_catches_up(const ContainerMemory& memory, const ObservedContainer& container);

/// When the run began, or went on after it had stood still: patience counts from then.
Time counts_from(const ContainerMemory& memory);

/// How long a container that was never ready may go on before it counts as unhealthy: the start period, at
/// least start_patience_min, four times more after each restart for that reason.
Duration start_patience(const ObservedContainer& container, std::int64_t earlier_restarts);

/// How long its own health check needs to notice a change, at most: whoever waited for a dependency to come
/// back is given so long to become healthy by itself.
Duration recovery_patience(const ObservedContainer& container);

}  // namespace stackd::decide
