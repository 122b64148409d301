#include "decide/deploy/early_reach.h"

#include <doctest/doctest.h>

#include "unit/decide/world.h"

using namespace stackd;
using namespace stackd::decide;
using namespace stackd::decide::testing;

namespace {

using Texts = std::vector<std::string>;

// A proxy before a web that starts beside its predecessor, both on the network that every service has.
struct Proxied {
  World world = shop();

  Proxied() {
    Service proxy = world.stack.services.at("web");
    proxy.name = "proxy";
    proxy.ports = {{"", 80, "80", "tcp"}};
    proxy.depends_on = {{"web", {}}};
    proxy.networks = {{"default", {}}};
    Service& web = world.stack.services.at("web");
    web.ports.clear();
    web.networks = {{"default", {}}};
    web.health_check.emplace();
    web.health_check->test = {"CMD", "true"};
    web.update.order = UpdateOrder::start_first;
    world.stack.services["proxy"] = proxy;
    add_network("default", false);
  }
  void add_network(const std::string& key, bool traffic) {
    NetworkDefinition network;
    network.key = network.name = key;
    network.join_when_ready = traffic;
    world.stack.networks[key] = network;
  }
  Service& service(const std::string& name) { return world.stack.services.at(name); }
  std::vector<EarlyReach> look() { return early_reaches(world.state()); }
};

}  // namespace

TEST_CASE("a proxy that shares a network with what starts beside its predecessor reaches it early") {
  Proxied before;
  const std::vector<EarlyReach> found = before.look();
  REQUIRE(found.size() == 1);
  CHECK(found[0].proxy == "proxy");
  CHECK(found[0].services == Texts{"web"});
  CHECK(found[0].networks == Texts{"default"});
  CHECK(sentence_of(found[0]) ==
        "proxy shares network default with web, whose successor starts beside it: proxy may ask it before it "
        "is "
        "ready");
  CHECK(way_out(before.world.stack, found[0]) ==
        "add `networks: {outside: {}, traffic: {x-stackd: {join: ready}}}`, and write `networks: [default, "
        "traffic]` for web, `networks: [outside, traffic]` for proxy");
}

TEST_CASE("a traffic network helps only who shares no other") {
  Proxied before;
  before.add_network("front", true);
  before.service("web").networks = {{"default", {}}, {"front", {}}};
  before.service("proxy").networks = {{"default", {}}, {"edge", {}}, {"front", {}}};
  before.add_network("edge", false);
  before.service("proxy").depends_on.clear();
  const std::vector<EarlyReach> found = before.look();
  REQUIRE(found.size() == 1);
  CHECK(way_out(before.world.stack, found[0]) ==
        "write `networks: [default, front]` for web, `networks: [edge, front]` for proxy");
  before.service("proxy").networks = {{"edge", {}}, {"front", {}}};
  CHECK(before.look().empty());
}

TEST_CASE("it is said only where it is so") {
  Proxied stops_first;
  stops_first.service("web").update.order = UpdateOrder::stop_first;
  CHECK(stops_first.look().empty());
  Proxied no_visitors;
  no_visitors.service("proxy").ports.clear();
  CHECK(no_visitors.look().empty());
  Proxied strangers;
  strangers.service("proxy").depends_on.clear();
  CHECK(strangers.look().empty());
  Proxied apart;
  apart.service("proxy").networks = {{"outside", {}}};
  CHECK(apart.look().empty());
}
