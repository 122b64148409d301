#include "daemon/supervisor/stack_file.h"

#include "compose/load.h"
#include "compose/read/mounted_files.h"
#include "compose/read/node_json.h"
#include "compose/read/release_source.h"
#include "daemon/deploy/canonical.h"
#include "daemon/ledger/records.h"

namespace stackd::daemon {
namespace {

Result<DeployRequest> read(const compose::LoadOptions& options, const compose::Files& files) {
  compose::LoadResult loaded = compose::load(options, files);
  if (!loaded.ok()) return Error{ErrorKind::invalid, compose::to_text(loaded.errors)};
  DeployRequest request;
  request.stack = loaded.project->name;
  request.canonical = compose::to_json(loaded.project->model);
  request.source = compose::release_source(*loaded.project);
  Result<std::shared_ptr<const Stack>> stack = bind_anew(request.canonical, request.source);
  if (!stack) return stack.error();
  request.files = compose::read_mounted_files(**stack, files);
  return request;
}

}  // namespace

Result<DeployRequest> read_stack_file(const compose::Files& files, const std::string& path,
                                      const std::map<std::string, std::string>& environment) {
  Result<std::string> real = files.real_path(path);
  if (!real) return real.error();
  compose::LoadOptions options;
  options.files = {*real};
  options.current_directory = real->substr(0, real->rfind('/'));
  options.environment = environment;
  options.require_values = true;
  return read(options, files);
}

Result<bool> files_differ(const compose::Files& files, const Release& release) {
  compose::LoadOptions options;
  options.files = release.source.config_files;
  options.current_directory = release.source.working_dir;
  options.project_directory = release.source.working_dir;
  options.project_name = release.stack;
  options.profiles = release.source.profiles;
  options.env_files = release.source.environment_files;
  options.by_name = compose::services_by_name(release.canonical, release.source.profiles);
  for (const auto& [name, value] : release.source.variables) options.environment[name] = value;
  Result<DeployRequest> now = read(options, files);
  if (!now) return now.error();
  compose::keep_as_recorded(now->files.fingerprints, release.fingerprints);
  Result<std::shared_ptr<const Stack>> stack = bind_anew(now->canonical, now->source);
  if (stack) (void)take_over_unreadable(now->files, **stack, release.fingerprints);
  return now->canonical != release.canonical || now->files.fingerprints != release.fingerprints;
}

}  // namespace stackd::daemon
