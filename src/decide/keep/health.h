// Early readiness: the container's own health check, run by us while it starts up, because the engine's
// first probe comes only after a whole interval.
#pragma once

#include <string>
#include <vector>

#include "decide/picture/state.h"

namespace stackd::decide {

inline constexpr Duration first_probe_after = std::chrono::milliseconds(100);
/// Between two probes passes a fifth of what the start has taken so far, so that readiness is seen a fifth
/// too late at most; at least probe_pause_min, and no more than probe_pause_max.
inline constexpr Duration probe_pause_min = std::chrono::milliseconds(100);
inline constexpr Duration probe_pause_max = std::chrono::seconds(30);
/// What was ready, and has to prove itself in a rollout, is asked this often.
inline constexpr Duration probe_pause_while_watched = std::chrono::seconds(1);

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
/// watched in a rollout, and its service does not leave probing to the engine.
bool wants_probe(const State& state, const Service& service, const ObservedContainer& container);

struct ProbeOutcome {
  bool passed = false;
  bool stuck = false;  // it passed its timeout, and its process has not ended
  Duration took = Duration::zero();
  std::string output;
  bool answered = true;  // false: the engine did not carry it out
};

/// Writes the outcome into the memory of the run that was probed; the next probe comes no sooner than twice
/// the duration of this one.
void note_probe(ContainerMemory& memory, const ProbeOutcome& outcome, Time now);

/// The engine's verdict "unhealthy" may be older than our own first success: a slow start used up its
/// retries, and its next probe comes only after a whole interval. Until then the success counts.
bool is_behind(const ContainerMemory& memory, const ObservedContainer& container, Time now);
Time engine_catches_up(const ContainerMemory& memory, const ObservedContainer& container);

/// How long a container that was never ready may go on before it counts as unhealthy: the start period, at
/// least start_patience_min, four times more after each restart for that reason.
Duration start_patience(const ObservedContainer& container, std::int64_t earlier_restarts);

/// How long its own health check needs to notice a change, at most: whoever waited for a dependency to come
/// back is given so long to become healthy by itself.
Duration recovery_patience(const ObservedContainer& container);

}  // namespace stackd::decide
