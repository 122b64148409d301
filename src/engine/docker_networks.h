// A service's place on its networks, as Docker takes it: which one is first, and each endpoint's settings.
// Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "engine/docker_api.h"
#include "engine/engine.h"

namespace stackd::engine {

/// Keys of the service's networks, the highest priority first, then by name.
std::vector<std::string> networks_by_priority(const Service& service);

/// Who is being connected: the names that are to resolve to it.
struct EndpointOwner {
  std::string container_name;
  bool service_names = true;  // false for one-offs: only the container's own name
};

json::object endpoint_settings(const Stack& stack, const Service& service, const std::string& network_key,
                               const EndpointOwner& owner, ApiVersion api);

/// HostConfig.Links and every endpoint's Links: "container:alias".
std::vector<std::string> link_list(const Stack& stack, const Service& service, std::int64_t number);

struct NetworkSettings {
  std::string mode;         // HostConfig.NetworkMode
  json::object endpoints;   // NetworkingConfig.EndpointsConfig; empty: leave it out
  std::string mac_address;  // Config.MacAddress, for engines that know none per endpoint
  std::vector<std::string>
      to_connect;  // keys of further networks, for engines that take only one at creation
};

/// `mode` is the service's network_mode with references to services resolved. Errors: invalid.
Result<NetworkSettings> network_settings(const ContainerSpec& spec, const Service& service, std::string mode,
                                         ApiVersion api);

}  // namespace stackd::engine
