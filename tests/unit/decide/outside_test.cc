#include "decide/learn/outside.h"

#include <doctest/doctest.h>

#include "decide/picture/hands.h"
#include "unit/decide/world.h"

using namespace stackd;
using namespace stackd::decide;
using stackd::decide::testing::World;
using namespace std::chrono_literals;

namespace {

World two() {
  World world;
  world.service("db");
  world.service("web");
  world.settle();
  world.pass(1min);
  return world;
}

// As `docker compose up -d` with other files leaves it: another container in the place, with its policy.
ObservedContainer& remake(World& world, const std::string& service, const std::string& hash) {
  ObservedContainer made = world.of(service);
  world.memory.containers[made.id].removal_is_ours = true;  // its going is another matter
  world.observed.containers.erase(made.id);
  made.id = "zz-" + service;
  made.config_hash = hash;
  made.restart_policy = "always";
  made.created_at = made.started_at = world.wall;
  return world.observed.containers[made.id] = made;
}

std::size_t count(const std::vector<Fact>& facts, FactKind kind) {
  return static_cast<std::size_t>(
      std::count_if(facts.begin(), facts.end(), [&](const Fact& fact) { return fact.kind == kind; }));
}

bool touches(const Plan& plan, const std::string& service) {
  return std::any_of(plan.steps.begin(), plan.steps.end(), [&](const Step& step) {
    const auto* stop = std::get_if<StopContainer>(&step.action);
    const auto* remove = std::get_if<RemoveContainer>(&step.action);
    const auto* create = std::get_if<CreateContainer>(&step.action);
    return (stop != nullptr && stop->service == service) ||
           (remove != nullptr && remove->service == service) ||
           (create != nullptr && create->service == service);
  });
}

}  // namespace

TEST_CASE("what stackd makes itself is no change by others, nor what was there before it looked") {
  World world = two();
  CHECK(count(world.learn_now(), FactKind::changed_outside) == 0);
  world.memory = Memory{};
  world.of("web").config_hash = "other";
  CHECK(count(world.learn_now(), FactKind::changed_outside) == 0);
  CHECK(touches(world.plan(), "web"));
}

TEST_CASE("containers that others made anew are reported once, and restored when those hands rest") {
  World world = two();
  remake(world, "web", "other");
  const std::vector<Fact> facts = world.learn_now();
  REQUIRE(count(facts, FactKind::changed_outside) == 1);
  CHECK(facts.front().sentence.find("web-1 was changed outside stackd: ") == 0);
  CHECK(count(world.learn_now(), FactKind::changed_outside) == 0);
  const Plan early = world.plan();
  CHECK_FALSE(touches(early, "web"));
  CHECK(early.next_look.has_value());
  CHECK(world.plan_text().find("set restart policy") != std::string::npos);
  world.pass(hands_rest);
  CHECK(touches(world.plan(), "web"));
}

TEST_CASE("a container that others have made and not started yet is left to them for longer") {
  World world = two();
  ObservedContainer beside = world.of("web");
  beside.id = "zz-beside";
  beside.name = "0123456789ab_shop-web-1";
  beside.state = ContainerState::created;
  beside.started_at = WallTime{};
  beside.config_hash = "other";
  world.observed.containers["zz-beside"] = beside;
  CHECK(count(world.learn_now(), FactKind::changed_outside) == 1);
  world.learn_now();
  CHECK(world.memory.restoring.count("web") == 1);
  world.pass(hands_rest);
  CHECK_FALSE(touches(world.plan(), "web"));
  world.pass(hands_rest_before_start);
  CHECK(touches(world.plan(), "web"));
}

TEST_CASE("one service is restored at a time, in the order in which they start") {
  World world = two();
  world.needs("db", "web", DependencyCondition::started);  // the order is not that of the names
  remake(world, "db", "other");
  remake(world, "web", "other");
  world.learn_now();
  world.pass(hands_rest);
  CHECK(touches(world.plan(), "web"));
  CHECK_FALSE(touches(world.plan(), "db"));
  for (int round = 0; round < 6 && world.memory.restoring.count("web") > 0; ++round) world.obey();
  CHECK(world.memory.restoring.count("web") == 0);
  CHECK(touches(world.plan(), "db"));
}

TEST_CASE("one that does not become ready again keeps the others waiting for a minute only") {
  World world = two();
  world.stack.services.at("db").health_check = HealthCheck{false, {"CMD", "true"}};
  remake(world, "db", "other");
  remake(world, "web", "other");
  world.learn_now();
  world.pass(hands_rest);
  for (int round = 0; round < 6; ++round) world.obey();  // the new db never becomes healthy
  CHECK_FALSE(touches(world.plan(), "web"));
  REQUIRE(next_learning(world.memory, world.stack).has_value());
  world.pass(restoration_patience);
  world.learn_now();
  CHECK(touches(world.plan(), "web"));
}

TEST_CASE("a network or a policy that others took away or set is reported") {
  World world = two();
  world.of("web").restart_policy = "always";
  std::vector<Fact> facts = world.learn_now();
  REQUIRE(count(facts, FactKind::changed_outside) == 1);
  CHECK(facts.front().sentence == "web-1 was changed outside stackd: its restart policy was set to always");
  CHECK(count(world.learn_now(), FactKind::changed_outside) == 0);
  world.of("web").restart_policy = "no";
  world.learn_now();
  world.of("web").restart_policy = "always";
  CHECK(count(world.learn_now(), FactKind::changed_outside) == 1);
}

TEST_CASE("a new release is no change by others") {
  World world = two();
  world.stack.services.at("web").hash_text = "{\"image\":\"web:2\"}";
  world.target.desired.release = 2;
  CHECK(count(world.learn_now(), FactKind::changed_outside) == 0);
  CHECK(touches(world.plan(), "web"));
}

TEST_CASE("docker compose up over a running stack is no stop by a person") {
  World world = two();
  const std::string old = world.of("web").id;
  ObservedContainer beside = world.of("web");
  beside.id = "zz-beside";
  beside.config_hash = "other";
  beside.state = ContainerState::created;
  beside.started_at = WallTime{};
  world.observed.containers["zz-beside"] = beside;
  world.learn_now();
  world.stopped_by_hand("web", "15");
  world.observed.containers.erase(old);
  const std::vector<Fact> facts = world.learn_now();
  CHECK(count(facts, FactKind::stopped_outside) == 0);
  CHECK(world.wishes.stopped.empty());
}

TEST_CASE("a stack that others took down is kept again from what they start") {
  World world = two();
  world.wishes.stack = StackWish::stopped_outside;
  remake(world, "web", "other");
  CHECK(count(world.learn_now(), FactKind::started_outside) == 1);
}
