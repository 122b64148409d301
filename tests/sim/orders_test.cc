// Stories told by hand in the simulated world: what people order, and the engine's other users.
#include <doctest/doctest.h>
#include <string>

#include "sim/telling.h"

using namespace stackd;
using namespace stackd::sim;
using namespace stackd::sim::telling;

TEST_CASE("down takes everything but the volumes, and a start brings it back") {
  Scenario scenario = quiet(chain());
  scenario.requests.push_back(request(20s, RequestKind::down));
  CHECK(broken_in(scenario) == "");
  scenario.requests.push_back(request(40s, RequestKind::start));
  CHECK(broken_in(scenario) == "");
}

TEST_CASE("a stop that is ordered while the start is under way is not undone by that start") {
  for (Duration later = 0ms; later < 400ms; later += 5ms) {
    Scenario scenario = quiet(chain());
    scenario.requests.push_back(request(20s, RequestKind::stop, {"web"}));
    scenario.requests.push_back(request(40s, RequestKind::start, {"web"}));
    scenario.requests.push_back(request(40s + later, RequestKind::stop, {"web"}));
    CAPTURE(to_go_string(later));
    CHECK(broken_in(scenario) == "");
  }
}

TEST_CASE("killed between its stop and the start that was to follow, stackd still starts") {
  for (std::int64_t await = 0; await < 60; ++await) {
    Scenario scenario = quiet(chain());
    deploy_changed(scenario);
    Incident crash = incident(20s, IncidentKind::crash_stackd, {}, 5s);
    crash.number = await;
    scenario.incidents = {crash};
    CAPTURE(await);
    CHECK(broken_in(scenario) == "");
  }
}

TEST_CASE("a stop of the whole stack is not undone by a deploy that is on its way") {
  for (Duration later = 0ms; later < 6s; later += 50ms) {
    Scenario scenario = quiet(chain());
    scenario.requests.push_back(request(later, RequestKind::stop));
    CAPTURE(to_go_string(later));
    CHECK(broken_in(scenario) == "");
  }
}

TEST_CASE("a stop of a job does not forbid it to the next release") {
  Scenario scenario = quiet(chain());
  scenario.requests.push_back(request(20s, RequestKind::stop, {"migrate"}));
  deploy_changed(scenario, 30s);
  scenario.deploy_at_end = true;
  CHECK(broken_in(scenario) == "");
}

TEST_CASE("a job that was stopped by name stays so when the next deploy never comes to its gate") {
  Scenario scenario = quiet(chain());
  scenario.requests.push_back(request(2s, RequestKind::stop, {"migrate"}));
  deploy_changed(scenario);
  scenario.incidents = {incident(19s, IncidentKind::disk_fills, {}, 10s)};
  CHECK(broken_in(scenario) == "");
}

TEST_CASE("what an engine starts by a policy that a person set stays stopped, and gets its policy back") {
  Scenario scenario = quiet(chain());
  scenario.requests.push_back(request(20s, RequestKind::stop, {"web"}));
  scenario.incidents = {incident(30s, IncidentKind::person_sets_policy, "web"),
                        incident(30100ms, IncidentKind::kill_engine, {}, 3s)};
  CHECK(broken_in(scenario) == "");
}

TEST_CASE("a job that a person starts once more has still succeeded") {
  Scenario scenario = quiet(chain());
  scenario.incidents = {incident(20s, IncidentKind::person_starts, "migrate"),
                        incident(21s, IncidentKind::crash_stackd, {}, 5s)};
  CHECK(broken_in(scenario) == "");
}

TEST_CASE("what people stopped while nobody looked is started by the deploy that came after") {
  Scenario scenario = quiet(chain());
  scenario.incidents = {incident(20s, IncidentKind::crash_stackd, {}, 20s),
                        incident(30s, IncidentKind::person_stops, "web")};
  scenario.deploy_at_end = true;
  CHECK(broken_in(scenario) == "");
}

TEST_CASE("a stop that is learnt only after a deploy was asked for is no wish of that deploy") {
  for (Duration later = 0ms; later < 3s; later += 300ms) {
    Scenario scenario = quiet(chain());
    Noise lateness;
    lateness.from = 20s;
    lateness.until = 22s;
    lateness.events_late = 1000;
    scenario.noises = {lateness};
    scenario.incidents = {incident(20500ms, IncidentKind::person_stops, "postgres")};
    deploy_changed(scenario, 21s + later);
    CAPTURE(to_go_string(later));
    CHECK(broken_in(scenario) == "");
  }
}

TEST_CASE("what is learnt while a disk is full is stored once there is room") {
  Scenario scenario = quiet(chain());
  scenario.faults_end = 2min;
  scenario.incidents = {incident(20s, IncidentKind::disk_fills, {}, 40s),
                        incident(25s, IncidentKind::person_stops, "web"),
                        incident(70s, IncidentKind::reboot, {}, 5s)};
  CHECK(broken_in(scenario) == "");
}

TEST_CASE("an order that can't be stored leaves the deploy on its way alone") {
  for (Duration later = 0ms; later < 3s; later += 300ms) {
    Scenario scenario = quiet(chain());
    deploy_changed(scenario);
    scenario.incidents = {incident(20500ms + later, IncidentKind::disk_fills, {}, 1s)};
    scenario.requests.push_back(request(20600ms + later, RequestKind::down));
    CAPTURE(to_go_string(later));
    CHECK(broken_in(scenario) == "");
  }
}

TEST_CASE("a stop that comes once the release is live leaves it so") {
  for (Duration later = 2800ms; later < 3100ms; later += 20ms) {
    Scenario scenario = quiet(chain());
    deploy_changed(scenario);
    scenario.requests.push_back(request(26s + later, RequestKind::stop));
    CAPTURE(to_go_string(later));
    CHECK(broken_in(scenario) == "");
  }
}

TEST_CASE("two stacks of nearly the same name know nothing of each other") {
  Scenario scenario = quiet(chain());
  Story neighbour;
  neighbour.generations = {sharers()};
  neighbour.generations.front().name = "shop-2";
  neighbour.requests = {request(1s, RequestKind::deploy), request(30s, RequestKind::stop)};
  neighbour.deploy_at_end = false;
  scenario.neighbour = neighbour;
  SUBCASE("while one is stopped") {}
  SUBCASE("while the other is removed from under it") {
    scenario.incidents = {incident(20s, IncidentKind::person_removes, "web")};
  }
  CHECK(broken_in(scenario) == "");
}

TEST_CASE("of two requests at the same moment either is carried out last") {
  for (const RequestKind kind : {RequestKind::start, RequestKind::stop, RequestKind::restart}) {
    Scenario scenario = quiet(chain());
    scenario.requests.push_back(request(20s, RequestKind::stop, {"web"}));
    scenario.requests.push_back(request(20s, kind, {"web"}));
    scenario.requests.back().at_once = true;
    CAPTURE(to_string(kind));
    CHECK(broken_in(scenario) == "");
  }
}

TEST_CASE("what was paused for a backup is left alone afterwards, however long that took") {
  for (const Duration lasts : {Duration(3s), Duration(40s), Duration(5min)}) {
    Scenario scenario = quiet(chain());
    scenario.incidents = {incident(20s, IncidentKind::person_pauses, "postgres", lasts)};
    scenario.faults_end = 20s + lasts + 10s;
    CAPTURE(lasts.count());
    CHECK(broken_in(scenario) == "");
    Incident crash =
        incident(20s + lasts / 2, IncidentKind::crash_stackd, {}, 500ms);  // it does not see both
    scenario.incidents.push_back(crash);
    CHECK(broken_in(scenario) == "");
  }
}

TEST_CASE("where nobody may run commands in containers the engine's own checks say what is ready") {
  Scenario scenario = quiet(chain());
  scenario.forbids_exec = true;
  CHECK(broken_in(scenario) == "");
}
