#include "decide/picture/order.h"

#include <algorithm>

#include "base/text.h"

namespace stackd::decide {

std::set<std::string> waits_for(const Stack& stack, const Service& service) {
  std::set<std::string> names;
  for (const auto& [name, dependency] : service.depends_on) {
    if (stack.services.count(name) > 0) names.insert(name);
  }
  for (const std::string& owner : namespace_owners(service)) {
    if (stack.services.count(owner) > 0) names.insert(owner);
  }
  return names;
}

std::map<std::string, std::set<std::string>> dependents(const Stack& stack) {
  std::map<std::string, std::set<std::string>> found;
  for (const auto& [name, service] : stack.services) {
    for (const std::string& needed : waits_for(stack, service)) found[needed].insert(name);
  }
  return found;
}

std::vector<std::vector<std::string>> levels(const Stack& stack) {
  std::vector<std::vector<std::string>> out;
  std::set<std::string> placed;
  while (placed.size() < stack.services.size()) {
    std::vector<std::string> level;
    for (const auto& [name, service] : stack.services) {
      if (placed.count(name) > 0) continue;
      std::set<std::string> needed = waits_for(stack, service);
      if (std::includes(placed.begin(), placed.end(), needed.begin(), needed.end())) level.push_back(name);
    }
    if (level.empty()) {
      for (const auto& [name, service] : stack.services) {
        if (placed.count(name) == 0) level.push_back(name);
      }
    }
    placed.insert(level.begin(), level.end());
    out.push_back(std::move(level));
  }
  return out;
}

std::set<std::string> with_dependencies(const Stack& stack, const std::vector<std::string>& services) {
  std::set<std::string> found;
  std::vector<std::string> open = services;
  while (!open.empty()) {
    std::string name = open.back();
    open.pop_back();
    auto service = stack.services.find(name);
    if (service == stack.services.end() || !found.insert(name).second) continue;
    for (const std::string& needed : waits_for(stack, service->second)) open.push_back(needed);
  }
  return found;
}

std::map<std::string, Dependency> dependencies_of_label(const std::string& label) {
  std::map<std::string, Dependency> found;
  for (const std::string& one : split(label, ',')) {
    const std::vector<std::string> parts = split(one, ':');
    if (parts.size() < 2 || parts[0].empty()) continue;
    for (DependencyCondition condition :
         {DependencyCondition::started, DependencyCondition::healthy, DependencyCondition::completed}) {
      if (to_string(condition) != parts[1]) continue;
      found[parts[0]] = Dependency{condition, parts.size() > 2 && parts[2] == "true", true};
    }
  }
  return found;
}

}  // namespace stackd::decide
