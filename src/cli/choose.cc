#include "cli/choose.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "cli/ask.h"
#include "cli/project.h"
#include "compose/assemble/locate.h"
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

bool names_files(const Session& session) {
  return !session.global.files.empty() || !variable(session, "COMPOSE_FILE").empty();
}

std::string folder_above(const std::string& folder) {
  const std::size_t slash = folder.rfind('/');
  return slash == std::string::npos || folder == "/" ? std::string()
                                                     : folder.substr(0, std::max<std::size_t>(slash, 1));
}

/// Whatever leads there: links, mounts, overlays.
bool is_same_folder(const std::string& folder, const StackStatus& status) {
  if (folder == status.working_dir) return true;
  const compose::RealFiles files;
  const std::vector<std::string> theirs = compose::folder_ids(status.working_dir, status.config_files, files);
  if (theirs.empty()) return false;
  std::vector<std::string> here;
  for (const std::string& file : status.config_files) {
    const std::string name = file.substr(file.rfind('/') + 1);
    here.push_back((ends_with(folder, "/") ? folder : folder + "/") + name);
  }
  const std::vector<std::string> ours = compose::folder_ids(folder, here, files);
  return std::find_first_of(ours.begin(), ours.end(), theirs.begin(), theirs.end()) != ours.end();
}

/// The kept stacks whose folder is this one or the nearest above it.
std::vector<const StackStatus*> stacks_here(const Session& session, const std::vector<StackStatus>& stacks) {
  std::vector<const StackStatus*> found;
  for (std::string folder = session.current_directory; found.empty() && !folder.empty();
       folder = folder_above(folder)) {
    for (const StackStatus& status : stacks) {
      if (!status.working_dir.empty() && is_same_folder(folder, status)) found.push_back(&status);
    }
  }
  return found;
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
  names.reserve(stacks.size());
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

void use_profiles(const Session& session, const StackStatus& kept, compose::LoadOptions& options) {
  if (!options.profiles.empty() || !variable(session, "COMPOSE_PROFILES").empty()) return;
  options.profiles = kept.profiles;
}

void use_kept(const Session& session, const StackStatus& kept, compose::LoadOptions& options) {
  if (kept.config_files.empty()) return;
  options.files = kept.config_files;
  options.project_name = kept.name;
  if (options.project_directory.empty()) options.project_directory = kept.working_dir;
  if (options.env_files.empty()) options.env_files = kept.environment_files;
  use_profiles(session, kept, options);
}

bool is_here(const Session& session, const StackStatus& kept) {
  return !stacks_here(session, {kept}).empty();
}

/// The name that the files give to the project, if it is not that of the stack. A folder's name is no such.
std::optional<std::string> other_name(const Session& session, const StackStatus& kept) {
  if (!session.global.project_name.empty() || !variable(session, "COMPOSE_PROJECT_NAME").empty()) return {};
  Session there = session;
  there.global.files = kept.config_files;
  there.global.project_directory = kept.working_dir;
  if (there.global.env_files.empty()) there.global.env_files = kept.environment_files;
  std::optional<std::string> name = project_name(there);
  const std::string folder = kept.working_dir.substr(kept.working_dir.rfind('/') + 1);
  if (!name || *name == kept.name || *name == compose::normalize_project_name(folder)) return {};
  return name;
}

/// What earlier deploys of the stack leave to the next one, the one on its way among them.
struct Before {
  std::map<std::string, std::string> set;
  std::vector<std::string> by_name;  // services that no profile enables
};

/// Nothing for a stack that is new.
Result<Before> left_before(Client& client, const std::vector<StackStatus>& stacks, const std::string& name) {
  Before before;
  for (const StackStatus& status : stacks) {
    if (status.name != name) continue;
    if (status.release != 0) {
      const Result<Release> release =
          ask(client, stack_target(name, "/releases/" + std::to_string(status.release)),
              protocol::release_from_json);
      if (!release && release.error().kind != ErrorKind::not_found) return release.error();
      if (release) before.set = release->source.set;
      if (release) before.by_name = compose::services_by_name(release->canonical, release->source.profiles);
    }
    if (!status.deploy || is_final(status.deploy->state)) continue;
    const Result<Deploy> deploy =
        ask(client, "/v1/deploys/" + protocol::percent_encode(status.deploy->id), protocol::deploy_from_json);
    if (!deploy) continue;
    before.set = deploy->source.set;
    before.by_name.insert(before.by_name.end(), deploy->services.begin(), deploy->services.end());
  }
  return before;
}

/// What is loaded for a deploy: its files, and the name of the stack as far as it is known.
struct Chosen {
  compose::LoadOptions options;
  std::string name;
};

Chosen choose_files(const Session& session, const std::vector<StackStatus>& stacks, bool moved) {
  Chosen chosen{load_options(session), {}};
  const StackStatus* kept = names_files(session) ? nullptr : kept_stack(session, stacks);
  if (moved && kept != nullptr && !is_here(session, *kept)) {
    use_profiles(session, *kept, chosen.options);
    kept = nullptr;
  }
  if (kept == nullptr) {
    chosen.name = project_name(session).value_or("");
    return chosen;
  }
  use_kept(session, *kept, chosen.options);
  chosen.name = kept->name;
  if (const std::optional<std::string> other = other_name(session, *kept)) {
    // stackd is asked for what the files say, and knows what they said before.
    chosen.name = chosen.options.project_name = *other;
  }
  return chosen;
}

void note_kept(const std::vector<StackStatus>& stacks, LoadedForDeploy& loaded) {
  for (const StackStatus& status : stacks) {
    if (status.working_dir.empty()) continue;
    if (is_same_folder(loaded.project.directory, status)) loaded.kept_here.push_back(status.name);
    if (compose::RealFiles().kind(status.working_dir) == compose::FileKind::absent)
      loaded.kept_gone.push_back(status.name);
  }
}

}  // namespace

std::optional<LoadedForDeploy> load_for_deploy(Session& session, Client& client, const LoadWanted& wanted) {
  const Result<std::vector<StackStatus>> stacks = ask(client, "/v1/stacks", protocol::stacks_from_json);
  if (!stacks) {
    (void)fail(session, stacks.error());
    return std::nullopt;
  }
  auto [options, name] = choose_files(session, *stacks, wanted.moved);
  const Result<Before> before = left_before(client, *stacks, name);
  if (!before) {
    (void)fail(session, before.error());
    return std::nullopt;
  }
  LoadedForDeploy loaded;
  loaded.set = before->set;
  loaded.set_before = set_fingerprint(before->set);
  for (const std::string& unset : wanted.changes.unset) {
    if (loaded.set.erase(unset) == 0) loaded.unset_in_vain.push_back(unset);
  }
  options.environment.insert(loaded.set.begin(), loaded.set.end());  // the caller's own come first
  for (const auto& [variable_name, value] : wanted.changes.set) {
    options.environment[variable_name] = value;
    loaded.set[variable_name] = value;
  }
  options.require_values = true;
  options.by_name = before->by_name;
  options.by_name.insert(options.by_name.end(), wanted.services.begin(), wanted.services.end());
  std::optional<compose::Project> project = load_project(session, options, Purpose::keep);
  if (!project) return std::nullopt;
  loaded.project = std::move(*project);
  note_kept(*stacks, loaded);
  return loaded;
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
  request.kept_here = loaded.kept_here;
  request.kept_gone = loaded.kept_gone;
  const compose::BindResult bound = compose::bind(loaded.project.model, {});
  if (bound.ok()) request.files = compose::read_mounted_files(*bound.stack, compose::RealFiles());
  return request;
}

}  // namespace stackd::cli
