// What a new container is, and on which networks.
#include <algorithm>

#include "base/text.h"
#include "model/identity.h"
#include "support/sim_host.h"

namespace stackd::sim {
namespace {

std::string label_or_empty(const Labels& labels, std::string_view key) {
  const auto found = labels.find(std::string(key));
  return found == labels.end() ? std::string() : found->second;
}

Labels labels_of(const engine::ContainerSpec& spec, const Service& service, const std::string& image_id) {
  Labels labels = service.labels;
  const auto put = [&labels](std::string_view key, std::string value) {
    labels.insert_or_assign(std::string(key), std::move(value));
  };
  put(label::project, spec.stack->name);
  put(label::service, service.name);
  put(label::config_hash, spec.config_hash);
  put(label::oneoff, spec.oneoff ? "True" : "False");
  if (!spec.oneoff) put(label::container_number, std::to_string(spec.number));
  put(label::image, spec.image_id.empty() ? image_id : spec.image_id);
  put(label::version,
      spec.compose_version.empty() ? std::string(label::compose_version) : spec.compose_version);
  if (!spec.replaces.empty()) put(label::replace, spec.replaces);
  put(label::release, std::to_string(spec.release));
  put(label::role, spec.role);
  return labels;
}

EffectiveHealthCheck effective_check(const Service& service, const ObservedImage& image) {
  EffectiveHealthCheck check = image.health_check;
  if (!service.health_check) return check;
  const HealthCheck& own = *service.health_check;
  if (own.disabled || (!own.test.empty() && own.test.front() == "NONE")) return {};
  if (!own.test.empty()) check.test = own.test;
  check.interval = own.interval.value_or(check.interval);
  check.timeout = own.timeout.value_or(check.timeout);
  check.start_period = own.start_period.value_or(check.start_period);
  check.retries = own.retries.value_or(check.retries);
  return check;
}

}  // namespace

std::map<std::string, std::vector<std::string>> networks_at_start(const engine::ContainerSpec& spec) {
  const Service& service = spec.stack->services.at(spec.service);
  std::map<std::string, std::vector<std::string>> found;
  for (const auto& [key, attachment] : service.networks) {
    const auto definition = spec.stack->networks.find(key);
    // Those are joined when it is ready.
    if (definition != spec.stack->networks.end() && definition->second.join_when_ready) continue;
    std::vector<std::string> aliases = {spec.name, service.name};
    if (!spec.final_name.empty() && spec.final_name != spec.name) aliases.push_back(spec.final_name);
    aliases.insert(aliases.end(), attachment.aliases.begin(), attachment.aliases.end());
    found.emplace(definition == spec.stack->networks.end() ? key : definition->second.name,
                  std::move(aliases));
  }
  return found;
}

bool SimHost::name_taken(const std::string& name) const {
  return std::any_of(containers_.begin(), containers_.end(),
                     [&name](const auto& entry) { return entry.second.seen.name == name; });
}

Result<std::string> SimHost::create(const engine::ContainerSpec& spec, const Order& order) {
  const Service& service = spec.stack->services.at(spec.service);
  const Result<ObservedImage> image = inspect_image(spec.image);
  if (!image) return image.error();
  if (name_taken(spec.name)) {
    return Error{ErrorKind::conflict, "the container name \"/" + spec.name + "\" is already in use"};
  }

  HostContainer container;
  ObservedContainer& seen = container.seen;
  for (auto& [name, aliases] : networks_at_start(spec)) {
    const auto network = networks_.find(name);
    if (network == networks_.end()) return Error{ErrorKind::not_found, "network " + name + " not found"};
    if (connects_one && !seen.networks.empty()) continue;
    seen.networks.emplace(name, ObservedEndpoint{network->second.id, std::move(aliases), {}});
  }
  if (const std::string owner = shared_service(service.network_mode); !owner.empty()) {
    const auto found = spec.containers.find(owner);
    if (found == spec.containers.end() || find(found->second) == nullptr)
      return Error{ErrorKind::not_found, "no such container: " + owner};
    container.namespace_of = found->second;
    seen.network_mode = "container:" + found->second;
  } else {
    seen.network_mode = seen.networks.empty() ? service.network_mode : seen.networks.begin()->first;
  }
  std::map<std::string, ObservedMount> inherited;  // by target
  for (const ObservedMount& mount : spec.inherited) inherited[mount.target] = mount;
  for (const Mount& mount : service.mounts) {
    if (mount.type == MountType::bind) container.folders.push_back(mount.source);
    const bool anonymous = mount.type == MountType::volume && mount.source.empty();
    if (anonymous && inherited.count(mount.target) > 0) continue;
    inherited.erase(mount.target);
    ObservedMount observed;
    observed.target = mount.target;
    observed.read_write = !mount.read_only;
    observed.type = mount.type == MountType::volume ? "volume" : "bind";
    observed.source = mount.source;
    if (mount.type == MountType::volume) {
      const auto definition = spec.stack->volumes.find(mount.source);
      observed.name = definition == spec.stack->volumes.end() ? random_.hex_id(64) : definition->second.name;
      if (volumes_.count(observed.name) == 0) create_volume(observed.name, {}, order);
    }
    seen.mounts.push_back(std::move(observed));
  }
  for (const auto& [target, mount] : inherited) seen.mounts.push_back(mount);
  for (const PortMapping& port : service.ports) {
    if (!port.published.empty()) container.host_ports.push_back(port.published + "/" + port.protocol);
  }

  seen.id = random_.hex_id(64);
  seen.name = spec.name;
  seen.image_id = image->id;
  seen.image_reference = spec.image;
  seen.created_at = clock_.wall();
  seen.labels = labels_of(spec, service, image->id);
  seen.restart_policy = "no";
  seen.health_check = effective_check(service, *image);
  seen.environment = service.environment;
  seen.shell = image->shell;
  seen.user = service.user;
  seen.stop_signal = service.stop_signal;
  if (service.stop_grace_period) {
    seen.stop_timeout_seconds =
        std::chrono::duration_cast<std::chrono::seconds>(*service.stop_grace_period).count();
  }
  seen.project = spec.stack->name;
  seen.service = service.name;
  seen.number = spec.oneoff ? 0 : spec.number;
  seen.oneoff = spec.oneoff;
  seen.config_hash = label_or_empty(seen.labels, label::config_hash);

  if (!spec.image_id.empty() && spec.image_id != image->id)
    return Error{ErrorKind::conflict, spec.image + " is not " + short_id(spec.image_id) + " any more"};
  const std::string id = seen.id;
  const HostContainer& stored = containers_.emplace(id, std::move(container)).first->second;
  report(HappeningKind::created, order, &stored);
  emit(EventKind::container_created, stored);
  return id;
}

}  // namespace stackd::sim
