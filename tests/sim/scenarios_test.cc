// Stories told by hand in the simulated world: deploys, and what goes wrong meanwhile. What a seed has found
// once is written down here: a seed belongs to a commit, a story stays.
#include <doctest/doctest.h>
#include <string>

#include "sim/telling.h"

using namespace stackd;
using namespace stackd::sim;
using namespace stackd::sim::telling;

TEST_CASE("left alone, every stack comes up and then nobody does anything") {
  CHECK(broken_in(quiet(chain())) == "");
  CHECK(broken_in(quiet(sharers())) == "");
}

TEST_CASE("killed at any moment of its first deploy, stackd goes on where it was") {
  for (std::int64_t await = 0; await < 80; ++await) {
    Scenario scenario = quiet(chain());
    Incident crash = incident(0ms, IncidentKind::crash_stackd, {}, 500ms);
    crash.number = await;
    scenario.incidents = {crash};
    CAPTURE(await);
    CHECK(broken_in(scenario) == "");
  }
}

TEST_CASE("an engine that is asked to end is not a person who stops every container") {
  Scenario scenario = quiet(chain());
  scenario.incidents = {incident(20s, IncidentKind::stop_engine)};
  CHECK(broken_in(scenario) == "");
}

TEST_CASE("after the engine was killed everything is started again in order, whatever its policy") {
  Scenario scenario = quiet(chain());
  scenario.incidents = {incident(20s, IncidentKind::kill_engine)};
  CHECK(broken_in(scenario) == "");
  scenario.incidents.front().live_restore = true;
  CHECK(broken_in(scenario) == "");
}

TEST_CASE("after a reboot everything is started again in order, whatever its policy") {
  Scenario scenario = quiet(chain());
  scenario.incidents = {incident(20s, IncidentKind::reboot, {}, 10s)};
  CHECK(broken_in(scenario) == "");
}

TEST_CASE("what a person stops on the engine stays down, what a person removes comes back") {
  Scenario scenario = quiet(chain());
  scenario.incidents = {incident(40s, IncidentKind::person_stops, "web")};
  CHECK(broken_in(scenario) == "");
  scenario.incidents = {incident(40s, IncidentKind::person_removes, "web")};
  CHECK(broken_in(scenario) == "");
}

TEST_CASE("what shares a network is renewed with its owner") {
  Scenario scenario = quiet(sharers());
  scenario.incidents = {incident(20s, IncidentKind::process_crashes, "vpn")};
  CHECK(broken_in(scenario) == "");
  scenario.incidents = {incident(20s, IncidentKind::person_removes, "vpn")};
  CHECK(broken_in(scenario) == "");
}

TEST_CASE("a changed configuration replaces what it concerns and runs the job again") {
  Scenario scenario = quiet(chain());
  StackDraft changed = chain();
  changed.services.at(2).generation = "1";
  scenario.generations.push_back(changed);
  deploy_last(scenario);
  scenario.deploy_at_end = true;
  CHECK(broken_in(scenario) == "");
}

TEST_CASE("a restart is carried out whatever else goes on") {
  StackDraft stack = chain();
  ServiceDraft bot = service("bot");
  bot.depends_on = {{"migrate", waits_for(completed)}};
  stack.services.push_back(bot);
  Scenario scenario = quiet(stack);
  scenario.requests.push_back(request(20s, RequestKind::restart));
  SUBCASE("of everything, twice") {
    scenario.requests.push_back(request(20s + 300ms, RequestKind::restart));
  }
  SUBCASE("of the database alone") {
    scenario.requests.back().services = {"postgres"};
  }
  SUBCASE("of what ignores its stop signal") {
    scenario.tempers["web"].ignores_term = true;
  }
  SUBCASE("while a deploy rolls") {
    scenario.faults_end = 2min;
    deploy_changed(scenario, 18s);
  }
  SUBCASE("a deploy comes in the middle") {
    scenario.faults_end = 2min;
    deploy_changed(scenario, 20s + 500ms);
  }
  SUBCASE("of a stack that was stopped") {
    scenario.requests.insert(scenario.requests.end() - 1, request(15s, RequestKind::stop));
  }
  SUBCASE("the engine is killed in the middle") {
    scenario.incidents = {incident(20s + 400ms, IncidentKind::kill_engine)};
  }
  CHECK(broken_in(scenario) == "");
}

TEST_CASE("killed at any moment of a restart, stackd goes on with it") {
  for (std::int64_t await = 0; await < 40; await += 2) {
    Scenario scenario = quiet(chain());
    scenario.requests.push_back(request(20s, RequestKind::restart));
    Incident crash = incident(20s, IncidentKind::crash_stackd, {}, 500ms);
    crash.number = await;
    scenario.incidents = {crash};
    CAPTURE(await);
    CHECK(broken_in(scenario) == "");
  }
}

TEST_CASE("an engine that is restarted while a release rolls is no fault of the release") {
  for (const IncidentKind kind : {IncidentKind::kill_engine, IncidentKind::stop_engine}) {
    for (Duration at = 20s; at < 32s; at += 1500ms) {
      Scenario scenario = quiet(chain());
      scenario.faults_end = 2min;
      deploy_changed(scenario);
      scenario.incidents = {incident(at, kind)};
      CAPTURE(to_string(kind));
      CAPTURE(at.count());
      CHECK(failed_in(scenario) == "");
    }
  }
}

TEST_CASE("a job that runs is left to its end, whatever becomes of its release") {
  Scenario scenario = quiet(chain());
  scenario.faults_end = 2min;
  StackDraft& next = deploy_changed(scenario);
  scenario.tempers["reindex"].job_takes = 40s;
  next.services.push_back(service("reindex", "", false));
  next.services.back().job = true;
  SUBCASE("another job of the gate fails") {
    scenario.tempers["import"].bad_runs = 1;
    next.services.push_back(service("import", "", false));
    for (const char* job : {"reindex", "import"}) next.services.at(2).depends_on[job] = waits_for(completed);
  }
  SUBCASE("somebody cancels in the gate") {
    next.services.at(2).depends_on["reindex"] = waits_for(completed);
    scenario.requests.push_back(request(30s, RequestKind::cancel));
  }
  SUBCASE("somebody cancels while it rolls") {
    scenario.requests.push_back(request(30s, RequestKind::cancel));
  }
  SUBCASE("what else is new fails") {
    next.pages = {"web"};
    next.asks_in_vain = true;
    scenario.requests.push_back(request(25s, RequestKind::cancel));
  }
  SUBCASE("stackd is killed after it was put back") {
    scenario.requests.push_back(request(30s, RequestKind::cancel));
    scenario.incidents = {incident(50s, IncidentKind::crash_stackd)};
  }
  CHECK(broken_in(scenario) == "");
}

TEST_CASE("a good release goes live") {
  Scenario scenario = quiet(chain());
  scenario.faults_end = 9min;
  scenario.generations.push_back(chain());
  scenario.generations.back().services.at(2).generation = "1";
  deploy_last(scenario);
  SUBCASE("although what it does not change was paused by hand") {
    scenario.incidents = {incident(15s, IncidentKind::person_pauses, "worker", 8min)};
  }
  SUBCASE("although what it does not change hangs") {
    scenario.generations.front().services.at(3).has_check = true;
    scenario.generations.back().services.at(3).has_check = true;
    scenario.incidents = {incident(5s, IncidentKind::process_hangs, "worker")};
  }
  SUBCASE("although a job that nobody waits for takes longer than its deadline") {
    scenario.tempers["reindex"].job_takes = 7min;
    scenario.generations.back().services.push_back(service("reindex", "", false));
    scenario.generations.back().services.back().job = true;
  }
  CHECK(failed_in(scenario) == "");
}

TEST_CASE("a release whose page never answers as it must is put back, wherever stackd is killed meanwhile") {
  for (std::int64_t await = 0; await < 120; await += 3) {
    Scenario scenario = quiet(chain());
    scenario.faults_end = 2min;
    StackDraft& broken = deploy_changed(scenario);
    broken.pages = {"web"};
    broken.asks_in_vain = true;
    Incident crash = incident(20s, IncidentKind::crash_stackd, {}, 2s);
    crash.number = 3 * await;
    scenario.incidents = {crash};
    CAPTURE(await);
    CHECK(broken_in(scenario) == "");
  }
}

TEST_CASE("a changed folder is read by what mounts it, reloaded or replaced, wherever stackd is killed") {
  for (const bool reloads : {true, false}) {
    for (std::int64_t await = 0; await < 120; await += 2) {
      Scenario scenario = quiet(chain());
      scenario.faults_end = 2min;
      scenario.generations.front().services.at(2).folder = "0";
      scenario.generations.front().services.at(2).reloads = reloads;
      scenario.generations.push_back(scenario.generations.front());
      scenario.generations.back().services.at(2).folder = "1";
      deploy_last(scenario);
      Incident crash = incident(20s, IncidentKind::crash_stackd, {}, 2s);
      crash.number = await;
      scenario.incidents = {crash};
      CAPTURE(reloads);
      CAPTURE(await);
      CHECK(broken_in(scenario) == "");
    }
  }
}

TEST_CASE("a release that goes back to another folder mounts what was kept of it") {
  Scenario scenario = quiet(chain());
  scenario.faults_end = 2min;
  scenario.generations.front().services.at(2).folder = "0";
  scenario.generations.front().services.at(2).reloads = true;
  scenario.generations.push_back(scenario.generations.front());
  StackDraft& broken = scenario.generations.back();
  broken.services.at(2).folder = "1";
  broken.pages = {"web"};
  broken.asks_in_vain = true;
  deploy_last(scenario);
  SUBCASE("as its successor failed") {}
  SUBCASE("as its successor failed, and then it crashes") {
    scenario.incidents = {incident(60s, IncidentKind::process_crashes, "web")};
  }
  CHECK(broken_in(scenario) == "");
}

TEST_CASE("a network that is defined otherwise is made anew under everything, wherever stackd is killed") {
  bool fails = false;
  SUBCASE("and the release goes live") {}
  SUBCASE("and made once more, as the release fails") {
    fails = true;
  }
  for (std::int64_t await = 0; await < 160; await += 3) {
    Scenario scenario = quiet(chain());
    scenario.faults_end = 2min;
    scenario.generations.push_back(chain());
    StackDraft& next = scenario.generations.back();
    next.network = "1";
    if (fails) {
      next.pages = {"web"};
      next.asks_in_vain = true;
    }
    deploy_last(scenario);
    scenario.deploy_at_end = !fails;
    Incident crash = incident(20s, IncidentKind::crash_stackd, {}, 2s);
    crash.number = await;
    scenario.incidents = {crash};
    CAPTURE(await);
    CHECK(broken_in(scenario) == "");
  }
}

TEST_CASE(
    "an engine that connects to further networks by calls makes each container once, wherever stackd dies") {
  for (std::int64_t await = 0; await < 160; await += 3) {
    Scenario scenario = quiet(chain());
    scenario.connects_one = true;
    scenario.generations.front().has_backstage = true;
    deploy_changed(scenario);
    Incident crash = incident(20s, IncidentKind::crash_stackd, {}, 2s);
    crash.number = await;
    scenario.incidents = {crash};
    CAPTURE(await);
    CHECK(broken_in(scenario) == "");
  }
}
