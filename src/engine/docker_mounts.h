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

}  // namespace stackd::engine
