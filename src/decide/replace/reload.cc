#include "decide/replace/reload.h"

#include <vector>

#include "base/text.h"
#include "decide/picture/made_with.h"
#include "decide/replace/rollout.h"

namespace stackd::decide {
namespace {

const MountedParts& parts_of(const Desired& desired, const std::string& service) {
  static const MountedParts nothing;
  const auto found = desired.file_parts.find(service);
  return found == desired.file_parts.end() ? nothing : found->second;
}

// The files and folders whose contents are others than in the release before, as far as that is known.
std::string changed_sources(const State& state, const Service& service, const MadeWith& made) {
  const Desired* replaced = former_of(state.rollout);
  if (replaced == nullptr) return {};
  const auto before = replaced->files.find(service.name);
  const bool is_of_former =
      made.in_doubt || (before != replaced->files.end() && before->second == made.files);
  if (!is_of_former) return {};
  const MountedParts& former = parts_of(*replaced, service.name);
  std::vector<std::string> changed;
  for (const auto& [source, fingerprint] : parts_of(state.desired, service.name).by_source) {
    const auto was = former.by_source.find(source);
    if (was == former.by_source.end() || was->second != fingerprint)
      changed.push_back(seen_from_project(state, source));
  }
  return join(changed, ", ");
}

std::string change_of(const State& state, const Service& service, const MadeWith& made) {
  const std::string sources = changed_sources(state, service, made);
  return (sources.empty() ? "files that it mounts" : sources) + " changed";
}

bool host_has_them(const State& state, const std::string& service) {
  const auto wanted = state.desired.files.find(service);
  const auto host = state.learnt.host_files.find(service);
  return wanted != state.desired.files.end() && host != state.learnt.host_files.end() &&
         wanted->second == host->second;
}

// Why a reload would not do; "" when it would.
std::string obstacle(const State& state, const Service& service, const ObservedContainer& container,
                     const MadeWith& made) {
  if (std::string lost = lost_mount(state, container); !lost.empty()) return lost;
  if (container.state != ContainerState::running) return "it does not run";
  // What listens for a reload may not be there yet.
  const ContainerMemory* memory = memory_of(state, container.id);
  if (memory != nullptr && memory->known && !memory->readiness.was_ready()) return "it is not ready";
  if (made.kept) return "it mounts copies that an earlier release kept";
  if (!host_has_them(state, service.name)) return "the host's files are not those of the release";
  if (made.alone != parts_of(state.desired, service.name).alone)
    return "a file that is mounted by itself changed, which a reload could not see";
  return {};
}

}  // namespace

std::string must_be_replaced_for_files(const State& state, const Service& service,
                                       const ObservedContainer& container) {
  const bool deploys = replaces_unknown(state.rollout);
  const bool job = is_job(*state.desired.stack, service);
  if (is_unknown(state, service, container))
    return deploys && !job
               ? "it is not known what its files, secrets or configs held when it was made or last started"
               : "";
  if (has_other_contents(state, service, container)) return "one of its secrets or configs changed";
  if (!has_other_files(state, service, container)) return deploys && !job ? lost_mount(state, container) : "";
  const MadeWith& made = state.memory.made_with.at(container.id);
  std::string change = change_of(state, service, made);
  if (!service.extension.reload) return change;
  const std::string because = obstacle(state, service, container, made);
  return because.empty() ? std::string() : change + " (no reload: " + because + ")";
}

std::string must_be_reloaded(const State& state, const Service& service, const ObservedContainer& container) {
  if (!service.extension.reload || has_other_contents(state, service, container)) return {};
  if (!has_other_files(state, service, container) || refusal_of(state, container) != nullptr) return {};
  const MadeWith& made = state.memory.made_with.at(container.id);
  if (!obstacle(state, service, container, made).empty()) return {};
  return change_of(state, service, made);
}

void reload_when_allowed(Planner& planner, const State& state, const Service& service,
                         const ObservedContainer& container) {
  const std::string why = must_be_reloaded(state, service, container);
  if (why.empty()) return;
  if (!may_be_replaced(planner, state, service, container.number)) return;
  planner.step(ReloadContainer{container.id, service.name, container.number}, why);
}

const ReloadRefusal* refusal_of(const State& state, const ObservedContainer& container) {
  const ContainerMemory* memory = memory_of(state, container.id);
  return memory == nullptr || !memory->reload.refused ? nullptr : &*memory->reload.refused;
}

}  // namespace stackd::decide
