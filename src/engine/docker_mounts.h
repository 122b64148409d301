// A service's mounts in Docker's two spellings: HostConfig.Binds for what has no option beyond access (and
// for host folders that the engine is to make), HostConfig.Mounts for everything else. Pure.
#pragma once

#include "base/json.h"
#include "base/result.h"
#include "engine/docker_api.h"
#include "engine/engine.h"

namespace stackd::engine {

struct MountLists {
  json::array binds;
  json::array mounts;
};

/// In the order of the file: inherited anonymous volumes, volumes, secrets, configs. Errors: invalid.
Result<MountLists> mount_lists(const ContainerSpec& spec, const Service& service, ApiVersion api);

// Where a service with `use_api_socket` finds the engine and its login.
inline constexpr std::string_view api_socket_path = "/var/run/docker.sock";
inline constexpr std::string_view api_socket_config_folder = "/run/secrets/docker";

/// Where a secret or config appears in the container.
std::string secret_target(const FileReference& reference);
std::string config_target(const FileReference& reference);

}  // namespace stackd::engine
