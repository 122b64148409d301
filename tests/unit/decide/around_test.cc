// What goes wrong around a container: checks that can't be run, standstills, want of memory or of processes,
// networks that others took away, what somebody else has.
#include <doctest/doctest.h>

#include "decide/learn/end_words.h"
#include "decide/replace/rollout.h"
#include "decide/replace/rollout_failure.h"
#include "decide/tell/collision.h"
#include "unit/decide/world.h"

using namespace stackd;
using namespace stackd::decide;
using namespace stackd::decide::testing;

namespace {

const std::string no_curl =
    "OCI runtime exec failed: exec failed: unable to start container process: exec: \"curl\": executable "
    "file "
    "not found in $PATH: unknown\r\n";

ProbeAnswer answered(std::int64_t exit_code, std::string output) {
  ProbeAnswer answer;
  answer.in_time = true;
  answer.exit_code = exit_code;
  answer.output = std::move(output);
  return answer;
}

/// A web with a check, that runs and has not been ready yet.
World starting() {
  World world;
  world.service("web").health_check = HealthCheck{false, {"CMD", "curl", "localhost"}};
  for (int round = 0; round < 3; ++round) world.obey();
  REQUIRE(world.up("web").size() == 1);
  return world;
}

void probe(World& world, ProbeEnd end, const std::string& output = {}) {
  const ObservedContainer& web = world.of("web");
  note_probe(world.memory.containers.at(web.id), web, {end, 10ms, output}, world.now);
}

World ready() {
  World world = starting();
  world.of("web").health = HealthState::healthy;
  world.learn_now();
  return world;
}

bool stops(World& world) {
  return world.plan_text().find("stop web") != std::string::npos;
}

void pause(World& world, Duration span) {
  world.of("web").state = ContainerState::paused;
  world.learn_now();
  world.pass(span);
  world.of("web").health = HealthState::unhealthy;
  world.learn_now();
}

void unpause(World& world) {
  world.of("web").state = ContainerState::running;
  world.learn_now();
}

}  // namespace

TEST_CASE("what a probe's answer says about the container") {
  CHECK(probe_end(answered(0, "")) == ProbeEnd::passed);
  CHECK(probe_end(answered(1, "refused")) == ProbeEnd::failed);
  CHECK(probe_end(answered(126, no_curl)) == ProbeEnd::missing);
  CHECK(probe_end(answered(127, "/bin/sh: curl: not found\n")) == ProbeEnd::missing);
  CHECK(probe_end(answered(2, "sh: can't fork: Resource temporarily unavailable\n")) == ProbeEnd::crowded);
  ProbeAnswer refused;
  refused.refusal = Error{ErrorKind::forbidden, "Request forbidden by administrative rules."};
  CHECK(probe_end(refused) == ProbeEnd::forbidden);
  refused.refusal = Error{ErrorKind::conflict, "Container x is paused, unpause the container before exec"};
  CHECK(probe_end(refused) == ProbeEnd::prevented);
  refused.refusal = Error{ErrorKind::invalid, no_curl};
  CHECK(probe_end(refused) == ProbeEnd::missing);
  CHECK(probe_words(no_curl) == "exec: \"curl\": executable file not found in $PATH");
}

TEST_CASE(
    "a check whose command is not there is told within seconds and fails the release, also a first one") {
  World world = starting();
  std::size_t told = 0;
  for (int second = 0; second < 19; ++second) {
    probe(world, ProbeEnd::missing, no_curl);
    world.pass(1s);
    for (const Fact& fact : world.learn_now()) {
      if (fact.kind != FactKind::check_fails) continue;
      ++told;
      CHECK(second <= 3);
      CHECK(fact.sentence.find("executable file not found") != std::string::npos);
    }
    CHECK_FALSE(rollout_failure(world.state()).has_value());
  }
  CHECK(told == 1);
  CHECK(explain(world.state(), world.stack.services.at("web")).why ==
        "its health check can't be run: exec: \"curl\": executable file not found in $PATH");
  world.pass(2s);
  REQUIRE(rollout_failure(world.state()).has_value());
  CHECK(
      rollout_failure(world.state())->sentence ==
      "web-1 can't become ready: its health check can't be run: exec: \"curl\": executable file not found in "
      "$PATH");
}

TEST_CASE("a command that is being installed while the container starts is no broken check") {
  World world = starting();
  SUBCASE("it appears after a while") {
    for (int second = 0; second < 15; ++second) {
      probe(world, ProbeEnd::missing, no_curl);
      world.pass(1s);
    }
    probe(world, ProbeEnd::failed, "connection refused");
    world.pass(10s);
  }
  SUBCASE("the start period is not over") {
    world.of("web").health_check.start_period = 2min;
    for (int second = 0; second < 90; ++second) {
      probe(world, ProbeEnd::missing, no_curl);
      world.pass(1s);
    }
  }
  SUBCASE("once is no proof") {
    probe(world, ProbeEnd::missing, no_curl);
    world.pass(30s);
  }
  world.learn_now();
  CHECK_FALSE(rollout_failure(world.state()).has_value());
}

TEST_CASE("a check that runs and fails is told once, with its words") {
  World world = starting();
  std::vector<Fact> facts;
  for (int second = 0; second < 15; ++second) {
    probe(world, ProbeEnd::failed, "test: too many arguments\n");
    world.pass(1s);
    for (Fact& fact : world.learn_now()) facts.push_back(std::move(fact));
  }
  REQUIRE(facts.size() == 1);
  CHECK(facts.front().sentence.find("its health check fails: test: too many arguments") != std::string::npos);
}

TEST_CASE("where probes are left to the engine its own verdict names the command that is not there") {
  World world = starting();
  ObservedContainer& web = world.of("web");
  web.health = HealthState::unhealthy;
  web.last_check = EngineCheck{world.wall, 127, "/bin/sh: curl: not found\n"};
  world.learn_now();
  REQUIRE(rollout_failure(world.state()).has_value());
  CHECK(rollout_failure(world.state())->sentence.find("curl: not found") != std::string::npos);
}

TEST_CASE("after our own success the engine's verdict counts once as many checks as it takes began later") {
  World world = starting();
  const WallTime before = world.wall;
  world.pass(10s);
  probe(world, ProbeEnd::passed);
  world.learn_now();
  REQUIRE(is_ready(world.state(), world.of("web")));
  world.pass(3s);
  ObservedContainer& web = world.of("web");
  web.health = HealthState::unhealthy;
  web.failed_checks_began = {world.wall, before, before};
  world.learn_now();
  CHECK(is_ready(world.state(), web));
  web.failed_checks_began = {world.wall, world.wall, world.wall};
  CHECK(World::says(world.learn_now(), FactKind::unhealthy));
  CHECK(stops(world));
}

TEST_CASE("a verdict from a pause does not count after it, and one from fresh checks does") {
  World world = ready();
  world.pass(1min);
  pause(world, 20s);
  CHECK_FALSE(stops(world));
  CHECK(explain(world.state(), world.stack.services.at("web")).state == ServiceState::paused);
  unpause(world);
  CHECK_FALSE(stops(world));
  CHECK(is_ready(world.state(), world.of("web")));
  world.pass(recovery_patience(world.of("web")));
  world.learn_now();
  CHECK_FALSE(stops(world));
  world.pass(3s);
  world.learn_now();
  CHECK(stops(world));
}

TEST_CASE("a stackd that did not see the pause knows it by a verdict without a failed check") {
  World world = ready();
  world.pass(1min);
  world.of("web").health = HealthState::unhealthy;
  world.of("web").failed_checks = 0;
  world.learn_now();
  CHECK_FALSE(stops(world));
  world.of("web").failed_checks = 3;
  world.pass(10min);
  world.learn_now();
  CHECK(stops(world));
}

TEST_CASE("after a standstill of everything patience counts anew") {
  World world = starting();
  world.pass(2h);
  note_standstill(world.memory, world.now);
  CHECK_FALSE(stops(world));
  world.pass(61s);
  CHECK(stops(world));
}

TEST_CASE("a pause in the monitor of a rollout makes it begin anew") {
  World world = ready();
  world.replace_release();
  world.stack.services.at("web").hash_text = "{\"image\":\"web:2\"}";
  for (int round = 0; round < 6; ++round) world.obey();
  for (auto& [id, container] : world.observed.containers) container.health = HealthState::healthy;
  world.learn_now();
  world.pass(4s);
  for (auto& [id, container] : world.observed.containers) {
    if (container.state == ContainerState::running) container.state = ContainerState::paused;
  }
  world.learn_now();
  world.pass(10s);
  for (auto& [id, container] : world.observed.containers) {
    if (container.state == ContainerState::paused) container.state = ContainerState::running;
  }
  world.learn_now();
  REQUIRE(watched_until(world.state()).has_value());
  CHECK(*watched_until(world.state()) > world.now);
}

TEST_CASE("an event about the health of an earlier run says nothing about this one") {
  World world = starting();
  EngineEvent late;
  late.kind = EventKind::container_health;
  late.id = world.of("web").id;
  late.at = world.of("web").started_at - 1s;
  late.health = HealthState::healthy;
  apply_event(world.observed, late);
  world.learn_now();
  CHECK_FALSE(is_ready(world.state(), world.of("web")));
}

TEST_CASE("a container with a limit of processes gets few early probes, and none when there is no room") {
  World world = starting();
  ObservedContainer& web = world.of("web");
  web.processes_max = 64;
  std::int64_t probes = 0;
  for (int second = 0; second < 120; ++second) {
    world.pass(1s);
    if (world.plan_text().find("probe") == std::string::npos) continue;
    ++probes;
    probe(world, ProbeEnd::failed, "no");
  }
  CHECK(probes == 8);
  World crowded = starting();
  probe(crowded, ProbeEnd::crowded, "can't fork: Resource temporarily unavailable");
  crowded.pass(50s);
  CHECK(crowded.plan_text().find("probe") == std::string::npos);
}

TEST_CASE("where nobody may run commands in containers no container is probed, and status says so") {
  World world = starting();
  world.pass(1s);
  CHECK(world.plan_text().find("probe") != std::string::npos);
  world.memory.probes_forbidden = "Request forbidden by administrative rules.";
  const Plan plan = world.plan();
  CHECK(plan.steps.empty());
  REQUIRE(plan.warnings.size() == 1);
  CHECK(plan.warnings.front().find("forbidden by administrative rules") != std::string::npos);
}

TEST_CASE("out of memory is told with the limit, and only where the engine says so") {
  ObservedContainer container;
  container.exit_code = 137;
  CHECK(end_words(container, false) == "ended with 137");
  container.memory_limit_bytes = std::int64_t{64} << 20U;
  CHECK(end_words(container, false) == "ended with 137");
  container.oom_killed = true;
  CHECK(end_words(container, false) == "ended with 137, killed: out of memory, its limit is 64 MiB");
  container.exit_code = 1;
  CHECK(end_words(container, false) ==
        "ended with 1; a process in it was killed: out of memory, its limit is 64 MiB");
  container.memory_limit_bytes = 0;
  CHECK(out_of_memory_words(container) == ": out of memory, it has no limit of its own");
}

TEST_CASE("an end right after the engine told of want of memory is put down to it, a later one is not") {
  World world = ready();
  world.of("web").memory_limit_bytes = std::int64_t{64} << 20U;
  world.pass(1min);
  world.event("web", EventKind::container_oom, 0, "");
  SUBCASE("it ends") {
    const std::vector<Fact> facts = world.dies("web", 137);
    REQUIRE(World::says(facts, FactKind::ended));
    CHECK(facts.front().sentence == "web-1 ended with 137, killed: out of memory, its limit is 64 MiB");
  }
  SUBCASE("it lives on") {
    CHECK(next_learning(world.memory, world.stack).has_value());
    world.pass(3s);
    const std::vector<Fact> facts = world.learn_now();
    REQUIRE(World::says(facts, FactKind::out_of_memory));
    CHECK(explain(world.state(), world.stack.services.at("web")).why ==
          "a process in it was killed: out of memory, its limit is 64 MiB");
    CHECK(world.learn_now().empty());
    world.pass(1h);
    CHECK(world.dies("web", 137).front().sentence == "web-1 ended with 137");
  }
}

TEST_CASE("a network that others took a container off is joined again, without a replacement") {
  World world;
  world.stack.networks["edge"].name = "shop_edge";
  world.stack.networks["edge"].key = "edge";
  world.service("web").networks["edge"];
  world.settle();
  world.observed.networks["shop_edge"].name = "shop_edge";
  ObservedContainer& web = world.of("web");
  web.networks["shop_edge"].aliases = {"shop-web-1", "web"};
  world.learn_now();
  REQUIRE(world.plan().steps.empty());
  SUBCASE("it was disconnected") {
    web.networks.erase("shop_edge");
    web.networks["by_hand"];
    const std::vector<Fact> facts = world.learn_now();
    REQUIRE(World::says(facts, FactKind::changed_outside));
    CHECK(facts.front().sentence ==
          "web-1 was changed outside stackd: it is not connected to network shop_edge");
    CHECK_FALSE(is_settled(world.state()));
    const Plan plan = world.plan();
    REQUIRE(plan.steps.size() == 1);
    CHECK(std::holds_alternative<JoinNetwork>(plan.steps.front().action));
    world.obey();
    CHECK(world.plan().steps.empty());
    CHECK(world.of("web").networks.count("by_hand") == 1);
  }
  SUBCASE("it was connected again without its names") {
    web.networks["shop_edge"].aliases = {"3f2a9c01d2e4"};
    world.learn_now();
    CHECK(world.plan().steps.empty());
    REQUIRE(world.plan().warnings.size() == 1);
    CHECK(world.plan().warnings.front().find("without the names") != std::string::npos);
  }
}

TEST_CASE("what the engine refuses because somebody else has it") {
  CHECK(collision_in("Address already in use")->kind == CollisionKind::address);
  const auto allocated = collision_in(
      "driver failed programming external connectivity on endpoint a (b): Bind for 0.0.0.0:8080 failed: port "
      "is "
      "already allocated");
  REQUIRE(allocated.has_value());
  CHECK(allocated->kind == CollisionKind::port);
  CHECK(allocated->what == "0.0.0.0:8080");
  const auto bound =
      collision_in("Error starting userland proxy: listen tcp4 0.0.0.0:8080: bind: address already in use");
  CHECK(bound->kind == CollisionKind::port);
  CHECK(bound->what == "0.0.0.0:8080");
  const auto named = collision_in(
      "Conflict. The container name \"/web\" is already in use by container \"3f2a9c01\". You have to remove "
      "(or "
      "rename) that container to be able to reuse that name.");
  CHECK(named->kind == CollisionKind::name);
  CHECK(named->what == "3f2a9c01");
  CHECK(collision_in("Pool overlaps with other one on this address space")->kind == CollisionKind::range);
  CHECK_FALSE(collision_in("no such image").has_value());
  CHECK(ranges_overlap("10.0.0.0/8", "10.77.31.0/24"));
  CHECK_FALSE(ranges_overlap("10.77.30.0/24", "10.77.31.0/24"));
  CHECK(ranges_overlap("fd00::/8", "fd00:1::/64"));
  CHECK_FALSE(ranges_overlap("10.0.0.0", "10.0.0.0/8"));
}

TEST_CASE("what no health check vouches for has to run for a while before a first release is live") {
  World world;
  world.service("web");
  world.obey();
  world.obey();
  CHECK(is_settled(world.state()));
  REQUIRE(proven_at(world.state()).has_value());
  CHECK(*proven_at(world.state()) - world.now > 1s);
  CHECK(*proven_at(world.state()) - world.now <= first_proof);
  World checked = ready();
  CHECK_FALSE(proven_at(checked.state()).has_value());
}
