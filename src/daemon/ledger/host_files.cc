#include "daemon/ledger/host_files.h"

#include <functional>
#include <optional>
#include <set>
#include <utility>

#include "base/log.h"
#include "compose/read/mounted_files.h"
#include "daemon/ledger/records.h"
#include "runtime/aside.h"

namespace stackd::daemon {
namespace {

/// Longer than small files take on any disk that does not hang.
constexpr Duration patience = std::chrono::seconds(5);

using FilesFound = std::map<std::string, std::string>;  // by service

struct Reading {
  std::shared_ptr<const Stack> stack;
  std::shared_ptr<const Fingerprints> recorded;
  std::set<std::string> services;
};

// It may outlive whoever asks: it has everything by value.
std::function<FilesFound()> reading(Reading asked, const compose::Files* given) {
  return [asked = std::move(asked), given] {
    const compose::RealFiles own;
    FilesFound found;
    for (const std::string& name : asked.services)
      found[name] = read_files(given == nullptr ? own : *given, *asked.stack, asked.recorded.get(), name);
    return found;
  };
}

runtime::Task<FilesFound> look(Edges edges, Reading asked) {
  std::function<FilesFound()> work = reading(asked, edges.files);
  std::optional<FilesFound> found =
      co_await runtime::run_aside<FilesFound>(edges.aside, std::move(work), edges.clock.now() + patience);
  if (!found) {
    log(LogLevel::warning, LogSubject{asked.stack->name}, "the files that it mounts don't answer");
    found.emplace();
    for (const std::string& name : asked.services) found->emplace(name, unknown_files);
  }
  co_return *std::move(found);
}

}  // namespace

std::string read_files(const compose::Files& files, const Stack& stack, const Fingerprints* recorded,
                       const std::string& service) {
  MountedFiles read = compose::read_mounted_files(stack, stack.services.at(service), files);
  if (recorded != nullptr) compose::keep_as_recorded(read.fingerprints, *recorded);
  const FilesFound by_service = files_by_service(read.fingerprints);
  const auto found = by_service.find(service);
  return found == by_service.end() ? "gone" : found->second;
}

runtime::Task<std::map<std::string, std::string>> look_at_host_files(Edges edges, decide::Desired desired) {
  std::set<std::string> services;
  for (const auto& [name, service] : desired.stack->services) services.insert(name);
  if (edges.kept == nullptr) services.clear();
  Reading asked{desired.stack, desired.fingerprints, std::move(services)};
  co_return co_await look(edges, std::move(asked));
}

runtime::Task<bool> must_mount_copies(Edges edges, decide::Desired desired, std::string service) {
  const auto wanted = desired.files.find(service);
  if (edges.kept == nullptr || wanted == desired.files.end()) co_return false;
  std::set<std::string> services;
  services.insert(service);
  Reading asked{desired.stack, desired.fingerprints, std::move(services)};
  FilesFound found = co_await look(edges, std::move(asked));
  co_return found.at(service) != wanted->second;
}

// What does not answer stays unreadable.
runtime::Task<MountedFiles> read_unreadable(Edges edges, std::shared_ptr<const Stack> stack,
                                            MountedFiles files) {
  if (files.unreadable.empty() || edges.kept == nullptr) co_return files;
  std::function<MountedFiles()> work = [stack, given = edges.files] {
    const compose::RealFiles own;
    return compose::read_mounted_files(*stack, given == nullptr ? own : *given);
  };
  std::optional<MountedFiles> read =
      co_await runtime::run_aside<MountedFiles>(edges.aside, std::move(work), edges.clock.now() + patience);
  if (!read) co_return files;
  for (auto& [service, prints] : read->fingerprints) files.fingerprints[service].merge(prints);
  files.contents.merge(read->contents);
  files.attributes.merge(read->attributes);
  files.links.merge(read->links);
  files.unreadable = std::move(read->unreadable);
  co_return files;
}

}  // namespace stackd::daemon
