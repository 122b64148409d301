#include <doctest/doctest.h>

#include "unit/decide/world.h"

using namespace stackd;
using namespace stackd::decide;
using namespace stackd::decide::testing;

TEST_CASE("everything is created at once and started in the order that health allows") {
  World world = shop();
  CHECK(world.plan().steps.size() == 3);
  world.obey();
  CHECK(world.plan_text().find("start postgres") == 0);
  CHECK(world.plan_text().find("start migrate") == std::string::npos);
  world.obey();
  CHECK(world.plan().steps.empty());
  world.of("postgres").health = HealthState::healthy;
  world.learn_now();
  CHECK(world.plan_text().find("start migrate") == 0);
  CHECK(world.plan_text().find("start web") == std::string::npos);
  world.obey();
  CHECK(world.plan().steps.empty());
  CHECK(World::says(world.dies("migrate", 0), FactKind::job_succeeded));
  CHECK(world.plan_text() == "start web (planned-shop): migrate succeeded, postgres is ready\n");
}

TEST_CASE(
    "a pg_isready that names no host is believed when our own probe has passed, not when the engine says "
    "so") {
  World world = shop();
  world.obey();
  world.obey();
  ObservedContainer& postgres = world.of("postgres");
  postgres.health_check.test = {"CMD-SHELL", "pg_isready -U shop"};
  postgres.health = HealthState::healthy;
  world.learn_now();
  CHECK(world.plan_text().find("start migrate") == std::string::npos);
  note_probe(world.memory.containers.at(postgres.id), postgres, {ProbeEnd::passed, 1ms, ""}, world.now);
  world.learn_now();
  CHECK(world.plan_text().find("start migrate") == 0);
}

TEST_CASE("a settled stack gives an empty plan, again and again") {
  World world = shop();
  world.settle();
  CHECK(is_settled(world.state()));
  CHECK(world.plan().steps.empty());
  world.pass(1h);
  world.learn_now();
  CHECK(world.plan().steps.empty());
  CHECK_FALSE(world.plan().next_look.has_value());
}

TEST_CASE("a failed job leaves what waits for it unstarted, and why says so") {
  World world = shop();
  world.obey();
  world.obey();
  world.of("postgres").health = HealthState::healthy;
  world.learn_now();
  world.obey();
  CHECK(World::says(world.dies("migrate", 1), FactKind::job_failed));
  world.target.learnt.jobs["migrate"].last_words = "relation exists";
  CHECK(world.plan().steps.empty());
  std::vector<std::string> chain = causal_chain(world.state(), world.stack.services.at("web"));
  REQUIRE(chain.size() == 3);
  CHECK(chain[0] == "web is waiting: waits: migrate failed.");
  CHECK(chain[1] == "migrate has failed: it failed with exit code 1.");
  CHECK(chain[2] == "The last lines of its log:\nrelation exists");
}

TEST_CASE("a job with on-failure is tried again before it counts as failed") {
  World world = shop();
  world.service("migrate").restart = {RestartCondition::on_failure, 2, std::nullopt, std::nullopt};
  world.obey();
  world.obey();
  world.of("postgres").health = HealthState::healthy;
  world.learn_now();
  world.obey();
  CHECK_FALSE(World::says(world.dies("migrate", 1), FactKind::job_failed));
  world.pass(200ms);
  CHECK(world.plan_text().find("start migrate") == 0);
  world.obey();
  CHECK_FALSE(World::says(world.dies("migrate", 1), FactKind::job_failed));
  world.pass(1s);
  world.obey();
  CHECK(World::says(world.dies("migrate", 1), FactKind::job_failed));
}

TEST_CASE("a succeeded job is not run again although its container was pruned") {
  World world = shop();
  world.settle();
  world.observed.containers.erase(world.of("migrate").id);
  world.learn_now();
  CHECK(world.plan().steps.empty());
  CHECK(is_settled(world.state()));
}

TEST_CASE("a job of a new release waits for the run of the release before it") {
  World world = shop();
  world.settle();
  ObservedContainer& old = world.of("migrate");
  old.state = ContainerState::running;
  old.started_at = world.wall;
  world.target.desired.release = 2;
  world.target.learnt.jobs.clear();
  world.learn_now();
  Plan plan = world.plan();
  CHECK(plan.steps.empty());
  REQUIRE(plan.warnings.size() == 1);
  CHECK(plan.warnings[0].find("its successor waits for its end") != std::string::npos);
}

TEST_CASE("a missing external network blocks only those who use it") {
  World world = shop();
  world.stack.networks["edge"] = NetworkDefinition{"edge", "edge"};
  world.stack.networks["edge"].external = true;
  world.stack.services.at("web").networks["edge"] = {};
  Plan plan = world.plan();
  CHECK(plan.steps.size() == 2);
  CHECK(explain(world.state(), world.stack.services.at("web")).why == "external network edge does not exist");
}

TEST_CASE("a look ahead ends where nothing is left to do") {
  World world = shop();
  world.stack.networks["default"] = NetworkDefinition{"default", "shop_default"};
  for (auto& [name, service] : world.stack.services) service.networks["default"] = {};
  DryRun found = dry_run(world.state());
  CHECK(found.ends);
  std::string text;
  for (const Step& step : found.steps) text += to_text(step.action) + "\n";
  CHECK(text.find("create network default") == 0);
  CHECK(text.find("start postgres") < text.find("start migrate"));
  CHECK(text.find("start migrate") < text.find("start web"));
}
