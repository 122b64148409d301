// One release in the place of another: order, patience, failure, the gate, the way back.
#include <doctest/doctest.h>

#include "decide/deploy/prune.h"
#include "decide/keep/keep_service.h"
#include "decide/replace/conditions.h"
#include "decide/replace/gate.h"
#include "decide/replace/refused.h"
#include "decide/replace/rollout_failure.h"
#include "decide/replace/traffic.h"
#include "decide/replace/update_order.h"
#include "model/identity.h"
#include "unit/decide/world.h"

using namespace stackd;
using namespace stackd::decide;
using namespace stackd::decide::testing;

namespace {

/// web, waited for by proxy, may run twice; worker may not.
World running() {
  World world;
  world.service("web").health_check = HealthCheck{false, {"CMD", "check"}};
  world.service("proxy");
  world.service("worker");
  world.needs("proxy", "web", DependencyCondition::healthy);
  world.settle();
  return world;
}

void roll(World& world, const std::string& service) {
  world.state();
  world.replace_release();
  ++world.target.desired.release;
  world.stack.services.at(service).hash_text = "{\"image\":\"" + service + ":2\"}";
}

void heal(World& world) {
  for (auto& [id, container] : world.observed.containers) {
    if (has_health_check(container)) container.health = HealthState::healthy;
  }
  world.learn_now();
}

// What rolls becomes healthy and stays so.
void renew(World& world) {
  for (int round = 0; round < 20; ++round) {
    world.obey();
    heal(world);
    world.pass(6s);
  }
}

ObservedContainer& successor(World& world, const std::string& service) {
  for (auto& [id, container] : world.observed.containers) {
    const Service& wanted = world.stack.services.at(service);
    if (container.service == service && must_be_replaced(world.state(), wanted, container).empty())
      return container;
  }
  throw std::runtime_error("no successor of " + service);
}

/// What the world desires, as another release that has run no job.
Target next_release(const World& world) {
  Target next = world.target;
  ++next.desired.release;
  next.learnt.jobs.clear();
  return next;
}

}  // namespace

TEST_CASE("start-first: the old one is asked to stop when the new one was good for as long as it must") {
  World world = running();
  roll(world, "web");
  world.obey();
  CHECK(world.plan_text().find("start web") == 0);
  world.obey();
  CHECK(world.up("web").size() == 2);
  CHECK(world.plan_text().find("stop web") == std::string::npos);
  heal(world);
  CHECK(world.plan_text().find("stop web") == std::string::npos);
  world.pass(5s);
  CHECK(world.plan_text().find("its successor is ready") != std::string::npos);
  world.obey();
  CHECK(world.up("web").size() == 1);
  CHECK(is_settled(world.state()));
  CHECK(world.plan().steps.empty());  // the old one is kept to be gone back to
  CHECK(world.observed.containers.size() == 4);
  world.target.rollout = Settled{};
  world.settle();
  CHECK(world.observed.containers.size() == 3);
  CHECK(world.of("web").name == "shop-web-1");
}

TEST_CASE("stop-first: never both at once, and never neither for longer than a stop and a start") {
  World world = running();
  roll(world, "worker");
  world.obey();
  CHECK(world.plan_text().find("stop worker") == 0);
  CHECK(world.plan_text().find("no other service waits for it") != std::string::npos);
  CHECK(world.plan_text().find("start worker") == std::string::npos);
  world.obey();
  CHECK(world.up("worker").empty());
  CHECK(world.plan_text().find("start worker") == 0);
  world.obey();
  CHECK(world.up("worker").size() == 1);
}

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

TEST_CASE("as many places at once as parallelism says, with its delay between them") {
  World world = running();
  world.stack.services.at("web").scale = 3;
  world.settle();
  world.stack.services.at("web").update.parallelism = 2;
  world.stack.services.at("web").update.delay = 10s;
  roll(world, "web");
  world.obey();
  world.obey();
  CHECK(world.up("web").size() == 5);
  heal(world);
  world.pass(5s);
  world.obey();
  CHECK(world.up("web").size() == 3);
  CHECK(world.plan().steps.empty());
  CHECK(world.plan().next_look.has_value());
  world.pass(10s);
  world.obey();
  CHECK(world.plan_text().find("start web") == 0);
}

TEST_CASE("the order that nobody wrote") {
  World world = running();
  Service& web = world.stack.services.at("web");
  CHECK(update_order(world.state(), web, nullptr).start_first);
  SUBCASE("ports") {
    web.ports.push_back({"", 80, "8080", "tcp"});
    CHECK(update_order(world.state(), web, nullptr).because == "it publishes host ports");
  }
  SUBCASE("a volume") {
    Mount mount;
    mount.target = "/data";
    web.mounts.push_back(mount);
    CHECK(update_order(world.state(), web, nullptr).because == "it mounts something for writing");
  }
  SUBCASE("a volume of its image") {
    ObservedContainer made;
    made.mounts.push_back({"volume", "abc", "", "/data", true});
    CHECK(update_order(world.state(), web, &made).because == "it mounts something for writing");
  }
  SUBCASE("no health check") {
    web.health_check.reset();
    CHECK(update_order(world.state(), web, nullptr).because == "it has no health check");
  }
  SUBCASE("a singleton, whatever is written") {
    web.update.order = UpdateOrder::start_first;
    web.extension.singleton = true;
    CHECK(update_order(world.state(), web, nullptr).because == "it is a singleton");
  }
  SUBCASE("others share its namespace, whatever is written") {
    web.update.order = UpdateOrder::start_first;
    world.stack.services.at("worker").network_mode = "service:web";
    CHECK(update_order(world.state(), web, nullptr).because == "others share its namespace");
  }
  SUBCASE("written") {
    web.update.order = UpdateOrder::stop_first;
    CHECK_FALSE(update_order(world.state(), web, nullptr).start_first);
  }
}

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

TEST_CASE("depends_on restart: once, when the new one is good and nothing of the old one runs any more") {
  World world = running();
  world.needs("proxy", "web", DependencyCondition::healthy, true);
  world.stack.services.at("web").scale = 2;
  world.settle();
  const auto restarts = [&] { return world.plan_text().find("web was renewed") != std::string::npos; };
  CHECK_FALSE(restarts());  // a place that is new takes nothing away
  const WallTime before = world.of("proxy").started_at;
  roll(world, "web");
  SUBCASE("the release fails before that") {
    world.obey();
    world.obey();
    heal(world);
    CHECK_FALSE(restarts());
    successor(world, "web").state = ContainerState::exited;
    world.learn_now();
    world.go_back();
    renew(world);
    CHECK(world.of("proxy").started_at == before);
  }
  SUBCASE("it is put in its place, and back") {
    std::size_t ordered = 0;
    for (int round = 0; round < 20; ++round) {
      if (restarts()) {
        ++ordered;
        CHECK(world.up("web").size() == 2);
        CHECK(is_settled(world.state()));
      }
      world.obey();
      heal(world);
      world.pass(6s);
    }
    CHECK(ordered == 1);
    const WallTime after = world.of("proxy").started_at;
    CHECK(after != before);
    world.go_back();
    renew(world);
    CHECK(world.of("proxy").started_at != after);
  }
  SUBCASE("by a stackd that was started meanwhile") {
    world.obey();
    world.obey();
    world.memory = {};
    world.learn_now();
    CHECK_FALSE(restarts());
    renew(world);
    CHECK(world.of("proxy").started_at != before);
  }
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

TEST_CASE("a traffic network is left before a start and joined when ready") {
  World world = running();
  NetworkDefinition traffic;
  traffic.key = "traffic";
  traffic.name = "shop_traffic";
  traffic.join_when_ready = true;
  world.stack.networks["traffic"] = traffic;
  world.stack.services.at("web").networks["traffic"] = NetworkAttachment{};
  world.obey();
  CHECK(world.plan_text().find("connect web") == 0);
  CHECK(blockers(world.state(), world.stack.services.at("proxy")).front().sentence ==
        "web is ready and joins its networks");
  world.obey();
  CHECK(blockers(world.state(), world.stack.services.at("proxy")).empty());
  CHECK(is_joined(world.state(), world.stack.services.at("web"), world.of("web")));
  world.pass(1min);
  world.dies("web", 1);
  CHECK(world.plan_text().find("disconnect web") == 0);
  world.obey();
  CHECK(world.plan_text().find("start web") == 0);
}

TEST_CASE("a release whose files changed replaces, and one that is put back does not start on other files") {
  World world = running();
  const std::string id = world.of("worker").id;
  world.target.desired.files["worker"] = "one";
  world.memory.made_with[id] = {"one", false};
  CHECK(world.plan().steps.empty());
  SUBCASE("changed") {
    world.target.desired.files["worker"] = "two";
    CHECK(world.plan_text().find("files that it mounts changed") != std::string::npos);
  }
  SUBCASE("changed on the host while it runs: it runs on") {
    world.target.learnt.host_files["worker"] = "two";
    CHECK(world.plan().steps.empty());
    SUBCASE("until it ends: then it is made anew, with the copies") {
      world.pass(1min);
      world.dies("worker", 1);
      CHECK(world.plan_text().find("remove worker") == 0);
    }
  }
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

TEST_CASE("the newest releases that were live are kept, with what came between them") {
  std::vector<Release> releases;
  for (std::int64_t number = 8; number >= 1; --number) {
    Release release;
    release.number = number;
    if (number != 6 && number != 3) release.live_at = WallTime(std::chrono::hours(number));
    releases.push_back(release);
  }
  CHECK(releases_to_delete(releases, 8, 3, {}) == std::vector<std::int64_t>{4, 3, 2, 1});
  CHECK(releases_to_delete(releases, 8, 3, {2}) == std::vector<std::int64_t>{4, 3, 1});
  CHECK(releases_to_delete(releases, 2, 3, {}) == std::vector<std::int64_t>{1});  // the current one is older
  CHECK(releases_to_delete(releases, 8, 10, {}).empty());
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

TEST_CASE("a name for a successor is found although two ids begin alike") {
  World world = running();
  world.state();
  ObservedContainer& web = world.of("web");
  ObservedContainer twin = web;
  twin.id = web.id.substr(0, 12) + "of-another";
  twin.name = replacement_name(web.id, web.name);
  world.observed.containers[twin.id] = twin;
  const CreateContainer create = creation_of(world.state(), world.stack.services.at("web"), 1);
  CHECK(create.name == twin.name + "_");
}
