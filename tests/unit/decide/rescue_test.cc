// Kept up without a record: the containers themselves are all there is to go by.
#include "decide/keep/rescue.h"

#include <doctest/doctest.h>

#include "decide/picture/order.h"
#include "model/identity.h"
#include "unit/decide/world.h"

using namespace stackd;
using namespace stackd::decide;
using namespace stackd::decide::testing;

namespace {

/// A world of which only the containers are known, all of them ended with the machine.
class Wreck {
 public:
  ObservedContainer& container(const std::string& service, const std::string& needs,
                               std::int64_t number = 1) {
    const std::string id = service + std::to_string(number) + std::string(12, '0');
    ObservedContainer& made = world.observed.containers[id];
    made.id = id;
    made.name = container_name("shop", service, {}, number);
    made.project = "shop";
    made.service = service;
    made.number = number;
    made.image_reference = service + ":1";
    made.state = ContainerState::exited;
    made.exit_code = 255;
    made.started_at = world.wall - 1h;
    made.finished_at = world.wall - 1min;
    made.labels[std::string(label::release)] = "7";
    made.labels[std::string(label::role)] = "service";
    made.labels[std::string(label::depends_on)] = needs;
    return made;
  }

  void add_health(ObservedContainer& container) { container.health_check.test = {"CMD", "check"}; }

  /// stackd begins, without a record, after a reboot.
  void rescue() {
    std::map<std::string, Target> found = target_of_what_is_there(world.observed, {});
    REQUIRE(found.size() == 1);
    world.target = found.at("shop");
    world.stack = *world.target.desired.stack;
    world.learn_now(true);
  }

  /// The resources of the steps that could begin now.
  std::vector<std::string> steps() {
    std::vector<std::string> found;
    for (const Step& step : world.plan().steps) {
      if (std::holds_alternative<ProbeContainer>(step.action)) continue;
      found.push_back(to_text(step.action));
    }
    return found;
  }

  std::vector<std::string> started() {
    std::vector<std::string> found;
    for (const Step& step : world.plan().steps) {
      if (const auto* start = std::get_if<StartContainer>(&step.action))
        found.push_back(world.observed.containers.at(start->container_id).name);
    }
    return found;
  }

  void becomes_healthy(const std::string& service) {
    world.of(service).health = HealthState::healthy;
    world.learn_now();
  }

  World world;
};

using Names = std::vector<std::string>;

Wreck shop_in_ruins() {
  Wreck wreck;
  wreck.add_health(wreck.container("db", ""));
  wreck.container("web", "db:service_healthy:false,migrate:service_completed_successfully:false");
  wreck.container("proxy", "web:service_started:true");
  ObservedContainer& job = wreck.container("migrate", "db:service_healthy:false");
  job.exit_code = 0;
  job.labels[std::string(label::role)] = "job";
  return wreck;
}

}  // namespace

TEST_CASE("what Compose's label says of dependencies is read back") {
  const auto found = dependencies_of_label(
      "db:service_healthy:false,cache:service_started:true,migrate:service_completed_successfully:false");
  REQUIRE(found.size() == 3);
  CHECK(found.at("db").condition == DependencyCondition::healthy);
  CHECK_FALSE(found.at("db").restart);
  CHECK(found.at("cache").condition == DependencyCondition::started);
  CHECK(found.at("cache").restart);
  CHECK(found.at("migrate").condition == DependencyCondition::completed);
  CHECK(dependencies_of_label("").empty());
  CHECK(dependencies_of_label("db,:service_healthy:false,web:service_dreaming:true").empty());
}

TEST_CASE("after a reboot without a record containers start in the order of their labels") {
  Wreck wreck = shop_in_ruins();
  wreck.rescue();
  CHECK(wreck.started() == Names{"shop-db-1"});
  wreck.world.obey();
  CHECK(wreck.steps().empty());
  wreck.becomes_healthy("db");
  CHECK(wreck.started() == Names{"shop-web-1"});
  wreck.world.obey();
  CHECK(wreck.started() == Names{"shop-proxy-1"});
  wreck.world.obey();
  CHECK(wreck.steps().empty());
  CHECK(wreck.world.up("migrate").empty());
  CHECK(is_settled(wreck.world.state()));
}

TEST_CASE("without a record what crashes is started again") {
  Wreck wreck = shop_in_ruins();
  wreck.rescue();
  wreck.world.obey();
  wreck.becomes_healthy("db");
  wreck.world.obey();
  wreck.world.obey();
  wreck.world.pass(1min);
  wreck.world.dies("web", 0);
  CHECK(wreck.started() == Names{"shop-web-1"});
}

TEST_CASE("without a record nothing is made, replaced, removed or taken from the engine's policy") {
  Wreck wreck = shop_in_ruins();
  for (auto& [id, container] : wreck.world.observed.containers) {
    container.state = ContainerState::running;
    container.restart_policy = "always";
    container.config_hash = "of who knows what";
  }
  wreck.rescue();
  wreck.becomes_healthy("db");
  CHECK(wreck.steps().empty());
  wreck.world.observed.containers.erase(wreck.world.of("proxy").id);
  wreck.world.learn_now();
  CHECK(wreck.steps().empty());
}

TEST_CASE("without a record a failed job keeps nothing down that ran before, and is not run again") {
  Wreck wreck = shop_in_ruins();
  wreck.world.of("migrate").exit_code = 3;
  wreck.world.of("proxy").started_at = WallTime{};
  wreck.world.of("proxy").state = ContainerState::created;
  wreck.world.of("proxy").labels[std::string(label::depends_on)] =
      "migrate:service_completed_successfully:false";
  wreck.rescue();
  wreck.world.obey();
  wreck.becomes_healthy("db");
  CHECK(wreck.started() == Names{"shop-web-1"});
  wreck.world.obey();
  CHECK(wreck.steps().empty());
  CHECK(explain(wreck.world.state(), wreck.world.stack.services.at("proxy")).why == "waits: migrate failed");
}

TEST_CASE("of a container and its half-made successor only the proven one is started") {
  Wreck wreck;
  wreck.container("db", "");
  ObservedContainer successor = wreck.container("db", "");
  successor.id = "successor";
  successor.name = replacement_name(wreck.world.of("db").id, "shop-db-1");
  successor.created_at = wreck.world.wall - 2min;
  wreck.world.observed.containers[successor.id] = successor;
  SUBCASE("under the usual name") {
    wreck.rescue();
    CHECK(wreck.started() == Names{"shop-db-1"});
  }
  SUBCASE("under a name of the file's own") {
    for (auto& [id, container] : wreck.world.observed.containers) {
      if (id == successor.id) container.name = replacement_name("0123456789abcdef", "postgres");
      if (id != successor.id) container.name = "postgres";
    }
    wreck.rescue();
    CHECK(wreck.started() == Names{"postgres"});
  }
  wreck.world.obey();
  CHECK(wreck.steps().empty());
}

TEST_CASE("a replica that is gone keeps nobody waiting without a record") {
  Wreck wreck;
  wreck.container("web", "", 2);
  wreck.container("proxy", "web:service_started:false");
  wreck.rescue();
  CHECK(wreck.started() == Names{"shop-web-2"});
  wreck.world.obey();
  CHECK(wreck.started() == Names{"shop-proxy-1"});
}

TEST_CASE("labels of two releases that wait for each other do not block each other") {
  Wreck wreck;
  wreck.container("a", "b:service_started:false");
  wreck.container("b", "a:service_started:false");
  wreck.rescue();
  CHECK(wreck.started() == Names{"shop-a-1", "shop-b-1"});
}

TEST_CASE("without a record only projects of ours are kept up, adopted ones by their name") {
  Wreck wreck;
  wreck.container("web", "").labels.erase(std::string(label::release));
  CHECK(target_of_what_is_there(wreck.world.observed, {}).empty());
  const auto found = target_of_what_is_there(wreck.world.observed, {"shop", "gone"});
  REQUIRE(found.size() == 1);
  CHECK(found.at("shop").desired.stack->services.count("web") == 1);
}

TEST_CASE("a shared namespace is known by the container that has it") {
  Wreck wreck;
  ObservedContainer& vpn = wreck.container("vpn", "");
  wreck.container("torrent", "").network_mode = "container:" + vpn.id;
  wreck.rescue();
  CHECK(wreck.started() == Names{"shop-vpn-1"});
  wreck.world.obey();
  CHECK(wreck.started() == Names{"shop-torrent-1"});
}
