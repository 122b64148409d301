#include "model/identity.h"

namespace stackd {

std::string container_name(std::string_view project, std::string_view service, std::string_view own_name,
                           std::int64_t number) {
  if (!own_name.empty()) return std::string(own_name);
  return std::string(project) + "-" + std::string(service) + "-" + std::to_string(number);
}

std::string replacement_name(std::string_view old_id, std::string_view name) {
  return std::string(old_id.substr(0, 12)) + "_" + std::string(name);
}

std::string short_id(std::string_view id) {
  constexpr std::string_view algorithm = "sha256:";
  if (id.substr(0, algorithm.size()) == algorithm) id.remove_prefix(algorithm.size());
  return std::string(id.substr(0, 12));
}

}  // namespace stackd
