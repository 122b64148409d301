// The gate: the jobs of a release before anything of it serves, and how a plan tells them.
#include "decide/replace/gate.h"

#include <doctest/doctest.h>

#include "decide/replace/refused.h"
#include "decide/replace/rollout_failure.h"
#include "model/identity.h"
#include "unit/decide/rolling.h"

using namespace stackd;
using namespace stackd::decide;
using namespace stackd::decide::testing;

TEST_CASE("the gate runs the next release's jobs beside what runs") {
  World world = shop();
  world.settle();
  const Target current = world.target;
  world.stack.services.at("web").hash_text = "{\"image\":\"web:2\"}";
  world.state();
  const Target next = next_release(world);
  const Target view = gate_view(current, next, {});
  CHECK(gate_jobs(*next.desired.stack) == std::vector<std::string>{"migrate"});
  CHECK(view.desired.release == 2);
  CHECK(view.desired.stack->services.at("web").hash_text ==
        current.desired.stack->services.at("web").hash_text);
  CHECK(view.desired.stack->services.at("web").depends_on.count("migrate") == 0);
  CHECK(is_job(*view.desired.stack, view.desired.stack->services.at("migrate")));
  CHECK_FALSE(is_gate_passed(view.desired, view.learnt));
  world.stack = *view.desired.stack;
  world.target = view;
  const std::string web = world.of("web").id;
  world.settle();
  CHECK(is_gate_passed(world.target.desired, world.target.learnt));
  CHECK(world.of("web").id == web);
}

TEST_CASE("what the engine refuses ends a gate only where the gate needs it") {
  World world = shop();
  world.service("worker");
  world.settle();
  const Target current = world.target;
  const Target next = next_release(world);
  world.target = gate_view(current, next, {});
  world.stack = *world.target.desired.stack;
  const auto refuse = [&](const std::string& id) {
    world.memory.failed_steps["container " + id] = {refusals_max, world.now, "port is already allocated"};
  };
  refuse(world.of("worker").id);
  CHECK(gate_obstacle(world.state()) == "");
  refuse(world.of("postgres").id);
  CHECK(gate_obstacle(world.state()) == "port is already allocated");
}

TEST_CASE("where a job of the gate failed, those that run go on, and no other begins") {
  World world = shop();
  world.settle();
  const Target current = world.target;
  world.service("import").restart.condition = RestartCondition::no;
  world.service("reindex").restart.condition = RestartCondition::no;
  world.needs("web", "import", DependencyCondition::completed);
  world.needs("web", "reindex", DependencyCondition::completed);
  world.needs("reindex", "import", DependencyCondition::completed);
  world.state();
  const Target next = next_release(world);
  world.target = gate_view(current, next, {});
  world.stack = *world.target.desired.stack;
  world.memory.containers.erase(world.of("migrate").id);
  for (int i = 0; i < 3; ++i) world.obey();
  CHECK(running_jobs(world.state()) == std::vector<std::string>{"import", "migrate"});
  CHECK_FALSE(is_gate_shut(world.state()));
  SUBCASE("failed") {
    world.dies("migrate", 1);
  }
  SUBCASE("given up") {
    world.dies("migrate", 0);
    std::get<Gating>(world.target.rollout).is_shut = true;
  }
  CHECK(is_gate_shut(world.state()));
  CHECK(running_jobs(world.state()) == std::vector<std::string>{"import"});
  world.dies("import", 0);
  CHECK(running_jobs(world.state()).empty());
  CHECK(world.plan().steps.empty());
}

TEST_CASE("a job of another release is left to its end, which only its timeout hastens") {
  World world = running();
  world.runs_already("reindex");
  world.target.learnt.former_services.insert("reindex");
  SUBCASE("without a timeout") {
    world.target.learnt.former_jobs["reindex"] = {1, std::nullopt};
    world.learn_now();
    world.pass(24h);
    CHECK(world.plan().steps.empty());
    CHECK(world.plan().warnings.front() ==
          "shop-reindex-1 still runs for another release and is left to its end");
  }
  SUBCASE("with one") {
    world.target.learnt.former_jobs["reindex"] = {1, 5min};
    world.learn_now();
    world.pass(4min);
    CHECK(world.plan().steps.empty());
    REQUIRE(world.plan().next_look.has_value());
    CHECK(*world.plan().next_look == world.now + 1min);
    world.pass(1min);
    CHECK(world.plan_text().find("stop reindex") == 0);
  }
  world.observed.containers.at("reindex").state = ContainerState::exited;
  world.observed.containers.at("reindex").exit_code = 3;
  const std::vector<Fact> facts = world.learn_now();
  REQUIRE(World::says(facts, FactKind::former_job_ended));
  CHECK(facts.front().sentence == "reindex of release 1 ended with 3");
  CHECK(facts.front().exit_code == 3);
  CHECK(world.plan_text().find("remove reindex") == 0);
}

TEST_CASE("a gate job that needs what a person stopped can't begin, and says so") {
  World world = shop();
  world.settle();
  const Target current = world.target;
  const Target next = next_release(world);
  world.target = gate_view(current, next, {});
  world.stack = *world.target.desired.stack;
  world.wishes.stopped["postgres"] = ServiceStop::person;
  CHECK(gate_obstacle(world.state()) ==
        "migrate needs postgres, which is stopped by `stackctl stop`; start it first");
}

TEST_CASE("a plan tells the gate, the replacement, and who is away") {
  World world = shop();
  world.service("worker");
  world.settle();
  const Replaced replaced{world.target, world.wishes};
  for (const char* name : {"web", "worker"})
    world.stack.services.at(name).hash_text = std::string("{\"image\":\"") + name + ":2\"}";
  world.target.desired.release = 2;
  world.target.learnt.jobs.clear();
  const DryRun seen = dry_run_of_deploy(&replaced, world.state());
  CHECK(seen.ends);
  std::string text;
  for (const Step& step : seen.steps) text += to_text(step.action) + "\n";
  CHECK(text.find("start migrate") < text.find("stop worker"));
  CHECK(text.find("rename") != std::string::npos);
  REQUIRE(seen.warnings.size() == 2);
  CHECK(seen.warnings.back().find("worker is away while it is replaced") == 0);
}

TEST_CASE(
    "what a job of the gate needs comes before it where it gets another volume, or is otherwise and no "
    "good") {
  World world = shop();
  world.stack.volumes["old"] = VolumeDefinition{"old", "shop_old"};
  world.stack.volumes["new"] = VolumeDefinition{"new", "shop_new"};
  Mount data;
  data.source = "old";
  data.target = "/data";
  world.stack.services.at("postgres").mounts = {data};
  world.settle();
  const Target current = world.target;
  const Stack before = world.stack;
  Service& postgres = world.stack.services.at("postgres");
  postgres.hash_text = "{\"image\":\"postgres:2\"}";
  SUBCASE("it gets another volume") {
    postgres.mounts.front().source = "new";
  }
  SUBCASE("it runs on and on without being ready") {
    world.of("postgres").health = HealthState::unhealthy;
    world.memory.containers.at(world.of("postgres").id).readiness = {};
    world.memory.containers.at(world.of("postgres").id).run_seen_at = world.now - 2min;
  }
  world.state();
  const Target next = next_release(world);
  world.target = gate_view(current, next, {});
  world.stack = *world.target.desired.stack;
  const std::set<std::string> more = to_bring_forward(world.state(), next);
  GateScope scope;
  scope.brought_forward = more;
  world.target = gate_view(current, next, scope);
  world.stack = *world.target.desired.stack;
  CHECK(is_brought_forward(world.target.rollout, "postgres"));
  CHECK_FALSE(is_brought_forward(world.target.rollout, "web"));
  const std::string web = world.of("web").id;
  const std::string old = world.of("postgres").id;
  world.settle();
  CHECK(is_gate_passed(world.target.desired, world.target.learnt));
  const std::vector<const ObservedContainer*> there = containers_of(world.observed, "postgres");
  const auto up = std::find_if(there.begin(), there.end(), [](const auto* one) { return runs(*one); });
  REQUIRE(up != there.end());
  CHECK((*up)->id != old);
  CHECK((*up)->started_at < world.of("migrate").started_at);
  CHECK(world.of("web").id == web);
}

TEST_CASE("a plan does not stop at a job that runs for the release before") {
  World world = shop();
  world.settle();
  const Replaced replaced{world.target, world.wishes};
  ObservedContainer& job = world.of("migrate");
  job.state = ContainerState::running;
  job.started_at = world.wall;
  world.target.learnt.former_jobs[job.id] = {2, std::nullopt};
  world.stack.services.at("web").hash_text = "{\"image\":\"web:2\"}";
  world.target.desired.release = 3;
  world.target.learnt.jobs.clear();
  std::string text;
  for (const Step& step : dry_run_of_deploy(&replaced, world.state()).steps)
    text += to_text(step.action) + "\n";
  CHECK(text.find("start migrate") < text.find("stop web"));
  CHECK(text.find("stop web") != std::string::npos);
}

TEST_CASE("a pre_deploy command is a job of the gate, in the new image of its service") {
  World world = running();
  const Target current = world.target;
  world.stack.services.at("web").extension.pre_deploy = PreDeploy{{"bin/check"}, 1min};
  world.state();
  Target next = world.target;
  next.desired.release = 2;
  next.desired.images["web"] = {"web:2", "sha256:2", {}};
  const Target view = gate_view(current, next, {});
  const Service& job = view.desired.stack->services.at("web-pre_deploy");
  CHECK(is_job(*view.desired.stack, job));
  CHECK(job.command == std::vector<std::string>{"bin/check"});
  CHECK(job.extension.timeout == 1min);
  CHECK(view.desired.images.at("web-pre_deploy").id == "sha256:2");
  CHECK_FALSE(is_gate_passed(view.desired, view.learnt));
  CHECK(pre_deploy_jobs(*next.desired.stack) == std::set<std::string>{"web-pre_deploy"});
  CHECK(pre_deploy_jobs(*current.desired.stack).empty());
}
