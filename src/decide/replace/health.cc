#include "decide/replace/health.h"

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

bool is_left_to_engine(const ContainerMemory& memory, const ObservedContainer& container) {
  if (memory.probe.left_to_engine) return true;
  if (container.processes_max == 0) return false;
  return memory.probe.count >=
         std::clamp<std::int64_t>(container.processes_max / processes_per_probe, 1, probes_max);
}

bool wants_probe(const State& state, const Service& service, const ObservedContainer& container) {
  if (container.state != ContainerState::running || !has_health_check(container)) return false;
  if (service.extension.probe_by_engine || !state.memory.probes_forbidden.empty()) return false;
  const ContainerMemory* memory = memory_of(state, container.id);
  if (memory == nullptr || !memory->running || memory->stop.is_ours()) return false;
  if (is_left_to_engine(*memory, container)) return false;
  return !memory->readiness.was_ready() || is_watched(state, service, container);
}

namespace {

void note_passed(ContainerMemory& memory, Time now) {
  memory.probe.failures = 0;
  if (memory.readiness.was_ready()) return;  // it is watched; the engine's word on its health stands
  memory.readiness.at = now;
  memory.readiness.state = ReadinessMemory::State::ready;
}

void count_missing(ProbeMemory& probe, ProbeEnd end, Time now) {
  if (end != ProbeEnd::missing) {
    probe.missing = 0;
    probe.missing_since.reset();
    return;
  }
  if (++probe.missing == 1) probe.missing_since = now;
}

// Where room is scarce the pauses double, else they are a tenth of what the start has taken.
Duration pause_before_next(const ContainerMemory& memory, const ObservedContainer& container, Time now) {
  if (memory.readiness.was_ready()) return probe_pause_while_watched;
  const Duration taken = now - counts_from(memory);
  const bool scarce = container.processes_max > 0;
  return std::clamp<Duration>(scarce ? taken : taken / 10, probe_pause_min, probe_pause_max);
}

}  // namespace

void note_probe(ContainerMemory& memory, const ObservedContainer& container, const ProbeOutcome& outcome,
                Time now) {
  ProbeMemory& probe = memory.probe;
  const std::int64_t rest = outcome.took > probe_is_dear_after ? dear_probe_rest : probe_rest;
  probe.running = false;
  probe.next_at = now + std::max<Duration>(pause_before_next(memory, container, now), outcome.took * rest);
  if (outcome.end == ProbeEnd::prevented || outcome.end == ProbeEnd::forbidden) return;
  ++probe.count;
  probe.stuck = outcome.end == ProbeEnd::stuck;
  probe.last_output = outcome.output;
  count_missing(probe, outcome.end, now);
  if (outcome.end == ProbeEnd::passed || mutated("probes-always-pass")) return note_passed(memory, now);
  if (outcome.end == ProbeEnd::crowded) {  // it says nothing of the program but that there is no room
    probe.left_to_engine = true;
    return;
  }
  ++probe.failures;
}

std::optional<Time> check_breaks_at(const ContainerMemory& memory, const ObservedContainer& container) {
  if (memory.readiness.was_ready() || !memory.probe.missing_since) return std::nullopt;
  return std::max(*memory.probe.missing_since + missing_patience,
                  counts_from(memory) + container.health_check.start_period);
}

namespace {

// Where none of ours are held the engine's own tell, once it has come to its verdict.
bool engine_finds_none(const ObservedContainer& container) {
  if (container.health != HealthState::unhealthy || !container.last_check) return false;
  ProbeAnswer answer;
  answer.in_time = true;
  answer.exit_code = container.last_check->exit_code;
  answer.output = container.last_check->output;
  if (starts_with(answer.output, "OCI runtime exec failed"))
    answer.refusal = Error{ErrorKind::invalid, answer.output};
  return probe_end(answer) == ProbeEnd::missing;
}

}  // namespace

bool has_broken_check(const ContainerMemory& memory, const ObservedContainer& container, Time now) {
  if (memory.readiness.was_ready()) return false;
  if (memory.probe.count == 0 && engine_finds_none(container)) return true;
  const std::optional<Time> at = check_breaks_at(memory, container);
  return at && now >= *at && memory.probe.missing >= missing_probes_min;
}

std::string check_words(const ContainerMemory& memory, const ObservedContainer& container) {
  const std::string words = probe_words(memory.probe.last_output);
  return words.empty() && container.last_check ? probe_words(container.last_check->output) : words;
}

std::string broken_check_text(const ContainerMemory& memory, const ObservedContainer& container) {
  return "its health check can't be run: " + check_words(memory, container);
}

Time counts_from(const ContainerMemory& memory) {
  return std::max(memory.run_seen_at, memory.resumed_at.value_or(memory.run_seen_at));
}

Time engine_catches_up(const ContainerMemory& memory, const ObservedContainer& container) {
  const Time success =
      memory.readiness.at + container.health_check.interval + container.health_check.timeout + verdict_slack;
  if (!memory.resumed_at) return success;
  return std::max(success, *memory.resumed_at + recovery_patience(container) + verdict_slack);
}

namespace {

// As many checks as make the verdict began after the service was seen to be ready. Of a check that needs more
// failures than the engine tells of, time alone says so.
bool has_failed_since(const ContainerMemory& memory, const ObservedContainer& container) {
  if (memory.readiness.told == ReadinessMemory::Told::nothing) return false;
  const auto& began = container.failed_checks_began;
  return std::count_if(began.begin(), began.end(), [&](WallTime at) {
           return at >= memory.readiness.told_at;
         }) >= container.health_check.retries;
}

}  // namespace

bool is_behind(const ContainerMemory& memory, const ObservedContainer& container, Time now) {
  if (!memory.readiness.was_ready() || now >= engine_catches_up(memory, container)) return false;
  if (memory.resumed_at) return true;
  return !memory.readiness.engine_said_healthy && !has_failed_since(memory, container);
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
