#include "compose/assemble/service_files.h"

#include "base/text.h"
#include "compose/read/dotenv.h"
#include "compose/read/environment.h"

namespace stackd::compose {

namespace {

/// Is there memory for them once more? The same file may be read by many services.
bool has_room_for(const Variables& variables, Mark mark, Assembly& assembly) {
  std::size_t bytes = 0;
  for (const Variable& variable : variables.all())
    bytes += sizeof(Entry) + variable.name.size() + variable.value.size();
  return assembly.budget().take(bytes, mark);
}

class EnvFiles {
 public:
  EnvFiles(Assembly& assembly, const Environment& environment)
      : assembly_(assembly), environment_(environment) {}

  void service(Entry& entry);

 private:
  void file(const Node& file, const Node& own, Variables& variables);
  void values_of_bare_names(Node* environment);

  Assembly& assembly_;
  const Environment& environment_;
};

void EnvFiles::values_of_bare_names(Node* environment) {
  if (environment == nullptr) return;
  const Lookup lookup = assembly_.lookup_in(environment_);
  for (Entry& entry : environment->as_map()) {
    if (!entry.value.is_null()) continue;
    if (auto value = lookup(entry.key)) entry.value = Node::text(*std::move(value), entry.key_mark);
  }
}

void EnvFiles::file(const Node& file, const Node& own, Variables& variables) {
  const Node* path_node = file.find("path");
  const std::string path = path_node == nullptr ? "" : path_node->as_text();
  const Node* format = file.find("format");
  const Node* required = file.find("required");
  Report& report = assembly_.report();
  if (format != nullptr && format->as_text() != "raw" && format->as_text() != ".env") {
    report.error("unsupported env_file format " + quote(format->as_text()), format->mark(),
                 "write raw, or leave format out");
    return;
  }
  if (assembly_.files().kind(path) == FileKind::absent) {
    if (required == nullptr || required->as_boolean())
      report.error("env file " + path + " not found", file.mark(), "create it, or write required: false");
    return;
  }
  const Result<std::string> text = read_env_text(assembly_.files(), path);
  if (!text) return report.error(text.error().message, file.mark());
  const Lookup outer = assembly_.lookup_in(environment_);
  const Lookup lookup = [&](const std::string& name) -> std::optional<std::string> {
    if (environment_.contains(name)) return outer(name);
    const Node* value = own.find(name);
    return value != nullptr && value->is_text() ? std::optional(value->as_text()) : std::nullopt;
  };
  UnsetNames unset;
  const bool raw = format != nullptr && format->as_text() == "raw";
  const auto error =
      raw ? read_raw_env(*text, lookup, variables) : read_dotenv(*text, lookup, variables, unset);
  if (error) report_env_error(assembly_.shown(path), error->line, error->message, file.mark(), report);
  for (const std::string& name : unset)
    report.warning("the variable " + quote(name) + " in " + assembly_.shown(path) +
                       " is not set, a blank string stands for it",
                   file.mark());
}

void EnvFiles::service(Entry& entry) {
  Map& service = entry.value.as_map();
  values_of_bare_names(service.find("environment"));
  const Node* files = service.find("env_file");
  if (files == nullptr || assembly_.budget().exceeded()) return;
  static const Node no_environment = Node::map();
  const Node* written = service.find("environment");
  const Node& own = written == nullptr ? no_environment : *written;
  Variables variables;
  // What `environment` sets is known to the files from the start.
  for (const Entry& variable : own.as_map())
    if (variable.value.is_text()) variables.set(variable.key, variable.value.as_text());
  for (const Node& one : files->as_list()) file(one, own, variables);

  if (!has_room_for(variables, files->mark(), assembly_)) return;
  Map merged;
  for (const Variable& variable : variables.all())
    merged.set(variable.name, Node::text(variable.value, files->mark()), files->mark());
  for (const Entry& variable : own.as_map()) merged.set(variable);
  if (merged.empty()) return;
  merged.sort();
  service.set("environment", Node::map(std::move(merged), own.mark()));
}

void read_labels(Entry& entry, Assembly& assembly) {
  Map& service = entry.value.as_map();
  const Node* files = service.find("label_file");
  if (files == nullptr || assembly.budget().exceeded()) return;
  Variables labels;
  Report& report = assembly.report();
  for (const Node& file : files->as_list()) {
    const std::string& path = file.as_text();
    if (assembly.files().kind(path) == FileKind::absent) {
      report.error("label file " + path + " not found", file.mark());
      continue;
    }
    const Result<std::string> text = read_env_text(assembly.files(), path);
    if (!text) {
      report.error(text.error().message, file.mark());
      continue;
    }
    UnsetNames unset;
    Variables own;
    const Lookup lookup = [&](const std::string& name) { return labels.find(name); };
    if (const auto error = read_dotenv(*text, lookup, own, unset))
      report_env_error(assembly.shown(path), error->line, error->message, file.mark(), report);
    for (const Variable& label : own.all()) labels.set(label.name, label.value);
  }
  if (!has_room_for(labels, files->mark(), assembly)) return;
  Map merged;
  for (const Variable& label : labels.all())
    merged.set(label.name, Node::text(label.value, files->mark()), files->mark());
  if (const Node* written = service.find("labels"))
    for (const Entry& label : written->as_map()) merged.set(label);
  if (merged.empty()) return;
  merged.sort();
  service.set("labels", Node::map(std::move(merged), files->mark()));
}

}  // namespace

void read_env_files(Map& services, Assembly& assembly, const Environment& environment) {
  EnvFiles env_files(assembly, environment);
  for (Entry& entry : services) env_files.service(entry);
}

void read_label_files(Map& services, Assembly& assembly) {
  for (Entry& entry : services) read_labels(entry, assembly);
}

}  // namespace stackd::compose
