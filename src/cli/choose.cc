#include "cli/choose.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "cli/ask.h"
#include "cli/project.h"
#include "compose/bind/bind.h"
#include "compose/read/files.h"
#include "compose/read/mounted_files.h"
#include "compose/read/node_json.h"
#include "compose/read/release_source.h"
#include "protocol/target.h"

namespace stackd::cli {
namespace {

using protocol::StackStatus;

constexpr std::array<std::string_view, 4> file_names = {"compose.yaml", "compose.yml", "docker-compose.yml",
                                                        "docker-compose.yaml"};

std::string variable(const Session& session, const std::string& name) {
  const auto found = session.environment.find(name);
  return found == session.environment.end() ? std::string() : found->second;
}

bool names_files(const Session& session) {
  return !session.global.files.empty() || !variable(session, "COMPOSE_FILE").empty();
}

bool is_same_or_below(const std::string& folder, const std::string& top) {
  return folder == top || starts_with(folder, ends_with(top, "/") ? top : top + "/");
}

/// The kept stacks whose folder is this one or the nearest above it.
std::vector<const StackStatus*> stacks_here(const Session& session, const std::vector<StackStatus>& stacks) {
  std::vector<const StackStatus*> nearest_ones;
  for (const StackStatus& status : stacks) {
    if (status.working_dir.empty()) continue;
    if (!is_same_or_below(session.current_directory, status.working_dir)) continue;
    if (!nearest_ones.empty() && nearest_ones.front()->working_dir.size() > status.working_dir.size())
      continue;
    if (!nearest_ones.empty() && nearest_ones.front()->working_dir.size() < status.working_dir.size()) {
      nearest_ones.clear();
    }
    nearest_ones.push_back(&status);
  }
  return nearest_ones;
}

/// Only the name, although the rest of the file may not make sense at the moment.
std::optional<std::string> project_name(const Session& session) {
  compose::LoadOptions options = load_options(session);
  if (!options.project_name.empty()) return options.project_name;
  compose::LoadResult strict = compose::load(options, compose::RealFiles());
  if (strict.ok()) return strict.project->name;
  options.interpolate = false;
  options.normalize = false;
  options.resolve_environment = false;
  options.check_consistency = false;
  compose::LoadResult lenient = compose::load(options, compose::RealFiles());
  if (lenient.ok()) return lenient.project->name;
  return std::nullopt;
}

std::string names_of(const std::vector<StackStatus>& stacks) {
  std::vector<std::string> names;
  for (const StackStatus& status : stacks) names.push_back(status.name);
  return join(names, ", ");
}

bool is_kept(const std::vector<StackStatus>& stacks, const std::string& name) {
  return std::any_of(stacks.begin(), stacks.end(),
                     [&name](const StackStatus& status) { return status.name == name; });
}

/// The kept stack that the caller means without naming it, by its folder or because it is the only one.
const StackStatus* kept_stack(const Session& session, const std::vector<StackStatus>& stacks) {
  const std::string named = session.global.project_name.empty() ? variable(session, "COMPOSE_PROJECT_NAME")
                                                                : session.global.project_name;
  if (!named.empty()) {
    const auto found = std::find_if(stacks.begin(), stacks.end(),
                                    [&named](const StackStatus& status) { return status.name == named; });
    return found == stacks.end() ? nullptr : &*found;
  }
  const std::vector<const StackStatus*> here = stacks_here(session, stacks);
  if (here.size() == 1) return here.front();
  if (here.empty() && !has_project_here(session) && stacks.size() == 1) return &stacks.front();
  return nullptr;
}

void use_kept(const Session& session, const StackStatus& kept, compose::LoadOptions& options) {
  if (kept.config_files.empty()) return;
  options.files = kept.config_files;
  options.project_name = kept.name;
  if (options.project_directory.empty()) options.project_directory = kept.working_dir;
  if (options.env_files.empty()) options.env_files = kept.environment_files;
  if (options.profiles.empty() && variable(session, "COMPOSE_PROFILES").empty()) {
    options.profiles = kept.profiles;
  }
}

/// What earlier deploys of the stack set, the one on its way among them; nothing for one that is new.
Result<std::map<std::string, std::string>> set_before(Client& client, const std::vector<StackStatus>& stacks,
                                                      const std::string& name) {
  for (const StackStatus& status : stacks) {
    if (status.name != name) continue;
    if (status.deploy && !is_final(status.deploy->state)) {
      const Result<Deploy> deploy = ask(client, "/v1/deploys/" + protocol::percent_encode(status.deploy->id),
                                        protocol::deploy_from_json);
      if (deploy) return deploy->source.set;
    }
    if (status.release == 0) continue;
    const Result<Release> release =
        ask(client, stack_target(name, "/releases/" + std::to_string(status.release)),
            protocol::release_from_json);
    if (release) return release->source.set;
    if (release.error().kind != ErrorKind::not_found) return release.error();
  }
  return std::map<std::string, std::string>();
}

}  // namespace

std::optional<LoadedForDeploy> load_for_deploy(Session& session, Client& client,
                                               const VariableChanges& changes) {
  compose::LoadOptions options = load_options(session);
  const Result<std::vector<StackStatus>> stacks = ask(client, "/v1/stacks", protocol::stacks_from_json);
  if (!stacks) {
    (void)fail(session, stacks.error());
    return std::nullopt;
  }
  const StackStatus* kept = names_files(session) ? nullptr : kept_stack(session, *stacks);
  if (kept != nullptr) use_kept(session, *kept, options);
  const std::optional<std::string> name = kept != nullptr ? kept->name : project_name(session);
  Result<std::map<std::string, std::string>> known = set_before(client, *stacks, name.value_or(""));
  if (!known) {
    (void)fail(session, known.error());
    return std::nullopt;
  }
  std::map<std::string, std::string>& set = *known;
  std::string before = set_fingerprint(set);
  std::vector<std::string> unset_in_vain;
  for (const std::string& unset : changes.unset) {
    if (set.erase(unset) == 0) unset_in_vain.push_back(unset);
  }
  options.environment.insert(set.begin(), set.end());  // the caller's own come first
  for (const auto& [variable_name, value] : changes.set) {
    options.environment[variable_name] = value;
    set[variable_name] = value;
  }
  options.require_values = true;
  std::optional<compose::Project> project = load_project(session, options, Purpose::keep);
  if (!project) return std::nullopt;
  return LoadedForDeploy{std::move(*project), std::move(set), std::move(before), std::move(unset_in_vain)};
}

bool has_project_here(const Session& session) {
  if (names_files(session)) return true;
  const compose::RealFiles files;
  std::string folder =
      session.global.project_directory.empty() ? session.current_directory : session.global.project_directory;
  while (true) {
    for (const std::string_view name : file_names) {
      if (files.kind(folder + "/" + std::string(name)) == compose::FileKind::regular) return true;
    }
    const std::size_t slash = folder.rfind('/');
    if (slash == std::string::npos || folder.empty()) return false;
    folder.erase(slash);
  }
}

Result<std::string> choose_stack(Session& session, Client& client) {
  if (!session.global.project_name.empty()) return session.global.project_name;
  if (std::string named = variable(session, "COMPOSE_PROJECT_NAME"); !named.empty()) return named;
  const Result<std::vector<StackStatus>> stacks = ask(client, "/v1/stacks", protocol::stacks_from_json);
  if (!stacks) return stacks.error();
  if (!names_files(session)) {
    if (const StackStatus* kept = kept_stack(session, *stacks)) return kept->name;
  }
  if (has_project_here(session)) {
    const std::optional<std::string> name = project_name(session);
    if (name && is_kept(*stacks, *name)) return *name;
    if (name) {
      return Error{ErrorKind::not_found, "stackd does not keep " + *name +
                                             ", the project of these files; `stackctl deploy` makes it live"};
    }
    return Error{
        ErrorKind::invalid,
        "the stack file can't be read, so its project name is not known; `stackctl check` says what is "
        "wrong with it, -p NAME names the stack"};
  }
  if (stacks->empty()) {
    return Error{ErrorKind::not_found,
                 "stackd keeps no stack yet; `stackctl deploy` in a project's folder makes one"};
  }
  return Error{ErrorKind::conflict,
               "which stack? stackd keeps " + names_of(*stacks) + "; name one with -p, or go to its folder"};
}

protocol::DeployRequest deploy_request(const LoadedForDeploy& loaded) {
  protocol::DeployRequest request;
  request.stack = loaded.project.name;
  request.canonical = compose::to_json(loaded.project.model);
  request.source = compose::release_source(loaded.project);
  request.source.set = loaded.set;
  request.source.set_before = loaded.set_before;
  const compose::BindResult bound = compose::bind(loaded.project.model, {});
  if (bound.ok()) request.files = compose::read_mounted_files(*bound.stack, compose::RealFiles());
  return request;
}

}  // namespace stackd::cli
