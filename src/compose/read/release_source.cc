#include "compose/read/release_source.h"

#include "compose/read/files.h"
#include "compose/read/node_json.h"
#include "compose/read/paths.h"
#include "compose/read/select.h"

namespace stackd::compose {

std::vector<std::string> folder_ids(const std::string& folder, const std::vector<std::string>& config_files,
                                    const Files& files) {
  std::vector<std::string> ids;
  if (const Result<std::string> real = files.real_path(folder)) ids.push_back(*real);
  if (const std::string id = files.identity(folder); !id.empty()) ids.push_back(id);
  for (const std::string& file : config_files) {
    // One that several folders link to, or name, is nobody's own.
    if (folder_of(file) != folder || files.is_symbolic_link(file)) continue;
    if (const std::string id = files.identity(file); !id.empty()) ids.push_back(id);
  }
  return ids;
}

std::vector<std::string> services_by_name(const std::string& canonical,
                                          const std::vector<std::string>& profiles) {
  const Result<Node> model = node_from_json(canonical);
  const Node* services = model ? model->find("services") : nullptr;
  if (services == nullptr || !services->is_map()) return {};
  return outside_profiles(services->as_map(), profiles);
}

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
