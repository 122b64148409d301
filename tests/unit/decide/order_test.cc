#include <doctest/doctest.h>

#include "decide/keep/restart.h"
#include "decide/replace/conditions.h"
#include "unit/decide/world.h"

using namespace stackd;
using namespace stackd::decide;
using namespace stackd::decide::testing;

namespace {

/// postgres ← migrate (a job) ← bot, and nothing else says that bot needs postgres.
World behind_a_job() {
  World world;
  world.service("postgres").health_check = HealthCheck{false, {"CMD", "pg_isready", "-h", "localhost"}};
  world.service("migrate").restart.condition = RestartCondition::no;
  world.service("seed").restart.condition = RestartCondition::no;
  world.service("bot");
  world.needs("migrate", "postgres", DependencyCondition::healthy);
  world.needs("seed", "migrate", DependencyCondition::completed);
  world.needs("bot", "seed", DependencyCondition::completed);
  return world;
}

void ends_with_the_engine(World& world) {
  for (auto& [id, container] : world.observed.containers) {
    if (container.state != ContainerState::running) continue;
    container.state = ContainerState::exited;
    container.health = HealthState::none;
    container.finished_at = world.wall;
  }
  world.pass(1s);
  world.learn_now(true);
}

void restart(World& world, const std::set<std::string>& services) {
  order_restart(world.wishes.restarts, world.state(), services, true);
}

void settle_orders(World& world) {
  settle_restarts(world.wishes.restarts, world.state());
}

/// What is stopped and started until nothing is left to do, one round a letter: "-web" stops, "+web" starts.
std::string story(World& world) {
  std::string told;
  for (int round = 0; round < 20; ++round) {
    const Plan plan = world.plan();
    std::string now;
    for (const Step& step : plan.steps) {
      if (const auto* stop = std::get_if<StopContainer>(&step.action)) now += " -" + stop->service;
      if (const auto* start = std::get_if<StartContainer>(&step.action)) now += " +" + start->service;
    }
    if (!now.empty()) told += (told.empty() ? "" : ",") + now;
    world.obey();
    for (auto& [id, container] : world.observed.containers) {
      if (container.state == ContainerState::running && has_health_check(container))
        container.health = HealthState::healthy;
    }
    world.learn_now();
    settle_orders(world);
  }
  return told;
}

}  // namespace

TEST_CASE("who waits for a job that is done waits for what the job waited for, at every start") {
  World world = behind_a_job();
  world.settle();
  REQUIRE(is_settled(world.state()));
  ends_with_the_engine(world);
  CHECK(world.plan_text().find("start bot") == std::string::npos);
  CHECK(causal_chain(world.state(), world.stack.services.at("bot")).front().sentence ==
        "bot is waiting: waits: postgres is not running.");
  CHECK(story(world) == " +postgres, +bot");
}

TEST_CASE("of two ways to one service the stricter condition counts, and is required if either is") {
  World world = behind_a_job();
  world.stack.services.at("bot").depends_on["postgres"] = {DependencyCondition::started, false, false};
  const Conditions found = conditions_of(world.stack, world.stack.services.at("bot"), {"migrate", "seed"});
  REQUIRE(found.size() == 1);
  CHECK(found.at("postgres").condition == DependencyCondition::healthy);
  CHECK(found.at("postgres").required);
  CHECK(conditions_of(world.stack, world.stack.services.at("bot"), {"migrate"}).count("seed") == 1);
}

TEST_CASE("a stop of everything ends who stands on others first, through jobs that are done too") {
  World world = behind_a_job();
  world.settle();
  world.wishes.stack = StackWish::stopped;
  CHECK(story(world) == " -bot, -postgres");
}

TEST_CASE("of services that are stopped by their names those that stand on others stop first") {
  World world = shop();
  world.settle();
  world.wishes.stopped = {{"postgres", ServiceStop::person}, {"web", ServiceStop::person}};
  CHECK(story(world) == " -web, -postgres");
}

TEST_CASE("what is just being started holds up the stop of what it stands on") {
  World world = shop();
  world.settle();
  ObservedContainer& web = world.of("web");
  web.state = ContainerState::exited;
  world.memory.containers[web.id].under_way = UnderWay::start;
  world.wishes.stack = StackWish::stopped;
  CHECK(world.plan().steps.empty());
  world.memory.containers[web.id].under_way = UnderWay::nothing;
  CHECK(world.plan_text().find("stop postgres") == 0);
}

TEST_CASE("a stop that the engine refuses time after time does not keep the rest up for ever") {
  World world = shop();
  world.settle();
  world.wishes.stack = StackWish::stopped;
  world.memory.failed_steps["container " + world.of("web").id] = {refusals_max, world.now + 1min,
                                                                  "no answer"};
  CHECK(world.plan_text().find("stop postgres") == 0);
}

TEST_CASE("a restart of everything stops and starts in order") {
  World world = shop();
  world.service("proxy");
  world.needs("proxy", "web", DependencyCondition::healthy);
  world.settle();
  world.pass(1min);
  SUBCASE("all of it") {
    restart(world, {"postgres", "web", "proxy"});
    CHECK(story(world) == " -proxy, -web, -postgres, +postgres, +web, +proxy");
  }
  SUBCASE("the two ends") {
    restart(world, {"postgres", "proxy"});
    CHECK(story(world) == " -proxy, -postgres +proxy, +postgres");
  }
  SUBCASE("twice at once") {
    restart(world, {"postgres", "web"});
    world.obey();
    restart(world, {"postgres", "web"});
    CHECK(story(world) == " -postgres, +postgres, +web");
  }
  CHECK(world.wishes.restarts.runs.empty());
}

TEST_CASE("what is restarted by us is not ready for those who wait for it, and none of them is restarted") {
  World world = shop();
  world.settle();
  world.pass(1min);
  world.of("web").health = HealthState::unhealthy;
  world.learn_now();
  CHECK(world.plan_text().find("stop web") == 0);
  restart(world, {"postgres"});
  CHECK(world.plan_text().find("stop web") == std::string::npos);
  CHECK(world.plan_text().find("stop postgres") == 0);
  CHECK(explain(world.state(), world.stack.services.at("web")).why.find("postgres is being stopped") !=
        std::string::npos);
  world.obey();
  settle_orders(world);
  world.obey();
  CHECK(world.of("postgres").state == ContainerState::running);
  CHECK(world.plan_text().find("stop web") == std::string::npos);
  CHECK(explain(world.state(), world.stack.services.at("web")).why.find("postgres") != std::string::npos);
}

TEST_CASE("a web that merely needs its database to run is not restarted while that comes up") {
  World world = shop();
  world.stack.services.at("web").depends_on["postgres"].condition = DependencyCondition::started;
  world.stack.services.at("web").depends_on.erase("migrate");
  world.settle();
  world.pass(1min);
  world.of("web").health = HealthState::unhealthy;
  world.of("postgres").health = HealthState::unhealthy;
  world.learn_now();
  CHECK(world.plan_text().find("stop web") == std::string::npos);
  CHECK(world.plan_text().find("stop postgres") == 0);
}

TEST_CASE("a restart does not take away what a job stands on while it runs") {
  World world = shop();
  world.settle();
  ObservedContainer& job = world.of("migrate");
  job.state = ContainerState::running;
  job.started_at = world.wall;
  world.learn_now();
  order_restart(world.wishes.restarts, world.state(), {"postgres"}, true);
  CHECK(world.plan_text().find("stop postgres") == std::string::npos);
  job.state = ContainerState::exited;
  job.finished_at = world.wall;
  world.learn_now();
  CHECK(world.plan_text().find("stop postgres") != std::string::npos);
}

TEST_CASE("a restart of what is busy is carried out when it is free") {
  World world = shop();
  world.settle();
  world.pass(1min);
  world.busy.insert("container " + world.of("web").id);
  restart(world, {"web"});
  CHECK(world.plan().steps.empty());
  world.busy.clear();
  CHECK(story(world) == " -web, +web");
}

TEST_CASE("a restart while a start is under way concerns the run that begins") {
  World world = shop();
  world.settle();
  world.pass(1min);
  ObservedContainer& web = world.of("web");
  world.dies("web", 1);
  world.memory.containers[web.id].under_way = UnderWay::start;
  restart(world, {"web"});
  settle_orders(world);
  web.state = ContainerState::running;
  web.started_at = world.wall;
  world.learn_now();
  settle_orders(world);
  CHECK(world.plan_text().find("stop web") == 0);
}

TEST_CASE("a restart that was ordered before anything was seen is carried out once it is") {
  World world = shop();
  world.settle();
  order_restart(world.wishes.restarts, world.state(), {"web"}, false);
  CHECK(world.plan().steps.empty());
  settle_orders(world);
  CHECK(story(world) == " -web, +web");
}

TEST_CASE("what ends by itself before a restart came to it is started again, whatever its policy") {
  World world = shop();
  world.stack.services.at("web").restart.condition = RestartCondition::no;
  world.settle();
  world.pass(1min);
  restart(world, {"web"});
  world.dies("web", 0);
  settle_orders(world);
  CHECK(world.wishes.ended.empty());
  CHECK(world.plan_text().find("start web") == 0);
}

TEST_CASE("what shares the namespace of a restarted service stops before it") {
  World world;
  world.service("vpn");
  world.service("client").network_mode = "service:vpn";
  world.settle();
  world.pass(1min);
  restart(world, {"vpn"});
  CHECK(story(world) == " -client, -vpn, +vpn, +client");
}

TEST_CASE("an optional dependency that is no good holds nobody up, and is named") {
  World world;
  world.service("cache").health_check = HealthCheck{false, {"CMD", "false"}};
  world.service("web");
  world.stack.services.at("web").depends_on["cache"] = {DependencyCondition::healthy, false, false};
  world.obey();
  world.obey();
  CHECK(world.plan_text().find("start web") == std::string::npos);
  SUBCASE("the engine calls it unhealthy") {
    world.of("cache").health = HealthState::unhealthy;
    world.learn_now();
  }
  SUBCASE("it never becomes ready") {
    world.pass(61s);
  }
  SUBCASE("it ends") {
    world.dies("cache", 1);
  }
  const Plan plan = world.plan();
  CHECK(to_text(plan).find("start web") != std::string::npos);
  REQUIRE(plan.warnings.size() == 1);
  CHECK(plan.warnings[0].find("web does not wait for cache, which it does not require: cache is not") == 0);
}
