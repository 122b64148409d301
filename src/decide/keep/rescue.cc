#include "decide/keep/rescue.h"

#include <algorithm>

#include "base/text.h"
#include "decide/picture/order.h"
#include "decide/replace/conditions.h"
#include "decide/replace/replica.h"
#include "model/identity.h"

namespace stackd::decide {
namespace {

std::string label_of(const ObservedContainer& container, std::string_view name) {
  auto found = container.labels.find(std::string(name));
  return found == container.labels.end() ? std::string() : found->second;
}

bool is_kept(const ObservedContainer& container) {
  return !container.project.empty() && !container.service.empty() && !container.oneoff &&
         container.number >= 1;
}

std::set<std::string> projects_of(const Observed& observed, const std::set<std::string>& kept) {
  std::set<std::string> projects;
  for (const auto& [id, container] : observed.containers) {
    if (!is_kept(container)) continue;
    const bool ours = !label_of(container, label::release).empty();
    if (ours || kept.count(container.project) > 0) projects.insert(container.project);
  }
  return projects;
}

// A name that is neither the one that the place gives nor one for the time of a deploy is the file's own.
std::string own_name(const ObservedContainer& container) {
  const std::string usual = container_name(container.project, container.service, {}, container.number);
  constexpr std::size_t id_length = 12;
  const bool passing = container.name.size() > id_length && container.name[id_length] == '_';
  return container.name == usual || passing ? std::string() : container.name;
}

void take_service(Stack& stack, const ObservedContainer& container) {
  Service& service = stack.services[container.service];
  service.name = container.service;
  service.image = container.image_reference;
  service.restart.condition = RestartCondition::always;
  service.scale = std::max(service.scale, container.number);
  service.extension.job = service.extension.job || label_of(container, label::role) == "job";
  if (std::string own = own_name(container); !own.empty()) service.container_name = std::move(own);
  for (const auto& [name, dependency] : dependencies_of_label(label_of(container, label::depends_on)))
    service.depends_on.insert_or_assign(name, dependency);
}

// "container:<id>" on the engine was "service:<name>" in the file.
void name_shared_namespaces(Stack& stack, const Observed& observed, const ObservedContainer& container) {
  auto owner_of = [&](const std::string& mode) {
    constexpr std::string_view prefix = "container:";
    if (!starts_with(mode, prefix)) return std::string();
    auto owner = observed.containers.find(mode.substr(prefix.size()));
    const bool of_stack = owner != observed.containers.end() && owner->second.project == stack.name;
    return of_stack ? "service:" + owner->second.service : std::string();
  };
  Service& service = stack.services.at(container.service);
  service.network_mode = owner_of(container.network_mode);
  service.ipc = owner_of(container.ipc_mode);
  service.pid = owner_of(container.pid_mode);
}

JobRun run_of(const ObservedContainer& container) {
  JobRun run;
  run.stack = container.project;
  run.service = container.service;
  run.container_id = container.id;
  run.exit_code = container.exit_code;
  const bool ended = container.started_at != WallTime{} && !runs(container);
  run.state = runs(container)                     ? JobState::running
              : ended && container.exit_code == 0 ? JobState::succeeded
              : ended                             ? JobState::failed
                                                  : JobState::none;
  return run;
}

// What has run before was let through by its jobs then: a newer one's failure, of a gate that never passed,
// must not keep it down now. What never ran waits as ever.
void pass_former_jobs(Stack& stack, const std::set<std::string>& ran_before) {
  std::set<std::string> jobs;
  for (const auto& [name, service] : stack.services) {
    if (is_job(stack, service)) jobs.insert(name);
  }
  for (const std::string& name : jobs) stack.services.at(name).extension.job = true;
  for (const std::string& name : ran_before) {
    Service& service = stack.services.at(name);
    service.depends_on = conditions_of(stack, service, jobs);
  }
}

// Containers of two releases may together say what no file could: that each waits for the other.
void untie_cycles(Stack& stack) {
  for (const std::vector<std::string>& level : levels(stack)) {
    for (const std::string& name : level) {
      for (const std::string& other : level) stack.services.at(name).depends_on.erase(other);
    }
  }
}

Target target_of(const std::string& project, const Observed& observed) {
  Target target;
  auto stack = std::make_shared<Stack>();
  stack->name = project;
  std::set<std::string> ran_before;
  for (const auto& [id, container] : observed.containers) {
    if (!is_kept(container) || container.project != project) continue;
    take_service(*stack, container);
    name_shared_namespaces(*stack, observed, container);
    if (container.started_at != WallTime{}) ran_before.insert(container.service);
    target.desired.release = std::max(target.desired.release, release_of(container));
  }
  pass_former_jobs(*stack, ran_before);
  untie_cycles(*stack);
  for (const auto& [id, container] : observed.containers) {
    if (!is_kept(container) || container.project != project) continue;
    if (stack->services.at(container.service).extension.job)
      target.learnt.jobs[container.service] = run_of(container);
  }
  target.desired.stack = std::move(stack);
  target.rollout = Rescuing{};
  return target;
}

}  // namespace

std::map<std::string, Target> target_of_what_is_there(const Observed& observed,
                                                      const std::set<std::string>& kept) {
  std::map<std::string, Target> found;
  for (const std::string& project : projects_of(observed, kept))
    found.emplace(project, target_of(project, observed));
  return found;
}

}  // namespace stackd::decide
