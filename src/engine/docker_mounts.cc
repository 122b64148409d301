#include "engine/docker_mounts.h"

#include <algorithm>

#include "base/text.h"
#include "engine/content_files.h"
#include "engine/docker_host_config.h"

namespace stackd::engine {
namespace {

/// One mount before it is decided which of the two lists it goes to.
struct Planned {
  std::string target;
  json::object mount;
  std::string bind;  // not empty: this, in Binds, instead of `mount`
};

/// Keeps the order of first appearance; a later one for the same target takes its place.
void put(std::vector<Planned>& planned, Planned one) {
  const auto same = std::find_if(planned.begin(), planned.end(),
                                 [&one](const Planned& other) { return other.target == one.target; });
  if (same == planned.end()) {
    planned.push_back(std::move(one));
  } else {
    *same = std::move(one);
  }
}

bool has_target(const std::vector<Planned>& planned, const std::string& target) {
  return std::any_of(planned.begin(), planned.end(),
                     [&target](const Planned& one) { return one.target == target; });
}

json::object plain_mount(std::string_view type, const std::string& source, const std::string& target,
                         bool read_only) {
  json::object mount;
  mount["Type"] = type;
  if (!source.empty()) mount["Source"] = source;
  mount["Target"] = target;
  if (read_only) mount["ReadOnly"] = true;
  return mount;
}

std::string bind_text(const std::string& source, const Mount& mount) {
  std::string text = source + ":" + mount.target + ":" + (mount.read_only ? "ro" : "rw");
  if (mount.bind && !mount.bind->selinux.empty()) text += "," + mount.bind->selinux;
  if (mount.bind && !mount.bind->propagation.empty()) text += "," + mount.bind->propagation;
  if (mount.volume && mount.volume->nocopy) text += ",nocopy";
  return text;
}

// Only Binds makes a missing folder on the host on every engine; the option of the other list that does it
// is newer than what we support.
bool needs_mount_list(const Mount::Bind& bind) {
  return !bind.create_host_path || !bind.propagation.empty() || !bind.recursive.empty();
}

bool needs_mount_list(const Mount::Volume& volume) {
  return !volume.labels.empty() || !volume.subpath.empty() || volume.nocopy;
}

json::object bind_options(const Mount::Bind& bind) {
  json::object options;
  if (!bind.propagation.empty()) options["Propagation"] = bind.propagation;
  if (bind.create_host_path) options["CreateMountpoint"] = true;
  if (bind.recursive == "disabled") options["NonRecursive"] = true;
  if (bind.recursive == "writable") options["ReadOnlyNonRecursive"] = true;
  if (bind.recursive == "readonly") options["ReadOnlyForceRecursive"] = true;
  return options;
}

json::object volume_options(const Mount::Volume& volume) {
  json::object options;
  if (volume.nocopy) options["NoCopy"] = true;
  if (!volume.labels.empty()) options["Labels"] = text_object(volume.labels);
  if (!volume.subpath.empty()) options["Subpath"] = volume.subpath;
  return options;
}

json::object tmpfs_options(const Mount::Tmpfs& tmpfs) {
  json::object options;
  if (tmpfs.size_bytes != 0) options["SizeBytes"] = tmpfs.size_bytes;
  if (tmpfs.mode != 0) options["Mode"] = tmpfs.mode;
  return options;
}

std::string_view type_name(MountType type) {
  switch (type) {
    case MountType::bind:
      return "bind";
    case MountType::volume:
      return "volume";
    case MountType::tmpfs:
      return "tmpfs";
    case MountType::image:
      return "image";
    case MountType::npipe:
      return "npipe";
    case MountType::cluster:
      return "cluster";
  }
  return "volume";
}

Planned planned_volume(const Stack& stack, const Mount& mount) {
  const auto definition = stack.volumes.find(mount.source);
  const bool known = !mount.source.empty() && definition != stack.volumes.end();
  const std::string source = known ? definition->second.name : mount.source;
  Planned one;
  one.target = mount.target;
  if (known && !(mount.volume && needs_mount_list(*mount.volume))) {
    one.bind = bind_text(source, mount);
    return one;
  }
  one.mount = plain_mount("volume", source, mount.target, mount.read_only);
  if (mount.volume) one.mount["VolumeOptions"] = volume_options(*mount.volume);
  return one;
}

Planned planned_bind(const Mount& mount) {
  Planned one;
  one.target = mount.target;
  if (!(mount.bind && needs_mount_list(*mount.bind))) {
    one.bind = bind_text(mount.source, mount);
    return one;
  }
  one.mount = plain_mount("bind", mount.source, mount.target, mount.read_only);
  one.mount["BindOptions"] = bind_options(*mount.bind);
  return one;
}

Result<Planned> planned_mount(const Stack& stack, const Mount& mount, ApiVersion api) {
  Planned one;
  switch (mount.type) {
    case MountType::volume:
      one = planned_volume(stack, mount);
      break;
    case MountType::bind:
      one = planned_bind(mount);
      break;
    case MountType::image:
      if (api < api_image_mounts) {
        return Error{ErrorKind::invalid,
                     "mount " + mount.target + ": type image needs Docker Engine 28 or later"};
      }
      one.target = mount.target;
      one.mount = plain_mount("image", mount.source, mount.target, mount.read_only);
      if (!mount.image_subpath.empty()) {
        one.mount["ImageOptions"] = json::object{{"Subpath", mount.image_subpath}};
      }
      break;
    case MountType::tmpfs:
    case MountType::npipe:
    case MountType::cluster:
      one.target = mount.target;
      one.mount = plain_mount(type_name(mount.type), mount.source, mount.target, mount.read_only);
      if (mount.tmpfs && mount.type == MountType::tmpfs) {
        one.mount["TmpfsOptions"] = tmpfs_options(*mount.tmpfs);
      }
      break;
  }
  if (one.bind.empty() && !mount.consistency.empty()) one.mount["Consistency"] = mount.consistency;
  return one;
}

/// Mounts of the files on the host that secrets or configs name; those with contents are put in later.
Result<void> add_files(std::vector<Planned>& planned, const std::vector<FileReference>& references,
                       const std::map<std::string, FileDefinition>& definitions, bool secrets) {
  const std::string kind = secrets ? "secret" : "config";
  for (const FileReference& reference : references) {
    const auto found = definitions.find(reference.source);
    if (found == definitions.end()) {
      return Error{ErrorKind::invalid, kind + " " + reference.source + " is not defined"};
    }
    const FileDefinition& definition = found->second;
    if (definition.external) {
      return Error{ErrorKind::invalid,
                   kind + " " + reference.source + " is external: only a swarm has such, give it a file"};
    }
    if (definition.content || !definition.environment.empty()) continue;
    Planned one;
    one.target = secrets ? secret_target(reference) : config_target(reference);
    if (has_target(planned, one.target)) continue;
    one.mount = plain_mount("bind", definition.file, one.target, true);
    if (secrets) one.mount["BindOptions"] = json::object{};
    planned.push_back(std::move(one));
  }
  return {};
}

/// Anonymous volumes of the predecessor, by name, and the service's own mounts over them.
Result<void> add_volumes(std::vector<Planned>& planned, const ContainerSpec& spec, const Service& service,
                         ApiVersion api) {
  for (const ObservedMount& inherited : spec.inherited) {
    const std::string& source = inherited.type == "volume" ? inherited.name : inherited.source;
    Planned one;
    one.target = inherited.target;
    one.mount = plain_mount(inherited.type, source, inherited.target, !inherited.read_write);
    put(planned, std::move(one));
  }
  for (const Mount& mount : service.mounts) {
    const bool anonymous = mount.type == MountType::volume && mount.source.empty();
    if (anonymous && has_target(planned, mount.target)) continue;
    Result<Planned> one = planned_mount(*spec.stack, mount, api);
    if (!one) return one.error();
    put(planned, std::move(*one));
  }
  return {};
}

}  // namespace

Result<MountLists> mount_lists(const ContainerSpec& spec, const Service& service, ApiVersion api) {
  std::vector<Planned> planned;
  Result<void> added = add_volumes(planned, spec, service, api);
  if (!added) return added.error();
  const std::string socket(api_socket_path);
  if (service.use_api_socket && !has_target(planned, socket)) {
    planned.push_back(Planned{.target = socket, .bind = socket + ":" + socket + ":rw"});
  }
  added = add_files(planned, service.secrets, spec.stack->secrets, true);
  if (!added) return added.error();
  added = add_files(planned, service.configs, spec.stack->configs, false);
  if (!added) return added.error();

  MountLists lists;
  for (Planned& one : planned) {
    if (one.bind.empty()) {
      lists.mounts.emplace_back(std::move(one.mount));
    } else {
      lists.binds.emplace_back(std::move(one.bind));
    }
  }
  return lists;
}

}  // namespace stackd::engine
