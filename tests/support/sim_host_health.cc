// Health checks by the engine, and commands run inside containers, which are health checks by somebody else.
#include <algorithm>

#include "base/check.h"
#include "model/identity.h"
#include "support/sim_host.h"

namespace stackd::sim {

namespace {

constexpr std::size_t checks_told_max = 5;  // the engine's log of them holds no more

}  // namespace

bool SimHost::works(const HostContainer& container) const {
  if (!container.alive || container.hung || container.seen.state == ContainerState::paused) return false;
  if (clock_.now() - container.process_since < container.program.ready_after) return false;
  if (container.program.needs.empty()) return true;
  return std::any_of(containers_.begin(), containers_.end(), [&](const auto& entry) {
    const HostContainer& other = entry.second;
    return other.seen.project == container.seen.project && other.seen.service == container.program.needs &&
           works(other);
  });
}

bool SimHost::has_network(const HostContainer& container) const {
  if (container.namespace_of.empty()) return true;
  const HostContainer* owner = find(container.namespace_of);
  return owner != nullptr && owner->alive && owner->run == container.namespace_run;
}

void SimHost::watch_health(const HostContainer& container, Duration after) {
  if (container.seen.health_check.test.empty()) return;
  const std::string id = container.seen.id;
  const std::uint64_t run = container.run;
  const std::uint64_t life = life_;
  clock_.call_in(after, [this, id, run, life] {
    HostContainer* found = find(id);
    if (found == nullptr || found->run != run || !found->alive || !up_ || life_ != life) return;
    begin_probe(*found);
  });
}

void SimHost::begin_probe(HostContainer& container) {
  const ObservedContainer& seen = container.seen;
  if (seen.state == ContainerState::paused) return watch_health(container, seen.health_check.interval);
  const bool hangs = container.hung || container.program.probe_takes > seen.health_check.timeout;
  const std::string id = seen.id;
  const std::uint64_t run = container.run;
  const std::uint64_t life = life_;
  clock_.call_in(hangs ? seen.health_check.timeout : container.program.probe_takes,
                 [this, id, run, life, hangs, began = clock_.wall()] {
                   HostContainer* found = find(id);
                   if (found == nullptr || found->run != run || !found->alive || !up_ || life_ != life)
                     return;
                   end_probe(*found, began, !hangs && works(*found));
                   watch_health(*found, found->seen.health_check.interval);
                 });
}

void SimHost::end_probe(HostContainer& container, WallTime began, bool passed) {
  const EffectiveHealthCheck& check = container.seen.health_check;
  report(HappeningKind::probed, Order{Hand::engine, clock_.now()}, &container, passed ? "passed" : "failed");
  if (passed) {
    container.probes_failed = 0;
    container.seen.failed_checks = 0;
    container.seen.failed_checks_began.clear();
    return set_health(container, HealthState::healthy);
  }
  const bool starting_up = container.seen.health == HealthState::starting &&
                           clock_.now() - container.process_since < check.start_period;
  if (starting_up) return;
  container.seen.failed_checks = ++container.probes_failed;
  std::vector<WallTime>& told = container.seen.failed_checks_began;
  told.insert(told.begin(), began);
  if (told.size() > checks_told_max) told.pop_back();
  if (container.probes_failed >= check.retries) set_health(container, HealthState::unhealthy);
}

void SimHost::set_health(HostContainer& container, HealthState health) {
  if (container.seen.health == health) return;
  container.seen.health = health;
  report(HappeningKind::health_changed, Order{Hand::engine, clock_.now()}, &container,
         std::string(stackd::to_string(health)));
  emit(EventKind::container_health, container);
}

Result<std::string> SimHost::create_exec(const engine::ExecSpec& spec) {
  const HostContainer* container = find(spec.container_id);
  if (container == nullptr)
    return Error{ErrorKind::not_found, "no such container: " + short_id(spec.container_id)};
  if (forbids_exec) return Error{ErrorKind::forbidden, "Request forbidden by administrative rules."};
  if (container->seen.state == ContainerState::paused)
    return Error{ErrorKind::conflict, "container " + short_id(spec.container_id) + " is paused"};
  if (container->seen.state != ContainerState::running || !container->alive)
    return Error{ErrorKind::conflict, "container " + short_id(spec.container_id) + " is not running"};
  Exec exec;
  exec.container_id = container->seen.id;
  exec.run = container->run;
  std::string id = random_.hex_id(64);
  execs_.emplace(id, std::move(exec));
  return id;
}

void SimHost::run_exec(const std::string& exec_id, std::function<void(Result<std::string>)> done) {
  const auto exec = execs_.find(exec_id);
  if (exec == execs_.end()) return done(Error{ErrorKind::not_found, "no such exec instance: " + exec_id});
  if (exec->second.begun) return done(Error{ErrorKind::conflict, "exec command has already run: " + exec_id});
  HostContainer* container = find(exec->second.container_id);
  STACKD_CHECK(container != nullptr);
  if (container->run != exec->second.run || container->seen.state != ContainerState::running ||
      !container->alive)
    return done(Error{ErrorKind::conflict, "container is not running"});
  exec->second.begun = true;
  exec->second.running = true;
  exec->second.done = std::move(done);
  if (container->hung) return;
  clock_.call_in(container->program.probe_takes, [this, exec_id] {
    const auto found = execs_.find(exec_id);
    if (found == execs_.end() || !found->second.running) return;
    const HostContainer* inside = find(found->second.container_id);
    STACKD_CHECK(inside != nullptr);
    // Frozen, like the process it was to look after: it ends with the container.
    if (inside->hung || inside->seen.state == ContainerState::paused) return;
    found->second.running = false;
    found->second.exit_code = works(*inside) ? 0 : 1;
    if (auto call = std::move(found->second.done)) call(std::string("probed\n"));
  });
}

Result<engine::ExecState> SimHost::inspect_exec(const std::string& exec_id) const {
  const auto exec = execs_.find(exec_id);
  if (exec == execs_.end()) return Error{ErrorKind::not_found, "no such exec instance: " + exec_id};
  engine::ExecState state;
  state.running = exec->second.running;
  state.exit_code = exec->second.exit_code;
  return state;
}

}  // namespace stackd::sim
