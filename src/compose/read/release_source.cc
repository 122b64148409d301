#include "compose/read/release_source.h"

namespace stackd::compose {

ReleaseSource release_source(const Project& project) {
  ReleaseSource source;
  source.kind = "deploy";
  source.working_dir = project.directory;
  source.config_files = project.config_files;
  source.environment_files = project.env_files;
  source.profiles = project.profiles;
  for (const Entry& service : project.disabled_services.as_map())
    source.outside_profiles.push_back(service.key);
  for (const UsedVariable& variable : project.used_variables) {
    if (variable.from != UsedVariable::From::caller) continue;
    source.variables.emplace(variable.name, variable.value);
  }
  return source;
}

}  // namespace stackd::compose
