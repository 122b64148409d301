#include "compose/read/resolve.h"

#include <functional>

#include "base/text.h"
#include "compose/read/paths.h"

namespace stackd::compose {

namespace {

/// As long as files are still merged and checked, a value that a variable gave stands where none of them
/// could have written it, as with Compose.
constexpr std::string_view value_key = "x-#value";

using Change = std::function<std::string(const std::string&)>;

void change_text(Node* node, const Change& change) {
  if (node != nullptr && node->is_text()) node->as_text() = change(node->as_text());
}

void each_value(Node* node, const std::function<void(Node&)>& visit) {
  if (node == nullptr) return;
  if (node->is_map())
    for (Entry& entry : node->as_map()) visit(entry.value);
  if (node->is_list())
    for (Node& item : node->as_list()) visit(item);
}

class Paths {
 public:
  Paths(const PathBase& base, const Files& files, Report& report)
      : base_(base), files_(files), report_(report) {}

  void service(Node& service);
  void resource_file(Node& resource) {
    change_text(resource.find("file"), [this](const std::string& path) { return host_path(path); });
  }
  void volume(Node& volume);

 private:
  [[nodiscard]] std::string with_home(const std::string& path) const;
  [[nodiscard]] std::string absolute(const std::string& path) const;
  [[nodiscard]] std::string host_path(const std::string& path) const;
  [[nodiscard]] std::string context(const std::string& path) const;
  [[nodiscard]] std::string without_link(const std::string& path) const;
  void build(Node& build);
  void mount(Node& mount);

  const PathBase& base_;
  const Files& files_;
  Report& report_;
};

std::string Paths::with_home(const std::string& path) const {
  if (!starts_with(path, "~") || base_.home.empty()) return path;
  return join_path(base_.home, path.substr(1));
}

std::string Paths::absolute(const std::string& path) const {
  const std::string expanded = with_home(path);
  return is_absolute(expanded) || expanded.empty() ? expanded : join_path(base_.folder, expanded);
}

/// Unlike absolute(): "" is the folder itself, and a Windows path stays.
std::string Paths::host_path(const std::string& path) const {
  const std::string expanded = with_home(path);
  return is_absolute(expanded) || is_windows_absolute(expanded) ? expanded
                                                                : join_path(base_.folder, expanded);
}

std::string Paths::context(const std::string& path) const {
  if (path.find("://") != std::string::npos || starts_with(path, "service:") ||
      starts_with(path, "github.com/") || starts_with(path, "git@"))
    return path;
  return absolute(path);
}

/// The first symbolic link on the way is replaced by what it leads to, as Compose does for watched paths.
std::string Paths::without_link(const std::string& path) const {
  const std::string whole = absolute(path);
  if (!is_absolute(whole)) return whole;
  std::string way;
  for (const std::string& name : split(whole, '/')) {
    if (name.empty()) continue;
    way += "/" + name;
    if (!files_.is_symbolic_link(way)) continue;
    const Result<std::string> real = files_.real_path(way);
    return real ? *real + whole.substr(way.size()) : whole;
  }
  return whole;
}

void Paths::build(Node& build) {
  const Change to_context = [this](const std::string& path) { return context(path); };
  change_text(build.find("context"), to_context);
  each_value(build.find("additional_contexts"), [&](Node& node) { change_text(&node, to_context); });
  each_value(build.find("ssh"), [&](Node& node) {
    change_text(&node, [this](const std::string& path) { return host_path(path); });
  });
}

void Paths::mount(Node& mount) {
  const Node* type = mount.find("type");
  if (type == nullptr || !type->is_text() || type->as_text() != "bind") return;
  if (mount.find("source") == nullptr) {
    report_.error("the bind mount has no source", mount.mark(), "add source: with a path on the host");
    return;
  }
  change_text(mount.find("source"), [this](const std::string& path) { return host_path(path); });
}

void Paths::service(Node& service) {
  const Change to_absolute = [this](const std::string& path) { return absolute(path); };
  if (Node* node = service.find("build")) build(*node);
  each_value(service.find("env_file"), [&](Node& file) { change_text(file.find("path"), to_absolute); });
  each_value(service.find("label_file"), [&](Node& file) { change_text(&file, to_absolute); });
  if (Node* extends = service.find("extends")) change_text(extends->find("file"), to_absolute);
  if (Node* develop = service.find("develop")) {
    each_value(develop->find("watch"), [&](Node& rule) {
      change_text(rule.find("path"), [this](const std::string& path) { return without_link(path); });
    });
  }
  each_value(service.find("volumes"), [&](Node& node) { mount(node); });
}

/// A volume of the local driver that is a bind mount in disguise.
void Paths::volume(Node& volume) {
  const Node* driver = volume.find("driver");
  Node* options = volume.find("driver_opts");
  if (driver == nullptr || !driver->is_text() || driver->as_text() != "local" || options == nullptr) return;
  const Node* kind = options->find("o");
  if (kind == nullptr || !kind->is_text() || kind->as_text() != "bind") return;
  change_text(options->find("device"), [this](const std::string& path) { return host_path(path); });
}

void resolve_list(Node* environment, const Lookup& lookup) {
  if (environment == nullptr || !environment->is_list()) return;
  for (Node& item : environment->as_list()) {
    if (!item.is_text() || item.as_text().find('=') != std::string::npos) continue;
    if (const auto value = lookup(item.as_text())) item.as_text() += "=" + *value;
  }
}

}  // namespace

void resolve_paths(Node& file, const PathBase& base, const Files& files, Report& report) {
  Paths paths(base, files, report);
  each_value(file.find("services"), [&](Node& service) { paths.service(service); });
  each_value(file.find("configs"), [&](Node& config) { paths.resource_file(config); });
  each_value(file.find("secrets"), [&](Node& secret) { paths.resource_file(secret); });
  each_value(file.find("volumes"), [&](Node& volume) { paths.volume(volume); });
}

void resolve_variables(Node& file, const Lookup& lookup) {
  each_value(file.find("services"),
             [&](Node& service) { resolve_list(service.find("environment"), lookup); });
  for (const std::string_view section : {"configs", "secrets"}) {
    each_value(file.find(section), [&](Node& resource) {
      const Node* name = resource.find("environment");
      if (name == nullptr || !name->is_text()) return;
      const auto value = lookup(name->as_text());
      if (!value) return;
      const Node text = Node::text(*value, name->mark());  // `name` is gone once the map has grown
      resource.as_map().set(value_key, text);
      // By this Compose refuses a config of an included file, which has then two sources.
      if (section == "configs") resource.as_map().set("content", text);
    });
  }
}

void take_values(Node& model) {
  for (const std::string_view section : {"configs", "secrets"}) {
    each_value(model.find(section), [](Node& resource) {
      const Node* value = resource.find(value_key);
      if (value == nullptr || resource.find("environment") == nullptr) return;
      Node content = *value;
      resource.as_map().erase(value_key);
      resource.as_map().set("content", std::move(content));
    });
  }
}

}  // namespace stackd::compose
