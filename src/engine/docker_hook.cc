#include "engine/docker_hook.h"

#include "base/check.h"
#include "engine/docker_host_config.h"
#include "engine/docker_networks.h"
#include "model/identity.h"

namespace stackd::engine {
namespace {

/// So few labels that Compose takes it for a hook's and for nothing else.
Labels hook_labels(const ContainerSpec& spec) {
  Labels labels;
  labels[std::string(label::project)] = spec.stack->name;
  labels[std::string(label::service)] = spec.service;
  labels[std::string(label::version)] = version_label(spec);
  labels[std::string(label::hook)] = label::pre_start;
  labels[std::string(label::role)] = spec.role;
  return labels;
}

Environment hook_environment(const Service& service, const Hook& hook) {
  Environment environment = service.environment;
  for (const auto& [key, value] : hook.environment) environment[key] = value;
  return environment;
}

Result<std::string> network_mode(const ContainerSpec& spec, const Service& service) {
  const std::string owner = shared_service(service.network_mode);
  if (owner.empty()) return service.network_mode;
  const auto found = spec.containers.find(owner);
  if (found != spec.containers.end()) return "container:" + found->second;
  return Error{ErrorKind::not_found, "pre_start of " + service.name + ": namespace of " + owner +
                                         ": that service has no container"};
}

}  // namespace

Result<ContainerCreate> hook_create(const ContainerSpec& spec, const Service& service, ApiVersion api) {
  STACKD_CHECK(spec.hook.has_value() && spec.oneoff);
  const Hook& hook = *spec.hook;
  Result<std::string> mode = network_mode(spec, service);
  if (!mode) return mode.error();
  Result<NetworkSettings> networks = network_settings(spec, service, std::move(*mode), api);
  if (!networks) return networks.error();
  ContainerCreate call;
  call.name = spec.name;
  call.platform = hook.image.empty() ? service.platform : std::string();
  call.body["Image"] = spec.image;
  call.body["Cmd"] = text_array(hook.command);
  if (!hook.user.empty()) call.body["User"] = hook.user;
  if (!hook.working_dir.empty()) call.body["WorkingDir"] = hook.working_dir;
  const Environment environment = hook_environment(service, hook);
  if (!environment.empty()) call.body["Env"] = environment_list(environment);
  call.body["Labels"] = text_object(hook_labels(spec));
  json::object host;
  host["NetworkMode"] = networks->mode;
  host["VolumesFrom"] = json::array{json::value(spec.volumes_of)};
  if (hook.privileged) host["Privileged"] = true;
  call.body["HostConfig"] = std::move(host);
  if (networks->mode == "disabled") call.body["NetworkDisabled"] = true;
  if (!networks->endpoints.empty())
    call.body["NetworkingConfig"] = json::object{{"EndpointsConfig", networks->endpoints}};
  const EndpointOwner owner{.container_name = spec.name, .service_names = false};
  for (const std::string& key : networks->to_connect) {
    json::object endpoint = endpoint_settings(*spec.stack, service, key, owner, api);
    call.connects.push_back(NetworkConnect{spec.stack->networks.at(key).name, std::move(endpoint)});
  }
  return call;
}

}  // namespace stackd::engine
