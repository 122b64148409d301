#include <doctest/doctest.h>

#include "decide/keep/keep_service.h"
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
  std::vector<Cause> chain = causal_chain(world.state(), world.stack.services.at("web"));
  REQUIRE(chain.size() == 3);
  CHECK(chain[0].sentence == "web is waiting: waits: migrate failed.");
  CHECK(chain[1].sentence == "migrate has failed: it failed with exit code 1.");
  CHECK(chain[2].sentence == "The last lines of its log:\nrelation exists");
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

namespace {

/// looper crash-loops or waits for its next try; once waits for its start alone, and is never restarted.
World ended_beside_a_looper() {
  World world;
  world.service("looper");
  world.service("once").restart.condition = RestartCondition::no;
  world.needs("once", "looper", DependencyCondition::started);
  world.settle();
  world.pass(1s);
  world.dies("once", 4);
  world.dies("looper", 3);
  return world;
}

std::vector<std::string> sentences(const std::vector<Cause>& chain) {
  std::vector<std::string> all;
  for (const Cause& cause : chain) all.push_back(cause.sentence);
  return all;
}

}  // namespace

TEST_CASE("what ended for good is its own cause, and its log is its own") {
  World world = ended_beside_a_looper();
  std::vector<Cause> chain = causal_chain(world.state(), world.stack.services.at("once"));
  CHECK(sentences(chain) ==
        std::vector<std::string>{"once is ended: it ended with 4, and its restart policy leaves it so."});
  CHECK(chain.front().log_of == world.of("once").id);
  world.service("web");
  world.needs("web", "looper", DependencyCondition::started);
  chain = causal_chain(world.state(), world.stack.services.at("web"));
  CHECK(sentences(chain) == std::vector<std::string>{"web is not created: waits: looper is not running.",
                                                     "looper is waiting: it ended with 3."});
  CHECK(chain.front().log_of.empty());
  CHECK(chain.back().log_of == world.of("looper").id);
}

TEST_CASE("what was stopped by order is down for that, and for nothing that it waits for") {
  World world = ended_beside_a_looper();
  world.wishes.ended.clear();
  world.wishes.stopped["once"] = ServiceStop::person;
  const std::vector<Cause> chain = causal_chain(world.state(), world.stack.services.at("once"));
  CHECK(sentences(chain) == std::vector<std::string>{"once is stopped: by `stackctl stop`."});
  CHECK(chain.front().log_of.empty());
}

TEST_CASE("a restart is counted when it is made: an end that none follows counts nothing") {
  World world = ended_beside_a_looper();
  CHECK(restarts_of(world.state(), "once") == 0);
  CHECK(restarts_of(world.state(), "looper") == 0);
  world.pass(1s);
  world.obey();
  CHECK(restarts_of(world.state(), "once") == 0);
  CHECK(restarts_of(world.state(), "looper") == 1);
}

TEST_CASE("an order starts what had ended for good, however long it waits for others") {
  World world = ended_beside_a_looper();
  CHECK(to_text(Plan{dry_run(world.state()).steps, {}, {}}).find("start once") == std::string::npos);
  world.wishes.ended.clear();
  forget_failures(world.memory, {"once"});
  note_wanted(world.memory, {"once"}, world.now, world.wall);
  world.pass(10min);
  CHECK(to_text(Plan{dry_run(world.state()).steps, {}, {}}).find("start once") != std::string::npos);
}

TEST_CASE("what the engine refuses time after time is stuck, and so is who waits for it") {
  World world = shop();
  auto stuck = [&](const std::string& name) {
    return is_stuck(world.state(), world.stack.services.at(name));
  };
  const CreateContainer create = creation_of(world.state(), world.stack.services.at("postgres"), 1);
  for (std::int64_t i = 0; i < refusals_max; ++i) {
    CHECK_FALSE(stuck("postgres"));
    CHECK_FALSE(stuck("web"));
    note_outcome(world.memory, create, Error{ErrorKind::conflict, "the name is taken"}, world.now, 0);
  }
  CHECK(stuck("postgres"));
  CHECK(stuck("migrate"));
  CHECK(stuck("web"));
  world.memory.failed_steps.clear();
  CHECK_FALSE(stuck("web"));
}

TEST_CASE("who waits for what is stopped by order, has failed or has ended for good is stuck") {
  World world = ended_beside_a_looper();
  world.service("web");
  world.needs("web", "once", DependencyCondition::started);
  auto stuck = [&](const std::string& name) {
    return is_stuck(world.state(), world.stack.services.at(name));
  };
  CHECK(stuck("web"));
  CHECK_FALSE(stuck("once"));  // it is as its policy says
  CHECK_FALSE(stuck("looper"));
  world.wishes.ended.clear();
  world.wishes.stopped["once"] = ServiceStop::person;
  CHECK(stuck("web"));
  CHECK_FALSE(stuck("once"));
}

TEST_CASE("a stop that the engine refuses time after time is stuck, and so is what stops after it") {
  World world = shop();
  world.settle();
  world.wishes.stack = StackWish::stopped;
  auto stuck = [&](const std::string& name) {
    return is_stuck(world.state(), world.stack.services.at(name));
  };
  CHECK_FALSE(stuck("web"));
  const StopContainer stop{world.of("web").id, "web"};
  for (std::int64_t i = 0; i < refusals_max; ++i)
    note_outcome(world.memory, stop, Error{ErrorKind::internal, "no such shim"}, world.now, 0);
  CHECK(stuck("web"));
  CHECK(stuck("postgres"));
  CHECK(explain(world.state(), world.stack.services.at("web")).why == "by `stackctl stop`; no such shim");
}

TEST_CASE("a plan takes an order that is on its way for answered") {
  World world = ended_beside_a_looper();
  world.wishes.ended.clear();
  forget_failures(world.memory, {});
  note_wanted(world.memory, {"once"}, world.now, world.wall);
  ObservedContainer& looper = world.of("looper");
  note_order(world.memory, {StartContainer{looper.id, "looper", looper.started_at}, ""});
  looper.state = ContainerState::running;
  looper.started_at = world.wall;
  CHECK(to_text(Plan{dry_run(world.state()).steps, {}, {}}).find("start once") == 0);
}
