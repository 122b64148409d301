#include "daemon/keep/keeper_orders.h"

#include <optional>
#include <set>
#include <utility>

#include "base/mutation.h"
#include "base/text.h"
#include "decide/keep/order.h"

namespace stackd::daemon {

Result<void> KeeperOrders::check_services(const std::vector<std::string>& services) const {
  if (!stack_.desired)
    return Error{ErrorKind::not_found,
                 "stack " + stack_.record.name + " has no release yet; deploy it first"};
  std::vector<std::string> known;
  for (const auto& [name, service] : stack_.desired->stack->services) known.push_back(name);
  for (const std::string& name : services) {
    if (stack_.desired->stack->services.count(name) > 0) continue;
    std::string meant = nearest(name, known);
    return Error{ErrorKind::not_found, "stack " + stack_.record.name + " has no service " + name +
                                           (meant.empty() ? "" : "; did you mean " + meant + "?")};
  }
  return {};
}

Result<void> KeeperOrders::start_services(const std::vector<std::string>& services) {
  return start_wanted(services, false);
}

Result<void> KeeperOrders::start_deployed() {
  return start_wanted({}, true);
}

Result<void> KeeperOrders::start_wanted(const std::vector<std::string>& services, bool respect_stops) {
  Result<void> known = check_services(services);
  if (!known) return known;
  const decide::Wishes before = stack_.wishes;
  stack_.wishes.stack = StackWish::running;
  stack_.wish_at_gate.reset();
  stack_.wishes.remove_volumes = false;
  std::set<std::string> named(services.begin(), services.end());
  if (named.empty()) {
    if (respect_stops) {
      forget_passing_stops(stack_);
    } else {
      stack_.wishes.stopped.clear();
    }
    stack_.wishes.ended.clear();
  }
  if (!named.empty() && before.stack != StackWish::running) {  // the rest stays as it was: down
    for (const auto& [name, service] : stack_.desired->stack->services) {
      if (!is_job(*stack_.desired->stack, service)) stack_.wishes.stopped.emplace(name, ServiceStop::rest);
    }
    for (const std::string& name : decide::with_dependencies(*stack_.desired->stack, services))
      stack_.wishes.stopped.erase(name);
  }
  for (const std::string& name : named) {
    stack_.wishes.stopped.erase(name);
    stack_.wishes.ended.erase(name);
  }
  Result<void> stored = store_record(edges_.store, stack_);
  if (!stored) {
    stack_.wishes = before;
    return stored;
  }
  for (auto& [name, run] : stack_.desired->jobs) {
    const bool again = run.state == JobState::failed && (named.empty() || named.count(name) > 0);
    if (!again) continue;
    Result<void> kept = forget_run(run);
    if (!kept) return kept;
  }
  ledgers_.gate_stops.forget(services);
  note_wanted(named);
  stack_.memory.failed_steps.clear();
  for (auto& [key, replica] : stack_.memory.replicas) {
    if (named.empty() || named.count(key.first) > 0) replica = decide::ReplicaMemory{};
  }
  bell_.ring();
  return {};
}

void KeeperOrders::note_wanted(std::set<std::string> services) {
  if (services.empty()) {
    for (const auto& [name, service] : stack_.desired->stack->services) {
      if (stack_.wishes.stopped.count(name) == 0) services.insert(name);
    }
  }
  ledgers_.wanted.note_wanted(stack_.memory, services, edges_.clock.now(), edges_.clock.wall());
}

Result<void> KeeperOrders::forget_run(JobRun& run) {
  run.state = JobState::none;
  run.container_id.clear();
  return edges_.store.put_job_run(run);
}

Result<void> KeeperOrders::stop_services(const std::vector<std::string>& services) {
  Result<void> known = check_services(services);
  if (!known) return known;
  const decide::Wishes before = stack_.wishes;
  if (services.empty()) stack_.wishes.stack = StackWish::stopped;
  for (const std::string& name : services) stack_.wishes.stopped[name] = ServiceStop::person;
  Result<void> stored;
  if (!mutated("stops-are-not-stored")) stored = store_record(edges_.store, stack_);
  if (!stored) stack_.wishes = before;
  if (stored) decide::note_unwanted(stack_.memory, services, edges_.clock.now(), edges_.clock.wall());
  bell_.ring();
  return stored;
}

Result<void> KeeperOrders::restart_services(const std::vector<std::string>& services) {
  Result<void> known = check_services(services);
  if (!known) return known;
  Result<void> wanted = start_services(services);
  if (!wanted) return wanted;
  std::set<std::string> named(services.begin(), services.end());
  for (const auto& [id, container] : stack_.observed.containers) {
    auto service = stack_.desired->stack->services.find(container.service);
    if (container.oneoff || service == stack_.desired->stack->services.end()) continue;
    if (is_job(*stack_.desired->stack, service->second)) continue;
    if (!named.empty() && named.count(container.service) == 0) continue;
    if (container.state != ContainerState::running) continue;
    steps_.launch(
        Step{StopContainer{id, container.service, StopPurpose::restart}, "a restart was asked for"});
  }
  return {};
}

Result<void> KeeperOrders::take_down(bool volumes) {
  Result<void> known = check_services({});
  if (!known) return known;
  const decide::Wishes before = stack_.wishes;
  stack_.wishes.stack = StackWish::down;
  stack_.wishes.remove_volumes = volumes;
  Result<void> stored = store_record(edges_.store, stack_);
  if (!stored) stack_.wishes = before;
  if (stored && volumes) {  // what the jobs did to the data goes with it
    for (auto& [name, run] : stack_.desired->jobs) {
      Result<void> forgotten = forget_run(run);
      if (!forgotten) return forgotten;
    }
  }
  view_.look_at_all();
  bell_.ring();
  return stored;
}

void KeeperOrders::take_origin(const ReleaseSource& source) {
  stack_.record.working_dir = source.working_dir;
  stack_.record.config_files = source.config_files;
  stack_.record.profiles = source.profiles;
}

Result<void> KeeperOrders::note_origin(const ReleaseSource& source) {
  take_origin(source);
  return store_record(edges_.store, stack_);
}

Result<void> KeeperOrders::leave_down(const std::map<std::string, ServiceStop>& services) {
  const decide::Wishes before = stack_.wishes;
  stack_.wishes.stopped.insert(services.begin(), services.end());
  Result<void> stored = store_record(edges_.store, stack_);
  if (!stored) stack_.wishes = before;
  return stored;
}

}  // namespace stackd::daemon
