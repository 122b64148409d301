// Orders to a keeper: each changes what is wished, is stored, and wakes the loop.
#include <optional>
#include <set>
#include <utility>

#include "base/mutation.h"
#include "base/text.h"
#include "daemon/keep/stack_keeper.h"
#include "decide/keep/order.h"

namespace stackd::daemon {

Result<void> StackKeeper::check_services(const std::vector<std::string>& services) const {
  if (!desired_)
    return Error{ErrorKind::not_found, "stack " + record_.name + " has no release yet; deploy it first"};
  std::vector<std::string> known;
  for (const auto& [name, service] : desired_->stack->services) known.push_back(name);
  for (const std::string& name : services) {
    if (desired_->stack->services.count(name) > 0) continue;
    std::string meant = nearest(name, known);
    return Error{ErrorKind::not_found, "stack " + record_.name + " has no service " + name +
                                           (meant.empty() ? "" : "; did you mean " + meant + "?")};
  }
  return {};
}

Result<void> StackKeeper::start_services(const std::vector<std::string>& services) {
  return start_wanted(services, false);
}

Result<void> StackKeeper::start_deployed() {
  return start_wanted({}, true);
}

Result<void> StackKeeper::start_wanted(const std::vector<std::string>& services, bool respect_stops) {
  Result<void> known = check_services(services);
  if (!known) return known;
  const decide::Wishes before = wishes_;
  wishes_.stack = StackWish::running;
  wish_at_gate_.reset();
  wishes_.remove_volumes = false;
  std::set<std::string> named(services.begin(), services.end());
  if (named.empty()) {
    if (respect_stops) {
      forget_passing_stops();
    } else {
      wishes_.stopped.clear();
    }
    wishes_.ended.clear();
  }
  if (!named.empty() && before.stack != StackWish::running) {  // the rest stays as it was: down
    for (const auto& [name, service] : desired_->stack->services) {
      if (!is_job(*desired_->stack, service)) wishes_.stopped.emplace(name, ServiceStop::rest);
    }
    for (const std::string& name : decide::with_dependencies(*desired_->stack, services))
      wishes_.stopped.erase(name);
  }
  for (const std::string& name : named) {
    wishes_.stopped.erase(name);
    wishes_.ended.erase(name);
  }
  Result<void> stored = store_record();
  if (!stored) {
    wishes_ = before;
    return stored;
  }
  for (auto& [name, run] : desired_->jobs) {
    const bool again = run.state == JobState::failed && (named.empty() || named.count(name) > 0);
    if (!again) continue;
    Result<void> kept = forget_run(run);
    if (!kept) return kept;
  }
  ledgers_.gate_stops.forget(services);
  note_wanted(named);
  memory_.failed_steps.clear();
  for (auto& [place, slot] : memory_.slots) {
    if (named.empty() || named.count(place.first) > 0) slot = decide::SlotMemory{};
  }
  wake_now();
  return {};
}

void StackKeeper::note_wanted(std::set<std::string> services) {
  if (services.empty()) {
    for (const auto& [name, service] : desired_->stack->services) {
      if (wishes_.stopped.count(name) == 0) services.insert(name);
    }
  }
  ledgers_.wanted.note_wanted(memory_, services, edges_.clock.now(), edges_.clock.wall());
}

Result<void> StackKeeper::forget_run(JobRun& run) {
  run.state = JobState::none;
  run.container_id.clear();
  return edges_.store.put_job_run(run);
}

// A deploy ends the stops by other hands, and those of jobs: a stop ends a run of a job, and does not forbid
// it to the next release, which could not go live without it.
void StackKeeper::forget_passing_stops() {
  for (auto it = wishes_.stopped.begin(); it != wishes_.stopped.end();) {
    const auto service = desired_->stack->services.find(it->first);
    const bool of_job =
        service != desired_->stack->services.end() && is_job(*desired_->stack, service->second);
    const bool lasts = it->second == ServiceStop::person && !of_job;
    it = lasts ? std::next(it) : wishes_.stopped.erase(it);
  }
}

Result<void> StackKeeper::stop_services(const std::vector<std::string>& services) {
  Result<void> known = check_services(services);
  if (!known) return known;
  const decide::Wishes before = wishes_;
  if (services.empty()) wishes_.stack = StackWish::stopped;
  for (const std::string& name : services) wishes_.stopped[name] = ServiceStop::person;
  Result<void> stored;
  if (!mutated("stops-are-not-stored")) stored = store_record();
  if (!stored) wishes_ = before;
  if (stored) decide::note_unwanted(memory_, services, edges_.clock.now(), edges_.clock.wall());
  wake_now();
  return stored;
}

Result<void> StackKeeper::restart_services(const std::vector<std::string>& services) {
  Result<void> known = check_services(services);
  if (!known) return known;
  Result<void> wanted = start_services(services);
  if (!wanted) return wanted;
  std::set<std::string> named(services.begin(), services.end());
  for (const auto& [id, container] : observed_.containers) {
    auto service = desired_->stack->services.find(container.service);
    if (container.oneoff || service == desired_->stack->services.end()) continue;
    if (is_job(*desired_->stack, service->second)) continue;
    if (!named.empty() && named.count(container.service) == 0) continue;
    if (container.state != ContainerState::running) continue;
    launch(Step{StopContainer{id, container.service, StopPurpose::restart}, "a restart was asked for"});
  }
  return {};
}

Result<void> StackKeeper::take_down(bool volumes) {
  Result<void> known = check_services({});
  if (!known) return known;
  const decide::Wishes before = wishes_;
  wishes_.stack = StackWish::down;
  wishes_.remove_volumes = volumes;
  Result<void> stored = store_record();
  if (!stored) wishes_ = before;
  if (stored && volumes) {  // what the jobs did to the data goes with it
    for (auto& [name, run] : desired_->jobs) {
      Result<void> forgotten = forget_run(run);
      if (!forgotten) return forgotten;
    }
  }
  look_at_all_ = true;
  wake_now();
  return stored;
}

void StackKeeper::take_origin(const ReleaseSource& source) {
  record_.working_dir = source.working_dir;
  record_.config_files = source.config_files;
  record_.profiles = source.profiles;
}

Result<void> StackKeeper::note_origin(const ReleaseSource& source) {
  take_origin(source);
  return store_record();
}

Result<void> StackKeeper::leave_down(const std::map<std::string, ServiceStop>& services) {
  const decide::Wishes before = wishes_;
  wishes_.stopped.insert(services.begin(), services.end());
  Result<void> stored = store_record();
  if (!stored) wishes_ = before;
  return stored;
}

}  // namespace stackd::daemon
