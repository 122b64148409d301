#include "decide/replace/update_order.h"

#include <algorithm>

#include "base/text.h"
#include "decide/replace/renewal.h"

namespace stackd::decide {
namespace {

bool others_share_its_namespace(const Stack& stack, const std::string& name) {
  return std::any_of(stack.services.begin(), stack.services.end(), [&](const auto& entry) {
    const std::vector<std::string> owners = namespace_owners(entry.second);
    return std::find(owners.begin(), owners.end(), name) != owners.end();
  });
}

bool is_reached_by_others(const Stack& stack, const Service& service) {
  for (const auto& [key, attachment] : service.networks) {
    auto network = stack.networks.find(key);
    if (network != stack.networks.end() && network->second.join_when_ready) return true;
  }
  return std::any_of(stack.services.begin(), stack.services.end(), [&](const auto& entry) {
    return entry.first != service.name && entry.second.depends_on.count(service.name) > 0;
  });
}

bool has_check(const Service& service, const ObservedContainer* container) {
  if (service.health_check && service.health_check->disabled) return false;
  if (service.health_check && !service.health_check->test.empty())
    return service.health_check->test.front() != "NONE";
  return container != nullptr && has_health_check(*container);
}

bool publishes_ports(const Service& service) {
  return std::any_of(service.ports.begin(), service.ports.end(),
                     [](const PortMapping& port) { return !port.published.empty(); });
}

bool mounts_for_writing(const Service& service, const ObservedContainer* container) {
  const bool own = std::any_of(service.mounts.begin(), service.mounts.end(), [](const Mount& mount) {
    const bool lasts =
        mount.type == MountType::volume || mount.type == MountType::bind || mount.type == MountType::cluster;
    return lasts && !mount.read_only;
  });
  if (own || !service.volumes_from.empty()) return true;
  if (container == nullptr) return false;
  return std::any_of(container->mounts.begin(), container->mounts.end(),
                     [](const ObservedMount& mount) { return mount.type == "volume" && mount.read_write; });
}

bool has_fixed_address(const Service& service) {
  if (!service.mac_address.empty()) return true;
  return std::any_of(service.networks.begin(), service.networks.end(), [](const auto& entry) {
    const NetworkAttachment& at = entry.second;
    return !at.ipv4_address.empty() || !at.ipv6_address.empty() || !at.mac_address.empty();
  });
}

// What there can be only one of; "" when two may run side by side.
std::string only_one(const Service& service, const ObservedContainer* container) {
  if (publishes_ports(service)) return "it publishes host ports";
  if (!service.container_name.empty()) return "its container_name can be given only once";
  if (mounts_for_writing(service, container)) return "it mounts something for writing";
  if (service.network_mode == "host") return "it uses the host's network";
  if (has_fixed_address(service)) return "it has a fixed address";
  if (!namespace_owners(service).empty() || starts_with(service.network_mode, "container:"))
    return "it shares another container's namespace";
  if (!service.devices.empty() || !service.device_requests.empty()) return "it uses devices";
  return {};
}

}  // namespace

UpdateConfig update_config(const State& state, const Service& service) {
  const bool rolls_back = is_replacing(state.rollout) && state.desired.copied_from != 0;
  if (!rolls_back && !is_going_back(state.rollout)) return service.update;
  UpdateConfig config = service.rollback;
  if (config.order == UpdateOrder::unset) config.order = service.update.order;
  return config;
}

UpdateOrderChoice update_order(const State& state, const Service& service,
                               const ObservedContainer* container) {
  const Stack& stack = *state.desired.stack;
  if (const std::string network = redefined_network(state, service); !network.empty())
    return {false, "network " + network + " is made anew"};
  if (service.extension.singleton) return {false, "it is a singleton"};
  if (others_share_its_namespace(stack, service.name)) return {false, "others share its namespace"};
  switch (update_config(state, service).order) {
    case UpdateOrder::stop_first:
      return {false, "its update_config says stop-first"};
    case UpdateOrder::start_first:
      return {true, {}};
    case UpdateOrder::unset:
      break;
  }
  const std::string only = only_one(service, container);
  if (!only.empty()) return {false, only};
  if (!is_reached_by_others(stack, service)) return {false, "no other service waits for it"};
  if (!has_check(service, container)) return {false, "it has no health check"};
  return {true, {}};
}

}  // namespace stackd::decide
