#include <doctest/doctest.h>

#include "decide/replace/rollout.h"
#include "unit/decide/world.h"

using namespace stackd;
using namespace stackd::decide;
using namespace stackd::decide::testing;

namespace {

// Live, and a second release of web on its way: the new one runs beside the old one and is ready.
World half_way() {
  World world;
  world.service("web").health_check = HealthCheck{false, {"CMD", "true"}};
  world.service("proxy");
  world.needs("proxy", "web", DependencyCondition::healthy);
  world.settle();
  world.state();  // binds the stack
  world.replace_release();
  world.target.desired.release = 2;
  world.stack.services.at("web").hash_text = "{\"image\":\"web:2\"}";
  for (int round = 0; round < 3; ++round) world.obey();
  for (auto& [id, container] : world.observed.containers) {
    if (container.health == HealthState::starting) container.health = HealthState::healthy;
  }
  world.learn_now();
  return world;
}

ContainerMemory& memory_of_new(World& world) {
  const std::string hash = config_hash(world.stack.services.at("web"), [](auto) { return ""; });
  for (const auto& [id, container] : world.observed.containers) {
    if (container.config_hash == hash) return world.memory.containers.at(id);
  }
  throw std::runtime_error("there is no new web");
}

bool stops_web(World& world) {
  return world.plan_text().find("stop web") != std::string::npos;
}

}  // namespace

TEST_CASE("the old one stops when the new one has been good for its monitor") {
  World world = half_way();
  REQUIRE(world.up("web").size() == 2);
  world.pass(4s);
  CHECK_FALSE(stops_web(world));
  world.pass(2s);
  CHECK(stops_web(world));
}

TEST_CASE("the old one does not stop while the new one's health check failed last, or is under way") {
  World world = half_way();
  ContainerMemory& memory = memory_of_new(world);
  world.pass(6s);
  SUBCASE("it failed") {
    memory.probe.failures = 1;
  }
  SUBCASE("it is under way") {
    memory.probe.running = true;
  }
  CHECK_FALSE(stops_web(world));
  CHECK(watched_until(world.state()) > world.now);
  memory.probe = {};
  CHECK(stops_web(world));
  CHECK(watched_until(world.state()) <= world.now);
}

TEST_CASE("nobody is started on what the stackd before had ordered to stop, unless it runs on and on") {
  World world = shop();
  world.settle();
  const std::string id = world.of("postgres").id;
  const WallTime run = world.of("postgres").started_at;
  world.memory = {};
  note_inherited_stop(world.memory, id, run, StopPurpose::restart);
  ObservedContainer& web = world.of("web");
  web.state = ContainerState::exited;
  web.exit_code = 137;
  world.learn_now();
  CHECK(world.plan_text().find("start web") == std::string::npos);
  const std::optional<Time> again = next_learning(world.memory, world.stack);
  REQUIRE(again.has_value());
  CHECK(*again - world.now < 30s);
  world.pass(*again - world.now);
  world.learn_now();
  CHECK(world.plan_text().find("start web") != std::string::npos);
}

TEST_CASE("an inherited stop concerns the run that it was ordered for, and none after it") {
  World world;
  world.service("web");
  world.settle();
  const std::string id = world.of("web").id;
  const WallTime run = world.of("web").started_at;
  world.memory = {};
  SUBCASE("it still runs") {
    note_inherited_stop(world.memory, id, run, StopPurpose::leave_down);
    world.learn_now();
    CHECK(world.memory.containers.at(id).stop.is_ours());
  }
  SUBCASE("it was started again") {
    note_inherited_stop(world.memory, id, run - 1min, StopPurpose::restart);
    world.learn_now();
    CHECK_FALSE(world.memory.containers.at(id).stop.is_ours());
    CHECK(world.memory.containers.at(id).stop.purpose == StopPurpose::leave_down);
  }
}
