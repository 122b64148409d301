#include "decide/deploy/preflight_contents.h"

#include <algorithm>

#include "model/placed_files.h"

namespace stackd::decide {
namespace {

const VolumeDefinition* volume_of(const Stack& stack, const Mount& mount) {
  if (mount.type != MountType::volume) return nullptr;
  const auto found = stack.volumes.find(mount.source);
  return found == stack.volumes.end() ? nullptr : &found->second;
}

bool is_mounted(const Stack& stack, const std::string& volume) {
  return std::any_of(stack.services.begin(), stack.services.end(), [&](const auto& entry) {
    const std::vector<Mount>& mounts = entry.second.mounts;
    return std::any_of(mounts.begin(), mounts.end(), [&](const Mount& mount) {
      const VolumeDefinition* found = volume_of(stack, mount);
      return found != nullptr && found->name == volume;
    });
  });
}

// What takes the place of a mount: in the service itself, or in one of another name that did not exist
// before.
struct Successor {
  const Service* service = nullptr;
  std::size_t index = 0;
};

Successor successor_of(const Stack& next, const Stack& former, const std::string& service, const Mount& old) {
  for (const auto& [name, candidate] : next.services) {
    if (name != service && (former.services.count(name) > 0 || next.services.count(service) > 0)) continue;
    for (std::size_t index = 0; index < candidate.mounts.size(); ++index) {
      if (candidate.mounts[index].target == old.target) return {&candidate, index};
    }
  }
  return {};
}

std::string what_comes(const State& next, const Mount& mount) {
  const VolumeDefinition* volume = volume_of(*next.desired.stack, mount);
  if (volume == nullptr) return mount.source.empty() ? "an anonymous volume, which is empty" : mount.source;
  const bool there = volume->external || next.observed.volumes.count(volume->name) > 0;
  return "volume " + volume->name + (there ? ", which is another one" : ", which is new and empty");
}

}  // namespace

std::vector<std::string> unplaced_files_of(const Stack& stack, const Service& service) {
  std::vector<std::string> found;
  for (const UnplacedFile& file : unplaced_files(stack, service))
    found.push_back("services." + service.name + "." + file.section + "." + std::to_string(file.index) +
                    ": " + file.why + "; " + file.advice);
  return found;
}

std::vector<std::string> volumes_left_behind(const State& next, const Stack& former) {
  std::vector<std::string> found;
  const Stack& stack = *next.desired.stack;
  for (const auto& [name, service] : former.services) {
    for (const Mount& old : service.mounts) {
      const VolumeDefinition* left = volume_of(former, old);
      if (left == nullptr || is_mounted(stack, left->name)) continue;
      const Successor after = successor_of(stack, former, name, old);
      const std::string behind = "what " + name + " has there stays behind in volume " + left->name;
      if (after.service != nullptr) {
        found.push_back("services." + after.service->name + ".volumes." + std::to_string(after.index) + ": " +
                        old.target + " becomes " + what_comes(next, after.service->mounts[after.index]) +
                        "; " + behind + ", which nothing mounts then (`name: " + left->name +
                        "` under `volumes` keeps it under another key)");
      } else if (stack.services.count(name) > 0) {
        found.push_back("services." + name + ": nothing is mounted at " + old.target + " any more; " +
                        behind);
      }
    }
  }
  return found;
}

}  // namespace stackd::decide
