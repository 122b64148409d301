// One release in the place of another: order, patience, what goes along.
#include <doctest/doctest.h>

#include "decide/deploy/prune.h"
#include "decide/keep/keep_service.h"
#include "decide/replace/conditions.h"
#include "decide/replace/traffic.h"
#include "decide/replace/update_order.h"
#include "model/identity.h"
#include "unit/decide/rolling.h"

using namespace stackd;
using namespace stackd::decide;
using namespace stackd::decide::testing;

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
