#include "compose/print/hash.h"

#include "base/hash.h"
#include "base/text.h"
#include "compose/print/go_json.h"
#include "compose/print/hash_dialect.h"
#include "compose/print/printed.h"
#include "model/stack.h"

namespace stackd::compose {

namespace {

PrintStyle style_of(HashDialect dialect) {
  return dialect == HashDialect::v5 ? PrintStyle::hash_v5 : PrintStyle::hash_v2;
}

std::string placeholder(std::string_view kind, std::string_view service) {
  return "\x01" + std::string(kind) + ":" + std::string(service) + "\x01";
}

void put_placeholders(Map& service) {
  for (const std::string_view key : {"network_mode", "ipc", "pid"}) {
    Node* mode = service.find(key);
    if (mode == nullptr || !mode->is_text() || !starts_with(mode->as_text(), service_prefix)) continue;
    mode->as_text() = placeholder("container", mode->as_text().substr(service_prefix.size()));
  }
  Node* sources = service.find("volumes_from");
  if (sources == nullptr || !sources->is_list()) return;
  for (Node& source : sources->as_list()) {
    // The access mode is lost on the way, with Compose too.
    if (source.is_text() && !starts_with(source.as_text(), "container:"))
      source.as_text() = placeholder("id", split(source.as_text(), ':')[0]);
  }
}

Node& member(Map& map, std::string_view key, Node otherwise) {
  Node* found = map.find(key);
  return found != nullptr ? *found : map.set(key, std::move(otherwise));
}

Node map_of(std::initializer_list<std::pair<std::string_view, std::string_view>> texts) {
  Map map;
  for (const auto& [key, text] : texts) map.set(key, Node::text(std::string(text)));
  return Node::map(std::move(map));
}

/// With `use_api_socket` Compose hashes what it makes of it, not what was written. The path is always this
/// one, wherever the engine listens.
void add_api_socket(Map& service) {
  const Node* asked = service.find("use_api_socket");
  if (asked == nullptr || !asked->is_boolean() || !asked->as_boolean()) return;
  Node& volumes = member(service, "volumes", Node::list());
  if (volumes.is_list()) {
    constexpr std::string_view socket = "/var/run/docker.sock";
    volumes.as_list().push_back(map_of({{"type", "bind"}, {"source", socket}, {"target", socket}}));
  }
  Node& configs = member(service, "configs", Node::list());
  if (configs.is_list()) {
    configs.as_list().push_back(
        map_of({{"source", "#apisocket"}, {"target", "/run/secrets/docker/config.json"}}));
  }
  Node& environment = member(service, "environment", Node::map());
  if (environment.is_map() && environment.find("DOCKER_CONFIG") == nullptr) {
    environment.as_map().set("DOCKER_CONFIG", Node::text("/run/secrets/docker"));
    environment.as_map().sort();
  }
}

std::string compact(const Node& printed) {
  return to_go_json(printed, {});
}

std::string hashed(const Node& service, HashDialect dialect) {
  Node printed = to_printed(service, service_shape, style_of(dialect));
  put_into_dialect(printed, dialect);
  return compact(printed);
}

}  // namespace

std::string service_hash_text(const Node& service, HashDialect dialect) {
  Node copy = service;
  keep_relevant(copy.as_map(), dialect);
  copy.as_map().erase("env_file");
  put_placeholders(copy.as_map());
  add_api_socket(copy.as_map());
  return hashed(copy, dialect);
}

std::map<HashDialect, HashText> other_hash_texts(const Node& service, const std::string& usual) {
  std::map<HashDialect, HashText> others;
  for (const HashDialect dialect : other_dialects) {
    HashText other{service_hash_text(service, dialect), is_certain_in(service, dialect)};
    if (!other.certain || other.text != usual) others[dialect] = std::move(other);
  }
  return others;
}

std::string printed_service_hash(const Node& service) {
  Node copy = service;
  keep_relevant(copy.as_map(), HashDialect::v2);
  copy.as_map().erase("label_file");
  return sha256_hex(hashed(copy, HashDialect::v2));
}

std::string network_hash(const Node& network, HashDialect dialect) {
  return sha256_hex(compact(to_printed(network, network_shape, style_of(dialect))));
}

std::string volume_hash(const Node& volume, HashDialect dialect) {
  Node copy = volume;
  if (copy.find("driver") == nullptr) copy.as_map().set("driver", Node::text("local"));
  return sha256_hex(compact(to_printed(copy, volume_shape, style_of(dialect))));
}

}  // namespace stackd::compose
