#include <algorithm>
#include <array>

#include "base/mutation.h"
#include "decide/learn/learn.h"
#include "decide/learn/outside.h"
#include "decide/picture/backoff.h"
#include "decide/picture/wanted.h"

namespace stackd::decide {
namespace {

std::string signal_name(const std::string& signal) {
  if (signal == "9" || signal == "SIGKILL" || signal == "KILL") return "KILL";
  return signal;
}

// Signals that people send to end a process, by number or name, beside the container's own stop signal.
bool is_deadly(const std::string& signal) {
  constexpr std::array<std::string_view, 12> deadly = {
      "9", "15", "2", "3", "6", "KILL", "SIGKILL", "SIGTERM", "TERM", "SIGINT", "SIGQUIT", "INT"};
  return std::find(deadly.begin(), deadly.end(), signal) != deadly.end();
}

}  // namespace

void note_event(Memory& memory, const EngineEvent& event, Time now) {
  auto found = memory.containers.find(event.id);
  if (found == memory.containers.end()) return;
  ContainerMemory& m = found->second;
  if (event.at < m.run_started_at) return;  // it speaks of an earlier run
  if (event.kind == EventKind::container_died && m.running) m.death_announced = true;
  if (event.kind == EventKind::container_oom) {
    m.out_of_memory_at = now;
    m.out_of_memory_told = false;
  }
  if (event.kind != EventKind::container_killed || m.stop.is_ours() || m.removal_is_ours) return;
  if (was_before_wanted(memory, m.service, event.at, now)) return;
  if (mutated("stops-by-others-are-crashes")) return;
  if (!is_deadly(event.signal) && event.signal != m.stop_signal) return;
  m.killed_outside_at = now;
  if (signal_name(event.signal) != "KILL") m.asked_to_stop_outside = true;
}

void note_standstill(ContainerMemory& memory, Time now) {
  memory.resumed_at = now;
  memory.probe.failures = memory.probe.missing = 0;
  memory.probe.missing_since.reset();
  memory.probe.next_at.reset();
}

void note_standstill(Memory& memory, Time now) {
  for (auto& [id, m] : memory.containers) {
    if (m.running) note_standstill(m, now);
  }
}

bool apply_event(Observed& observed, const EngineEvent& event) {
  auto found = observed.containers.find(event.id);
  if (found == observed.containers.end()) return event.kind != EventKind::container_removed;
  ObservedContainer& container = found->second;
  switch (event.kind) {
    case EventKind::container_died:
      if (event.at < container.started_at) return true;  // an older run's; the newer one is known already
      if (!runs(container)) return true;                 // the end of a run whose beginning was not seen
      container.state = ContainerState::exited;
      container.health = HealthState::none;
      container.exit_code = event.exit_code;
      container.finished_at = event.at;
      return true;
    case EventKind::container_health:
      if (container.state != ContainerState::running || event.at < container.started_at) return true;
      container.health = event.health;
      container.failed_checks.reset();
      container.failed_checks_began.clear();
      container.last_check.reset();
      return event.health == HealthState::unhealthy;  // what the check said
    case EventKind::container_removed:
      observed.containers.erase(found);
      return false;
    case EventKind::container_killed:
      return false;
    case EventKind::container_created:
    case EventKind::container_started:
    case EventKind::container_paused:
    case EventKind::container_unpaused:
    case EventKind::container_renamed:
    case EventKind::container_updated:
    case EventKind::container_oom:
    case EventKind::network_changed:
    case EventKind::volume_changed:
    case EventKind::image_changed:
      return true;
  }
  return true;
}

std::optional<Time> next_learning(const Memory& memory, const Stack& stack) {
  std::optional<Time> next;
  auto consider = [&](Time at) {
    if (!next || at < *next) next = at;
  };
  for (const auto& [service, right_since] : memory.restoring) {
    if (right_since) consider(*right_since + restoration_patience);
  }
  for (const auto& [id, m] : memory.containers) {
    if (stack.services.count(m.service) == 0) continue;
    if (m.exit_seen_at) consider(*m.exit_seen_at + event_patience);
    if (m.outside_settles_at) consider(*m.outside_settles_at);
    if (m.running && m.stop.is_inherited()) consider(m.stop.inherited_until + std::chrono::milliseconds(1));
    if (m.running && m.out_of_memory_at && !m.out_of_memory_told)
      consider(*m.out_of_memory_at + out_of_memory_settles + std::chrono::milliseconds(1));
  }
  return next;
}

void note_unwanted(Memory& memory, const std::vector<std::string>& services, Time now, WallTime wall) {
  for (const std::string& name : services) memory.unwanted[name] = {wall, now};
}

void note_wanted(Memory& memory, const std::set<std::string>& services, Time now, WallTime wall) {
  for (const std::string& name : services) {
    memory.wanted[name] = {wall, now};
    memory.unwanted.erase(name);
  }
  for (auto& [id, m] : memory.containers) {
    if (services.count(m.service) == 0) continue;
    m.outside_settles_at.reset();
    if (m.running && m.killed_outside_at) {
      m.stop.by = StopMemory::By::this_stackd;
      m.stop.purpose = StopPurpose::restart;
    }
    m.killed_outside_at.reset();
    m.asked_to_stop_outside = false;
  }
}

void forget_failures(Memory& memory, const std::set<std::string>& services) {
  auto is_meant = [&](const std::string& name) { return services.empty() || services.count(name) > 0; };
  memory.failed_steps.clear();
  for (auto& [key, replica] : memory.replicas) {
    if (is_meant(key.first)) replica = ReplicaMemory{};
  }
  for (auto& [id, m] : memory.containers) {
    if (is_meant(m.service) && !m.running && m.end == EndCause::itself) m.end = EndCause::none;
  }
}

void forget_failures_of_release(Memory& memory) {
  forget_failures(memory, {});
  memory.replicas.clear();
  for (auto& [id, m] : memory.containers) m.reload.refused.reset();
}

void note_inherited_stop(Memory& memory, const std::string& container_id, WallTime run_started_at,
                         StopPurpose purpose) {
  ContainerMemory& m = memory.containers[container_id];
  m.stop.inherited_of = run_started_at;
  m.stop.by = StopMemory::By::the_one_before;
  m.stop.purpose = purpose;
}

void note_order(Memory& memory, const Step& step) {
  if (const auto* stop = std::get_if<StopContainer>(&step.action)) {
    ContainerMemory& m = memory.containers[stop->container_id];
    m.stop.by = StopMemory::By::this_stackd;
    m.under_way = UnderWay::stop;
    m.stop.purpose = stop->purpose;
  } else if (const auto* start = std::get_if<StartContainer>(&step.action)) {
    ContainerMemory& m = memory.containers[start->container_id];
    m.start_is_ours = true;
    m.under_way = UnderWay::start;
  } else if (const auto* remove = std::get_if<RemoveContainer>(&step.action)) {
    memory.containers[remove->container_id].removal_is_ours = true;
  } else if (const auto* probe = std::get_if<ProbeContainer>(&step.action)) {
    memory.containers[probe->container_id].probe.running = true;
  } else if (const auto* create = std::get_if<CreateContainer>(&step.action)) {
    memory.creations.insert({create->service, create->number});
  }
}

void note_outcome(Memory& memory, const Action& action, const Result<void>& outcome, Time now,
                  std::uint64_t jitter) {
  const std::string resource = resource_of(action);
  if (outcome) {
    memory.failed_steps.erase(resource);
  } else {
    FailedStep& failed = memory.failed_steps[resource];
    // An engine that is away refuses nothing: its return says what it thinks of the order.
    const bool away = outcome.error().kind == ErrorKind::unavailable;
    failed.failures = away ? std::min(failed.failures + 1, refusals_max - 1) : failed.failures + 1;
    failed.next_try = now + pause_after_failed_calls(failed.failures, jitter);
    failed.error = outcome.error().message;
  }
  if (const auto* create = std::get_if<CreateContainer>(&action)) {
    const ReplicaKey key{create->service, create->number};
    memory.creations.erase(key);
    memory.perhaps_made.erase(key);
    if (outcome) memory.anonymous_volumes.erase(key);
    if (!outcome && outcome.error().kind == ErrorKind::unknown) memory.perhaps_made.insert(key);
  }
  if (const auto* start = std::get_if<StartContainer>(&action)) {
    const auto found = memory.containers.find(start->container_id);
    const bool refused = !outcome && outcome.error().kind != ErrorKind::unknown;
    if (found != memory.containers.end()) found->second.under_way = UnderWay::nothing;
    if (found != memory.containers.end() && refused) found->second.start_is_ours = false;
  }
  const auto* stop = std::get_if<StopContainer>(&action);
  if (stop == nullptr) return;
  auto found = memory.containers.find(stop->container_id);
  if (found == memory.containers.end()) return;
  found->second.under_way = UnderWay::nothing;
  // It was not carried out; of one whose answer was lost only an end that comes soon is put down to us.
  const bool refused = !outcome && (outcome.error().kind == ErrorKind::unavailable ||
                                    outcome.error().kind == ErrorKind::conflict);
  if (refused) found->second.stop.by = StopMemory::By::nobody;
}

Fact note_reloaded(Memory& memory, const ReloadContainer& reload, Time now) {
  ContainerMemory& container = memory.containers[reload.container_id];
  container.reload = {now, std::nullopt};
  container.probe.failures = 0;
  return {FactKind::reloaded,
          reload.service,
          reload.number,
          reload.container_id,
          0,
          reload.service + "-" + std::to_string(reload.number) + " was reloaded"};
}

Fact note_refused(Memory& memory, const ReloadContainer& reload, ReloadRefusal refusal) {
  Fact fact{FactKind::reload_refused,
            reload.service,
            reload.number,
            reload.container_id,
            0,
            reload.service + "-" + std::to_string(reload.number) + " could not be reloaded: " + refusal.why};
  memory.containers[reload.container_id].reload = {std::nullopt, std::move(refusal)};
  return fact;
}

}  // namespace stackd::decide
