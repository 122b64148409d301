#include "engine/docker_networks.h"

#include <doctest/doctest.h>

#include "shop.h"

namespace stackd::engine {
namespace {

using testing::Shop;

TEST_CASE("older engines get one network at creation and the others afterwards, by priority, then by name") {
  Shop shop;
  shop.add_network("front");
  shop.add_network("admin");
  shop.web().networks["front"].priority = 10;
  Result<ContainerCreate> call = shop.create();
  REQUIRE(call.ok());
  CHECK(shop.host("NetworkMode") == "\"shop_front\"");
  REQUIRE(call->connects.size() == 2);
  CHECK(call->connects[0].network == "shop_admin");
  CHECK(call->connects[1].network == "shop_default");
  CHECK(to_text(json::value(call->connects[0].endpoint)) == R"({"Aliases":["shop-web-1","web"]})");

  shop.api = ApiVersion{1, 44};
  CHECK(shop.create()->connects.empty());
  CHECK(shop.body().at("NetworkingConfig").at("EndpointsConfig").as_object().size() == 3);
}

TEST_CASE("a network to join when ready is left out, but one must be left") {
  Shop shop;
  shop.add_network("edge").join_when_ready = true;
  shop.web().networks["edge"].priority = 100;
  CHECK(shop.host("NetworkMode") == "\"shop_default\"");
  CHECK(shop.create()->connects.empty());
  shop.web().networks.erase("default");
  CHECK(shop.failure().find("needs another one") != std::string::npos);
}

TEST_CASE("joining a network late must not take over the default route") {
  Shop shop;
  shop.add_network("edge").join_when_ready = true;
  const EndpointOwner owner{"shop-web-1", true};
  const json::object late = endpoint_settings(shop.stack, shop.web(), "edge", owner, ApiVersion{1, 48});
  CHECK(late.at("GwPriority").as_int64() == -1);
  CHECK_FALSE(
      endpoint_settings(shop.stack, shop.web(), "edge", owner, ApiVersion{1, 41}).contains("GwPriority"));
}

TEST_CASE("addresses are sent only for a network that the file describes") {
  Shop shop;
  CHECK_FALSE(shop.endpoint("shop_default").contains("IPAMConfig"));
  NetworkAttachment& place = shop.web().networks["default"];
  place.declared = true;
  CHECK(to_text(shop.endpoint("shop_default").at("IPAMConfig")) == "{}");
  place.ipv4_address = "10.0.0.2";
  place.ipv6_address = "fd::2";
  place.link_local_ips = {"169.254.1.1"};
  CHECK(to_text(shop.endpoint("shop_default").at("IPAMConfig")) ==
        R"({"IPv4Address":"10.0.0.2","IPv6Address":"fd::2","LinkLocalIPs":["169.254.1.1"]})");
}

TEST_CASE("a MAC address goes where the engine's version wants it") {
  Shop shop;
  shop.web().mac_address = "02:00:00:00:00:01";
  CHECK(shop.config("MacAddress") == "\"02:00:00:00:00:01\"");
  shop.api = ApiVersion{1, 44};
  CHECK(shop.config("MacAddress") == "absent");
  CHECK(shop.endpoint("shop_default").at("MacAddress").as_string() == "02:00:00:00:00:01");
  shop.web().networks["default"].mac_address = "02:00:00:00:00:02";
  CHECK(shop.failure().find("differ") != std::string::npos);
}

TEST_CASE("a namespace of another service is its container's, and an error without one") {
  Shop shop;
  shop.web().networks.clear();
  shop.web().network_mode = "service:db";
  shop.web().pid = "service:db";
  shop.web().ipc = "host";
  shop.web().volumes_from = {"db:ro", "container:old:ro"};
  CHECK(shop.failure().find("that service has no container") != std::string::npos);
  shop.spec.containers["db"] = "d0d0";
  CHECK(shop.host("NetworkMode") == "\"container:d0d0\"");
  CHECK(shop.host("PidMode") == "\"container:d0d0\"");
  CHECK(shop.host("IpcMode") == "\"host\"");
  CHECK(shop.host("VolumesFrom") == R"(["d0d0","old"])");
  CHECK(shop.config("NetworkingConfig") == "absent");
}

TEST_CASE("links name every container of the linked service three times") {
  Shop shop;
  Service db;
  db.name = "db";
  db.scale = 2;
  shop.stack.services["db"] = db;
  shop.web().links = {"db:mysql"};
  shop.web().external_links = {"old", "other:o"};
  CHECK(shop.host("Links") ==
        R"(["shop-db-1:mysql","shop-db-1:db-1","shop-db-1:shop-db-1","shop-db-2:mysql","shop-db-2:db-1",)"
        R"("shop-db-2:shop-db-1","old:old","other:o"])");
  CHECK(shop.endpoint("shop_default").at("Links").as_array().size() == 8);
}

TEST_CASE("networks and volumes carry Compose's labels") {
  Shop shop;
  NetworkDefinition& network = shop.stack.networks["default"];
  network.internal = true;
  network.ipam_pools = {AddressPool{"10.1.0.0/24", "", "10.1.0.1", {{"a", "10.1.0.9"}}}};
  CHECK(to_text(json::value(network_create(shop.stack, network, ApiVersion{1, 44}))) ==
        R"({"Name":"shop_default","Internal":true,"Labels":{"com.docker.compose.config-hash":"nn",)"
        R"("com.docker.compose.network":"default","com.docker.compose.project":"shop",)"
        R"("com.docker.compose.version":"2.40.3"},"IPAM":{"Config":[{"Subnet":"10.1.0.0/24",)"
        R"("Gateway":"10.1.0.1","AuxiliaryAddresses":{"a":"10.1.0.9"}}]}})");
  VolumeDefinition volume;
  volume.key = "data";
  volume.name = "shop_data";
  volume.config_hash = "vv";
  volume.driver_opts = {{"type", "none"}};
  CHECK(to_text(json::value(volume_create(shop.stack, volume))) ==
        R"({"Name":"shop_data","DriverOpts":{"type":"none"},"Labels":{"com.docker.compose.config-hash":"vv",)"
        R"("com.docker.compose.project":"shop","com.docker.compose.version":"2.40.3",)"
        R"("com.docker.compose.volume":"data"}})");
}

}  // namespace
}  // namespace stackd::engine
