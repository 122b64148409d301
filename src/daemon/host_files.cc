#include "daemon/host_files.h"

#include "compose/mounted_files.h"
#include "daemon/records.h"

namespace stackd::daemon {

std::map<std::string, std::string> read_host_files(const Edges& edges, const Stack& stack) {
  std::map<std::string, std::string> found;
  if (edges.kept == nullptr) return found;
  for (const auto& [name, service] : stack.services) found[name] = read_host_files(edges, stack, service);
  return found;
}

std::string read_host_files(const Edges& edges, const Stack& stack, const Service& service) {
  if (edges.kept == nullptr) return {};
  const MountedFiles read = compose::read_mounted_files(stack, service, compose::RealFiles());
  const std::map<std::string, std::string> by_service = files_by_service(read.fingerprints);
  const auto found = by_service.find(service.name);
  return found == by_service.end() ? "gone" : found->second;
}

}  // namespace stackd::daemon
