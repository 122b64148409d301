// A service as it is sent to the engine.
#pragma once

#include <doctest/doctest.h>
#include <memory>
#include <string>

#include "engine/docker_create.h"

namespace stackd::engine::testing {

/// A project "shop" with one service "web" on the network "default".
struct Shop {
  Stack stack;
  ContainerSpec spec;
  ApiVersion api{1, 41};

  Shop() {
    stack.name = "shop";
    stack.source.working_dir = "/srv/shop";
    stack.source.config_files = {"/srv/shop/compose.yaml"};
    NetworkDefinition network;
    network.key = "default";
    network.name = "shop_default";
    network.config_hash = "nn";
    stack.networks["default"] = network;
    Service service;
    service.name = "web";
    service.image = "web:1";
    service.networks["default"] = NetworkAttachment{};
    stack.services["web"] = service;
    spec.service = "web";
    spec.name = "shop-web-1";
    spec.image = "web:1";
    spec.image_id = "sha256:11";
    spec.config_hash = "hh";
    spec.release = 4;
  }

  Service& web() { return stack.services["web"]; }

  NetworkDefinition& add_network(const std::string& key) {
    NetworkDefinition& network = stack.networks[key];
    network.key = key;
    network.name = "shop_" + key;
    web().networks[key] = NetworkAttachment{};
    return network;
  }

  Result<ContainerCreate> create() {
    spec.stack = std::make_shared<const Stack>(stack);
    CreateSurroundings surroundings;
    surroundings.api = api;
    return container_create(spec, surroundings);
  }

  json::object body() {
    Result<ContainerCreate> call = create();
    REQUIRE(call.ok());
    return call->body;
  }

  json::object host() { return body().at("HostConfig").as_object(); }

  std::string host(std::string_view key) {
    const json::object config = host();
    return config.contains(key) ? to_text(config.at(key)) : "absent";
  }

  std::string config(std::string_view key) {
    const json::object all = body();
    return all.contains(key) ? to_text(all.at(key)) : "absent";
  }

  json::object endpoint(const std::string& network) {
    return body().at("NetworkingConfig").at("EndpointsConfig").at(network).as_object();
  }

  std::string failure() {
    Result<ContainerCreate> call = create();
    REQUIRE_FALSE(call.ok());
    return call.error().message;
  }
};

}  // namespace stackd::engine::testing
