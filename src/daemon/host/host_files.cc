#include "daemon/host/host_files.h"

#include "compose/read/mounted_files.h"
#include "daemon/ledger/records.h"

namespace stackd::daemon {

std::map<std::string, std::string> read_host_files(const Edges& edges, const Stack& stack) {
  std::map<std::string, std::string> found;
  if (edges.kept == nullptr) return found;
  for (const auto& [name, service] : stack.services) found[name] = read_host_files(edges, stack, service);
  return found;
}

std::string read_host_files(const Edges& edges, const Stack& stack, const Service& service) {
  if (edges.kept == nullptr) return {};
  const compose::RealFiles own;
  const MountedFiles read =
      compose::read_mounted_files(stack, service, edges.files == nullptr ? own : *edges.files);
  const std::map<std::string, std::string> by_service = files_by_service(read.fingerprints);
  const auto found = by_service.find(service.name);
  return found == by_service.end() ? "gone" : found->second;
}

bool must_mount_copies(const Edges& edges, const decide::Desired& desired, const std::string& service) {
  const auto wanted = desired.files.find(service);
  if (edges.kept == nullptr || wanted == desired.files.end()) return false;
  return wanted->second != read_host_files(edges, *desired.stack, desired.stack->services.at(service));
}

}  // namespace stackd::daemon
