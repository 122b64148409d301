// Networks, volumes and images.
#include <algorithm>

#include "model/identity.h"
#include "support/sim_host.h"

namespace stackd::sim {
namespace {

bool of_project(const Labels& labels, const std::string& project) {
  const auto found = labels.find(std::string(label::project));
  return found != labels.end() && (project.empty() || found->second == project);
}

EngineEvent about(EventKind kind, const std::string& id, const Labels& labels) {
  EngineEvent event;
  event.kind = kind;
  event.id = id;
  const auto found = labels.find(std::string(label::project));
  if (found != labels.end()) event.project = found->second;
  return event;
}

}  // namespace

ObservedNetwork* SimHost::find_network(const std::string& name_or_id) {
  const auto found = networks_.find(name_or_id);
  if (found != networks_.end()) return &found->second;
  for (auto& [name, network] : networks_) {
    if (network.id == name_or_id) return &network;
  }
  return nullptr;
}

std::vector<ObservedNetwork> SimHost::list_networks(const std::string& project) const {
  std::vector<ObservedNetwork> list;
  for (const auto& [name, network] : networks_) {
    if (project.empty() || of_project(network.labels, project)) list.push_back(network);
  }
  return list;
}

Result<ObservedNetwork> SimHost::inspect_network(const std::string& name_or_id) const {
  const ObservedNetwork* network = const_cast<SimHost*>(this)->find_network(name_or_id);
  if (network == nullptr) return Error{ErrorKind::not_found, "network " + name_or_id + " not found"};
  return *network;
}

Result<std::string> SimHost::create_network(const std::string& name, const Labels& labels, bool internal,
                                            const Order& order) {
  if (networks_.count(name) != 0)
    return Error{ErrorKind::conflict, "network with name " + name + " already exists"};
  ObservedNetwork network;
  network.id = random_.hex_id(64);
  network.name = name;
  network.labels = labels;
  network.internal = internal;
  std::string id = network.id;
  networks_.emplace(name, std::move(network));
  report(HappeningKind::network_created, order, nullptr, name);
  emit(about(EventKind::network_changed, id, labels));
  return id;
}

Result<void> SimHost::remove_network(const std::string& id, const Order& order) {
  const ObservedNetwork* network = find_network(id);
  if (network == nullptr) return Error{ErrorKind::not_found, "network " + short_id(id) + " not found"};
  for (const auto& [container_id, container] : containers_) {
    const bool running = container.seen.state == ContainerState::running;
    if (running && container.seen.networks.count(network->name) != 0) {
      return Error{ErrorKind::conflict, "network " + network->name + " has active endpoints"};
    }
  }
  const auto node = networks_.extract(network->name);
  report(HappeningKind::network_removed, order, nullptr, node.key());
  emit(about(EventKind::network_changed, node.mapped().id, node.mapped().labels));
  return {};
}

Result<void> SimHost::connect(const std::string& network, const std::string& container_id,
                              std::vector<std::string> aliases, const Order& order) {
  const ObservedNetwork* found = find_network(network);
  if (found == nullptr) return Error{ErrorKind::not_found, "network " + network + " not found"};
  HostContainer* container = find(container_id);
  if (container == nullptr)
    return Error{ErrorKind::not_found, "no such container: " + short_id(container_id)};
  if (container->seen.networks.count(found->name) != 0) {
    return Error{ErrorKind::conflict,
                 "endpoint with name " + container->seen.name + " already exists in network " + found->name};
  }
  ObservedEndpoint endpoint;
  endpoint.network_id = found->id;
  endpoint.aliases = std::move(aliases);
  container->seen.networks.emplace(found->name, std::move(endpoint));
  report(HappeningKind::network_joined, order, container, found->name);
  emit(about(EventKind::network_changed, found->id, found->labels));
  return {};
}

Result<void> SimHost::disconnect(const std::string& network, const std::string& container_id,
                                 const Order& order) {
  const ObservedNetwork* found = find_network(network);
  if (found == nullptr) return Error{ErrorKind::not_found, "network " + network + " not found"};
  HostContainer* container = find(container_id);
  if (container == nullptr)
    return Error{ErrorKind::not_found, "no such container: " + short_id(container_id)};
  if (container->seen.networks.erase(found->name) == 0) {
    return Error{ErrorKind::conflict,
                 "container " + short_id(container_id) + " is not connected to network " + found->name};
  }
  report(HappeningKind::network_left, order, container, found->name);
  emit(about(EventKind::network_changed, found->id, found->labels));
  return {};
}

std::vector<ObservedVolume> SimHost::list_volumes(const std::string& project) const {
  std::vector<ObservedVolume> list;
  for (const auto& [name, volume] : volumes_) {
    if (of_project(volume.labels, project)) list.push_back(volume);
  }
  return list;
}

Result<ObservedVolume> SimHost::inspect_volume(const std::string& name) const {
  const auto found = volumes_.find(name);
  if (found == volumes_.end()) return Error{ErrorKind::not_found, "get " + name + ": no such volume"};
  return found->second;
}

void SimHost::create_volume(const std::string& name, const Labels& labels, const Order& order) {
  ObservedVolume volume;
  volume.name = name;
  volume.labels = labels;
  volume.driver = "local";
  if (!volumes_.emplace(name, std::move(volume)).second) return;
  report(HappeningKind::volume_created, order, nullptr, name);
  emit(about(EventKind::volume_changed, name, labels));
}

Result<void> SimHost::remove_volume(const std::string& name, const Order& order) {
  const auto found = volumes_.find(name);
  if (found == volumes_.end()) return Error{ErrorKind::not_found, "get " + name + ": no such volume"};
  for (const auto& [id, container] : containers_) {
    const auto& mounts = container.seen.mounts;
    if (std::any_of(mounts.begin(), mounts.end(), [&](const auto& mount) { return mount.name == name; }))
      return Error{ErrorKind::conflict, "remove " + name + ": volume is in use - [" + id + "]"};
  }
  const Labels labels = found->second.labels;
  volumes_.erase(found);
  report(HappeningKind::volume_removed, order, nullptr, name);
  emit(about(EventKind::volume_changed, name, labels));
  return {};
}

void SimHost::add_image(ObservedImage image) {
  const std::vector<std::string> tags = image.tags;
  for (const std::string& tag : tags) images_.insert_or_assign(tag, image);
}

void SimHost::publish_image(ObservedImage image) {
  const std::vector<std::string> tags = image.tags;
  for (const std::string& tag : tags) published_.insert_or_assign(tag, image);
}

Result<void> SimHost::pull_image(const std::string& reference, const Order& order) {
  const auto found = published_.find(reference);
  if (found == published_.end())
    return Error{ErrorKind::not_found, "manifest for " + reference + " not found"};
  images_.insert_or_assign(reference, found->second);
  report(HappeningKind::image_changed, order, nullptr, reference);
  return {};
}

Result<ObservedImage> SimHost::inspect_image(const std::string& reference) const {
  const auto found = images_.find(reference);
  if (found != images_.end()) return found->second;
  for (const auto& [tag, image] : images_) {
    if (image.id == reference) return image;
  }
  return Error{ErrorKind::not_found, "no such image: " + reference};
}

Result<void> SimHost::tag_image(const std::string& id, const std::string& tag, const Order& order) {
  Result<ObservedImage> image = inspect_image(id);
  if (!image) return image.error();
  images_.insert_or_assign(tag, *image);
  report(HappeningKind::image_changed, order, nullptr, tag);
  return {};
}

Result<void> SimHost::remove_image(const std::string& reference, const Order& order) {
  if (images_.erase(reference) == 0) return Error{ErrorKind::not_found, "no such image: " + reference};
  report(HappeningKind::image_changed, order, nullptr, reference);
  return {};
}

}  // namespace stackd::sim
