// What about a service, if changed, means a new container: the hash that Compose writes into its label.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "model/stack.h"

namespace stackd {

/// Id of the container that stands for a service of the stack now; "" when there is none.
using ContainerOfService = std::function<std::string(std::string_view service)>;

/// Compose's config-hash of the service as it would be created now: references to other services in
/// network_mode, ipc, pid and volumes_from are replaced by container ids first.
std::string config_hash(const Service& service, const ContainerOfService& container_of,
                        HashDialect dialect = HashDialect::v2);

/// The services that `service.hash_text` refers to.
std::vector<std::string> referenced_services(const Service& service);

/// Of the contents that are put into the service's containers: those of secrets and configs that stand in the
/// stack itself. No part of Compose's hash. "" when there are none.
std::string contents_fingerprint(const Stack& stack, const Service& service);

}  // namespace stackd
