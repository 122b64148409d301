#include "model/overlap.h"

#include <algorithm>

namespace stackd {
namespace {

std::string obstacle_among_networks(const Stack& stack, const Service& service) {
  if (service.network_mode == "host") return "it is on the host's network";
  if (!service.mac_address.empty()) return "it has the fixed address " + service.mac_address;
  for (const auto& [name, attachment] : service.networks) {
    for (const std::string* address :
         {&attachment.ipv4_address, &attachment.ipv6_address, &attachment.mac_address}) {
      if (!address->empty()) return "it has the fixed address " + *address + " on network " + name;
    }
  }
  for (const std::string* mode : {&service.network_mode, &service.ipc, &service.pid}) {
    if (mode->find(':') != std::string::npos) return "it shares the namespace of " + *mode;
  }
  for (const auto& [name, other] : stack.services) {
    std::vector<std::string> owners = namespace_owners(other);
    if (std::find(owners.begin(), owners.end(), service.name) != owners.end())
      return "service " + name + " shares its namespace";
  }
  return {};
}

std::string obstacle_among_mounts(const Service& service) {
  for (const Mount& mount : service.mounts) {
    bool keeps = mount.type == MountType::bind || mount.type == MountType::volume ||
                 mount.type == MountType::npipe || mount.type == MountType::cluster;
    if (keeps && !mount.read_only) return "it may write to its mount " + mount.target;
  }
  if (!service.volumes_from.empty()) return "it takes its volumes from " + service.volumes_from.front();
  return {};
}

}  // namespace

std::string obstacle_to_overlap(const Stack& stack, const Service& service) {
  if (service.extension.singleton) return "it is a singleton";
  if (!service.container_name.empty())
    return "its container_name " + service.container_name + " can be taken once";
  for (const PortMapping& port : service.ports) {
    if (!port.published.empty() && port.published != "0") return "it publishes host port " + port.published;
  }
  if (std::string obstacle = obstacle_among_networks(stack, service); !obstacle.empty()) return obstacle;
  if (std::string obstacle = obstacle_among_mounts(service); !obstacle.empty()) return obstacle;
  if (!service.devices.empty()) return "it uses the device " + service.devices.front().source;
  return {};
}

}  // namespace stackd
