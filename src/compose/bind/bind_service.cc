#include "base/text.h"
#include "compose/bind/bind_parts.h"

namespace stackd::compose {
namespace {

DependencyCondition bind_condition(const ConfigValue& field) {
  const std::string word = field.text();
  if (word == "service_healthy") return DependencyCondition::healthy;
  if (word == "service_completed_successfully") return DependencyCondition::completed;
  if (word != "service_started" && !word.empty()) {
    field.error("unknown condition \"" + word + "\"",
                "write service_started, service_healthy or service_completed_successfully");
  }
  return DependencyCondition::started;
}

void bind_dependencies(const ConfigValue& field, Service& service) {
  for (const auto& [name, dependency] : field["depends_on"].entries()) {
    service.depends_on[name] = Dependency{.condition = bind_condition(dependency["condition"]),
                                          .restart = dependency["restart"].boolean(),
                                          .required = dependency["required"].boolean(true)};
  }
}

void bind_health_check(const ConfigValue& field, Service& service) {
  if (!field.is_set()) return;
  HealthCheck check;
  check.disabled = field["disable"].boolean();
  check.test = field["test"].texts();
  if (!check.test.empty() && check.test.front() == "NONE") check.disabled = true;
  check.interval = field["interval"].duration();
  check.timeout = field["timeout"].duration();
  check.start_period = field["start_period"].duration();
  check.start_interval = field["start_interval"].duration();
  check.retries = field["retries"].optional_integer();
  service.health_check = std::move(check);
}

/// Compose takes a variable without a name; the engine refuses to make a container of it.
std::map<std::string, std::optional<std::string>> bind_environment(const ConfigValue& field) {
  for (const Entry& entry : field.map()) {
    if (entry.key.empty()) field.error_at(entry.key_mark, "a variable has no name", "write NAME=VALUE");
  }
  return field.optional_text_map();
}

std::vector<Hook> bind_hooks(const ConfigValue& field) {
  std::vector<Hook> hooks;
  for (const ConfigValue& item : field.items()) {
    Hook hook;
    hook.command = item["command"].texts();
    if (hook.command.empty()) item.error("a hook without a command does nothing", "give it a command");
    if (item["per_replica"].boolean()) {
      item["per_replica"].error("per_replica is not supported",
                                "leave it out: the hook runs once before the service's first container");
    }
    hook.image = item["image"].text();
    hook.user = item["user"].text();
    hook.privileged = item["privileged"].boolean();
    hook.working_dir = item["working_dir"].text();
    hook.environment = bind_environment(item["environment"]);
    hooks.push_back(std::move(hook));
  }
  return hooks;
}

void bind_what_runs(const ConfigValue& field, const std::string& project, Service& service) {
  service.builds = field["build"].is_set();
  if (service.builds) service.build_context = field["build"]["context"].text();
  service.image = field["image"].text();
  if (service.image.empty()) service.image = project + "-" + service.name;
  service.pull_policy = field["pull_policy"].text();
  service.platform = field["platform"].text();
  service.command = field["command"].optional_texts();
  service.entrypoint = field["entrypoint"].optional_texts();
  service.working_dir = field["working_dir"].text();
  service.user = field["user"].text();
  service.environment = bind_environment(field["environment"]);
  service.labels = field["labels"].text_map();
  service.annotations = field["annotations"].text_map();
  service.expose = field["expose"].texts();
  service.tty = field["tty"].boolean();
  service.stdin_open = field["stdin_open"].boolean();
  service.init = field["init"].optional_boolean();
  service.runtime = field["runtime"].text();
}

void bind_how_kept(const ConfigValue& field, Service& service) {
  service.container_name = field["container_name"].text();
  std::optional<std::int64_t> scale = field["scale"].optional_integer();
  if (!scale) scale = field["deploy"]["replicas"].optional_integer();
  service.scale = scale.value_or(1);
  if (service.scale < 0) field["scale"].error("scale must not be negative");
  bind_dependencies(field, service);
  bind_health_check(field["healthcheck"], service);
  bind_deploy(field, service);
  service.stop_grace_period = field["stop_grace_period"].duration();
  service.stop_signal = field["stop_signal"].text();
  service.pre_start = bind_hooks(field["pre_start"]);
  service.post_start = bind_hooks(field["post_start"]);
  service.pre_stop = bind_hooks(field["pre_stop"]);
}

NetworkAttachment bind_attachment(const ConfigValue& field) {
  NetworkAttachment attachment;
  attachment.declared = field.is_set();
  attachment.aliases = field["aliases"].texts();
  attachment.ipv4_address = field["ipv4_address"].text();
  attachment.ipv6_address = field["ipv6_address"].text();
  attachment.link_local_ips = field["link_local_ips"].texts();
  attachment.mac_address = field["mac_address"].text();
  attachment.interface_name = field["interface_name"].text();
  attachment.driver_opts = field["driver_opts"].text_map();
  attachment.priority = field["priority"].integer();
  attachment.gateway_priority = field["gw_priority"].integer();
  return attachment;
}

void bind_ports(const ConfigValue& field, Service& service) {
  constexpr std::int64_t port_max = 65535;
  for (const ConfigValue& item : field["ports"].items()) {
    PortMapping port;
    port.host_ip = item["host_ip"].text();
    port.target = item["target"].integer();
    port.published = item["published"].text();
    if (std::string protocol = item["protocol"].text(); !protocol.empty()) port.protocol = protocol;
    if (port.target < 1 || port.target > port_max) {
      item.error("no valid container port: " + item["target"].text(), "write a port from 1 to 65535");
      continue;
    }
    service.ports.push_back(std::move(port));
  }
}

// The canonical form is a list of "host=address"; a mapping to one address or several is read as well.
void bind_extra_hosts(const ConfigValue& field, Service& service) {
  if (field.is_map()) {
    for (const auto& [host, addresses] : field.entries())
      service.extra_hosts[host] = addresses.is_list() ? addresses.texts() : std::vector{addresses.text()};
    return;
  }
  for (const ConfigValue& item : field.items()) {
    const std::string line = item.text();
    std::size_t equals = line.find('=');
    if (equals == std::string::npos) {
      item.error("no address in extra_hosts: " + quote(line), "write HOST=ADDRESS");
      continue;
    }
    service.extra_hosts[line.substr(0, equals)].push_back(line.substr(equals + 1));
  }
}

void bind_where_connected(const ConfigValue& field, Service& service) {
  service.network_mode = field["network_mode"].text();
  for (const auto& [name, attachment] : field["networks"].entries())
    service.networks[name] = bind_attachment(attachment);
  bind_ports(field, service);
  service.hostname = field["hostname"].text();
  service.domainname = field["domainname"].text();
  service.mac_address = field["mac_address"].text();
  service.dns = field["dns"].texts();
  service.dns_options = field["dns_opt"].texts();
  service.dns_search = field["dns_search"].texts();
  bind_extra_hosts(field["extra_hosts"], service);
  service.links = field["links"].texts();
  service.external_links = field["external_links"].texts();
}

void bind_rights(const ConfigValue& field, Service& service) {
  service.privileged = field["privileged"].boolean();
  service.read_only = field["read_only"].boolean();
  service.cap_add = field["cap_add"].texts();
  service.cap_drop = field["cap_drop"].texts();
  service.group_add = field["group_add"].texts();
  service.security_opt = field["security_opt"].texts();
  service.ipc = field["ipc"].text();
  service.pid = field["pid"].text();
  service.uts = field["uts"].text();
  service.userns_mode = field["userns_mode"].text();
  service.cgroup = field["cgroup"].text();
  service.cgroup_parent = field["cgroup_parent"].text();
  service.isolation = field["isolation"].text();
  service.sysctls = field["sysctls"].text_map();
  service.storage_opt = field["storage_opt"].text_map();
  if (field["logging"].is_set())
    service.logging = Logging{field["logging"]["driver"].text(), field["logging"]["options"].text_map()};
}

// What Compose hands to other programs or to Windows.
void refuse_foreign(const ConfigValue& field) {
  if (field["provider"].is_set()) {
    field["provider"].error("a service of a provider is not run by stackd",
                            "give the service an image, or take it out of the stack");
  }
  if (field["credential_spec"].is_set())
    field["credential_spec"].warning("credential_spec means something on Windows only and is ignored");
  if (field["models"].is_set()) field["models"].warning("models are not run by stackd; models is ignored");
}

}  // namespace

Service bind_service(const ConfigValue& field, const std::string& name, const std::string& project) {
  Service service;
  service.name = name;
  refuse_foreign(field);
  bind_what_runs(field, project, service);
  bind_how_kept(field, service);
  bind_where_connected(field, service);
  bind_storage(field, service);
  bind_rights(field, service);
  bind_limits(field, service);
  return service;
}

}  // namespace stackd::compose
