#include <doctest/doctest.h>

#include "unit/decide/world.h"

using namespace stackd;
using namespace stackd::decide;
using namespace stackd::decide::testing;

TEST_CASE("a changed service is replaced once its successor could start") {
  World world = shop();
  world.settle();
  world.stack.services.at("web").hash_text = "{\"image\":\"web:2\"}";
  world.target.desired.release = 2;
  world.target.learnt.jobs.clear();
  CHECK(world.plan_text().find("stop web") == std::string::npos);  // the new release's job comes first
  world.obey();
  CHECK(world.plan_text().find("create shop-migrate-1") == 0);
  world.settle();
  CHECK(is_settled(world.state()));
  CHECK(world.of("web").config_hash == config_hash(world.stack.services.at("web"), [](auto) { return ""; }));
}

TEST_CASE("a failed job leaves the running predecessors untouched") {
  World world = shop();
  world.settle();
  world.stack.services.at("web").hash_text = "{\"image\":\"web:2\"}";
  world.target.learnt.jobs.clear();
  world.obey();
  world.obey();
  world.obey();
  world.dies("migrate", 1);
  CHECK(world.plan().steps.empty());
  CHECK(world.up("web").size() == 1);
}

TEST_CASE("what shares a namespace is stopped before its owner starts and made anew with it") {
  World world;
  world.service("vpn");
  world.service("app").network_mode = "service:vpn";
  world.stack.services.at("app").hash_text = std::string("{\"network_mode\":\"\x01") + "container:vpn\x01\"}";
  world.settle();
  const std::string first = world.of("vpn").id;
  SUBCASE("the owner ends") {
    world.pass(1min);
    world.dies("vpn", 1);
    CHECK(world.plan_text().find("stop app") == 0);
    CHECK(world.plan_text().find("start vpn") == std::string::npos);
    world.obey();
    CHECK(world.plan_text().find("start vpn") == 0);
    world.settle();
    CHECK(world.of("app").started_at > world.of("vpn").started_at);
  }
  SUBCASE("the owner is another container now") {
    ObservedContainer anew = world.of("vpn");
    world.observed.containers.erase(first);
    anew.id = "anew";
    anew.started_at = world.wall;
    world.observed.containers["anew"] = anew;
    world.learn_now();
    CHECK(world.plan_text().find("it shares a namespace with vpn, which was replaced") != std::string::npos);
    world.obey();
    CHECK(world.plan_text().find("stop app") == 0);
    world.settle();
    CHECK(world.up("app").size() == 1);
    CHECK(is_settled(world.state()));
  }
}

TEST_CASE("orphans are reported, services of earlier releases are removed when all is well") {
  World world = shop();
  world.settle();
  world.runs_already("old");
  world.learn_now();
  SUBCASE("nobody knows it") {
    CHECK(world.plan().steps.empty());
    CHECK(world.plan().warnings.at(0) ==
          "orphan container shop-old-1: old is not in the stack file; it is left alone");
  }
  SUBCASE("an earlier release had it") {
    world.target.learnt.former_services.insert("old");
    CHECK(world.plan_text().find("stop old") == 0);
  }
  SUBCASE("it is outside the profiles: neither removed nor told, and `down` takes it along") {
    world.target.learnt.former_services.insert("old");
    world.stack.source.outside_profiles = {"old"};
    CHECK(world.plan().steps.empty());
    CHECK(world.plan().warnings.empty());
    world.wishes.stack = StackWish::down;
    for (int i = 0; i < 10; ++i) world.obey();
    CHECK(world.observed.containers.empty());
  }
}

TEST_CASE("down stops dependents first, removes, and never touches a volume that nobody asked for") {
  World world = shop();
  world.stack.volumes["data"] = VolumeDefinition{"data", "shop_data"};
  world.stack.networks["default"] = NetworkDefinition{"default", "shop_default"};
  world.settle();
  world.wishes.stack = StackWish::down;
  CHECK(world.plan_text().find("stop web") != std::string::npos);
  CHECK(world.plan_text().find("stop postgres") == std::string::npos);
  for (int i = 0; i < 10; ++i) world.obey();
  CHECK(world.observed.containers.empty());
  CHECK(world.observed.networks.empty());
  CHECK(world.observed.volumes.count("shop_data") == 1);
  world.wishes.remove_volumes = true;
  world.obey();
  CHECK(world.observed.volumes.empty());
}

TEST_CASE("while a container is being made its place is left alone, and down waits for it") {
  World world;
  world.service("web");
  world.settle();
  world.stack.services.at("web").hash_text = "{\"image\":\"web:2\"}";
  for (const Step& step : world.plan().steps) note_order(world.memory, step);
  REQUIRE(world.memory.creations.size() == 1);
  world.observed.containers.clear();  // whatever name it would have now
  CHECK(world.plan_text() == "");
  REQUIRE_FALSE(dry_run(world.state()).steps.empty());
  CHECK(to_text(dry_run(world.state()).steps.front().action) == "create shop-web-1");
  auto& network = world.stack.networks["default"];
  network.name = "shop_default";
  world.observed.networks["shop_default"].id = "n1";
  world.wishes.stack = StackWish::down;
  CHECK(world.plan_text() == "");
  world.memory.creations.clear();
  CHECK(world.plan_text() == "remove network shop_default: the stack is to be down\n");
}

TEST_CASE("scaling down removes the highest numbers") {
  World world = shop();
  world.stack.services.at("web").scale = 3;
  world.settle();
  CHECK(world.observed.containers.size() == 5);
  world.stack.services.at("web").scale = 1;
  world.settle();
  CHECK(world.observed.containers.size() == 3);
  CHECK(world.of("web", 1).state == ContainerState::running);
}

TEST_CASE("a container whose network was made anew is replaced, and not started as it was on the way") {
  World world;
  world.service("web").networks["default"] = NetworkAttachment{};
  NetworkDefinition network;
  network.key = "default";
  network.name = "shop_default";
  world.stack.networks["default"] = network;
  world.settle();
  const WallTime started = world.of("web").started_at;
  world.observed.networks.at("shop_default").id = "another";
  world.pass(1min);
  world.learn_now();
  CHECK(world.plan_text().find("_shop-web-1") != std::string::npos);  // its successor is made beside it
  world.obey();
  CHECK(world.plan_text().find("stop web") == 0);
  world.settle();
  CHECK(world.of("web").started_at > started);
  CHECK(world.of("web").name == "shop-web-1");
}
