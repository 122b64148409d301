// A network that a release defines otherwise: what stops for it, when, and what it waits for.
#include "decide/replace/renewal.h"

#include <doctest/doctest.h>

#include "decide/replace/refused.h"
#include "decide/replace/rollout.h"
#include "decide/replace/rollout_failure.h"
#include "decide/replace/update_order.h"
#include "model/identity.h"
#include "unit/decide/world.h"

using namespace stackd;
using namespace stackd::decide;
using namespace stackd::decide::testing;

namespace {

/// web needs db, and both are on the network that the next release defines otherwise; apart is not.
struct Renewal {
  World world;

  Renewal() {
    world.service("db").networks["default"];
    world.service("web").networks["default"];
    world.service("apart");
    world.needs("web", "db", DependencyCondition::started);
    NetworkDefinition network{"default", "shop_default"};
    network.config_hash = "one";
    world.stack.networks["default"] = network;
    world.settle();
    world.observed.networks.at("shop_default").labels = {{std::string(label::project), "shop"},
                                                         {std::string(label::config_hash), "one"}};
    world.observed.networks.at("shop_default").id = "former";
    for (auto& [id, container] : world.observed.containers) {
      for (auto& [name, endpoint] : container.networks) endpoint.network_id = "former";
    }
    world.state();
    world.replace_release();
    ++world.target.desired.release;
    world.stack.networks["default"].config_hash = "two";
  }
};

}  // namespace

TEST_CASE("what is on a redefined network stops, dependents first, and comes back in order") {
  Renewal renewal;
  World& world = renewal.world;
  REQUIRE(world.plan().steps.size() == 1);
  CHECK(world.plan_text().find("stop web") == 0);
  CHECK_FALSE(is_settled(world.state()));
  const std::string apart = containers_of(world.observed, "apart").front()->id;
  for (int round = 0; round < 12; ++round) {
    world.obey();
    world.pass(6s);
  }
  CHECK(world.observed.networks.at("shop_default").id != "former");
  CHECK(is_settled(world.state()));
  CHECK(containers_of(world.observed, "apart").front()->id == apart);
  CHECK(world.plan().steps.empty());
}

TEST_CASE("a redefined network changes what is on it, which then stops first") {
  Renewal renewal;
  World& world = renewal.world;
  const State state = world.state();
  CHECK(is_changed(state, "web"));
  CHECK_FALSE(is_changed(state, "apart"));
  const UpdateOrderChoice order = update_order(state, world.stack.services.at("web"), nullptr);
  CHECK_FALSE(order.start_first);
  CHECK(order.because == "network shop_default is made anew");
}

TEST_CASE("a job on a redefined network is waited for before anything stops") {
  Renewal renewal;
  World& world = renewal.world;
  world.runs_already("reindex").networks["shop_default"];
  world.target.learnt.former_jobs["reindex"] = {1, std::nullopt};
  const Plan plan = world.plan();
  CHECK(plan.steps.empty());
  REQUIRE_FALSE(plan.warnings.empty());
  CHECK(plan.warnings.front() == "network shop_default is made anew once shop-reindex-1 has ended");
}

TEST_CASE("a network that others made, or that no release redefines, is kept") {
  Renewal renewal;
  World& world = renewal.world;
  SUBCASE("it is not the project's") {
    world.observed.networks.at("shop_default").labels.clear();
  }
  SUBCASE("the former release had the same definition") {
    world.state();
    world.replace_release();
  }
  SUBCASE("no rollout is on its way") {
    world.target.rollout = Settled{};
  }
  CHECK_FALSE(renews_networks(world.state()));
  CHECK(world.plan().steps.empty());
}

TEST_CASE("an engine that keeps the network is an obstacle of the release") {
  Renewal renewal;
  World& world = renewal.world;
  FailedStep step;
  step.failures = refusals_max;
  step.error = "it has active endpoints";
  world.memory.failed_steps["network shop_default"] = step;
  CHECK(rollout_obstacle(world.state()) == "it has active endpoints");
}
