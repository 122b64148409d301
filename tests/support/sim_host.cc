#include "support/sim_host.h"

#include <algorithm>

#include "base/check.h"
#include "base/text.h"
#include "model/identity.h"

namespace stackd::sim {
namespace {

Error no_such_container(const std::string& id) {
  return {ErrorKind::not_found, "no such container: " + short_id(id)};
}

std::string policy_name(const std::string& policy) {
  return policy.substr(0, policy.find(':'));
}

}  // namespace

SimHost::SimHost(SimClock& clock, std::uint64_t seed) : clock_(clock), random_(seed) {}

HostContainer* SimHost::find(const std::string& id_or_name) {
  const auto found = containers_.find(id_or_name);
  if (found != containers_.end()) return &found->second;
  for (auto& [id, container] : containers_) {
    if (container.seen.name == id_or_name) return &container;
  }
  return nullptr;
}

const HostContainer* SimHost::find(const std::string& id_or_name) const {
  return const_cast<SimHost*>(this)->find(id_or_name);
}

void SimHost::report(HappeningKind kind, const Order& order, const HostContainer* container,
                     std::string name) {
  if (!on_happening) return;
  Happening happening;
  happening.kind = kind;
  happening.order = order;
  happening.container = container;
  happening.name = std::move(name);
  on_happening(happening);
}

Result<ObservedContainer> SimHost::inspect(const std::string& id_or_name) const {
  const HostContainer* container = find(id_or_name);
  if (container == nullptr) return no_such_container(id_or_name);
  return container->seen;
}

std::vector<engine::ContainerSummary> SimHost::list(const std::string& project) const {
  std::vector<engine::ContainerSummary> summaries;
  for (const auto& [id, container] : containers_) {
    const ObservedContainer& seen = container.seen;
    if (seen.project.empty() || (!project.empty() && seen.project != project)) continue;
    engine::ContainerSummary summary;
    summary.id = id;
    summary.name = seen.name;
    summary.project = seen.project;
    summary.service = seen.service;
    summary.state = seen.state;
    if (seen.state == ContainerState::running) summary.health = seen.health;
    summaries.push_back(std::move(summary));
  }
  return summaries;
}

Result<void> SimHost::can_start(const HostContainer& container) const {
  if (!container.namespace_of.empty()) {
    const HostContainer* owner = find(container.namespace_of);
    if (owner == nullptr) return no_such_container(container.namespace_of);
    if (owner->seen.state != ContainerState::running) {
      return Error{ErrorKind::conflict,
                   "cannot join network of a non running container: " + short_id(container.namespace_of)};
    }
  }
  for (const auto& [name, endpoint] : container.seen.networks) {
    const auto network = networks_.find(name);
    if (network == networks_.end() || network->second.id != endpoint.network_id)
      return Error{ErrorKind::not_found, "network " + short_id(endpoint.network_id) + " not found"};
  }
  for (const auto& [id, other] : containers_) {
    if (&other == &container || other.seen.state != ContainerState::running) continue;
    for (const std::string& port : container.host_ports) {
      if (std::find(other.host_ports.begin(), other.host_ports.end(), port) != other.host_ports.end()) {
        return Error{ErrorKind::unavailable,
                     "driver failed programming external connectivity: " + port + " is already allocated"};
      }
    }
  }
  return {};
}

Result<void> SimHost::start(const std::string& id, const Order& order) {
  HostContainer* container = find(id);
  if (container == nullptr) return no_such_container(id);
  if (container->seen.state == ContainerState::paused)
    return Error{ErrorKind::conflict, "cannot start a paused container, try unpause instead"};
  if (container->seen.state == ContainerState::running) return {};
  if (const Result<void> possible = can_start(*container); !possible) {
    container->seen.error = possible.error().message;
    return possible.error();
  }
  container->stopped_by_hand = false;
  container->engine_restarts = 0;
  begin_process(*container, order);
  return {};
}

// A file that is mounted by itself stays the one that it was when the process began.
void SimHost::read_folders(HostContainer& container, bool begins) const {
  container.has_read.resize(container.folders.size());
  for (std::size_t i = 0; read_folder && i < container.folders.size(); ++i) {
    const bool by_itself = ends_with(container.folders[i], ".conf");
    if (begins || !by_itself) container.has_read[i] = read_folder(container.folders[i]);
  }
}

void SimHost::begin_process(HostContainer& container, const Order& order) {
  read_folders(container, true);
  ObservedContainer& seen = container.seen;
  ++container.run;
  container.alive = true;
  container.hung = false;
  container.process_since = clock_.now();
  container.probes_failed = 0;
  container.program =
      script ? script(seen.project, seen.service, ++runs_[{seen.project, seen.service}]) : Program{};
  if (const HostContainer* owner = find(container.namespace_of); owner != nullptr)
    container.namespace_run = owner->run;
  seen.state = ContainerState::running;
  seen.pid = static_cast<std::int64_t>(1000 + random_.below(30000));
  seen.started_at = clock_.wall();
  seen.exit_code = 0;
  seen.oom_killed = false;
  seen.error.clear();
  seen.health = seen.health_check.test.empty() ? HealthState::none : HealthState::starting;
  seen.failed_checks_began.clear();
  report(HappeningKind::started, order, &container);
  emit(EventKind::container_started, container);
  if (container.program.ends_after) {
    schedule_end(container, *container.program.ends_after, container.program.exit_code, Hand::process);
  }
  watch_health(container, seen.health_check.interval);
}

void SimHost::schedule_end(const HostContainer& container, Duration after, std::int64_t exit_code,
                           Hand hand) {
  const std::string id = container.seen.id;
  const std::uint64_t run = container.run;
  const std::uint64_t life = life_;
  clock_.call_in(after, [this, id, run, exit_code, hand, life] {
    HostContainer* found = find(id);
    if (found == nullptr || found->run != run || !found->alive) return;
    // An engine that was killed meanwhile kills nothing more.
    if (hand == Hand::engine && exit_code == ended_by_kill && (life != life_ || !up_)) return;
    if (hand == Hand::process && (found->hung || found->seen.state == ContainerState::paused)) return;
    end_process(*found, exit_code, Order{hand, clock_.now()});
  });
}

void SimHost::end_process(HostContainer& container, std::int64_t exit_code, const Order& order) {
  STACKD_CHECK(container.alive);
  container.alive = false;
  container.hung = false;
  container.process_until = clock_.now();
  container.ended_with = exit_code;
  if (up_) {
    notice_end(container, exit_code);
    report(HappeningKind::died, order, &container);
    emit(EventKind::container_died, container);
  } else {
    report(HappeningKind::died, order, &container);
  }
  for (auto& [exec_id, exec] : execs_) {
    if (exec.container_id != container.seen.id || exec.run != container.run || !exec.running) continue;
    exec.running = false;
    exec.exit_code = ended_by_kill;
    if (exec.done) exec.done(std::string());
    exec.done = nullptr;
  }
  const std::string id = container.seen.id;
  const auto at_end = std::move(container.at_end);
  container.at_end.clear();
  for (const auto& call : at_end) call();
  HostContainer* left = find(id);  // whoever waited for the end may have removed it
  if (up_ && left != nullptr && !left->alive) restart_by_policy(*left);
}

void SimHost::notice_end(HostContainer& container, std::int64_t exit_code) {
  container.seen.state = ContainerState::exited;
  container.seen.exit_code = exit_code;
  container.seen.pid = 0;
  container.seen.finished_at = clock_.wall();
}

void SimHost::restart_by_policy(HostContainer& container) {
  const std::string policy = policy_name(container.seen.restart_policy);
  const bool again = policy == "always" || policy == "unless-stopped" ||
                     (policy == "on-failure" && container.seen.exit_code != 0);
  if (!again || container.stopped_by_hand || !accepting_) return;
  container.seen.state = ContainerState::restarting;
  const auto doublings = std::min<std::int64_t>(container.engine_restarts++, 9);
  const Duration pause = std::chrono::milliseconds(100) * (std::int64_t{1} << doublings);
  const std::string id = container.seen.id;
  clock_.call_in(pause, [this, id] {
    HostContainer* found = find(id);
    if (found == nullptr || found->seen.state != ContainerState::restarting || !up_) return;
    found->seen.state = ContainerState::exited;
    if (can_start(*found)) begin_process(*found, Order{Hand::engine, clock_.now()});
  });
}

void SimHost::ask_to_end(HostContainer& container, Hand hand) {
  if (container.program.ignores_term || container.hung) return;
  schedule_end(container, container.program.stop_takes, container.program.stop_code, hand);
}

void SimHost::stop(const std::string& id, std::optional<Duration> grace, const Order& order, Done done) {
  HostContainer* container = find(id);
  if (container == nullptr) return done(no_such_container(id));
  container->stopped_by_hand = true;
  if (container->seen.state == ContainerState::restarting) container->seen.state = ContainerState::exited;
  if (!container->alive) return done({});
  if (container->seen.state == ContainerState::paused) {
    container->seen.state = ContainerState::running;
    emit(EventKind::container_unpaused, *container);
  }
  report(HappeningKind::stop_asked, order, container);
  EngineEvent event;
  event.kind = EventKind::container_killed;
  event.id = container->seen.id;
  event.project = container->seen.project;
  event.service = container->seen.service;
  event.signal = "15";
  emit(event);
  container->at_end.emplace_back([done] { done({}); });
  ask_to_end(*container, order.hand);
  const Duration own = container->seen.stop_timeout_seconds
                           ? Duration(std::chrono::seconds(*container->seen.stop_timeout_seconds))
                           : default_grace;
  const std::string container_id = container->seen.id;
  const std::uint64_t run = container->run;
  const std::uint64_t life = life_;
  clock_.call_in(grace.value_or(own), [this, container_id, run, life, order, event]() mutable {
    HostContainer* found = find(container_id);
    if (found == nullptr || found->run != run || !found->alive || !up_ || life_ != life) return;
    event.signal = "9";
    emit(event);
    end_process(*found, ended_by_kill, Order{order.hand, clock_.now()});
  });
}

Result<void> SimHost::kill(const std::string& id, const std::string& signal, const Order& order) {
  HostContainer* container = find(id);
  if (container == nullptr) return no_such_container(id);
  if (!container->alive) {
    return Error{ErrorKind::conflict, "cannot kill container: " + short_id(id) + ": it is not running"};
  }
  const bool at_once = signal == "KILL" || signal == "SIGKILL" || signal == "9";
  const bool to_end = at_once || signal == "TERM" || signal == "SIGTERM" || signal == "15";
  report(HappeningKind::kill_asked, order, container, signal);
  EngineEvent event;
  event.kind = EventKind::container_killed;
  event.id = container->seen.id;
  event.project = container->seen.project;
  event.service = container->seen.service;
  event.signal = at_once ? "9" : to_end ? "15" : signal;
  emit(event);
  if (to_end) container->stopped_by_hand = true;
  if (at_once) {
    end_process(*container, ended_by_kill, order);
  } else if (to_end) {
    ask_to_end(*container, order.hand);
  } else if (!container->hung) {
    read_folders(*container, false);
  }
  return {};
}

Result<void> SimHost::remove(const std::string& id, bool force, const Order& order) {
  HostContainer* container = find(id);
  if (container == nullptr) return {};
  if (container->alive) {
    if (!force)
      return Error{ErrorKind::conflict, "cannot remove a running container " + short_id(id) +
                                            ": stop it before attempting removal or force remove"};
    container->stopped_by_hand = true;
    const Result<void> killed = kill(container->seen.id, "KILL", order);
    STACKD_CHECK(killed.ok());
  }
  const auto node = containers_.extract(container->seen.id);
  report(HappeningKind::removed, order, &node.mapped());
  emit(EventKind::container_removed, node.mapped());
  for (auto exec = execs_.begin(); exec != execs_.end();) {
    exec = exec->second.container_id == node.key() ? execs_.erase(exec) : std::next(exec);
  }
  return {};
}

Result<void> SimHost::rename(const std::string& id, const std::string& name, const Order& order) {
  HostContainer* container = find(id);
  if (container == nullptr) return no_such_container(id);
  if (container->seen.name == name)
    return Error{ErrorKind::invalid, "renaming a container with the same name as its current name"};
  if (name_taken(name))
    return Error{ErrorKind::conflict, "the container name \"/" + name + "\" is already in use"};
  container->seen.name = name;
  report(HappeningKind::renamed, order, container);
  emit(EventKind::container_renamed, *container);
  return {};
}

Result<void> SimHost::set_policy(const std::string& id, const std::string& policy, const Order& order) {
  HostContainer* container = find(id);
  if (container == nullptr) return no_such_container(id);
  container->seen.restart_policy = policy;
  report(HappeningKind::policy_changed, order, container, policy);
  emit(EventKind::container_updated, *container);
  return {};
}

Result<void> SimHost::pause(const std::string& id, const Order& order) {
  HostContainer* container = find(id);
  if (container == nullptr) return no_such_container(id);
  if (container->seen.state != ContainerState::running)
    return Error{ErrorKind::conflict, "container " + short_id(id) + " is not running"};
  container->seen.state = ContainerState::paused;
  if (!container->seen.health_check.test.empty()) {  // its checks end, and Docker calls that unhealthy
    container->seen.health = HealthState::unhealthy;
    container->probes_failed = 0;
    container->seen.failed_checks = 0;
    container->seen.failed_checks_began.clear();
  }
  report(HappeningKind::paused, order, container);
  emit(EventKind::container_paused, *container);
  return {};
}

Result<void> SimHost::unpause(const std::string& id, const Order& order) {
  HostContainer* container = find(id);
  if (container == nullptr) return no_such_container(id);
  if (container->seen.state != ContainerState::paused)
    return Error{ErrorKind::conflict, "container " + short_id(id) + " is not paused"};
  container->seen.state = ContainerState::running;
  report(HappeningKind::unpaused, order, container);
  emit(EventKind::container_unpaused, *container);
  // What was due while it stood still happens now.
  if (container->program.ends_after) {
    const Duration left = container->process_since + *container->program.ends_after - clock_.now();
    schedule_end(*container, std::max(left, Duration::zero()), container->program.exit_code, Hand::process);
  }
  return {};
}

void SimHost::crash_process(const std::string& id, std::int64_t exit_code) {
  HostContainer* container = find(id);
  if (container == nullptr || !container->alive || container->seen.state == ContainerState::paused) return;
  end_process(*container, exit_code, Order{Hand::process, clock_.now()});
}

void SimHost::hang_process(const std::string& id) {
  if (HostContainer* container = find(id); container != nullptr && container->alive) container->hung = true;
}

}  // namespace stackd::sim
