#include "decide/keep/inherit.h"

#include <algorithm>

#include "decide/replace/replica.h"

namespace stackd::decide {
namespace {

bool has_anonymous(const Service& service, const std::string& target) {
  return std::any_of(service.mounts.begin(), service.mounts.end(), [&](const Mount& mount) {
    return mount.type == MountType::volume && mount.source.empty() && mount.target == target;
  });
}

bool declares(const Service& service, const std::string& target) {
  return std::any_of(service.mounts.begin(), service.mounts.end(),
                     [&](const Mount& mount) { return mount.target == target; });
}

}  // namespace

std::vector<ObservedMount> anonymous_volumes_of(const Service& service, const ObservedContainer& container) {
  std::vector<ObservedMount> left;
  for (const ObservedMount& mount : container.mounts) {
    const bool declared = declares(service, mount.target) && !has_anonymous(service, mount.target);
    if (mount.type != "tmpfs" && !declared) left.push_back(mount);
  }
  return left;
}

std::vector<ObservedMount> taken_over(const Service& service, const ObservedImage& image,
                                      const std::vector<ObservedMount>& left) {
  std::vector<ObservedMount> taken;
  for (const ObservedMount& mount : left) {
    const bool of_image =
        std::find(image.volumes.begin(), image.volumes.end(), mount.target) != image.volumes.end();
    if (of_image || has_anonymous(service, mount.target)) taken.push_back(mount);
  }
  return taken;
}

std::vector<ObservedMount> anonymous_volumes_for(const State& state, const Service& service,
                                                 std::int64_t number) {
  auto left = state.memory.anonymous_volumes.find({service.name, number});
  if (left != state.memory.anonymous_volumes.end()) return left->second;
  const ObservedContainer* container = replica_at(state, service, number);
  return container == nullptr ? std::vector<ObservedMount>{} : anonymous_volumes_of(service, *container);
}

bool leaves_a_place(const State& state, const ObservedContainer& container) {
  const bool stays = state.wishes.stack == StackWish::running || state.wishes.stack == StackWish::created;
  auto service = state.desired.stack->services.find(container.service);
  if (!stays || container.oneoff || service == state.desired.stack->services.end()) return false;
  return replica_at(state, service->second, container.number) == &container &&
         container.number <= replicas(*state.desired.stack, service->second);
}

}  // namespace stackd::decide
