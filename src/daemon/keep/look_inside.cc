#include "daemon/keep/look_inside.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "daemon/host/container_view.h"
#include "daemon/ledger/host_files.h"
#include "decide/picture/made_with.h"
#include "runtime/aside.h"

namespace stackd::daemon {
namespace {

// The process may have read the file of before. A moment that nobody tells is after it began.
bool is_older(const compose::Files& files, const std::string& path, WallTime moment) {
  const Result<compose::FileStatus> status = files.status(path);
  return status && status->changed_at < moment;
}

bool are_older(const compose::Files& files, const decide::Desired& desired, const std::string& service,
               WallTime moment) {
  if (desired.fingerprints == nullptr) return false;
  const auto prints = desired.fingerprints->find(service);
  if (prints == desired.fingerprints->end()) return false;
  return std::all_of(prints->second.begin(), prints->second.end(), [&](const auto& print) {
    const std::string& path = print.first;
    return path.front() != '/' || files.is_symbolic_link(path) || is_older(files, path, moment);
  });
}

std::optional<MadeWith> look_into(const ContainerView& view, const decide::Desired& desired,
                                  const UnknownContainer& unknown) {
  const ObservedContainer& container = unknown.container;
  const MadeWith wanted = decide::made_with_now(desired, container.service, false);
  if (wanted.files.empty() || wanted.contents != unknown.contents) return std::nullopt;
  const std::unique_ptr<compose::Files> inside = view.files_in(container);
  if (inside == nullptr) return std::nullopt;
  if (read_files(*inside, *desired.stack, {desired.fingerprints.get(), nullptr}, container.service) !=
      wanted.files)
    return std::nullopt;
  if (!are_older(*inside, desired, container.service, container.started_at)) return std::nullopt;
  return wanted;
}

// "": each folder that it mounts is the one at its path.
std::string lost_mount_of(const ContainerView& view, const compose::Files& host, const Service& service,
                          const ObservedContainer& container) {
  std::unique_ptr<compose::Files> inside;
  for (const Mount& mount : service.mounts) {
    if (mount.type != MountType::bind || host.kind(mount.source) != compose::FileKind::folder) continue;
    if (inside == nullptr) inside = view.files_in(container);
    if (inside == nullptr) return {};
    const Result<compose::FileStatus> there = inside->status(mount.source);
    const Result<compose::FileStatus> here = host.status(mount.source);
    if (!there || !here) continue;
    if (there->inode != here->inode || there->device != here->device) return mount.source;
  }
  return {};
}

using FoldersFound = std::map<std::string, std::string>;
using MadeWithFound = std::map<std::string, MadeWith>;

}  // namespace

runtime::Task<std::map<std::string, MadeWith>> look_inside(Edges edges, decide::Desired desired,
                                                           std::vector<UnknownContainer> containers) {
  MadeWithFound none;
  if (edges.view == nullptr || containers.empty()) co_return none;
  std::function<MadeWithFound()> work = [view = edges.view, desired = std::move(desired),
                                         containers = std::move(containers)] {
    MadeWithFound found;
    for (const UnknownContainer& unknown : containers) {
      if (std::optional<MadeWith> made = look_into(*view, desired, unknown))
        found[unknown.container.id] = *std::move(made);
    }
    return found;
  };
  std::optional<MadeWithFound> found = co_await runtime::run_aside<MadeWithFound>(
      edges.aside, std::move(work), edges.clock.now() + read_patience);
  co_return found.value_or(none);
}

runtime::Task<std::map<std::string, std::string>> find_lost_mounts(Edges edges,
                                                                   std::shared_ptr<const Stack> stack,
                                                                   Observed observed) {
  FoldersFound none;
  if (edges.view == nullptr) co_return none;
  std::function<FoldersFound()> work = [view = edges.view, given = edges.files, stack = std::move(stack),
                                        observed = std::move(observed)] {
    const compose::RealFiles own;
    FoldersFound lost;
    for (const auto& [id, container] : observed.containers) {
      const auto service = stack->services.find(container.service);
      if (service == stack->services.end() || container.oneoff) continue;
      std::string folder = lost_mount_of(*view, given == nullptr ? own : *given, service->second, container);
      if (!folder.empty()) lost[id] = std::move(folder);
    }
    return lost;
  };
  std::optional<FoldersFound> found = co_await runtime::run_aside<FoldersFound>(
      edges.aside, std::move(work), edges.clock.now() + read_patience);
  co_return found.value_or(none);
}

}  // namespace stackd::daemon
