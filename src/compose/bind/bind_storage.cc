#include "base/text.h"
#include "compose/bind/bind_parts.h"

namespace stackd::compose {
namespace {

std::optional<MountType> mount_type(const std::string& word) {
  if (word == "bind") return MountType::bind;
  if (word == "volume") return MountType::volume;
  if (word == "tmpfs") return MountType::tmpfs;
  if (word == "image") return MountType::image;
  if (word == "npipe") return MountType::npipe;
  if (word == "cluster") return MountType::cluster;
  return std::nullopt;
}

void bind_mount_options(const ConfigValue& field, Mount& mount) {
  if (ConfigValue bind = field["bind"]; bind.is_set()) {
    mount.bind = Mount::Bind{.selinux = bind["selinux"].text(),
                             .propagation = bind["propagation"].text(),
                             .create_host_path = bind["create_host_path"].boolean(),
                             .recursive = bind["recursive"].text()};
  }
  if (ConfigValue volume = field["volume"]; volume.is_set()) {
    mount.volume = Mount::Volume{.labels = volume["labels"].text_map(),
                                 .nocopy = volume["nocopy"].boolean(),
                                 .subpath = volume["subpath"].text()};
  }
  if (ConfigValue tmpfs = field["tmpfs"]; tmpfs.is_set())
    mount.tmpfs = Mount::Tmpfs{.size_bytes = tmpfs["size"].integer(), .mode = tmpfs["mode"].integer()};
  mount.image_subpath = field["image"]["subpath"].text();
}

void bind_mount(const ConfigValue& field, Service& service) {
  std::optional<MountType> type = mount_type(field["type"].text());
  if (!type) {
    field["type"].error("unknown type of mount \"" + field["type"].text() + "\"",
                        "write bind, volume, tmpfs or image");
    return;
  }
  Mount mount;
  mount.type = *type;
  mount.source = field["source"].text();
  mount.target = field["target"].text();
  mount.read_only = field["read_only"].boolean();
  mount.consistency = field["consistency"].text();
  bind_mount_options(field, mount);
  if (mount.target.empty()) {
    field.error("a mount without a target", "say where in the container it is to be seen");
    return;
  }
  service.mounts.push_back(std::move(mount));
}

std::vector<FileReference> bind_file_references(const ConfigValue& field) {
  std::vector<FileReference> references;
  for (const ConfigValue& item : field.items()) {
    references.push_back(FileReference{.source = item["source"].text(),
                                       .target = item["target"].text(),
                                       .uid = item["uid"].text(),
                                       .gid = item["gid"].text(),
                                       .mode = item["mode"].file_mode()});
  }
  return references;
}

// "vendor.com/class=name": a name of the Container Device Interface, not a path.
bool is_device_interface_name(const std::string& source) {
  std::size_t slash = source.find('/');
  return slash != 0 && slash != std::string::npos && source.find('=', slash) != std::string::npos;
}

void bind_devices(const ConfigValue& field, Service& service) {
  for (const ConfigValue& item : field.items()) {
    DeviceMapping device{item["source"].text(), item["target"].text(), item["permissions"].text()};
    if (device.source == device.target && is_device_interface_name(device.source)) {
      DeviceRequest request;
      request.driver = "cdi";
      request.device_ids = {device.source};
      service.device_requests.push_back(std::move(request));
    } else {
      service.devices.push_back(std::move(device));
    }
  }
}

DeviceRequest bind_device_request(const ConfigValue& field) {
  DeviceRequest request;
  request.driver = field["driver"].text();
  const ConfigValue count = field["count"];
  // Neither a number nor names: all there are.
  constexpr std::int64_t all = -1;
  if (count.is_text() && count.text() == "all") {
    request.count = all;
  } else if (count.is_set()) {
    request.count = count.integer();
  } else if (!field["device_ids"].is_set()) {
    request.count = all;
  }
  request.device_ids = field["device_ids"].texts();
  request.capabilities = field["capabilities"].texts();
  request.options = field["options"].text_map();
  return request;
}

}  // namespace

void bind_storage(const ConfigValue& field, Service& service) {
  for (const ConfigValue& item : field["volumes"].items()) bind_mount(item, service);
  service.tmpfs = field["tmpfs"].texts();
  service.volumes_from = field["volumes_from"].texts();
  service.secrets = bind_file_references(field["secrets"]);
  service.configs = bind_file_references(field["configs"]);
  bind_devices(field["devices"], service);
  for (const ConfigValue& item : field["deploy"]["resources"]["reservations"]["devices"].items())
    service.device_requests.push_back(bind_device_request(item));
  for (const ConfigValue& item : field["gpus"].items()) {
    DeviceRequest request = bind_device_request(item);
    request.capabilities.emplace_back("gpu");
    service.device_requests.push_back(std::move(request));
  }
  service.device_cgroup_rules = field["device_cgroup_rules"].texts();
  service.use_api_socket = field["use_api_socket"].boolean();
}

}  // namespace stackd::compose
