// The create call of a pre_start hook: a container of its own beside the service's, which sees the same
// volumes and networks and runs one command to its end. As Compose 5 makes it. Pure.
#pragma once

#include "engine/docker_create.h"

namespace stackd::engine {

/// Needs spec.hook, and spec.volumes_of: the container that is about to start. The restart policy is the
/// engine's default, none. Errors: as of container_create.
Result<ContainerCreate> hook_create(const ContainerSpec& spec, const Service& service, ApiVersion api);

}  // namespace stackd::engine
