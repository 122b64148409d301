// Networks, volumes and images of the simulated engine.
#include <utility>

#include "model/identity.h"
#include "support/sim_exchange.h"

namespace stackd::sim {

using engine::Awaitable;

namespace {

Labels compose_labels(const Stack& stack, std::string_view kind, const std::string& key, const Labels& own) {
  Labels labels = own;
  labels.insert_or_assign(std::string(label::project), stack.name);
  labels.insert_or_assign(std::string(kind), key);
  labels.insert_or_assign(std::string(label::version), std::string(label::compose_version));
  return labels;
}

}  // namespace

Awaitable<Result<std::vector<ObservedNetwork>>> SimEngine::list_networks(std::string project) {
  return ask<std::vector<ObservedNetwork>>("list networks " + project,
                                           [this, project] { return host_.list_networks(project); });
}

Awaitable<Result<ObservedNetwork>> SimEngine::inspect_network(std::string name) {
  return ask<ObservedNetwork>("inspect network " + name,
                              [this, name] { return host_.inspect_network(name); });
}

Awaitable<Result<std::string>> SimEngine::create_network(std::shared_ptr<const Stack> stack,
                                                         std::string key) {
  return order<std::string>("create network " + key, [this, stack, key](const Order& order) {
    const NetworkDefinition& network = stack->networks.at(key);
    Labels labels = compose_labels(*stack, label::network, key, network.labels);
    labels[std::string(label::config_hash)] = network.config_hash;
    return host_.create_network(network.name, labels, network.internal, order);
  });
}

Awaitable<Result<void>> SimEngine::remove_network(std::string id) {
  return order<void>("remove network " + short_id(id),
                     [this, id](const Order& order) { return host_.remove_network(id, order); });
}

Awaitable<Result<void>> SimEngine::connect_network(std::shared_ptr<const Stack> stack, std::string key,
                                                   std::string container_id, std::string service,
                                                   std::string container_name) {
  return order<void>("connect " + short_id(container_id) + " " + key,
                     [this, stack, key, container_id, service, container_name](const Order& order) {
                       std::vector<std::string> aliases{container_name, service};
                       const auto& networks = stack->services.at(service).networks;
                       if (const auto own = networks.find(key); own != networks.end()) {
                         const auto& more = own->second.aliases;
                         aliases.insert(aliases.end(), more.begin(), more.end());
                       }
                       return host_.connect(stack->networks.at(key).name, container_id, std::move(aliases),
                                            order);
                     });
}

Awaitable<Result<void>> SimEngine::disconnect_network(std::string name, std::string container_id, bool) {
  return order<void>(
      "disconnect " + short_id(container_id) + " " + name,
      [this, name, container_id](const Order& order) { return host_.disconnect(name, container_id, order); });
}

Awaitable<Result<std::vector<ObservedVolume>>> SimEngine::list_volumes(std::string project) {
  return ask<std::vector<ObservedVolume>>("list volumes " + project,
                                          [this, project] { return host_.list_volumes(project); });
}

Awaitable<Result<ObservedVolume>> SimEngine::inspect_volume(std::string name) {
  return ask<ObservedVolume>("inspect volume " + name, [this, name] { return host_.inspect_volume(name); });
}

Awaitable<Result<void>> SimEngine::create_volume(std::shared_ptr<const Stack> stack, std::string key) {
  return order<void>("create volume " + key, [this, stack, key](const Order& order) -> Result<void> {
    const VolumeDefinition& volume = stack->volumes.at(key);
    host_.create_volume(volume.name, compose_labels(*stack, label::volume, key, volume.labels), order);
    return {};
  });
}

Awaitable<Result<void>> SimEngine::remove_volume(std::string name) {
  return order<void>("remove volume " + name,
                     [this, name](const Order& order) { return host_.remove_volume(name, order); });
}

Awaitable<Result<ObservedImage>> SimEngine::inspect_image(std::string reference) {
  return ask<ObservedImage>("inspect image " + reference,
                            [this, reference] { return host_.inspect_image(reference); });
}

Awaitable<Result<void>> SimEngine::pull_image(std::string reference, std::string,
                                              std::function<void(std::string)> on_progress) {
  Effect<void> effect = [this, reference, on_progress](const Order& order,
                                                       const std::function<void(Result<void>)>& done) {
    std::function<void()> pulled = [this, reference, order, done] {
      done(host_.pull_image(reference, order));
    };
    clock_.call_in(pull_takes, std::move(pulled));
  };
  Call call{"pull " + reference, true};
  return send<void>(std::move(call), std::chrono::hours(1), std::move(effect));
}

Awaitable<Result<void>> SimEngine::tag_image(std::string id, std::string repository, std::string tag) {
  std::string name = repository + ":" + tag;
  return order<void>("tag " + name,
                     [this, id, name](const Order& order) { return host_.tag_image(id, name, order); });
}

Awaitable<Result<void>> SimEngine::remove_image(std::string reference) {
  return order<void>("remove image " + reference,
                     [this, reference](const Order& order) { return host_.remove_image(reference, order); });
}

}  // namespace stackd::sim
