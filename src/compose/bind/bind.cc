#include "compose/bind/bind.h"

#include <algorithm>

#include "base/text.h"
#include "compose/bind/bind_parts.h"
#include "compose/print/hash.h"
#include "model/overlap.h"

namespace stackd::compose {
namespace {

// `x-stackd` of a mapping, or the nothing that reads as all defaults.
ConfigValue extension_of(const ConfigValue& field, Report& report) {
  for (const Entry& entry : field.map()) {
    const bool misspelt =
        entry.key != "x-stackd" && starts_with(entry.key, "x-") && !nearest(entry.key, {"x-stackd"}).empty();
    if (misspelt)
      report.warning(entry.key + " is read by nobody", entry.key_mark, did_you_mean(entry.key, {"x-stackd"}));
  }
  return field["x-stackd"];
}

// Where stackd has no words of its own, one that is written must not pass for read.
void refuse_extension(const ConfigValue& field, Report& report) {
  const ConfigValue extension = extension_of(field, report);
  if (extension.is_set())
    extension.error("x-stackd has no meaning here", "it stands at the top, in a service or in a network");
}

// The name on the engine. A canonical configuration has it written out, one read without names has not.
std::string engine_name(const ConfigValue& field, const std::string& project, const std::string& key) {
  std::string name = field["name"].text();
  if (!name.empty()) return name;
  return field["external"].boolean() ? key : project + "_" + key;
}

AddressPool bind_pool(const ConfigValue& field) {
  return AddressPool{.subnet = field["subnet"].text(),
                     .ip_range = field["ip_range"].text(),
                     .gateway = field["gateway"].text(),
                     .aux_addresses = field["aux_addresses"].text_map()};
}

class Binding {
 public:
  Binding(const Node& model, StackSource source) : root_(&model, "the file", context_) {
    stack_.source = std::move(source);
  }

  BindResult run() {
    stack_.name = root_["name"].text();
    if (stack_.name.empty()) root_.error("the project has no name");
    stack_.extension = bind_stack_extension(extension_of(root_, report_), context_);
    each("network", "networks",
         [this](const ConfigValue& field, const std::string& key) { bind_network(field, key); });
    each("volume", "volumes",
         [this](const ConfigValue& field, const std::string& key) { bind_volume(field, key); });
    bind_files("secret", "secrets", stack_.secrets);
    bind_files("config", "configs", stack_.configs);
    each("service", "services", [this](const ConfigValue& field, const std::string& key) {
      Service service = bind_service(field, key, stack_.name);
      if (const Entry* entry = root_["services"].map().entry(key))
        service.position = entry->key_mark.position();
      service.extension = bind_service_extension(extension_of(field, report_), context_);
      stack_.services[key] = std::move(service);
    });
    // Hashes, and rules between services, make sense only for a stack whose parts are right.
    if (!report_.failed()) {
      take_hashes();
      each("service", "services", [this](const ConfigValue& field, const std::string& key) {
        const Service& service = stack_.services.at(key);
        check_order(field["deploy"]["update_config"]["order"], service, service.update);
        check_order(field["deploy"]["rollback_config"]["order"], service, service.rollback);
        check_words_for_jobs(field["x-stackd"], service);
        check_traffic_networks(field["networks"], service);
        check_files(field["secrets"], stack_.secrets);
        check_files(field["configs"], stack_.configs);
      });
    }
    BindResult result{std::nullopt, report_.errors(), report_.warnings()};
    if (result.errors.empty()) result.stack = std::move(stack_);
    return result;
  }

 private:
  // `bind` is called with every entry below `key`; what it finds wrong is told of `noun NAME`.
  template <typename Bind>
  void each(const std::string& noun, std::string_view key, Bind bind) {
    for (const auto& [name, field] : root_[key].entries()) {
      context_.what = noun + " " + name;
      bind(field, name);
    }
    context_.what = "the configuration";
  }

  void bind_network(const ConfigValue& field, const std::string& key) {
    NetworkDefinition network;
    network.key = key;
    network.name = engine_name(field, stack_.name, key);
    network.driver = field["driver"].text();
    network.driver_opts = field["driver_opts"].text_map();
    network.ipam_driver = field["ipam"]["driver"].text();
    for (const ConfigValue& pool : field["ipam"]["config"].items())
      network.ipam_pools.push_back(bind_pool(pool));
    network.ipam_options = field["ipam"]["options"].text_map();
    network.external = field["external"].boolean();
    network.internal = field["internal"].boolean();
    network.attachable = field["attachable"].boolean();
    network.enable_ipv4 = field["enable_ipv4"].optional_boolean();
    network.enable_ipv6 = field["enable_ipv6"].optional_boolean();
    network.labels = field["labels"].text_map();
    network.join_when_ready = bind_network_extension(extension_of(field, report_), context_);
    stack_.networks[key] = std::move(network);
  }

  void bind_volume(const ConfigValue& field, const std::string& key) {
    VolumeDefinition volume;
    volume.key = key;
    volume.name = engine_name(field, stack_.name, key);
    volume.driver = field["driver"].text();
    volume.driver_opts = field["driver_opts"].text_map();
    volume.external = field["external"].boolean();
    volume.labels = field["labels"].text_map();
    refuse_extension(field, report_);
    stack_.volumes[key] = std::move(volume);
  }

  void bind_files(const std::string& noun, std::string_view key,
                  std::map<std::string, FileDefinition>& files) {
    each(noun, key, [&](const ConfigValue& field, const std::string& name) {
      FileDefinition file;
      file.key = name;
      file.name = engine_name(field, stack_.name, name);
      file.file = field["file"].text();
      file.environment = field["environment"].text();
      if (field["content"].is_set()) file.content = field["content"].text();
      file.external = field["external"].boolean();
      refuse_extension(field, report_);
      files[name] = std::move(file);
    });
  }

  // By these labels Compose knows what it has made; we know the same by them.
  void take_hashes() {
    for (auto& [key, service] : stack_.services) {
      const Node node = node_of("services", key);
      service.hash_text = service_hash_text(node, HashDialect::v2);
      service.hash_texts = other_hash_texts(node, service.hash_text);
    }
    for (auto& [key, network] : stack_.networks)
      network.config_hash = network_hash(node_of("networks", key), HashDialect::v2);
    for (auto& [key, volume] : stack_.volumes)
      volume.config_hash = volume_hash(node_of("volumes", key), HashDialect::v2);
  }

  // What is bound and not null is a mapping; null stands for an empty one.
  Node node_of(std::string_view group, const std::string& key) const {
    const Node* node = root_[group].map().find(key);
    return node != nullptr && node->is_map() ? *node : Node::map();
  }

  void check_order(const ConfigValue& field, const Service& service, const UpdateConfig& config) {
    if (config.order != UpdateOrder::start_first) return;
    const std::string obstacle = obstacle_to_overlap(stack_, service);
    if (obstacle.empty()) return;
    field.error("start-first can't work for service " + service.name + ": " + obstacle,
                "write stop-first, or leave the order out");
  }

  // A warning only: who waits for a service may be left out by the profiles.
  void check_words_for_jobs(const ConfigValue& field, const Service& service) {
    if (is_job(stack_, service)) return;
    for (const char* word : {"timeout", "migration"}) {
      if (!field[word].is_set()) continue;
      field[word].warning(
          std::string(word) + " is for jobs only, and nobody waits for the completion of " + service.name,
          "write job: true if it runs to its end, or take " + std::string(word) + " out");
    }
  }

  // Away from its only network a container could not even become ready.
  void check_traffic_networks(const ConfigValue& field, const Service& service) {
    auto waits = [this](const auto& item) {
      auto found = stack_.networks.find(item.first);
      return found != stack_.networks.end() && found->second.join_when_ready;
    };
    if (service.networks.empty() || !std::all_of(service.networks.begin(), service.networks.end(), waits))
      return;
    field.error("service " + service.name + " is only on networks that it joins when it is ready",
                "put it on another network too, where it finds what it needs to become ready");
  }

  void check_files(const ConfigValue& field, const std::map<std::string, FileDefinition>& files) {
    for (const ConfigValue& item : field.items()) {
      auto found = files.find(item["source"].text());
      if (found == files.end() || !found->second.external) continue;
      item.error(
          "external " + std::string(field.key()) + " are Swarm's, and can't be mounted here: " + found->first,
          "give it a file, an environment variable or content");
    }
  }

  Report report_;
  BindContext context_{"the configuration", report_};
  ConfigValue root_;
  Stack stack_;
};

}  // namespace

BindResult bind(const Node& model, StackSource source) {
  return Binding(model, std::move(source)).run();
}

}  // namespace stackd::compose
