#include "compose/read/select.h"

#include <algorithm>
#include <fnmatch.h>
#include <set>

#include "base/text.h"

namespace stackd::compose {

namespace {

bool is_enabled(const Node& service, const std::vector<std::string>& profiles) {
  const Node* own = service.find("profiles");
  if (own == nullptr || own->as_list().empty()) return true;
  return std::any_of(profiles.begin(), profiles.end(), [&](const std::string& profile) {
    return profile == "*" || std::any_of(own->as_list().begin(), own->as_list().end(),
                                         [&](const Node& node) { return node.as_text() == profile; });
  });
}

/// Adds what the named ones depend on, step by step.
std::set<std::string> with_dependencies(const Map& services, const std::vector<std::string>& names,
                                        Report& report) {
  std::set<std::string> chosen;
  std::vector<std::string> open;
  for (const std::string& name : names) {
    bool matched = false;
    for (const Entry& entry : services) {
      if (fnmatch(name.c_str(), entry.key.c_str(), 0) != 0) continue;
      matched = true;
      if (chosen.insert(entry.key).second) open.push_back(entry.key);
    }
    if (matched) continue;
    std::vector<std::string> known;
    for (const Entry& entry : services) known.push_back(entry.key);
    report.error("no such service: " + name, {}, did_you_mean(name, known));
  }
  while (!open.empty()) {
    const Node* service = services.find(open.back());
    open.pop_back();
    const Node* dependencies = service->find("depends_on");
    if (dependencies == nullptr) continue;
    for (const Entry& dependency : dependencies->as_map()) {
      const Node* required = dependency.value.find("required");
      if (services.contains(dependency.key)) {
        if (chosen.insert(dependency.key).second) open.push_back(dependency.key);
      } else if (required == nullptr || required->as_boolean()) {
        report.error("no such service: " + dependency.key, dependency.key_mark);
      }
    }
  }
  return chosen;
}

void keep_keys(Node& model, std::string_view section, const std::set<std::string>& keys) {
  Node* resources = model.find(section);
  if (resources == nullptr) return;
  Map kept;
  for (Entry& entry : resources->as_map())
    if (keys.contains(entry.key)) kept.set(std::move(entry));
  if (kept.empty()) {
    model.as_map().erase(section);
  } else {
    resources->as_map() = std::move(kept);
  }
}

void add_keys(const Node* map, std::set<std::string>& keys) {
  if (map == nullptr || !map->is_map()) return;
  for (const Entry& entry : map->as_map()) keys.insert(entry.key);
}

void add_sources(const Node* list, std::set<std::string>& keys, bool volumes_only = false) {
  if (list == nullptr || !list->is_list()) return;
  for (const Node& item : list->as_list()) {
    const Node* source = item.find("source");
    const Node* type = item.find("type");
    if (source != nullptr && (!volumes_only || (type != nullptr && type->as_text() == "volume")))
      keys.insert(source->as_text());
  }
}

}  // namespace

void apply_profiles(Map& services, Map& disabled, const std::vector<std::string>& profiles) {
  Map enabled;
  Map others;
  enabled.reserve(services.size());
  for (Map* map : {&services, &disabled})
    for (Entry& entry : *map) (is_enabled(entry.value, profiles) ? enabled : others).set(std::move(entry));
  enabled.sort();
  others.sort();
  services = std::move(enabled);
  disabled = std::move(others);
}

void enable_services(Map& services, Map& disabled, std::vector<std::string>& profiles,
                     const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const Node* service = disabled.find(name);
    const Node* own = service == nullptr ? nullptr : service->find("profiles");
    if (own == nullptr) continue;
    for (const Node& profile : own->as_list()) profiles.push_back(profile.as_text());
  }
  apply_profiles(services, disabled, profiles);
}

void enable_by_name(Map& services, Map& disabled, const std::vector<std::string>& profiles,
                    const std::vector<std::string>& names) {
  Map with_theirs = services;
  Map without = disabled;
  std::vector<std::string> theirs = profiles;
  enable_services(with_theirs, without, theirs, names);
  std::vector<std::string> open = names;
  while (!open.empty()) {
    const std::string name = std::move(open.back());
    open.pop_back();
    if (services.contains(name) || !with_theirs.contains(name)) continue;
    const Node service = *with_theirs.find(name);
    services.set(name, service);
    disabled.erase(name);
    const Node* dependencies = service.find("depends_on");
    if (dependencies == nullptr) continue;
    for (const Entry& dependency : dependencies->as_map()) open.push_back(dependency.key);
  }
  services.sort();
}

std::vector<std::string> outside_profiles(const Map& services, const std::vector<std::string>& profiles) {
  std::vector<std::string> names;
  for (const Entry& service : services)
    if (!is_enabled(service.value, profiles)) names.push_back(service.key);
  return names;
}

void select_services(Map& services, Map& disabled, const std::vector<std::string>& names, Report& report) {
  const std::set<std::string> chosen = with_dependencies(services, names, report);
  Map enabled;
  for (Entry& entry : services) {
    if (!chosen.contains(entry.key)) {
      disabled.set(std::move(entry));
      continue;
    }
    if (Node* dependencies = entry.value.find("depends_on")) {
      std::vector<std::string> gone;
      for (const Entry& dependency : dependencies->as_map())
        if (!chosen.contains(dependency.key)) gone.push_back(dependency.key);
      for (const std::string& name : gone) dependencies->as_map().erase(name);
      if (dependencies->as_map().empty()) entry.value.as_map().erase("depends_on");
    }
    enabled.set(std::move(entry));
  }
  disabled.sort();
  services = std::move(enabled);
}

void drop_unused_resources(Node& model) {
  std::set<std::string> networks;
  std::set<std::string> volumes;
  std::set<std::string> secrets;
  std::set<std::string> configs;
  std::set<std::string> models;
  if (const Node* services = model.find("services")) {
    for (const Entry& entry : services->as_map()) {
      const Node& service = entry.value;
      add_keys(service.find("networks"), networks);
      add_sources(service.find("volumes"), volumes, true);
      add_sources(service.find("secrets"), secrets);
      if (const Node* build = service.find("build")) add_sources(build->find("secrets"), secrets);
      add_sources(service.find("configs"), configs);
      add_keys(service.find("models"), models);
    }
  }
  keep_keys(model, "networks", networks);
  keep_keys(model, "volumes", volumes);
  keep_keys(model, "secrets", secrets);
  keep_keys(model, "configs", configs);
  keep_keys(model, "models", models);
}

}  // namespace stackd::compose
