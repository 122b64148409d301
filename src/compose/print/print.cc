#include "compose/print/print.h"

#include "compose/print/go_json.h"
#include "compose/print/go_yaml.h"
#include "compose/print/printed.h"

namespace stackd::compose {

namespace {

std::string with_doubled_dollars(const std::string& text) {
  std::string result;
  result.reserve(text.size());
  for (const char c : text) result.append(c == '$' ? 2 : 1, c);
  return result;
}

/// Compose fails to write the path of an ssh key as JSON; its users know the refusal.
const Entry* service_with_ssh_path(const Node& model) {
  for (const Entry& entry : model.find("services")->as_map()) {
    const Node* build = entry.value.find("build");
    const Node* keys = build == nullptr ? nullptr : build->find("ssh");
    if (keys == nullptr) continue;
    for (const Node& key : keys->as_list())
      if (key.as_text().find('=') != std::string::npos) return &entry;
  }
  return nullptr;
}

}  // namespace

Result<std::string> print_config(const Project& project, PrintFormat format, bool interpolated) {
  if (!interpolated) {
    return format == PrintFormat::json
               ? to_go_json(project.model, {.indented = true, .empty_list_is_null = true, .sorted = true})
               : to_go_yaml(project.model, true);
  }
  if (format == PrintFormat::yaml)
    return with_doubled_dollars(to_go_yaml(to_printed(project.model, PrintStyle::yaml), false));
  if (const Entry* service = service_with_ssh_path(project.model)) {
    return Error{
        ErrorKind::invalid,
        "services." + service->key + ".build.ssh: a key with a path has no form in JSON; use --format yaml"};
  }
  const Node printed = to_printed(project.model, PrintStyle::json);
  return with_doubled_dollars(to_go_json(printed, {.indented = true}));
}

}  // namespace stackd::compose
