// Containers of others whose namespaces are shared, hooks that belong to a start, ports that change hands.
#include <doctest/doctest.h>

#include "decide/replace/conditions.h"
#include "decide/replace/ports.h"
#include "unit/decide/world.h"

using namespace stackd;
using namespace stackd::decide;
using namespace stackd::decide::testing;

namespace {

World behind_a_vpn() {
  World world;
  world.service("client").network_mode = "container:vpn";
  world.observed.strangers["vpn"] = {"a1", true, world.wall};
  world.learn_now();
  world.pass(1s);
  world.settle();
  world.of("client").network_mode = "container:vpn";
  world.pass(1min);
  return world;
}

PortMapping port(const std::string& published) {
  PortMapping mapping;
  mapping.published = published;
  return mapping;
}

/// Both are replaced, and each gets the other's port.
World exchange() {
  World world;
  world.service("a").ports = {port("8080")};
  world.service("b").ports = {port("8081")};
  world.settle();
  world.replace_release();
  ++world.target.desired.release;
  world.stack.services.at("a").ports = {port("8081")};
  world.stack.services.at("b").ports = {port("8080")};
  for (const char* name : {"a", "b"}) world.stack.services.at(name).hash_text = "{\"new\":1}";
  return world;
}

/// No start finds its port taken.
void obey_with_ports(World& world) {
  for (int round = 0; round < 12; ++round) {
    for (const Step& step : world.plan().steps) {
      const auto* start = std::get_if<StartContainer>(&step.action);
      if (start == nullptr) continue;
      const std::string other = start->service == "a" ? "b" : "a";
      for (const ObservedContainer* container : containers_of(world.observed, other)) {
        const bool old = !must_be_replaced(world.state(), world.stack.services.at(other), *container).empty();
        CHECK_FALSE((old && is_up(*container)));
      }
    }
    world.obey();
    world.pass(6s);
    world.learn_now();
  }
}

}  // namespace

TEST_CASE("what shares the network of somebody else's container follows it") {
  World world = behind_a_vpn();
  REQUIRE(world.plan().steps.empty());
  ObservedStranger& vpn = world.observed.strangers["vpn"];
  SUBCASE("it was restarted") {
    vpn.started_at = world.wall;
    world.learn_now();
    CHECK(world.plan_text().find("stop client") == 0);
    world.obey();
    world.obey();
    CHECK(world.up("client").size() == 1);
    CHECK(world.plan().steps.empty());
  }
  SUBCASE("the calendar's clock was set back since") {
    vpn.started_at = world.wall + 1h;
    world.learn_now();
    world.obey();
    world.obey();
    CHECK(world.up("client").size() == 1);
    CHECK(world.plan().steps.empty());
  }
  SUBCASE("it is gone, and comes back as another") {
    world.observed.strangers.clear();
    world.learn_now();
    CHECK(world.plan_text().find("which is gone") != std::string::npos);
    world.obey();
    CHECK(world.plan().steps.empty());
    CHECK(explain(world.state(), world.stack.services.at("client")).why ==
          "waits: container vpn, whose namespace it shares, does not exist");
    world.pass(1s);
    world.observed.strangers["vpn"] = {"b2", true, world.wall};
    world.learn_now();
    CHECK(world.plan_text().find("start client") == 0);
  }
  SUBCASE("the engine had resolved its name when ours was made") {
    world.of("client").network_mode = "container:a1";
    CHECK(world.plan().steps.empty());
    vpn = {"b2", true, world.wall};
    world.learn_now();
    CHECK(must_be_replaced(world.state(), world.stack.services.at("client"), world.of("client")) ==
          "it shares a namespace with container vpn, which was made anew");
  }
}

TEST_CASE("a service is ready when the hooks of its start have ended, for whoever waits for it") {
  World world;
  world.service("web").post_start = {Hook{{"prepare"}}};
  world.service("behind");
  world.needs("behind", "web", DependencyCondition::started);
  world.obey();
  while (world.up("web").empty()) world.obey();
  world.pass(1s);
  world.of("web").started_at = world.wall;  // another run
  world.memory.containers[world.of("web").id].under_way = UnderWay::start;
  CHECK_FALSE(World::says(world.learn_now(), FactKind::ready));
  CHECK(world.plan_text().find("start behind") == std::string::npos);
  CHECK_FALSE(is_settled(world.state()));
  CHECK(explain(world.state(), world.stack.services.at("web")).why == "its post_start hook runs");
  world.memory.containers[world.of("web").id].under_way = UnderWay::nothing;
  CHECK(World::says(world.learn_now(), FactKind::ready));
  CHECK(world.plan_text().find("start behind") == 0);
}

TEST_CASE("two services that exchange their host ports are both stopped before either starts") {
  World world = exchange();
  SUBCASE("none waits for the other") {}
  SUBCASE("b waits for a") {
    world.needs("b", "a", DependencyCondition::started);
  }
  SUBCASE("a waits for b") {
    world.needs("a", "b", DependencyCondition::started);
  }
  obey_with_ports(world);
  CHECK(world.up("a").size() == 1);
  CHECK(world.up("b").size() == 1);
  CHECK(is_settled(world.state()));
}

TEST_CASE("an engine that is away refuses nothing") {
  World world = shop();
  const Action action = CreateNetwork{"default"};
  for (int i = 0; i < 9; ++i)
    note_outcome(world.memory, action, Error{ErrorKind::unavailable, "no engine"}, world.now, 0);
  CHECK(world.memory.failed_steps.begin()->second.failures < refusals_max);
  for (int i = 0; i < 3; ++i)
    note_outcome(world.memory, action, Error{ErrorKind::invalid, "no such driver"}, world.now, 0);
  CHECK(world.memory.failed_steps.begin()->second.failures >= refusals_max);
}
