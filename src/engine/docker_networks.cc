#include "engine/docker_networks.h"

#include <algorithm>

#include "base/check.h"
#include "base/text.h"
#include "engine/docker_create.h"
#include "engine/docker_host_config.h"

namespace stackd::engine {
namespace {

constexpr std::string_view interface_name_option = "com.docker.network.endpoint.ifname";

std::vector<std::string> aliases_of(const Service& service, const NetworkAttachment& place,
                                    const EndpointOwner& owner) {
  std::vector<std::string> aliases{owner.container_name};
  if (!owner.service_names) return aliases;
  aliases.push_back(service.name);
  aliases.insert(aliases.end(), place.aliases.begin(), place.aliases.end());
  return aliases;
}

json::object ipam_settings(const NetworkAttachment& place) {
  json::object ipam;
  if (!place.ipv4_address.empty()) ipam["IPv4Address"] = place.ipv4_address;
  if (!place.ipv6_address.empty()) ipam["IPv6Address"] = place.ipv6_address;
  if (!place.link_local_ips.empty()) ipam["LinkLocalIPs"] = text_array(place.link_local_ips);
  return ipam;
}

/// Where the default route goes: a network that is joined late must not take it over.
std::int64_t gateway_priority(const Stack& stack, const std::string& network_key,
                              const NetworkAttachment& place) {
  if (place.gateway_priority != 0) return place.gateway_priority;
  const auto network = stack.networks.find(network_key);
  return network != stack.networks.end() && network->second.join_when_ready ? -1 : 0;
}

const NetworkAttachment& place_of(const Service& service, const std::string& network_key) {
  static const NetworkAttachment undeclared;
  const auto found = service.networks.find(network_key);
  return found == service.networks.end() ? undeclared : found->second;
}

/// The networks that the container is on from its creation.
Result<std::vector<std::string>> networks_at_creation(const Stack& stack, const Service& service) {
  std::vector<std::string> keys;
  for (std::string& key : networks_by_priority(service)) {
    const auto network = stack.networks.find(key);
    if (network == stack.networks.end()) {
      return Error{ErrorKind::invalid, "network " + key + " is not defined"};
    }
    if (!network->second.join_when_ready) keys.push_back(std::move(key));
  }
  if (keys.empty() && !service.networks.empty()) {
    return Error{ErrorKind::invalid, "service " + service.name +
                                         " is only on networks with \"join: ready\": it needs another one"};
  }
  return keys;
}

Result<void> check_interface_names(const Service& service, ApiVersion api) {
  for (const auto& [key, place] : service.networks) {
    if (!place.interface_name.empty() && api < api_interface_names) {
      return Error{ErrorKind::invalid, "service " + service.name + ", network " + key +
                                           ": interface_name needs Docker Engine 28.1 or later"};
    }
  }
  return {};
}

/// The address for Config.MacAddress of an engine that knows none per endpoint.
Result<std::string> container_mac_address(const Service& service, const std::string& first_network) {
  std::vector<std::string> with_address;
  for (const auto& [key, place] : service.networks) {
    if (!place.mac_address.empty()) with_address.push_back(key);
  }
  if (with_address.size() > 1) {
    return Error{ErrorKind::invalid, "service " + service.name + " has a MAC address on networks " +
                                         join(with_address, ", ") +
                                         ": more than one needs Docker Engine 25 or later"};
  }
  const NetworkAttachment& first = place_of(service, first_network);
  return first.mac_address.empty() ? service.mac_address : first.mac_address;
}

}  // namespace

std::vector<std::string> networks_by_priority(const Service& service) {
  std::vector<std::string> keys;
  for (const auto& entry : service.networks) keys.push_back(entry.first);
  std::stable_sort(keys.begin(), keys.end(), [&service](const std::string& a, const std::string& b) {
    return service.networks.at(a).priority > service.networks.at(b).priority;
  });
  return keys;
}

json::object endpoint_settings(const Stack& stack, const Service& service, const std::string& network_key,
                               const EndpointOwner& owner, ApiVersion api) {
  const NetworkAttachment& place = place_of(service, network_key);
  json::object endpoint;
  endpoint["Aliases"] = text_array(aliases_of(service, place, owner));
  if (place.declared) {
    endpoint["IPAMConfig"] = ipam_settings(place);
    if (!place.ipv4_address.empty()) endpoint["IPAddress"] = place.ipv4_address;
    if (!place.ipv6_address.empty()) endpoint["IPv6Gateway"] = place.ipv6_address;
  }
  if (!place.mac_address.empty()) endpoint["MacAddress"] = place.mac_address;
  Options driver_options = place.driver_opts;
  if (!place.interface_name.empty())
    driver_options[std::string(interface_name_option)] = place.interface_name;
  if (!driver_options.empty()) endpoint["DriverOpts"] = text_object(driver_options);
  const std::int64_t priority = gateway_priority(stack, network_key, place);
  if (priority != 0 && api >= api_image_mounts) endpoint["GwPriority"] = priority;
  return endpoint;
}

std::vector<std::string> link_list(const Stack& stack, const Service& service, std::int64_t number) {
  std::vector<std::string> links;
  for (const std::string& link : service.links) {
    const std::vector<std::string> parts = split(link, ':');
    const auto target = stack.services.find(parts[0]);
    if (target == stack.services.end()) continue;
    const std::string& alias = parts.size() == 2 ? parts[1] : parts[0];
    // Compose numbers these names by the service that links, not by the one that is linked.
    const std::string numbered = parts[0] + "-" + std::to_string(number);
    for (const std::string& name : container_names(stack, target->second)) {
      links.push_back(name + ":" + alias);
      links.push_back(name + ":" + numbered);
      links.push_back(name + ":" + stack.name + "-" + numbered);
    }
  }
  for (const std::string& link : service.external_links) {
    const std::vector<std::string> parts = split(link, ':');
    links.push_back(parts[0] + ":" + (parts.size() == 2 ? parts[1] : parts[0]));
  }
  return links;
}

Result<NetworkSettings> network_settings(const ContainerSpec& spec, const Service& service, std::string mode,
                                         ApiVersion api) {
  NetworkSettings settings;
  if (!mode.empty()) {
    settings.mode = std::move(mode);
    if (api < api_many_endpoints) settings.mac_address = service.mac_address;
    return settings;
  }
  const Stack& stack = *spec.stack;
  Result<std::vector<std::string>> keys = networks_at_creation(stack, service);
  if (!keys) return keys.error();
  if (keys->empty()) {
    settings.mode = "none";
    return settings;
  }
  Result<void> checked = check_interface_names(service, api);
  if (!checked) return checked.error();

  const std::string& first = keys->front();
  const std::string& first_mac = place_of(service, first).mac_address;
  if (!service.mac_address.empty() && !first_mac.empty() && first_mac != service.mac_address) {
    return Error{ErrorKind::invalid,
                 "service " + service.name + ": its mac_address and that of network " + first + " differ"};
  }
  if (api < api_many_endpoints) {
    Result<std::string> mac_address = container_mac_address(service, first);
    if (!mac_address) return mac_address.error();
    settings.mac_address = std::move(*mac_address);
  }

  const std::vector<std::string> links = link_list(stack, service, spec.number);
  const EndpointOwner owner{.container_name = spec.final_name.empty() ? spec.name : spec.final_name,
                            .service_names = !spec.oneoff};
  settings.mode = stack.networks.at(first).name;
  for (const std::string& key : *keys) {
    if (key != first && api < api_many_endpoints) {
      settings.to_connect.push_back(key);
      continue;
    }
    json::object endpoint = endpoint_settings(stack, service, key, owner, api);
    if (!links.empty()) endpoint["Links"] = text_array(links);
    if (key == first && api >= api_many_endpoints && first_mac.empty() && !service.mac_address.empty()) {
      endpoint["MacAddress"] = service.mac_address;
    }
    settings.endpoints[stack.networks.at(key).name] = std::move(endpoint);
  }
  return settings;
}

}  // namespace stackd::engine
