#include "daemon/ledger/host_files.h"

#include <functional>

#include "base/log.h"
#include "compose/read/mounted_files.h"
#include "daemon/ledger/records.h"
#include "runtime/aside.h"

namespace stackd::daemon {
namespace {

/// Longer than small files take on any disk that does not hang.
constexpr Duration patience = std::chrono::seconds(5);

using Fingerprints = std::map<std::string, std::string>;

std::string read(const Stack& stack, const Service& service, const compose::Files& files) {
  const MountedFiles read = compose::read_mounted_files(stack, service, files);
  const Fingerprints by_service = files_by_service(read.fingerprints);
  const auto found = by_service.find(service.name);
  return found == by_service.end() ? "gone" : found->second;
}

// It may outlive whoever asks: it has everything by value.
std::function<Fingerprints()> reading(std::shared_ptr<const Stack> stack, std::set<std::string> services,
                                      const compose::Files* given) {
  return [stack = std::move(stack), services = std::move(services), given] {
    const compose::RealFiles own;
    Fingerprints found;
    for (const std::string& name : services)
      found[name] = read(*stack, stack->services.at(name), given == nullptr ? own : *given);
    return found;
  };
}

runtime::Task<Fingerprints> look(Edges edges, std::shared_ptr<const Stack> stack,
                                 std::set<std::string> services) {
  std::function<Fingerprints()> work = reading(stack, services, edges.files);
  std::optional<Fingerprints> found =
      co_await runtime::run_aside<Fingerprints>(edges.aside, std::move(work), edges.clock.now() + patience);
  if (!found) {
    log(LogLevel::warning, LogSubject{stack->name}, "the files that it mounts don't answer");
    found.emplace();
    for (const std::string& name : services) found->emplace(name, unknown_files);
  }
  co_return *std::move(found);
}

}  // namespace

runtime::Task<Fingerprints> look_at_host_files(Edges edges, std::shared_ptr<const Stack> stack) {
  std::set<std::string> services;
  for (const auto& [name, service] : stack->services) services.insert(name);
  if (edges.kept == nullptr) services.clear();
  co_return co_await look(edges, std::move(stack), std::move(services));
}

runtime::Task<bool> must_mount_copies(Edges edges, decide::Desired desired, std::string service) {
  const auto wanted = desired.files.find(service);
  if (edges.kept == nullptr || wanted == desired.files.end()) co_return false;
  std::set<std::string> services;
  services.insert(service);
  Fingerprints found = co_await look(edges, desired.stack, std::move(services));
  co_return found.at(service) != wanted->second;
}

}  // namespace stackd::daemon
