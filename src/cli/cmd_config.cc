#include <fstream>
#include <set>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/config_variables.h"
#include "cli/project.h"
#include "compose/print/hash.h"
#include "compose/print/print.h"

namespace stackd::cli {

namespace {

using compose::Entry;
using compose::Node;
using compose::Project;

using Words = std::vector<std::string>;

Words keys_of(const Project& project, std::string_view section) {
  Words lines;
  if (const Node* map = project.model.find(section))
    for (const Entry& entry : map->as_map()) lines.push_back(entry.key);
  return lines;
}

Words models_of(const Project& project) {
  Words lines;
  if (const Node* models = project.model.find("models")) {
    for (const Entry& entry : models->as_map())
      if (const Node* model = entry.value.find("model")) lines.push_back(model->as_text());
  }
  return lines;
}

Words images_of(const Project& project) {
  Words lines;
  for (const Entry& entry : project.model.find("services")->as_map()) {
    const Node* image = entry.value.find("image");
    lines.push_back(image == nullptr ? project.name + "-" + entry.key : image->as_text());
  }
  return lines;
}

Words profiles_of(const Project& project) {
  std::set<std::string> profiles;
  for (const Node* services : {project.model.find("services"), &project.disabled_services}) {
    for (const Entry& entry : services->as_map()) {
      const Node* own = entry.value.find("profiles");
      if (own == nullptr) continue;
      for (const Node& profile : own->as_list()) profiles.insert(profile.as_text());
    }
  }
  return {profiles.begin(), profiles.end()};
}

Words variables_of(const Project& project) {
  Words lines;
  for (const auto& [name, value] : project.environment) {
    std::string line = name;
    line += '=';
    line += value;
    lines.push_back(std::move(line));
  }
  return lines;
}

/// A built service without a platform gets the one that Docker builds for.
Node with_default_platform(const Project& project, const Node& service) {
  Node copy = service;
  const auto platform = project.environment.find("DOCKER_DEFAULT_PLATFORM");
  const bool applies = platform != project.environment.end() && !platform->second.empty() &&
                       service.find("build") && !service.find("platform");
  if (applies) copy.as_map().set("platform", Node::text(platform->second));
  return copy;
}

Result<Words> hashes_of(const Project& project, const std::string& asked) {
  std::vector<std::string> names = asked == "*" ? keys_of(project, "services") : split(asked, ',');
  std::sort(names.begin(), names.end());
  Words lines;
  for (const std::string& name : names) {
    const Node* service = project.model.find("services")->find(name);
    if (service == nullptr) {
      const bool disabled = project.disabled_services.find(name) != nullptr;
      return Error{ErrorKind::not_found,
                   "no such service: " + name +
                       (disabled ? "; it is outside the active profiles, --profile enables it" : "")};
    }
    lines.push_back(name + " " + compose::printed_service_hash(with_default_platform(project, *service)));
  }
  return lines;
}

/// The lists that can be asked for instead of the configuration; nothing when none was.
std::optional<Result<Words>> list_of(const Project& project, const Arguments& arguments) {
  if (arguments.has("--services")) return keys_of(project, "services");
  if (arguments.has("--volumes")) return keys_of(project, "volumes");
  if (arguments.has("--networks")) return keys_of(project, "networks");
  if (arguments.has("--models")) return models_of(project);
  if (const auto asked = arguments.value("--hash")) return hashes_of(project, *asked);
  if (arguments.has("--profiles")) return profiles_of(project);
  if (arguments.has("--images")) return images_of(project);
  if (arguments.has("--environment")) return variables_of(project);
  return std::nullopt;
}

/// Lists of the whole project: services that were named do not count, as with Compose.
bool asks_for_whole_list(const Arguments& arguments) {
  for (const char* name : {"--services", "--volumes", "--networks", "--models", "--hash"})
    if (arguments.has(name)) return true;
  return false;
}

bool asks_for_list(const Arguments& arguments) {
  return asks_for_whole_list(arguments) || arguments.has("--profiles") || arguments.has("--images") ||
         arguments.has("--variables");
}

int print(Session& session, const Arguments& arguments, const std::string& text) {
  if (arguments.has("--quiet")) return exit_done;
  const auto path = arguments.value("--output");
  if (!path) {
    *session.out << text;
    return exit_done;
  }
  std::ofstream file(path->starts_with('/') ? *path : session.current_directory + "/" + *path,
                     std::ios::binary);
  file << text;
  file.close();
  return file ? exit_done : fail(session, {ErrorKind::unavailable, "can't write " + *path});
}

int run_config(Session& session, const Arguments& arguments) {
  compose::LoadOptions options = load_options(session);
  const bool variables = arguments.has("--variables");
  options.interpolate = !variables && !arguments.has("--no-interpolate");
  options.normalize = !arguments.has("--no-normalize");
  options.resolve_paths = !arguments.has("--no-path-resolution");
  options.check_consistency = !arguments.has("--no-consistency");
  options.resolve_environment = !asks_for_list(arguments);
  if (!asks_for_whole_list(arguments)) options.services = arguments.operands;
  const std::optional<Project> project = load_project(session, options);
  if (!project) return exit_failed;
  if (const std::optional<Result<Words>> list = list_of(*project, arguments)) {
    if (!*list) return fail(session, list->error());
    std::string text;
    for (const std::string& line : **list) text += line + "\n";
    return print(session, arguments, text);
  }
  const std::string asked_format = session.global.json ? "json" : arguments.value("--format").value_or("");
  const bool as_json = asked_format == "json";
  if (variables) return print(session, arguments, variables_text(project->model, asked_format));
  const auto format = as_json ? compose::PrintFormat::json : compose::PrintFormat::yaml;
  const Result<std::string> text = compose::print_config(*project, format, options.interpolate);
  return text ? print(session, arguments, *text) : fail(session, text.error());
}

}  // namespace

Command config_command() {
  Command command;
  command.name = "config";
  command.alias = "convert";
  command.group = CommandGroup::files;
  command.summary = "print the configuration in full, as Compose does";
  command.details =
      "Files are merged, variables replaced, short forms written out. Needs no running stackd. With "
      "services, "
      "only they and what they depend on.";
  command.operands = "[SERVICE...]";
  command.operands_max = any_number;
  command.options = {
      {"--format", "FORMAT", "yaml or json", {"yaml", "json"}, false},
      {"--hash", "SERVICES", "print a hash for each of these (\"*\": all)", {}, false},
      {"--services", "", "print the names of services", {}, false},
      {"--volumes", "", "print the names of volumes", {}, false},
      {"--networks", "", "print the names of networks", {}, false},
      {"--models", "", "print the names of models", {}, false},
      {"--images", "", "print the images", {}, false},
      {"--profiles", "", "print the profiles", {}, false},
      {"--environment", "", "print the variables that values are taken from", {}, false},
      {"--variables", "", "print the variables that the files mention, with their defaults", {}, false},
      {"-q,--quiet", "", "only say what is wrong", {}, false},
      {"-o,--output", "FILE", "write to a file", {}, false},
      {"--no-interpolate", "", "leave variables as they are written", {}, false},
      {"--no-normalize", "", "leave defaults out", {}, false},
      {"--no-path-resolution", "", "leave relative paths as they are written", {}, false},
      {"--no-env-resolution", "", "accepted, without effect, as with Compose 2.40", {}, false},
      {"--no-consistency", "", "do not check what services refer to", {}, false},
  };
  command.examples = {
      {"stackctl config", ""},
      {"stackctl -f compose.yaml -f production.yaml config --format json", "two files merged"},
      {"stackctl config -q && echo fine", "only check"},
      {"stackctl config --hash '*'", "what `docker compose` compares"}};
  command.run = run_config;
  return command;
}

}  // namespace stackd::cli
