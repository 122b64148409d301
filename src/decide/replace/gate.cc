#include "decide/replace/gate.h"

#include <algorithm>
#include <set>

#include "base/check.h"
#include "base/mutation.h"
#include "base/text.h"
#include "decide/picture/order.h"
#include "decide/replace/compare.h"
#include "decide/replace/conditions.h"
#include "decide/replace/refused.h"

namespace stackd::decide {
namespace {

// A name that the current release uses for something else gets the next release's number.
std::string free_key(const std::map<std::string, FileDefinition>& taken, const std::string& key,
                     const FileDefinition& definition, std::int64_t release) {
  auto there = taken.find(key);
  if (there == taken.end()) return key;
  const FileDefinition& other = there->second;
  const bool same = other.file == definition.file && other.content == definition.content &&
                    other.environment == definition.environment;
  return same ? key : key + "@" + std::to_string(release);
}

void take_files(std::map<std::string, FileDefinition>& files,
                const std::map<std::string, FileDefinition>& from, std::vector<FileReference>& references,
                std::int64_t release) {
  for (FileReference& reference : references) {
    auto definition = from.find(reference.source);
    if (definition == from.end()) continue;
    if (reference.target.empty()) reference.target = reference.source;
    const std::string key = free_key(files, reference.source, definition->second, release);
    files.emplace(key, definition->second);
    reference.source = key;
  }
}

// What a service mounts: of the current release where that keeps it, of the next where it came in with that.
void take_contents(Desired& view, Fingerprints& prints, const std::string& as, const Desired& from,
                   const std::string& service) {
  const auto take = [&](auto& into, const auto& values) {
    into.erase(as);
    const auto found = values.find(service);
    if (found != values.end()) into[as] = found->second;
  };
  take(view.files, from.files);
  take(view.file_parts, from.file_parts);
  if (from.fingerprints != nullptr) take(prints, *from.fingerprints);
  if (from.release != view.release) view.copies_of[as] = from.release;
}

void add_service(Desired& view, const Desired& next, Service service) {
  // Those who wait for it are not in the view, so it has to say so itself.
  if (is_job(*next.stack, service)) service.extension.job = true;
  const auto image = next.images.find(service.name);
  if (image != next.images.end()) view.images[service.name] = image->second;
  auto stack = std::make_shared<Stack>(*view.stack);
  take_files(stack->secrets, next.stack->secrets, service.secrets, next.release);
  take_files(stack->configs, next.stack->configs, service.configs, next.release);
  for (const auto& [key, attachment] : service.networks) {
    auto network = next.stack->networks.find(key);
    if (network != next.stack->networks.end()) stack->networks.emplace(key, network->second);
  }
  for (const Mount& mount : service.mounts) {
    auto volume = next.stack->volumes.find(mount.source);
    if (mount.type == MountType::volume && volume != next.stack->volumes.end())
      stack->volumes.emplace(mount.source, volume->second);
  }
  stack->services[service.name] = std::move(service);
  view.stack = std::move(stack);
}

// A job that runs the command in the service's new image, with its environment, mounts and networks.
Service job_of_pre_deploy(const Service& service) {
  Service job = service;
  job.name = pre_deploy_job(service.name);
  job.container_name.clear();
  job.ports.clear();
  job.health_check.reset();
  job.restart = {};
  job.post_start.clear();
  job.pre_stop.clear();
  job.command = service.extension.pre_deploy->command;
  job.entrypoint = std::vector<std::string>{};
  job.scale = 1;
  job.extension = {};
  job.extension.job = true;
  job.extension.timeout = service.extension.pre_deploy->timeout;
  for (auto& [key, attachment] : job.networks) {
    attachment.aliases.clear();
    attachment.ipv4_address.clear();
    attachment.ipv6_address.clear();
    attachment.mac_address.clear();
  }
  job.mac_address.clear();
  return job;
}

bool has_succeeded(const Learnt& learnt, const std::string& job) {
  const auto run = learnt.jobs.find(job);
  return run != learnt.jobs.end() && run->second.state == JobState::succeeded;
}

// Waits, directly or not, for a job of its own release that never succeeded: it does not run, and is not to.
bool waits_for_unfinished_job(const Target& target, const Service& service) {
  const Stack& stack = *target.desired.stack;
  const std::set<std::string> needed = with_dependencies(stack, {service.name});
  return std::any_of(needed.begin(), needed.end(), [&](const std::string& name) {
    return is_job(stack, stack.services.at(name)) && !has_succeeded(target.learnt, name);
  });
}

// What runs now. In the place of the jobs that it has waited for stands what those waited for.
std::shared_ptr<Stack> kept_services(const Target& current) {
  const Stack& whole = *current.desired.stack;
  auto stack = std::make_shared<Stack>(whole);
  for (auto it = stack->services.begin(); it != stack->services.end();) {
    const bool leaves = is_job(whole, it->second) || waits_for_unfinished_job(current, it->second);
    it = leaves ? stack->services.erase(it) : std::next(it);
  }
  std::set<std::string> done;
  for (const auto& [name, run] : current.learnt.jobs) {
    if (run.state == JobState::succeeded) done.insert(name);
  }
  for (auto& [name, service] : stack->services) {
    service.depends_on = conditions_of(whole, service, done);
    std::erase_if(service.depends_on,
                  [&](const auto& entry) { return stack->services.count(entry.first) == 0; });
  }
  return stack;
}

}  // namespace

namespace {

// What people write: by where it is mounted. What is only read is no data of the service's.
std::map<std::string, std::string> data_of(const Stack& stack, const Service& service) {
  std::map<std::string, std::string> found;
  for (const Mount& mount : service.mounts) {
    if (mount.read_only || mount.type == MountType::tmpfs) continue;
    const auto volume = stack.volumes.find(mount.source);
    const bool named = mount.type == MountType::volume && volume != stack.volumes.end();
    found[mount.target] = named ? volume->second.name : mount.source;
  }
  return found;
}

bool gets_other_volumes(const Stack& current, const Stack& next, const std::string& name) {
  const auto now = current.services.find(name);
  const auto then = next.services.find(name);
  if (now == current.services.end() || then == next.services.end() || is_job(next, then->second))
    return false;
  return data_of(current, now->second) != data_of(next, then->second);
}

// The jobs, and what the pre_deploy commands wait for.
std::vector<std::string> jobs_and_needs(const Stack& stack, const std::set<std::string>& left_out) {
  std::vector<std::string> found = gate_jobs(stack);
  std::erase_if(found, [&](const std::string& job) { return left_out.count(job) > 0; });
  for (const auto& [name, service] : stack.services) {
    if (!service.extension.pre_deploy || left_out.count(name) > 0) continue;
    for (const std::string& other : waits_for(stack, service)) found.push_back(other);
  }
  return found;
}

void take_contents_of_all(Desired& view, const std::set<std::string>& kept, const Desired& current,
                          const Desired& next) {
  auto prints = std::make_shared<Fingerprints>();
  for (const auto& [name, service] : view.stack->services)
    take_contents(view, *prints, name, kept.count(name) > 0 ? current : next, name);
  for (const auto& [name, service] : next.stack->services) {
    const std::string job = pre_deploy_job(name);
    if (service.extension.pre_deploy && view.stack->services.count(job) > 0)
      take_contents(view, *prints, job, next, name);
  }
  view.fingerprints = std::move(prints);
}

}  // namespace

std::vector<std::string> gate_jobs(const Stack& stack) {
  std::vector<std::string> found;
  const std::map<std::string, std::set<std::string>> waiting = dependents(stack);
  for (const auto& [name, service] : stack.services) {
    const auto others = waiting.find(name);
    const bool waited_for = others != waiting.end() && !others->second.empty();
    if (is_job(stack, service) && waited_for && service.scale > 0) found.push_back(name);
  }
  return found;
}

std::string pre_deploy_job(const std::string& service) {
  return service + "-pre_deploy";
}

std::set<std::string> pre_deploy_jobs(const Stack& stack) {
  std::set<std::string> found;
  for (const auto& [name, service] : stack.services) {
    const std::string job = pre_deploy_job(name);
    if (service.extension.pre_deploy && stack.services.count(job) == 0) found.insert(job);
  }
  return found;
}

std::set<std::string> needed_by_jobs(const Stack& view) {
  std::vector<std::string> jobs;
  for (const auto& [name, service] : view.services) {
    if (is_job(view, service)) jobs.push_back(name);
  }
  return with_dependencies(view, jobs);
}

Target gate_view(const Target& current, const Target& next, const GateScope& scope) {
  STACKD_CHECK(current.desired.stack != nullptr && next.desired.stack != nullptr);
  STACKD_CHECK(!is_gating(current.rollout) && !is_gating(next.rollout));
  const Stack& coming = *next.desired.stack;
  Target view;
  Gating gate;
  gate.next = next.desired.stack;
  view.learnt.jobs = next.learnt.jobs;
  view.learnt.former_jobs = next.learnt.former_jobs;
  view.learnt.host_files = next.learnt.host_files;
  Desired& desired = view.desired;
  desired.release = next.desired.release;
  auto empty = std::make_shared<Stack>(coming);
  empty->services.clear();
  desired.stack = empty;
  std::set<std::string> kept;
  if (scope.keeps_current) {
    desired.stack = kept_services(current);
    desired.images = current.desired.images;
    view.learnt.as_found = current.learnt.as_found;
    for (const auto& [name, service] : desired.stack->services) kept.insert(name);
  }
  for (const std::string& name : with_dependencies(coming, jobs_and_needs(coming, scope.left_out))) {
    const Service& service = coming.services.at(name);
    const bool forward = kept.count(name) > 0 && (scope.brought_forward.count(name) > 0 ||
                                                  gets_other_volumes(*current.desired.stack, coming, name));
    if (forward) gate.brought_forward.insert(name);
    if (forward) kept.erase(name);
    if (forward || desired.stack->services.count(name) == 0) add_service(desired, next.desired, service);
  }
  for (const auto& [name, service] : coming.services) {
    if (!service.extension.pre_deploy || scope.left_out.count(name) > 0) continue;
    const auto image = next.desired.images.find(name);
    if (image != next.desired.images.end()) desired.images[pre_deploy_job(name)] = image->second;
    add_service(desired, next.desired, job_of_pre_deploy(service));
  }
  take_contents_of_all(desired, kept, current.desired, next.desired);
  view.rollout = std::move(gate);
  return view;
}

std::set<std::string> to_bring_forward(const State& state, const Target& next) {
  std::set<std::string> found;
  const Stack& view = *state.desired.stack;
  const Stack& coming = *next.desired.stack;
  std::set<std::string> pending;
  for (const auto& [name, service] : view.services) {
    if (is_job(view, service) && job_state(state, name) == JobState::none) pending.insert(name);
  }
  for (const std::string& name : with_dependencies(view, {pending.begin(), pending.end()})) {
    const auto now = view.services.find(name);
    const auto then = coming.services.find(name);
    if (now == view.services.end() || then == coming.services.end() || is_job(view, now->second)) continue;
    if (is_brought_forward(state.rollout, name) || state.wishes.stopped.count(name) > 0) continue;
    const bool in_vain = state.wishes.ended.count(name) > 0 || is_hopeless(state, now->second);
    if (in_vain && is_made_otherwise(state.desired, next.desired, name)) found.insert(name);
  }
  return found;
}

std::string waits_of_gate(const State& state) {
  std::vector<std::string> found;
  for (const auto& [name, service] : state.desired.stack->services) {
    if (!is_job(*state.desired.stack, service) || job_state(state, name) != JobState::none) continue;
    const std::vector<Blocker> waits = blockers(state, service);
    if (!waits.empty()) found.push_back(name + " waits: " + waits.front().sentence);
  }
  return join(found, "; ");
}

std::string gate_obstacle(const State& state) {
  const Stack& stack = *state.desired.stack;
  for (const auto& [name, service] : stack.services) {
    if (!is_job(stack, service) || has_succeeded(state.learnt, name)) continue;
    const std::string why = refused(state, with_dependencies(stack, {name}));
    if (!why.empty()) return why;
    if (job_state(state, name) != JobState::none) continue;
    for (const std::string& needed : with_dependencies(stack, {name})) {
      auto stopped = state.wishes.stopped.find(needed);
      if (stopped == state.wishes.stopped.end() || needed == name) continue;
      return name + " needs " + needed + ", which " +
             (stopped->second == ServiceStop::outside ? "was stopped outside stackd"
                                                      : "is stopped by `stackctl stop`") +
             "; start it first";
    }
  }
  return {};
}

bool is_gate_shut(const State& state) {
  const auto* gate = std::get_if<Gating>(&state.rollout);
  if (gate == nullptr) return false;
  return gate->is_shut ||
         std::any_of(state.learnt.jobs.begin(), state.learnt.jobs.end(),
                     [](const auto& entry) { return entry.second.state == JobState::failed; });
}

std::vector<std::string> running_jobs(const State& state) {
  std::vector<std::string> found;
  for (const auto& [name, service] : state.desired.stack->services) {
    if (!is_job(*state.desired.stack, service)) continue;
    const std::vector<const ObservedContainer*> there = containers_of(state.observed, name);
    const bool works = std::any_of(there.begin(), there.end(), [&](const ObservedContainer* container) {
      return runs(*container) || state.busy.count(busy_key(*container)) > 0;
    });
    if (works) found.push_back(name);
  }
  return found;
}

bool is_gate_passed(const Desired& desired, const Learnt& learnt) {
  if (mutated("gates-are-open")) return true;
  const Stack& stack = *desired.stack;
  return std::all_of(stack.services.begin(), stack.services.end(), [&](const auto& entry) {
    return !is_job(stack, entry.second) || has_succeeded(learnt, entry.first);
  });
}

}  // namespace stackd::decide
