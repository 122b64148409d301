// What people are told about a service: one word, one sentence.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "decide/picture/state.h"
#include "model/service_state.h"

namespace stackd::decide {

struct Explanation {
  ServiceState state = ServiceState::unknown;
  std::string why;               // "" when all is as it should be
  std::optional<Time> next_try;  // when it is started again by itself
};

Explanation explain(const State& state, const Service& service);

/// The services that begin only when the gate is behind their release. Empty where there is no gate.
std::vector<std::string> behind_the_gate(const State& state);
/// Of one of them, why it does not run.
std::string gate_words(const State& state);

/// ": out of memory, its limit is 64 MiB" of a job's run that the engine says so of; else "".
std::string job_memory_words(const State& state, const JobRun& run);

/// How often its places were filled again after a failure, since the current release or the last start by a
/// person.
std::int64_t restarts_of(const State& state, const std::string& service);

/// Why it can't be made or started, whatever it waits for: what is missing_external(), or what the engine
/// said when it refused the last try; "" when nothing is in the way.
std::string hindrance_of(const State& state, const Service& service);

/// "external network traffic does not exist", of a network or volume that others have to make; else "".
std::string missing_external(const State& state, const Service& service);

}  // namespace stackd::decide
