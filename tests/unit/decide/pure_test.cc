#include <doctest/doctest.h>

#include "decide/picture/backoff.h"
#include "decide/picture/order.h"
#include "unit/decide/world.h"

using namespace stackd;
using namespace stackd::decide;
using namespace stackd::decide::testing;

namespace {

std::string verdict(RestartCondition condition, End end, std::int64_t attempts_max = 0) {
  Verdict said = next_attempt({condition, attempts_max, std::nullopt, std::nullopt}, end, 0);
  if (const auto* never = std::get_if<Never>(&said)) return never->because;
  return to_go_string(std::get<TryAgain>(said).pause);
}

}  // namespace

TEST_CASE("every restart policy answers every end") {
  const End failed{1, false, true, 0, 0, false};
  const End done{0, false, true, 0, 0, false};
  CHECK(verdict(RestartCondition::no, failed) == "its restart policy is no");
  CHECK(verdict(RestartCondition::on_failure, done) ==
        "it ended with 0 and its restart policy is on-failure");
  CHECK(verdict(RestartCondition::on_failure, failed) == "0s");
  CHECK(verdict(RestartCondition::always, done) == "0s");
  CHECK(verdict(RestartCondition::unless_stopped, failed) == "0s");
  const End spent{1, false, false, 3, 3, false};
  CHECK(verdict(RestartCondition::on_failure, spent, 3) ==
        "it failed 4 times and its restart policy allows 3 further attempts");
  const End unhealthy{0, true, true, 0, 0, false};
  CHECK(verdict(RestartCondition::on_failure, unhealthy) == "0s");
}

TEST_CASE("pauses double up to a minute") {
  const auto pause = [](std::int64_t quick) {
    return verdict(RestartCondition::always, End{1, false, false, quick, 0, false});
  };
  CHECK(pause(1) == "100ms");
  CHECK(pause(2) == "200ms");
  CHECK(pause(5) == "1.6s");
  CHECK(pause(50) == "1m0s");
  CHECK(verdict(RestartCondition::always, End{1, false, false, 1, 0, true}) == "1m0s");
  CHECK(pause_after_failed_calls(1, 0) == 500ms);
  CHECK(pause_after_failed_calls(20, 0) == 60s);
}

TEST_CASE("a bare pg_isready is asked over TCP") {
  ObservedContainer container;
  container.health_check.test = {"CMD-SHELL", "pg_isready -U postgres"};
  CHECK(probe_command(container).command ==
        std::vector<std::string>{"/bin/sh", "-c", "pg_isready -U postgres"});
  CHECK(probe_command(container).environment.at("PGHOST") == "127.0.0.1");
  container.health_check.test = {"CMD", "pg_isready", "-h", "localhost"};
  CHECK(probe_command(container).environment.empty());
  container.health_check.test = {"CMD-SHELL", "curl -f localhost || exit 1"};
  container.shell = {"/bin/bash", "-eo", "pipefail", "-c"};
  CHECK(probe_command(container).environment.empty());
  CHECK(probe_command(container).command.front() == "/bin/bash");
}

TEST_CASE("probes come no sooner than four times the last one's duration") {
  ContainerMemory memory;
  memory.run_seen_at = Time(10s);
  note_probe(memory, {}, {ProbeEnd::failed, 400ms, "no"}, Time(10s));
  CHECK(*memory.probe.next_at == Time(10s + 1600ms));
}

TEST_CASE("the pauses between probes grow with the time that the start takes") {
  ContainerMemory memory;
  memory.run_seen_at = Time(10s);
  const auto pause_after = [&memory](Duration since_start) {
    const Time now = memory.run_seen_at + since_start;
    note_probe(memory, {}, {ProbeEnd::failed, 1ms, "no"}, now);
    return *memory.probe.next_at - now;
  };
  CHECK(pause_after(50ms) == probe_pause_min);
  CHECK(pause_after(2s) == 200ms);
  CHECK(pause_after(10s) == 1s);
  CHECK(pause_after(1h) == probe_pause_max);
  note_probe(memory, {}, {ProbeEnd::passed, 1ms, ""}, Time(2h));
  CHECK(memory.readiness.is_ready());
}

TEST_CASE("levels are what may start together") {
  World world = shop();
  CHECK(levels(world.stack) == std::vector<std::vector<std::string>>{{"postgres"}, {"migrate"}, {"web"}});
  CHECK(with_dependencies(world.stack, {"migrate"}) == std::set<std::string>{"migrate", "postgres"});
}
