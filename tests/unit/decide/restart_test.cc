#include <doctest/doctest.h>

#include "unit/decide/world.h"

using namespace stackd;
using namespace stackd::decide;
using namespace stackd::decide::testing;

TEST_CASE("what had run well is started again at once") {
  World world = shop();
  world.settle();
  world.pass(1min);
  CHECK(World::says(world.dies("web", 137), FactKind::ended));
  CHECK(world.plan_text().find("start web") == 0);
  CHECK(world.plan_text().find("it ended with 137") != std::string::npos);
}

TEST_CASE("a start by others that is learnt of late does not undo an order to stop that came after it") {
  World world = shop();
  world.settle();
  world.pass(1min);
  world.stopped_by_hand("web", "15");
  world.of("web").state = ContainerState::running;
  world.of("web").started_at = world.wall;
  world.pass(3s);
  world.wishes.stopped["web"] = ServiceStop::person;
  bool undone = true;
  SUBCASE("the order came after it") {
    note_unwanted(world.memory, {"web"}, world.now, world.wall);
    undone = false;
  }
  SUBCASE("the order was given before it") {
    note_unwanted(world.memory, {"web"}, world.now - 10s, world.wall - 10s);
  }
  CHECK(World::says(world.learn_now(), FactKind::started_outside) == undone);
  CHECK(world.plan_text().find("stop web") == (undone ? std::string::npos : 0));
}

TEST_CASE("restarts are counted by place, also while two containers fill one") {
  World world = shop();
  world.settle();
  world.pass(1min);
  world.dies("web", 137);
  world.obey();
  CHECK(restarts_of(world.state(), "web") == 1);
  ObservedContainer successor = world.of("web");
  successor.id = "successor";
  world.observed.containers[successor.id] = successor;
  CHECK(restarts_of(world.state(), "web") == 1);
  CHECK(restarts_of(world.state(), "postgres") == 0);
}

TEST_CASE("what ends at once is tried with growing pauses and then counts as crash-looping") {
  World world = shop();
  world.settle();
  Duration pause = Duration::zero();
  bool looping = false;
  for (int i = 0; i < 6; ++i) {
    world.pass(1s);
    looping = World::says(world.dies("web", 1), FactKind::crash_looping) || looping;
    Plan plan = world.plan();
    CHECK(plan.steps.empty());
    REQUIRE(plan.next_look.has_value());
    CHECK(*plan.next_look - world.now >= pause);
    pause = *plan.next_look - world.now;
    world.pass(pause);
    world.obey();
  }
  CHECK(looping);
  CHECK(pause == crash_loop_pause);
  CHECK(explain(world.state(), world.stack.services.at("postgres")).state == ServiceState::ready);
}

TEST_CASE("only a run that was not good is followed by a pause, however often it ended before") {
  struct Row {
    const char* run;
    bool has_check;
    bool gets_ready;
    Duration lasts;
    Duration pause_max;  // after the seventh end
    Duration pause_min;
  };
  const std::vector<Row> rows = {
      {"13 good seconds, no health check", false, true, 13s, 0s, 0s},
      {"13 good seconds, ready", true, true, 13s, 0s, 0s},
      {"13 seconds and never ready", true, false, 13s, 60s, 60s},
      {"9 seconds", false, true, 9s, 60s, 60s},
      {"9 seconds, ready", true, true, 9s, 60s, 60s},
  };
  for (const Row& row : rows) {
    CAPTURE(row.run);
    World world;
    world.service("worker");
    if (row.has_check) world.stack.services.at("worker").health_check = HealthCheck{false, {"CMD", "true"}};
    world.obey();
    world.obey();
    bool looping = false;
    Duration pause = Duration::max();
    for (int i = 0; i < 7; ++i) {
      if (row.gets_ready && row.has_check) world.of("worker").health = HealthState::healthy;
      world.learn_now();
      world.pass(row.lasts);
      looping = World::says(world.dies("worker", 137), FactKind::crash_looping) || looping;
      const Plan plan = world.plan();
      pause = plan.steps.empty() ? plan.next_look.value() - world.now : Duration::zero();
      world.pass(pause);
      world.obey();
    }
    CHECK(looping);
    CHECK(pause <= row.pause_max);
    CHECK(pause >= row.pause_min);
  }
}

TEST_CASE("a policy of no leaves what ended by itself, but not what the engine took down") {
  World world = shop();
  world.stack.services.at("web").restart.condition = RestartCondition::no;
  SUBCASE("by itself") {
    world.settle();
    CHECK(World::says(world.dies("web", 0), FactKind::ended_for_good));
    CHECK(world.plan().steps.empty());
    CHECK(explain(world.state(), world.stack.services.at("web")).state == ServiceState::ended);
  }
  SUBCASE("with the engine") {
    world.settle();
    world.of("web").state = ContainerState::exited;
    world.of("web").exit_code = 255;
    CHECK(World::says(world.learn_now(true), FactKind::interrupted));
    CHECK(world.plan_text().find("start web") == 0);
  }
}

TEST_CASE("a stop by other hands lasts until a start by anybody") {
  World world = shop();
  world.settle();
  world.stopped_by_hand("web", "15");
  CHECK(world.plan().steps.empty());
  CHECK(explain(world.state(), world.stack.services.at("web")).state == ServiceState::stopped_outside);
  world.pass(engine_end_patience);
  CHECK(World::says(world.learn_now(), FactKind::stopped_outside));
  CHECK(world.plan().steps.empty());
  CHECK(explain(world.state(), world.stack.services.at("web")).state == ServiceState::stopped_outside);
  world.pass(1min);
  ObservedContainer& web = world.of("web");
  web.state = ContainerState::running;
  web.started_at = world.wall;
  CHECK(World::says(world.learn_now(), FactKind::started_outside));
  CHECK(world.wishes.stopped.empty());
}

TEST_CASE("stops by an engine that is on its way down are not a person's") {
  World world = shop();
  world.settle();
  CHECK_FALSE(World::says(world.stopped_by_hand("web", "15"), FactKind::stopped_outside));
  world.pass(5s);
  CHECK(World::says(world.learn_now(true), FactKind::interrupted));
  CHECK(world.plan_text().find("start web") == 0);
}

TEST_CASE("docker rm -f brings it back, docker stop and rm does not") {
  World world = shop();
  world.settle();
  SUBCASE("killed and gone at once") {
    world.stopped_by_hand("web", "9");
    CHECK(world.plan().steps.empty());
    world.observed.containers.erase(world.of("web").id);
    CHECK(World::says(world.learn_now(), FactKind::removed_outside));
    CHECK(world.plan_text().find("create shop-web-1") == 0);
  }
  SUBCASE("asked to stop, later gone") {
    world.stopped_by_hand("web", "15");
    world.observed.containers.erase(world.of("web").id);
    world.learn_now();
    CHECK(world.plan().steps.empty());
  }
  SUBCASE("killed, and it stays there") {
    world.stopped_by_hand("web", "9");
    world.pass(removal_patience);
    CHECK(World::says(world.learn_now(), FactKind::stopped_outside));
    CHECK(world.plan().steps.empty());
  }
}

TEST_CASE("an exit that was only seen waits a moment for the event that says whose it was") {
  World world = shop();
  world.settle();
  world.pass(1min);
  world.of("web").state = ContainerState::exited;
  CHECK(world.learn_now().empty());
  CHECK(world.plan().steps.empty());
  REQUIRE(next_learning(world.memory, world.stack).has_value());
  world.pass(event_patience);
  CHECK(World::says(world.learn_now(), FactKind::ended));
  CHECK_FALSE(world.plan().steps.empty());
}

TEST_CASE("a signal that did not end it long ago is no stop on purpose") {
  World world = shop();
  world.settle();
  world.event("web", EventKind::container_killed, 0, "15");
  world.pass(10min);
  CHECK(World::says(world.dies("web", 1), FactKind::ended));
}

TEST_CASE("unhealthy is restarted, but not for the outage of what it waits for") {
  World world = shop();
  world.settle();
  world.pass(10min);
  world.of("web").health = HealthState::unhealthy;
  CHECK(World::says(world.learn_now(), FactKind::unhealthy));
  SUBCASE("its database is well") {
    CHECK(world.plan_text().find("stop web") == 0);
    world.obey();
    CHECK(world.plan_text().find("start web") == 0);
  }
  SUBCASE("its database is away") {
    world.wishes.stopped["postgres"] = ServiceStop::outside;
    world.of("postgres").state = ContainerState::exited;
    world.memory.containers[world.of("postgres").id].running = false;
    CHECK(world.plan().steps.empty());
    CHECK(explain(world.state(), world.stack.services.at("web")).why.find("postgres is not running") !=
          std::string::npos);
  }
}

TEST_CASE("what was never ready is given a minute, and four times that after each restart") {
  World world = shop();
  world.obey();
  world.obey();
  world.of("postgres").health = HealthState::unhealthy;
  world.learn_now();
  auto stops = [&] { return world.plan_text().find("stop postgres") != std::string::npos; };
  world.pass(59s);
  CHECK_FALSE(stops());
  world.pass(1s);
  CHECK(stops());
  world.obey();
  world.pass(1min);
  world.obey();
  world.of("postgres").health = HealthState::unhealthy;
  world.learn_now();
  world.pass(239s);
  CHECK_FALSE(stops());
  world.pass(1s);
  CHECK(stops());
}

TEST_CASE("a restart policy that somebody set on a container is put back to no") {
  World world = shop();
  world.settle();
  world.of("web").restart_policy = "always";
  CHECK(world.plan_text().find("set restart policy of planned-shop to no") == 0);
}

TEST_CASE("a run that began and ended between two looks counts as a run") {
  World world = shop();
  world.settle();
  world.pass(1min);
  world.dies("web", 1);
  world.pass(1min);
  ObservedContainer& web = world.of("web");
  web.started_at = world.wall;
  web.finished_at = world.wall + 5ms;
  web.exit_code = 3;
  world.learn_now();
  world.pass(event_patience);
  CHECK(World::says(world.learn_now(), FactKind::ended));
  CHECK(world.memory.replicas[{"web", 1}].quick_failures == 1);
}

TEST_CASE("a job that ended before it was seen to run is not run again") {
  World world = shop();
  world.service("migrate").depends_on.clear();
  for (int round = 0; round < 5 && world.target.learnt.jobs.count("migrate") == 0; ++round) world.obey();
  // What obey() showed running, the keeper saw for the first time when it was over.
  ObservedContainer& migrate = world.of("migrate");
  world.memory.containers.erase(migrate.id);
  world.memory.containers[migrate.id].known = true;
  world.target.learnt.jobs["migrate"].state = JobState::intended;
  migrate.state = ContainerState::exited;
  migrate.exit_code = 0;
  migrate.finished_at = world.wall;
  world.learn_now();
  CHECK(world.plan_text().find("start migrate") == std::string::npos);
  world.pass(event_patience);
  CHECK(World::says(world.learn_now(), FactKind::job_succeeded));
  CHECK(world.plan_text().find("start migrate") == std::string::npos);
}

TEST_CASE("what was unhealthy for want of its database is given the time to notice that it is back") {
  World world = shop();
  world.settle();
  world.pass(1min);
  ObservedContainer& web = world.of("web");
  web.health_check.interval = 2s;
  web.health_check.timeout = 1s;
  web.health_check.retries = 3;
  world.of("postgres").health = HealthState::unhealthy;
  web.health = HealthState::unhealthy;
  world.learn_now();
  CHECK(world.plan_text().find("stop web") == std::string::npos);
  world.of("postgres").health = HealthState::healthy;
  world.learn_now();
  CHECK(world.plan_text().find("stop web") == std::string::npos);
  world.pass(9s);
  CHECK(world.plan_text().find("stop web") != std::string::npos);
}
