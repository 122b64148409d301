#include "decide/keep/health.h"

#include <algorithm>

#include "base/mutation.h"
#include "base/text.h"
#include "decide/replace/rollout.h"

namespace stackd::decide {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t patience_doublings_max = 5;
/// For a verdict to be reached and to reach us.
constexpr Duration verdict_slack = 2s;

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

bool asks_pg_isready(const std::vector<std::string>& test) {
  constexpr std::string_view word = "pg_isready";
  return std::any_of(test.begin(), test.end(), [&](const std::string& part) {
    for (std::size_t at = part.find(word); at != std::string::npos; at = part.find(word, at + 1)) {
      const std::size_t end = at + word.size();
      const bool starts = at == 0 || !is_name_char(part[at - 1]);
      if (starts && (end == part.size() || !is_name_char(part[end]))) return true;
    }
    return false;
  });
}

bool names_host(const std::vector<std::string>& test) {
  return std::any_of(test.begin(), test.end(), [](const std::string& part) {
    if (starts_with(part, "-h") || starts_with(part, "--host")) return true;
    return part.find(" -h") != std::string::npos || part.find("--host") != std::string::npos ||
           part.find("PGHOST") != std::string::npos || part.find("host=") != std::string::npos;
  });
}

}  // namespace

ProbeCommand probe_command(const ObservedContainer& container) {
  const std::vector<std::string>& test = container.health_check.test;
  ProbeCommand probe;
  probe.timeout = container.health_check.timeout;
  const bool by_shell = !test.empty() && test.front() == "CMD-SHELL";
  if (by_shell) {
    probe.command = container.shell.empty() ? std::vector<std::string>{"/bin/sh", "-c"} : container.shell;
  }
  if (!test.empty()) probe.command.insert(probe.command.end(), test.begin() + 1, test.end());
  if (passes_too_soon(container)) probe.environment["PGHOST"] = "127.0.0.1";
  return probe;
}

bool passes_too_soon(const ObservedContainer& container) {
  const std::vector<std::string>& test = container.health_check.test;
  return asks_pg_isready(test) && !names_host(test) && container.environment.count("PGHOST") == 0;
}

bool wants_probe(const State& state, const Service& service, const ObservedContainer& container) {
  if (container.state != ContainerState::running || !has_health_check(container)) return false;
  if (service.extension.probe_by_engine) return false;
  const ContainerMemory* memory = memory_of(state, container.id);
  if (memory == nullptr || !memory->running || memory->stop_is_ours) return false;
  return !memory->was_ready || is_watched(state, service, container);
}

void note_probe(ContainerMemory& memory, const ProbeOutcome& outcome, Time now) {
  ProbeMemory& probe = memory.probe;
  probe.running = false;
  probe.stuck = outcome.stuck;
  probe.last_output = outcome.output;
  if (outcome.passed || mutated("probes-always-pass")) {
    probe.failures = 0;
    if (memory.was_ready) {  // it is watched; the engine's word on its health stands
      probe.next_at = now + std::max<Duration>(probe_pause_while_watched, outcome.took * 2);
      return;
    }
    if (!memory.ready) memory.ready_at = now;
    memory.ready = true;
    memory.was_ready = true;
    return;
  }
  if (outcome.answered) ++probe.failures;
  if (memory.was_ready) {
    probe.next_at = now + std::max<Duration>(probe_pause_while_watched, outcome.took * 2);
    return;
  }
  const Duration pause =
      std::clamp<Duration>((now - memory.run_seen_at) / 5, probe_pause_min, probe_pause_max);
  probe.next_at = now + std::max<Duration>(pause, outcome.took * 2);
}

Time engine_catches_up(const ContainerMemory& memory, const ObservedContainer& container) {
  return memory.ready_at + container.health_check.interval + container.health_check.timeout + verdict_slack;
}

bool is_behind(const ContainerMemory& memory, const ObservedContainer& container, Time now) {
  return memory.was_ready && !memory.engine_said_healthy && now < engine_catches_up(memory, container);
}

Duration start_patience(const ObservedContainer& container, std::int64_t earlier_restarts) {
  Duration patience = std::max(container.health_check.start_period, start_patience_min);
  for (std::int64_t i = 0; i < std::min(earlier_restarts, patience_doublings_max); ++i) patience *= 4;
  return patience;
}

Duration recovery_patience(const ObservedContainer& container) {
  const EffectiveHealthCheck& check = container.health_check;
  return (check.interval + check.timeout) * std::max<std::int64_t>(check.retries, 2);
}

}  // namespace stackd::decide
