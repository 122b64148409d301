#include "daemon/ledger/host_files.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "compose/read/mounted_files.h"
#include "daemon/ledger/records.h"
#include "runtime/aside.h"

namespace stackd::daemon {
namespace {

using FilesFound = std::map<std::string, std::string>;  // by service

struct Reading {
  std::shared_ptr<const Stack> stack;
  std::shared_ptr<const Fingerprints> recorded;
  Deployed deployed;
  std::set<std::string> services;
};

bool is_written_to(const Mount& mount) {
  return mount.type == MountType::bind && !mount.read_only;
}

bool covers(const Mount& mount, const std::string& path) {
  return path == mount.source || starts_with(path, mount.source + "/");
}

// Nothing where nothing asks for it: no service mounts something that it may write.
Deployed deployed(const Edges& edges, const Stack& stack, const std::set<std::string>& services) {
  Deployed found;
  const bool asked = std::any_of(services.begin(), services.end(), [&](const std::string& name) {
    const std::vector<Mount>& mounts = stack.services.at(name).mounts;
    return std::any_of(mounts.begin(), mounts.end(), is_written_to);
  });
  if (!asked) return found;
  const Result<std::vector<Release>> releases = edges.store.releases(stack.name, true);
  if (!releases) return found;
  for (const Release& release : *releases) {
    for (const auto& [service, prints] : release.fingerprints) {
      for (const auto& [path, print] : prints) found[path].insert(print);
    }
  }
  return found;
}

bool may_be_written(const Service& service, const std::string& path) {
  return std::any_of(service.mounts.begin(), service.mounts.end(),
                     [&](const Mount& mount) { return is_written_to(mount) && covers(mount, path); });
}

bool is_data(const Service& service, const std::string& path, const std::string& print,
             const Deployed& deployed) {
  const auto known = deployed.find(path);
  return may_be_written(service, path) && known != deployed.end() && known->second.count(print) == 0;
}

// Data counts as what is recorded.
void pass_over_data(Fingerprints& now, const Service& service, const RecordedFiles& recorded) {
  const auto prints = now.find(service.name);
  if (prints == now.end() || recorded.of_release == nullptr || recorded.of_all == nullptr) return;
  const auto before = recorded.of_release->find(service.name);
  if (before == recorded.of_release->end()) return;
  for (auto& [path, print] : prints->second) {
    const auto old = before->second.find(path);
    if (old != before->second.end() && is_data(service, path, print, *recorded.of_all)) print = old->second;
  }
}

// It may outlive whoever asks: it has everything by value.
std::function<FilesFound()> reading(Reading asked, const compose::Files* given) {
  return [asked = std::move(asked), given] {
    const compose::RealFiles own;
    FilesFound found;
    for (const std::string& name : asked.services)
      found[name] = read_files(given == nullptr ? own : *given, *asked.stack,
                               {asked.recorded.get(), &asked.deployed}, name);
    return found;
  };
}

// Mounts of the service that hold data.
std::set<std::string> data_of(const compose::Files& files, const Reading& asked, const std::string& name) {
  std::set<std::string> found;
  const Service& service = asked.stack->services.at(name);
  const MountedFiles read = compose::read_mounted_files(*asked.stack, service, files);
  const auto prints = read.fingerprints.find(name);
  if (prints == read.fingerprints.end()) return found;
  for (const Mount& mount : service.mounts) {
    const bool data = std::any_of(prints->second.begin(), prints->second.end(), [&](const auto& one) {
      return covers(mount, one.first) && is_data(service, one.first, one.second, asked.deployed);
    });
    if (data) found.insert(mount.source);
  }
  return found;
}

void tell_silence(const Stack& stack) {
  log(LogLevel::warning, LogSubject{stack.name}, "the files that it mounts don't answer");
}

runtime::Task<FilesFound> look(Edges edges, Reading asked) {
  std::function<FilesFound()> work = reading(asked, edges.files);
  std::optional<FilesFound> found = co_await runtime::run_aside<FilesFound>(
      edges.aside, std::move(work), edges.clock.now() + read_patience);
  if (!found) {
    tell_silence(*asked.stack);
    found.emplace();
    for (const std::string& name : asked.services) found->emplace(name, unknown_files);
  }
  co_return *std::move(found);
}

}  // namespace

std::string read_files(const compose::Files& files, const Stack& stack, const RecordedFiles& recorded,
                       const std::string& service) {
  MountedFiles read = compose::read_mounted_files(stack, stack.services.at(service), files);
  if (recorded.of_release != nullptr) compose::keep_as_recorded(read.fingerprints, *recorded.of_release);
  pass_over_data(read.fingerprints, stack.services.at(service), recorded);
  const FilesFound by_service = files_by_service(read.fingerprints);
  const auto found = by_service.find(service);
  return found == by_service.end() ? "gone" : found->second;
}

runtime::Task<std::map<std::string, std::string>> look_at_host_files(Edges edges, decide::Desired desired) {
  std::set<std::string> services;
  for (const auto& [name, service] : desired.stack->services) services.insert(name);
  if (edges.kept == nullptr) services.clear();
  Deployed all = deployed(edges, *desired.stack, services);
  Reading asked{desired.stack, desired.fingerprints, std::move(all), std::move(services)};
  co_return co_await look(edges, std::move(asked));
}

runtime::Task<Copies> look_for_copies(Edges edges, decide::Desired desired, std::string service) {
  Copies copies;
  const auto wanted = desired.files.find(service);
  if (edges.kept == nullptr || wanted == desired.files.end()) co_return copies;
  std::set<std::string> services;
  services.insert(service);
  Deployed all = deployed(edges, *desired.stack, services);
  Reading asked{desired.stack, desired.fingerprints, std::move(all), std::move(services)};
  std::function<Copies()> work = [asked = std::move(asked), given = edges.files, service,
                                  files = wanted->second] {
    const compose::RealFiles own;
    const compose::Files& host = given == nullptr ? own : *given;
    Copies found;
    found.needed = read_files(host, *asked.stack, {asked.recorded.get(), &asked.deployed}, service) != files;
    if (found.needed) found.data = data_of(host, asked, service);
    return found;
  };
  std::optional<Copies> found =
      co_await runtime::run_aside<Copies>(edges.aside, std::move(work), edges.clock.now() + read_patience);
  if (found) co_return *std::move(found);
  tell_silence(*desired.stack);
  copies.needed = true;
  co_return copies;
}

// What does not answer stays unreadable.
runtime::Task<MountedFiles> read_unreadable(Edges edges, std::shared_ptr<const Stack> stack,
                                            MountedFiles files) {
  if (files.unreadable.empty() || edges.kept == nullptr) co_return files;
  std::function<MountedFiles()> work = [stack, given = edges.files] {
    const compose::RealFiles own;
    return compose::read_mounted_files(*stack, given == nullptr ? own : *given);
  };
  std::optional<MountedFiles> read = co_await runtime::run_aside<MountedFiles>(
      edges.aside, std::move(work), edges.clock.now() + read_patience);
  if (!read) co_return files;
  for (auto& [service, prints] : read->fingerprints) files.fingerprints[service].merge(prints);
  files.contents.merge(read->contents);
  files.attributes.merge(read->attributes);
  files.links.merge(read->links);
  files.unreadable = std::move(read->unreadable);
  co_return files;
}

}  // namespace stackd::daemon
