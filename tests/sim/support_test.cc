#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>
#include <string>
#include <vector>

#include "support/sim_engine.h"

using namespace stackd;
using namespace stackd::sim;
using namespace std::chrono_literals;

namespace {

struct Bench {
  SimClock clock;
  SimHost host{clock, 1};
  SimEngine engine{clock, host};
  boost::asio::io_context loop;
  std::shared_ptr<Stack> stack = std::make_shared<Stack>();
  std::vector<EngineEvent> events;
  std::shared_ptr<void> subscription;

  Bench() {
    stack->name = "shop";
    Service web;
    web.name = "web";
    web.image = "web:1";
    web.health_check.emplace();
    web.health_check->test = {"CMD", "true"};
    web.health_check->interval = 1s;
    web.health_check->retries = 2;
    stack->services.emplace("web", web);
    ObservedImage image;
    image.id = "sha256:1";
    image.tags = {"web:1"};
    host.add_image(image);
    subscription =
        host.subscribe(std::nullopt, [this](const EngineEvent& event) { events.push_back(event); });
  }

  void run(Duration span) {
    const Time end = clock.now() + span;
    clock.call_at(end, [] {});
    for (;;) {
      loop.restart();
      while (loop.poll() > 0) loop.restart();
      if (!clock.next() || *clock.next() > end) break;
      clock.advance();
    }
  }

  std::string web() {
    engine::ContainerSpec spec;
    spec.stack = stack;
    spec.service = "web";
    spec.name = "shop-web-1";
    spec.image = "web:1";
    return *host.create(spec, Order{});
  }

  std::vector<EventKind> kinds() const {
    std::vector<EventKind> kinds;
    for (const EngineEvent& event : events) kinds.push_back(event.kind);
    return kinds;
  }
};

runtime::Task<void> note_time_after(SimClock& clock, Duration span, std::vector<Time>& woken) {
  co_await runtime::sleep_for(clock, span);
  woken.push_back(clock.now());
}

runtime::Task<void> start_and_note(SimEngine& engine, std::string id, std::optional<Result<void>>& outcome) {
  outcome.emplace(co_await engine.start_container(id));
}

}  // namespace

TEST_CASE("the clock jumps from sleeper to sleeper") {
  SimClock clock;
  boost::asio::io_context loop;
  std::vector<Time> woken;
  boost::asio::co_spawn(loop, note_time_after(clock, 2h, woken), boost::asio::detached);
  boost::asio::co_spawn(loop, note_time_after(clock, 1h, woken), boost::asio::detached);
  loop.poll();
  while (clock.next()) {
    clock.advance();
    loop.restart();
    loop.poll();
  }
  CHECK(woken == std::vector<Time>{Time(1h), Time(2h)});
}

TEST_CASE("a daemon that dies takes its sleepers out of the queue") {
  SimClock clock;
  std::vector<Time> woken;
  auto loop = std::make_unique<boost::asio::io_context>();
  boost::asio::co_spawn(*loop, note_time_after(clock, 1h, woken), boost::asio::detached);
  loop->poll();
  CHECK(clock.next().has_value());
  loop.reset();
  CHECK_FALSE(clock.next().has_value());
}

TEST_CASE("a stop is told as kill and die, an end of its own as die alone") {
  Bench bench;
  const std::string id = bench.web();
  REQUIRE(bench.host.start(id, Order{}).ok());
  bench.events.clear();
  bool done = false;
  bench.host.stop(id, std::nullopt, Order{}, [&](const Result<void>& outcome) { done = outcome.ok(); });
  bench.run(5s);
  CHECK(done);
  CHECK(bench.kinds() == std::vector<EventKind>{EventKind::container_killed, EventKind::container_died});

  REQUIRE(bench.host.start(id, Order{}).ok());
  bench.events.clear();
  bench.host.crash_process(id, 3);
  CHECK(bench.kinds() == std::vector<EventKind>{EventKind::container_died});
  CHECK(bench.events.back().exit_code == 3);
}

TEST_CASE("a process that ignores the signal is killed after its grace") {
  Bench bench;
  bench.host.script = [](const std::string&, const std::string&, std::int64_t) {
    Program program;
    program.ignores_term = true;
    return program;
  };
  const std::string id = bench.web();
  REQUIRE(bench.host.start(id, Order{}).ok());
  bench.host.stop(id, 2s, Order{}, [](const Result<void>&) {});
  bench.run(1900ms);
  CHECK(bench.host.containers().at(id).alive);
  bench.run(200ms);
  CHECK_FALSE(bench.host.containers().at(id).alive);
  CHECK(bench.host.containers().at(id).seen.exit_code == 137);
}

TEST_CASE("the engine's health check says healthy after an interval and unhealthy after its retries") {
  Bench bench;
  const std::string id = bench.web();
  REQUIRE(bench.host.start(id, Order{}).ok());
  const ObservedContainer& seen = bench.host.containers().at(id).seen;
  bench.run(900ms);
  CHECK(seen.health == HealthState::starting);
  bench.run(200ms);
  CHECK(seen.health == HealthState::healthy);
  bench.host.hang_process(id);
  bench.run(70s);
  CHECK(seen.health == HealthState::unhealthy);
}

TEST_CASE("an answer that is lost after its effect is unknown to the caller and true in the world") {
  Bench bench;
  bench.engine.fates = [](const Call&) {
    Fate fate;
    fate.trouble = Trouble::lost_after_effect;
    return fate;
  };
  const std::string id = bench.web();
  std::optional<Result<void>> outcome;
  boost::asio::co_spawn(bench.loop, start_and_note(bench.engine, id, outcome), boost::asio::detached);
  bench.run(1s);
  REQUIRE(outcome.has_value());
  CHECK(outcome->error().kind == ErrorKind::unknown);
  CHECK(bench.host.containers().at(id).alive);
}

TEST_CASE("an engine that is killed leaves processes running, and its next life kills them without a word") {
  Bench bench;
  const std::string id = bench.web();
  REQUIRE(bench.host.start(id, Order{}).ok());
  bench.run(2s);
  bench.events.clear();
  const std::string boot_id = bench.host.engine_boot_id();
  bench.host.kill_engine();
  CHECK(bench.host.containers().at(id).alive);
  bench.host.start_engine(false);
  CHECK_FALSE(bench.host.containers().at(id).alive);
  CHECK(bench.host.containers().at(id).seen.state == ContainerState::exited);
  CHECK(bench.host.engine_boot_id() != boot_id);
  CHECK(bench.events.empty());
}

TEST_CASE("with live restore the same process goes on") {
  Bench bench;
  const std::string id = bench.web();
  REQUIRE(bench.host.start(id, Order{}).ok());
  bench.run(2s);
  bench.host.kill_engine();
  bench.host.start_engine(true);
  CHECK(bench.host.containers().at(id).alive);
  CHECK(bench.host.containers().at(id).seen.health == HealthState::starting);
  bench.run(2s);
  CHECK(bench.host.containers().at(id).seen.health == HealthState::healthy);
}

TEST_CASE("an engine that is asked to end tells of the stops that it makes") {
  Bench bench;
  const std::string id = bench.web();
  REQUIRE(bench.host.start(id, Order{}).ok());
  bench.run(100ms);
  bench.events.clear();
  bench.host.stop_engine(false);
  bench.run(1s);
  CHECK(bench.kinds() == std::vector<EventKind>{EventKind::container_killed, EventKind::container_died});
  CHECK_FALSE(bench.host.engine_up());
}

TEST_CASE("an engine with a policy of its own starts a container again by itself") {
  Bench bench;
  const std::string id = bench.web();
  REQUIRE(bench.host.set_policy(id, "always", Order{}).ok());
  REQUIRE(bench.host.start(id, Order{}).ok());
  bench.host.crash_process(id, 1);
  CHECK(bench.host.containers().at(id).seen.state == ContainerState::restarting);
  bench.run(1s);
  CHECK(bench.host.containers().at(id).alive);
}
