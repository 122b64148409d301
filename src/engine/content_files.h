// Secrets and configs whose contents stand in the stack rather than in a file of the host: what is to be put
// into a container, and where secrets and configs appear there. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "model/placed_files.h"

namespace stackd::engine {

// Where a service with `use_api_socket` finds the engine and its login.
inline constexpr std::string_view api_socket_path = "/var/run/docker.sock";
inline constexpr std::string_view api_socket_config_folder = "/run/secrets/docker";

/// To be put into the container just before each start, as Compose does. Errors: invalid (a variable that is
/// not set, a read-only container, an owner that is no number).
Result<std::vector<ContainerFile>> content_files(const Stack& stack, const Service& service);

}  // namespace stackd::engine
