#include "model/stack.h"

#include <algorithm>

#include "base/text.h"

namespace stackd {

bool is_job(const Stack& stack, const Service& service) {
  if (service.extension.job || service.replicated_job) return true;
  return std::any_of(stack.services.begin(), stack.services.end(), [&](const auto& other) {
    auto found = other.second.depends_on.find(service.name);
    return found != other.second.depends_on.end() &&
           found->second.condition == DependencyCondition::completed;
  });
}

std::string shared_service(const std::string& mode) {
  return starts_with(mode, service_prefix) ? mode.substr(service_prefix.size()) : std::string();
}

std::string shared_container(const std::string& mode) {
  constexpr std::string_view prefix = "container:";
  return starts_with(mode, prefix) ? mode.substr(prefix.size()) : std::string();
}

namespace {

std::vector<std::string> sharing_with(const Service& service, std::string (*named)(const std::string&)) {
  std::vector<std::string> owners;
  for (const std::string* mode : {&service.network_mode, &service.ipc, &service.pid}) {
    std::string owner = named(*mode);
    if (!owner.empty() && std::find(owners.begin(), owners.end(), owner) == owners.end())
      owners.push_back(owner);
  }
  return owners;
}

}  // namespace

std::vector<std::string> namespace_strangers(const Service& service) {
  return sharing_with(service, shared_container);
}

std::vector<std::string> namespace_owners(const Service& service) {
  return sharing_with(service, shared_service);
}

}  // namespace stackd
