// Stories told by hand in the simulated world. What a seed has found once is written down here: a seed
// belongs to a commit, a story stays.
#include <doctest/doctest.h>
#include <string>

#include "sim/world.h"

using namespace stackd;
using namespace stackd::sim;
using namespace std::chrono_literals;
using enum stackd::DependencyCondition;

namespace {

ServiceDraft service(std::string name, std::string restart = "always", bool has_check = true) {
  ServiceDraft draft;
  draft.name = std::move(name);
  draft.restart = std::move(restart);
  draft.has_check = has_check;
  draft.interval = 2s;
  return draft;
}

/// A database, a migration, and what needs both; the worker has no restart policy.
StackDraft chain() {
  ServiceDraft postgres = service("postgres");
  postgres.volumes = {"data:/data"};
  ServiceDraft migrate = service("migrate", "", false);
  migrate.depends_on = {{"postgres", waits_for(healthy)}};
  ServiceDraft web = service("web");
  web.depends_on = {{"migrate", waits_for(completed)}, {"postgres", waits_for(healthy)}};
  ServiceDraft worker = service("worker", "");
  worker.depends_on = {{"migrate", waits_for(completed)}};
  return {"shop", {postgres, migrate, web, worker}};
}

/// Two in the network of a third.
StackDraft sharers() {
  ServiceDraft vpn = service("vpn");
  ServiceDraft torrent = service("torrent");
  torrent.network_of = "vpn";
  torrent.depends_on = {{"vpn", waits_for(healthy, true)}};
  ServiceDraft indexer = service("indexer", "always", false);
  indexer.network_of = "vpn";
  return {"shop", {vpn, torrent, indexer}};
}

/// Deployed at once, then left alone for a minute; what goes wrong is added by the story.
Scenario quiet(StackDraft stack) {
  Scenario scenario;
  scenario.generations = {std::move(stack)};
  scenario.requests = {Request{}};
  scenario.faults_end = 1min;
  scenario.deploy_at_end = false;
  return scenario;
}

Incident incident(Duration at, IncidentKind kind, std::string name = {}, Duration lasts = 2s) {
  Incident incident;
  incident.at = at;
  incident.kind = kind;
  incident.service = std::move(name);
  incident.lasts = lasts;
  return incident;
}

Request request(Duration at, RequestKind kind, std::vector<std::string> services = {}) {
  Request request;
  request.at = at;
  request.kind = kind;
  request.services = std::move(services);
  return request;
}

/// Deploys what is drawn last, once the first is up.
void deploy_last(Scenario& scenario, Duration at = 20s) {
  Request last = request(at, RequestKind::deploy);
  last.generation = scenario.generations.size() - 1;
  scenario.requests.push_back(last);
}

/// The same stack with every service changed, and its deploy.
StackDraft& deploy_changed(Scenario& scenario, Duration at = 20s) {
  scenario.generations.push_back(scenario.generations.front());
  StackDraft& changed = scenario.generations.back();
  for (ServiceDraft& draft : changed.services) draft.generation = "1";
  deploy_last(scenario, at);
  return changed;
}

/// The promise that was broken, "" when all were kept.
std::string broken_in(const Scenario& scenario) {
  Trace trace;
  Marks marks;
  World world(scenario, trace, marks);
  return world.run().broken.value_or("");
}

/// The same, and whether a deploy failed or was put back.
std::string failed_in(const Scenario& scenario) {
  Trace trace;
  Marks marks;
  World world(scenario, trace, marks);
  const std::string broken = world.run().broken.value_or("");
  return marks["a deploy failed"] > 0 ? "a deploy failed" : broken;
}

}  // namespace

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
  for (std::int64_t await = 0; await < 160; await += 2) {
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
