// What fails a rollout, what it only holds up, and what it lets pass.
#include "decide/replace/rollout_failure.h"

#include <doctest/doctest.h>

#include "decide/replace/refused.h"
#include "model/identity.h"
#include "unit/decide/rolling.h"

using namespace stackd;
using namespace stackd::decide;
using namespace stackd::decide::testing;

TEST_CASE("a successor that ends fails the rollout at once, where the old one still serves") {
  World world = running();
  roll(world, "web");
  world.obey();
  world.obey();
  ObservedContainer& next = successor(world, "web");
  EngineEvent died;
  died.kind = EventKind::container_died;
  died.id = next.id;
  died.at = world.wall;
  died.exit_code = 1;
  note_event(world.memory, died, world.now);
  apply_event(world.observed, died);
  world.learn_now();
  REQUIRE(rollout_failure(world.state()).has_value());
  CHECK(rollout_failure(world.state())->sentence == "web-1 ended with 1");
  CHECK(world.plan_text().find("start web") == std::string::npos);
  CHECK(world.up("web").size() == 1);
  SUBCASE("and what was replaced comes back") {
    world.go_back();
    CHECK(is_settled(world.state()));
    world.target.rollout = Settled{};
    world.settle();
    CHECK(world.observed.containers.size() == 3);
  }
}

TEST_CASE("what stopped first is tried again for a minute before it counts as a crash loop") {
  World world = running();
  roll(world, "worker");
  for (int i = 0; i < 3; ++i) world.obey();
  ReplicaMemory& replica = world.memory.replicas[{"worker", 1}];
  for (int i = 0; i < 6; ++i) replica.failures.push_back(world.now);
  CHECK_FALSE(rollout_failure(world.state()).has_value());
  world.pass(61s);
  CHECK_FALSE(rollout_failure(world.state()).has_value());  // it runs, and may prove itself
  world.dies("worker", 1);
  CHECK(rollout_failure(world.state()).has_value());
}

TEST_CASE("three failed probes after it was ready fail the rollout") {
  World world = running();
  roll(world, "web");
  world.obey();
  world.obey();
  heal(world);
  ContainerMemory& memory = world.memory.containers.at(successor(world, "web").id);
  const ObservedContainer& container = successor(world, "web");
  const ProbeOutcome failed{ProbeEnd::failed, 10ms, "500"};
  for (int i = 0; i < 2; ++i) note_probe(memory, container, failed, world.now);
  CHECK_FALSE(rollout_failure(world.state()).has_value());
  note_probe(memory, container, failed, world.now);
  REQUIRE(rollout_failure(world.state()).has_value());
  CHECK(rollout_failure(world.state())->sentence ==
        "web-1 failed its health check 3 times after it was ready");
}

TEST_CASE("failure_action continue and max_failure_ratio let a failure pass") {
  World world = running();
  roll(world, "web");
  world.obey();
  world.obey();
  ContainerMemory& memory = world.memory.containers.at(successor(world, "web").id);
  memory.readiness.state = ReadinessMemory::State::lost;
  memory.probe.failures = 3;
  CHECK(rollout_failure(world.state()).has_value());
  SUBCASE("continue") {
    world.stack.services.at("web").update.failure_action = FailureAction::keep_going;
  }
  SUBCASE("ratio") {
    world.stack.services.at("web").update.failure_ratio_max = 1;
  }
  CHECK_FALSE(rollout_failure(world.state()).has_value());
}

TEST_CASE("what was no good before, and is not changed, does not keep a good release from going live") {
  World world = running();
  world.stack.services.at("worker").health_check = HealthCheck{false, {"CMD", "check"}};
  world.of("worker").health_check.test = {"CMD", "check"};
  heal(world);
  roll(world, "web");
  renew(world);
  REQUIRE(is_settled(world.state()));
  SUBCASE("paused by hand") {
    world.of("worker").state = ContainerState::paused;
    CHECK(is_settled(world.state()));
    CHECK(ill_services(world.state()) == std::set<std::string>{"worker"});
  }
  SUBCASE("unhealthy") {
    world.of("worker").health = HealthState::unhealthy;
    world.learn_now();
    CHECK(is_settled(world.state()));
    CHECK(ill_services(world.state()) == std::set<std::string>{"worker"});
  }
  SUBCASE("what waits for the changed one may be ill because of it, unless it was ill before") {
    world.of("proxy").state = ContainerState::paused;
    REQUIRE(unsettled(world.state()).size() == 1);
    CHECK(unsettled(world.state()).front().sentence == "proxy was paused outside stackd");
    std::get<Replacing>(world.target.rollout).ill_before = {"proxy"};
    CHECK(is_settled(world.state()));
  }
  SUBCASE("what is changed has to be good") {
    world.stack.services.at("worker").hash_text = "{\"image\":\"worker:2\"}";
    REQUIRE(unsettled(world.state()).size() == 1);
    CHECK(unsettled(world.state()).front().sentence == "worker is not replaced yet");
  }
}

TEST_CASE("a changed service that needs what is ill is not live, and that is told") {
  World world = running();
  world.of("web").health = HealthState::unhealthy;
  world.learn_now();
  roll(world, "proxy");
  std::get<Replacing>(world.target.rollout).ill_before = ill_services(world.state());
  CHECK(std::get<Replacing>(world.target.rollout).ill_before == std::set<std::string>{"web"});
  REQUIRE(unsettled(world.state()).size() == 1);
  CHECK(unsettled(world.state()).front().sentence == "proxy waits: web is unhealthy");
}

TEST_CASE("a place whose failure is allowed holds up no other, and the others have to be good") {
  World world = running();
  world.stack.services.at("web").scale = 3;
  world.settle();
  UpdateConfig& config = world.stack.services.at("web").update;
  SUBCASE("continue") {
    config.failure_action = FailureAction::keep_going;
  }
  SUBCASE("ratio") {
    config.failure_ratio_max = 0.4;
  }
  roll(world, "web");
  world.obey();
  world.obey();
  const std::string bad = successor(world, "web").id;
  REQUIRE(successor(world, "web").number == 1);
  EngineEvent died;
  died.kind = EventKind::container_died;
  died.id = bad;
  died.at = world.wall;
  died.exit_code = 1;
  note_event(world.memory, died, world.now);
  apply_event(world.observed, died);
  world.learn_now();
  CHECK_FALSE(rollout_failure(world.state()).has_value());
  CHECK_FALSE(is_settled(world.state()));
  CHECK(world.plan_text().find("shop-web-2") != std::string::npos);
  CHECK(world.plan_text().find("shop-web-3") == std::string::npos);
  world.memory.replicas[{"web", 1}].next_try = world.now + 1h;
  renew(world);
  CHECK(world.up("web").size() == 3);  // of these one is old
  CHECK(is_settled(world.state()));
}

TEST_CASE(
    "without a restart policy, too, the end of one place leaves the others to be replaced and counted") {
  World world = running();
  Service& web = world.stack.services.at("web");
  web.restart.condition = RestartCondition::no;
  web.scale = 3;
  world.settle();
  SUBCASE("ratio") {
    web.update.failure_ratio_max = 0.5;
  }
  SUBCASE("continue") {
    web.update.failure_action = FailureAction::keep_going;
  }
  const bool goes_on = web.update.failure_action == FailureAction::keep_going;
  roll(world, "web");
  const auto fail_next = [&](std::int64_t number) {
    world.obey();
    world.obey();
    for (auto& [id, container] : world.observed.containers) {
      const bool next = must_be_replaced(world.state(), world.stack.services.at("web"), container).empty();
      if (container.service != "web" || !next || container.state != ContainerState::running) continue;
      CHECK(container.number == number);
      container.state = ContainerState::exited;
      container.exit_code = 9;
      container.finished_at = world.wall;
      world.memory.containers[id].death_announced = true;
    }
    CHECK_FALSE(World::says(world.learn_now(), FactKind::ended_for_good));
    CHECK(world.up("web").size() == 3);  // the old ones
  };
  fail_next(1);
  CHECK_FALSE(rollout_failure(world.state()).has_value());
  CHECK_FALSE(is_settled(world.state()));
  fail_next(2);
  if (!goes_on) {
    REQUIRE(rollout_failure(world.state()).has_value());
    CHECK(rollout_failure(world.state())->sentence == "web-1 ended with 9");
    return;
  }
  CHECK_FALSE(is_settled(world.state()));
  fail_next(3);
  CHECK_FALSE(rollout_failure(world.state()).has_value());
  CHECK(is_settled(world.state()));
  CHECK(world.plan().steps.empty());
  const std::size_t there = world.observed.containers.size();
  world.target.rollout = Settled{};
  for (int i = 0; i < 3; ++i) world.obey();
  CHECK(world.up("web").size() == 3);
  CHECK(world.observed.containers.size() == there);
  CHECK(is_settled(world.state()));
}

TEST_CASE("an engine that refuses a container fails the release that wants it, and no other") {
  World world = running();
  roll(world, "web");
  const auto refuse = [&](const std::string& resource) {
    world.memory.failed_steps[resource] = {refusals_max, world.now, "no space left on device"};
  };
  SUBCASE("what this release changes") {
    refuse(resource_of(world.plan().steps.front().action));
    REQUIRE(rollout_failure(world.state()).has_value());
    CHECK(rollout_failure(world.state())->service == "web");
    CHECK(rollout_failure(world.state())->sentence == "no space left on device");
    world.stack.services.at("web").update.failure_action = FailureAction::keep_going;
    CHECK_FALSE(rollout_failure(world.state()).has_value());
  }
  SUBCASE("what it leaves as it was") {
    refuse("container " + world.of("worker").id);
    CHECK_FALSE(rollout_failure(world.state()).has_value());
    CHECK(rollout_obstacle(world.state()) == "");
  }
  SUBCASE("a network of what it changes") {
    world.stack.services.at("web").networks["front"] = {};
    refuse("network front");
    CHECK(rollout_obstacle(world.state()) == "no space left on device");
  }
}

TEST_CASE("failure_action continue: what the engine refuses is broken, and that is told") {
  World world = running();
  world.stack.services.at("web").update.failure_action = FailureAction::keep_going;
  const auto refuse = [&](const std::string& resource) {
    world.memory.failed_steps[resource] = {refusals_max, world.now + 1h, "no such capability"};
  };
  SUBCASE("beside the one that serves on") {
    roll(world, "web");
    CHECK(tolerated_failures(world.state()).empty());
    refuse(resource_of(world.plan().steps.front().action));
    CHECK(is_settled(world.state()));
    CHECK(tolerated_failures(world.state()) ==
          std::vector<std::string>{"web is left broken, as its failure_action says: no such capability"});
    world.target.rollout = Settled{};
    CHECK(is_settled(world.state()));
  }
  SUBCASE("where nothing was, and another needs it") {
    world.observed.containers.clear();
    world.memory = {};
    world.learn_now();
    CHECK_FALSE(is_settled(world.state()));
    for (const Step& step : world.plan().steps) {
      const auto* create = std::get_if<CreateContainer>(&step.action);
      if (create != nullptr && create->service == "web") refuse(resource_of(step.action));
    }
    for (int i = 0; i < 3; ++i) world.obey();
    CHECK_FALSE(world.has("web"));
    CHECK(world.up("proxy").empty());
    CHECK(is_settled(world.state()));
  }
}

TEST_CASE("what stopped first and is never ready fails the rollout as well, when its time is over") {
  World world = running();
  world.stack.services.at("worker").health_check = HealthCheck{false, {"CMD", "check"}};
  world.settle();
  roll(world, "worker");
  for (int i = 0; i < 3; ++i) world.obey();
  CHECK(world.up("worker").size() == 1);
  world.pass(59s);
  CHECK_FALSE(rollout_failure(world.state()).has_value());
  world.pass(1s);
  REQUIRE(rollout_failure(world.state()).has_value());
  CHECK(rollout_failure(world.state())->sentence == "worker-1 did not become ready within 1m");
  CHECK(world.plan_text().find("stop worker") == std::string::npos);  // its release goes, not this run
}

TEST_CASE("what can't be replaced, as somebody stopped what its successor waits for, ends the rollout") {
  World world = running();
  world.wishes.stopped["web"] = ServiceStop::person;
  world.obey();
  world.obey();
  REQUIRE(world.up("web").empty());
  roll(world, "proxy");
  world.obey();
  const auto failure = rollout_failure(world.state());
  REQUIRE(failure);
  CHECK(failure->service == "proxy");
  CHECK(failure->sentence.find("its successor waits for web, which was stopped") != std::string::npos);
  world.wishes.stopped.clear();
  world.wishes.stopped["proxy"] = ServiceStop::person;
  CHECK(!rollout_failure(world.state()));
}

TEST_CASE("what ends with 0 is a one-shot beside others, and no live release where nothing else runs") {
  World world;
  world.service("setup").restart.condition = RestartCondition::no;
  world.service("web");
  SUBCASE("others run") {
    world.obey();
    world.obey();
    world.dies("setup", 0);
    CHECK_FALSE(rollout_failure(world.state()).has_value());
    CHECK(is_settled(world.state()));
  }
  SUBCASE("nothing else does") {
    world.stack.services.erase("web");
    world.obey();
    world.obey();
    CHECK_FALSE(rollout_failure(world.state()).has_value());
    world.dies("setup", 0);
    REQUIRE(rollout_failure(world.state()).has_value());
    CHECK(rollout_failure(world.state())->sentence.find("x-stackd: {job: true}") != std::string::npos);
  }
  SUBCASE("nothing else does, by on-failure, in every replica") {
    world.stack.services.erase("web");
    world.stack.services.at("setup").restart.condition = RestartCondition::on_failure;
    world.stack.services.at("setup").scale = 2;
    world.obey();
    world.obey();
    world.event("setup", EventKind::container_died, 0, "");
    CHECK_FALSE(rollout_failure(world.state()).has_value());  // the other one runs
    for (auto& [id, container] : world.observed.containers) {
      if (container.state != ContainerState::running) continue;
      container.state = ContainerState::exited;
      container.finished_at = world.wall;
      world.memory.containers[id].death_announced = true;
    }
    world.learn_now();
    CHECK(rollout_failure(world.state()).has_value());
  }
  SUBCASE("it publishes ports") {
    world.stack.services.at("setup").ports.push_back({});
    world.obey();
    world.obey();
    world.dies("setup", 0);
    REQUIRE(rollout_failure(world.state()).has_value());
    CHECK(rollout_failure(world.state())->sentence ==
          "setup-1 ended with 0, and its restart policy leaves it so, but it publishes ports");
  }
}
