#include "cli/project.h"

#include <algorithm>

#include "compose/bind/bind.h"
#include "compose/read/files.h"

namespace stackd::cli {

compose::LoadOptions load_options(const Session& session) {
  compose::LoadOptions options;
  options.current_directory = session.current_directory;
  options.files = session.global.files;
  options.project_directory = session.global.project_directory;
  options.project_name = session.global.project_name;
  options.profiles = session.global.profiles;
  options.env_files = session.global.env_files;
  options.environment = session.environment;
  options.all_resources = session.global.all_resources;
  const bool reads_input = std::find(options.files.begin(), options.files.end(), "-") != options.files.end();
  if (reads_input && session.read_standard_input) options.standard_input = session.read_standard_input();
  return options;
}

std::optional<compose::Project> load_project(Session& session, const compose::LoadOptions& options,
                                             Purpose purpose) {
  const compose::RealFiles files;
  compose::LoadResult result = compose::load(options, files);
  if (result.ok() && purpose == Purpose::keep)
    result.errors = compose::bind(result.project->model, {}).errors;
  for (const compose::Diagnostic& warning : result.warnings)
    *session.err << "warning: " << to_text(warning) << "\n";
  if (result.ok() && result.errors.empty()) return std::move(result.project);
  if (session.global.json) {
    (void)fail(session, Error{ErrorKind::invalid, to_text(result.errors)});
    return std::nullopt;
  }
  *session.err << to_text(result.errors) << "\n";
  if (result.errors.size() > 1) *session.err << result.errors.size() << " errors\n";
  return std::nullopt;
}

}  // namespace stackd::cli
