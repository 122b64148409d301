#include "engine/docker_create.h"

#include <algorithm>
#include <charconv>

#include "base/check.h"
#include "base/text.h"
#include "engine/content_files.h"
#include "engine/docker_hook.h"
#include "engine/docker_host_config.h"
#include "engine/docker_mounts.h"
#include "engine/docker_networks.h"
#include "model/identity.h"

namespace stackd::engine {
namespace {

std::string dependencies_label(const Service& service) {
  std::vector<std::string> parts;
  for (const auto& [name, dependency] : service.depends_on) {
    parts.push_back(name + ":" + std::string(to_string(dependency.condition)) + ":" +
                    (dependency.restart ? "true" : "false"));
  }
  return join(parts, ",");
}

Labels container_labels(const ContainerSpec& spec, const Service& service) {
  Labels labels = service.labels;
  const auto put = [&labels](std::string_view key, std::string value) {
    labels[std::string(key)] = std::move(value);
  };
  const StackSource& source = spec.stack->source;
  put(label::project, spec.stack->name);
  put(label::service, service.name);
  put(label::config_hash, spec.config_hash);
  if (spec.number > 0 && !spec.oneoff) put(label::container_number, std::to_string(spec.number));
  put(label::oneoff, spec.oneoff ? "True" : "False");
  put(label::version, version_label(spec));
  if (!spec.image_id.empty()) put(label::image, spec.image_id);
  put(label::depends_on, dependencies_label(service));
  put(label::working_dir, source.working_dir);
  put(label::config_files, join(source.config_files, ","));
  if (!source.environment_files.empty()) {
    put(label::environment_file, join(source.environment_files, ","));
  }
  if (!spec.slug.empty()) put(label::slug, spec.slug);
  if (!spec.replaces.empty()) {
    const std::string numbered = service.name + "-" + std::to_string(spec.number);
    put(label::replace, service.container_name.empty() ? numbered : service.container_name);
  }
  if (spec.release > 0) put(label::release, std::to_string(spec.release));
  put(label::role, spec.role);
  return labels;
}

Environment container_environment(const Service& service, const Environment& proxies) {
  Environment environment = service.environment;
  if (service.use_api_socket) environment.emplace("DOCKER_CONFIG", std::string(api_socket_config_folder));
  for (const auto& proxy : proxies) environment.insert(proxy);
  return environment;
}

json::object health_check(const HealthCheck& check, ApiVersion api) {
  json::object object;
  if (check.disabled) {
    object["Test"] = json::array{"NONE"};
  } else if (!check.test.empty()) {
    object["Test"] = text_array(check.test);
  }
  const auto put = [&object](std::string_view key, const std::optional<Duration>& span) {
    if (span && *span != Duration::zero()) object[key] = span->count();
  };
  put("Interval", check.interval);
  put("Timeout", check.timeout);
  put("StartPeriod", check.start_period);
  // Older engines don't know it, newer ones refuse it without a start period; our own early probing makes
  // up for it.
  if (api >= api_many_endpoints && check.start_period) put("StartInterval", check.start_interval);
  if (check.retries && *check.retries != 0) object["Retries"] = *check.retries;
  return object;
}

json::object exposed_ports(const Service& service) {
  json::object ports;
  for (const std::string& port : service.expose) ports[port] = json::object{};
  for (const PortMapping& port : service.ports) {
    ports[std::to_string(port.target) + "/" + port.protocol] = json::object{};
  }
  return ports;
}

void add_process(json::object& body, const ContainerSpec& spec, const Service& service) {
  const std::optional<std::vector<std::string>>& command = spec.command ? spec.command : service.command;
  if (command) body["Cmd"] = text_array(*command);
  if (service.entrypoint) body["Entrypoint"] = text_array(*service.entrypoint);
  const auto put = [&body](std::string_view key, const std::string& text) {
    if (!text.empty()) body[key] = text;
  };
  put("Hostname", service.hostname);
  put("Domainname", service.domainname);
  put("User", service.user);
  put("WorkingDir", service.working_dir);
  put("StopSignal", service.stop_signal);
  body["Tty"] = service.tty;
  body["OpenStdin"] = service.stdin_open;
  body["AttachStdin"] = false;
  body["AttachStdout"] = true;
  body["AttachStderr"] = true;
  if (service.stop_grace_period) {
    body["StopTimeout"] =
        std::chrono::duration_cast<std::chrono::seconds>(*service.stop_grace_period).count();
  }
}

Error no_container(const Service& service, std::string_view what, std::string_view of) {
  return Error{ErrorKind::not_found, "service " + service.name + ": " + std::string(what) + " of " +
                                         std::string(of) + ": that service has no container"};
}

/// "service:X" → "container:<id>"; anything else as it is.
Result<std::string> resolve_mode(const ContainerSpec& spec, const Service& service, const std::string& mode) {
  const std::string owner = shared_service(mode);
  if (owner.empty()) return mode;
  const auto found = spec.containers.find(owner);
  if (found == spec.containers.end()) return no_container(service, "namespace", owner);
  return "container:" + found->second;
}

/// Compose drops the access mode behind the name (":ro"), and so do we: the hash label says the same.
Result<json::array> volumes_from(const ContainerSpec& spec, const Service& service) {
  json::array list;
  for (const std::string& entry : service.volumes_from) {
    const std::vector<std::string> parts = split(entry, ':');
    if (parts[0] == "container" && parts.size() > 1) {
      list.emplace_back(parts[1]);
      continue;
    }
    const auto found = spec.containers.find(parts[0]);
    if (found == spec.containers.end()) return no_container(service, "volumes", parts[0]);
    list.emplace_back(found->second);
  }
  return list;
}

/// Namespaces and volumes that are shared with other containers. Returns the network mode.
Result<std::string> add_shared(json::object& host, const ContainerSpec& spec, const Service& service) {
  Result<std::string> ipc = resolve_mode(spec, service, service.ipc);
  if (!ipc) return ipc.error();
  if (!ipc->empty()) host["IpcMode"] = *ipc;
  Result<std::string> pid = resolve_mode(spec, service, service.pid);
  if (!pid) return pid.error();
  if (!pid->empty()) host["PidMode"] = *pid;
  Result<json::array> volumes = volumes_from(spec, service);
  if (!volumes) return volumes.error();
  if (!volumes->empty()) host["VolumesFrom"] = std::move(*volumes);
  return resolve_mode(spec, service, service.network_mode);
}

void add_networks(ContainerCreate& call, json::object& host, const NetworkSettings& networks,
                  const ContainerSpec& spec, const Service& service, ApiVersion api) {
  host["NetworkMode"] = networks.mode;
  if (networks.mode == "disabled") call.body["NetworkDisabled"] = true;
  if (!networks.mac_address.empty()) call.body["MacAddress"] = networks.mac_address;
  const std::vector<std::string> links = link_list(*spec.stack, service, spec.number);
  if (!links.empty()) host["Links"] = text_array(links);
  if (!networks.endpoints.empty()) {
    call.body["NetworkingConfig"] = json::object{{"EndpointsConfig", networks.endpoints}};
  }
  const EndpointOwner owner{.container_name = spec.final_name.empty() ? spec.name : spec.final_name,
                            .service_names = !spec.oneoff};
  for (const std::string& key : networks.to_connect) {
    json::object endpoint = endpoint_settings(*spec.stack, service, key, owner, api);
    if (!links.empty()) endpoint["Links"] = text_array(links);
    call.connects.push_back(NetworkConnect{spec.stack->networks.at(key).name, std::move(endpoint)});
  }
}

Result<json::object> host_config(ContainerCreate& call, const ContainerSpec& spec, const Service& service,
                                 const CreateSurroundings& surroundings) {
  const ApiVersion api = surroundings.api;
  json::object host;
  host["RestartPolicy"] = json::object{{"Name", "no"}};
  Result<std::string> network_mode = add_shared(host, spec, service);
  if (!network_mode) return network_mode.error();
  Result<NetworkSettings> networks = network_settings(spec, service, std::move(*network_mode), api);
  if (!networks) return networks.error();
  add_networks(call, host, *networks, spec, service, api);
  Result<MountLists> mounts = mount_lists(spec, service, api);
  if (!mounts) return mounts.error();
  if (!mounts->binds.empty()) host["Binds"] = std::move(mounts->binds);
  if (!mounts->mounts.empty()) host["Mounts"] = std::move(mounts->mounts);
  Result<void> rest = add_host_config(host, service, surroundings);
  if (!rest) return rest.error();
  return host;
}

}  // namespace

json::array environment_list(const Environment& environment) {
  json::array list;
  for (const auto& [key, value] : environment) list.emplace_back(value ? key + "=" + *value : key);
  return list;
}

std::string version_label(const ContainerSpec& spec) {
  return spec.compose_version.empty() ? std::string(label::compose_version) : spec.compose_version;
}

std::vector<std::string> container_names(const Stack& stack, const Service& service) {
  std::vector<std::string> names;
  for (std::int64_t number = 1; number <= service.scale; ++number) {
    names.push_back(container_name(stack.name, service.name, service.container_name, number));
  }
  return names;
}

Result<ContainerCreate> container_create(const ContainerSpec& spec, const CreateSurroundings& surroundings) {
  STACKD_CHECK(spec.stack != nullptr);
  const auto found = spec.stack->services.find(spec.service);
  STACKD_CHECK(found != spec.stack->services.end());
  const Service& service = found->second;
  if (spec.hook) return hook_create(spec, service, surroundings.api);

  ContainerCreate call;
  call.name = spec.name;
  call.platform = service.platform;
  call.body["Image"] = spec.image;
  add_process(call.body, spec, service);
  const Environment environment = container_environment(service, surroundings.proxies);
  if (!environment.empty()) call.body["Env"] = environment_list(environment);
  call.body["Labels"] = text_object(container_labels(spec, service));
  json::object ports = exposed_ports(service);
  if (!ports.empty()) call.body["ExposedPorts"] = std::move(ports);
  if (service.health_check) {
    call.body["Healthcheck"] = health_check(*service.health_check, surroundings.api);
  }
  Result<json::object> host = host_config(call, spec, service, surroundings);
  if (!host) return host.error();
  call.body["HostConfig"] = std::move(*host);
  return call;
}

json::object network_create(const Stack& stack, const NetworkDefinition& network, ApiVersion api) {
  Labels labels = network.labels;
  labels[std::string(label::project)] = stack.name;
  labels[std::string(label::network)] = network.key;
  labels[std::string(label::version)] = label::compose_version;
  labels[std::string(label::config_hash)] = network.config_hash;
  json::object body;
  body["Name"] = network.name;
  if (api < api_many_endpoints) body["CheckDuplicate"] = true;
  if (!network.driver.empty()) body["Driver"] = network.driver;
  if (!network.driver_opts.empty()) body["Options"] = text_object(network.driver_opts);
  if (network.internal) body["Internal"] = true;
  if (network.attachable) body["Attachable"] = true;
  if (network.enable_ipv4) body["EnableIPv4"] = *network.enable_ipv4;
  if (network.enable_ipv6) body["EnableIPv6"] = *network.enable_ipv6;
  body["Labels"] = text_object(labels);
  if (network.ipam_driver.empty() && network.ipam_pools.empty() && network.ipam_options.empty()) return body;

  json::object ipam;
  if (!network.ipam_driver.empty()) ipam["Driver"] = network.ipam_driver;
  json::array pools;
  for (const AddressPool& pool : network.ipam_pools) {
    json::object entry;
    if (!pool.subnet.empty()) entry["Subnet"] = pool.subnet;
    if (!pool.ip_range.empty()) entry["IPRange"] = pool.ip_range;
    if (!pool.gateway.empty()) entry["Gateway"] = pool.gateway;
    if (!pool.aux_addresses.empty()) entry["AuxiliaryAddresses"] = text_object(pool.aux_addresses);
    pools.push_back(std::move(entry));
  }
  if (!pools.empty()) ipam["Config"] = std::move(pools);
  if (!network.ipam_options.empty()) ipam["Options"] = text_object(network.ipam_options);
  body["IPAM"] = std::move(ipam);
  return body;
}

json::object volume_create(const Stack& stack, const VolumeDefinition& volume) {
  Labels labels = volume.labels;
  labels[std::string(label::project)] = stack.name;
  labels[std::string(label::volume)] = volume.key;
  labels[std::string(label::version)] = label::compose_version;
  labels[std::string(label::config_hash)] = volume.config_hash;
  json::object body;
  body["Name"] = volume.name;
  if (!volume.driver.empty()) body["Driver"] = volume.driver;
  if (!volume.driver_opts.empty()) body["DriverOpts"] = text_object(volume.driver_opts);
  body["Labels"] = text_object(labels);
  return body;
}

json::object exec_create(const ExecSpec& spec) {
  json::object body;
  body["AttachStdout"] = true;
  body["AttachStderr"] = true;
  body["Cmd"] = text_array(spec.command);
  if (!spec.environment.empty()) body["Env"] = environment_list(spec.environment);
  if (!spec.user.empty()) body["User"] = spec.user;
  if (!spec.working_dir.empty()) body["WorkingDir"] = spec.working_dir;
  if (spec.privileged) body["Privileged"] = true;
  return body;
}

Result<json::object> restart_policy_update(std::string_view policy) {
  const std::vector<std::string> parts = split(policy, ':');
  json::object inner{{"Name", parts[0]}};
  if (parts.size() == 2) {
    std::int64_t attempts = 0;
    const char* const end = parts[1].data() + parts[1].size();
    const auto read = std::from_chars(parts[1].data(), end, attempts);
    if (read.ec != std::errc{} || read.ptr != end || attempts < 0) {
      return Error{ErrorKind::invalid, "restart policy " + quote(policy) + " has no number of attempts"};
    }
    inner["MaximumRetryCount"] = attempts;
  }
  return json::object{{"RestartPolicy", std::move(inner)}};
}

}  // namespace stackd::engine
