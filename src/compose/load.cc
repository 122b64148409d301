#include "compose/load.h"

#include "compose/assemble/assemble.h"
#include "compose/assemble/locate.h"
#include "compose/assemble/service_files.h"
#include "compose/canonical/check.h"
#include "compose/canonical/complete.h"
#include "compose/canonical/typed.h"
#include "compose/read/files.h"
#include "compose/read/resolve.h"
#include "compose/read/select.h"

namespace stackd::compose {

namespace {

class Loading {
 public:
  Loading(const LoadOptions& options, const Files& files)
      : options_(options), assembly_(options, files, report_), files_(files) {}

  LoadResult run();

 private:
  bool find_project();
  void assemble();
  void make_typed();
  void resolve_services();
  void restrict_to_chosen();
  [[nodiscard]] std::vector<UsedVariable> used_variables() const;

  const LoadOptions& options_;
  Report report_;
  Assembly assembly_;
  const Files& files_;
  Located located_;
  Project project_;
};

bool Loading::find_project() {
  std::optional<Located> located = locate(options_, files_, report_);
  if (!located) return false;
  located_ = *std::move(located);
  project_.name = find_project_name(options_, located_, assembly_);
  if (report_.failed()) return false;
  project_.directory = located_.directory;
  project_.env_files = located_.env_files;
  project_.profiles = located_.profiles;
  for (const NamedFile& file : located_.files) project_.config_files.push_back(file.path);
  project_.environment = located_.environment;
  project_.environment["COMPOSE_PROJECT_NAME"] = project_.name;
  return true;
}

void Loading::assemble() {
  const Scope scope{.directory = project_.directory,
                    .path_base = project_.directory,
                    .resolve_paths = options_.resolve_paths,
                    .environment = project_.environment};
  project_.model = assembly_.load(scope, located_.files, {});
  if (project_.model.as_map().empty() && !report_.failed())
    report_.error("empty compose file", project_.model.mark(), "a stack file starts with \"services:\"");
  if (options_.normalize) {
    project_.model.as_map().set("name", Node::text(project_.name, project_.model.mark()));
    normalize(project_.model, project_.name, assembly_.lookup_in(project_.environment));
  }
}

void Loading::make_typed() {
  project_.model = to_typed(std::move(project_.model), report_);
  Map& model = project_.model.as_map();
  model.set("name", Node::text(project_.name, project_.model.mark()));
  take_values(project_.model);
  if (!model.contains("services")) model.set("services", Node::map({}, project_.model.mark()));
  project_.disabled_services = Node::map();
  Map& services = model.find("services")->as_map();
  Map& disabled = project_.disabled_services.as_map();
  apply_profiles(services, disabled, project_.profiles);
  enable_services(services, disabled, project_.profiles, options_.services);
  enable_by_name(services, disabled, project_.profiles, options_.by_name);
  if (options_.check_consistency && !assembly_.incomplete())
    check_consistency(project_.model, disabled, report_);
}

void Loading::resolve_services() {
  Map& services = project_.model.find("services")->as_map();
  if (options_.resolve_environment) read_env_files(services, assembly_, project_.environment);
  read_label_files(services, assembly_);
}

void Loading::restrict_to_chosen() {
  Map& services = project_.model.find("services")->as_map();
  if (!options_.services.empty())
    select_services(services, project_.disabled_services.as_map(), options_.services, report_);
  if (!options_.all_resources) drop_unused_resources(project_.model);
  if (options_.check_consistency) check_container_names(project_.model, report_);
  if (options_.require_values) check_values(project_.model, report_);
}

std::vector<UsedVariable> Loading::used_variables() const {
  std::vector<UsedVariable> used;
  for (const auto& [name, value] : assembly_.looked_up()) {
    if (name == "COMPOSE_PROJECT_NAME") continue;
    UsedVariable variable{.name = name, .value = value.value_or("")};
    if (value)
      variable.from =
          options_.environment.contains(name) ? UsedVariable::From::caller : UsedVariable::From::env_file;
    used.push_back(std::move(variable));
  }
  return used;
}

LoadResult Loading::run() {
  if (find_project()) {
    assemble();
    // Values that were not interpolated have no types yet: the model stays as the files say it.
    if (options_.interpolate) {
      make_typed();
      if (!report_.failed()) resolve_services();
      if (!report_.failed()) restrict_to_chosen();
    }
  }
  LoadResult result{.errors = report_.errors(), .warnings = report_.warnings(), .sources = report_.sources()};
  if (report_.failed()) return result;
  project_.used_variables = used_variables();
  project_.warnings = result.warnings;
  project_.sources = result.sources;
  result.project = std::move(project_);
  return result;
}

}  // namespace

LoadResult load(const LoadOptions& options, const Files& files) {
  return Loading(options, files).run();
}

}  // namespace stackd::compose
