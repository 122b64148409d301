// What we ask the engine to make, as JSON: containers, networks, volumes, exec sessions. Pure. For the same
// stack the bodies have the effect of those of Docker Compose 2.40, but for what design gives to us: the
// restart policy "no", two labels of our own, and networks that are joined only when ready.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "engine/docker_api.h"
#include "engine/engine.h"

namespace stackd::engine {

/// What the engine is like, as far as it matters to a create call.
struct CreateSurroundings {
  ApiVersion api;
  Environment proxies;  // of the client's configuration; the service's own environment wins
  std::map<std::string, std::string> seccomp_profiles;  // by the path as the file writes it; see seccomp.h
};

struct NetworkConnect {
  std::string network;  // its name on the engine
  json::object endpoint;
};

struct ContainerCreate {
  std::string name;
  std::string platform;  // "" for the engine's own
  json::object body;
  /// To do between creation and start: older engines take only one network in the body.
  std::vector<NetworkConnect> connects;
};

/// Errors: invalid (what this engine or one Linux host can't do), not_found (a service whose namespace or
/// volumes are to be shared has no container yet).
Result<ContainerCreate> container_create(const ContainerSpec& spec, const CreateSurroundings& surroundings);

json::object network_create(const Stack& stack, const NetworkDefinition& network, ApiVersion api);
json::object volume_create(const Stack& stack, const VolumeDefinition& volume);
json::object exec_create(const ExecSpec& spec);

/// {"RestartPolicy": …} out of "no", "always", "on-failure:3". Errors: invalid.
Result<json::object> restart_policy_update(std::string_view policy);

/// "KEY=value", or "KEY" alone for one that is taken from the engine's surroundings.
json::array environment_list(const Environment& environment);

/// What com.docker.compose.version says of what is created so.
std::string version_label(const ContainerSpec& spec);

/// The names of all containers of a service, as its scale asks for them: what links speak of.
std::vector<std::string> container_names(const Stack& stack, const Service& service);

}  // namespace stackd::engine
