// What is remembered of a stack beside its records: each kind comes back as it was put, is replaced by the
// next put, and goes with its stack.
#include <doctest/doctest.h>

#include "records.h"
#include "store/sqlite_store.h"

namespace stackd::store {
namespace {

std::unique_ptr<Store> with_ledgers(const std::string& name) {
  std::unique_ptr<Store> store = *open_memory_store("ledgers_test");
  REQUIRE(store->put_stack(full_stack(name)));
  return store;
}

const AnonymousVolumes some_volumes = {
    {{"db", 1},
     {{"volume", "f00d", "/host/a", "/data", true}, {"bind", "", "/srv/a b", "/with space", false}}},
    {{"web", 2}, {{"volume", "beef", "/host/b", "/cache", true}}}};

void remember_everything(LedgerTables& ledgers, const std::string& stack) {
  REQUIRE(ledgers.put_boot_id(stack, "boot-1"));
  REQUIRE(ledgers.put_own_stops(stack, {{"c1", StopPurpose::leave_down, moment(1)},
                                        {"c2", StopPurpose::restart, moment(2)},
                                        {"c3", StopPurpose::restart_of_a_failure, {}}}));
  REQUIRE(ledgers.put_restarts(stack, {{"c1", "", moment(4)}, {"c2", "", {}}, {"", "web", {}}}));
  REQUIRE(ledgers.put_gate_stops(stack, {{"bot", ServiceStop::outside}, {"web", ServiceStop::rest}}));
  REQUIRE(ledgers.put_wanted(stack, {{"web", moment(3)}}));
  REQUIRE(ledgers.put_anonymous_volumes(stack, some_volumes));
  REQUIRE(ledgers.put_volumes(stack, {{"data", VolumeContents::kept}, {"tmp", VolumeContents::made_anew}}));
  REQUIRE(ledgers.put_ill_services(stack, {"bot"}));
}

TEST_CASE("what containers were made with is put row by row, and an id takes the place of its name") {
  auto store = with_ledgers("shop");
  LedgerTables& ledgers = store->ledgers();
  const MadeWith web{"f1", true, "a1", "c1", 3, true};
  REQUIRE(ledgers.put_creation("shop", "shop-web-1", web));
  REQUIRE(ledgers.put_creation("shop", "shop-db-1", {}));
  CHECK(ledgers.made_with("shop")->ordered.at("shop-web-1") == web);
  REQUIRE(ledgers.put_made_with("shop", "id-1", web, "shop-web-1"));
  MadeWithRecord record = *ledgers.made_with("shop");
  CHECK(record.made.at("id-1") == web);
  CHECK(record.ordered.size() == 1);
  REQUIRE(ledgers.put_made_with("shop", "id-1", {"f2"}, ""));
  REQUIRE(ledgers.forget_made_with("shop", "shop-db-1"));
  record = *ledgers.made_with("shop");
  CHECK(record.made.at("id-1") == MadeWith{"f2"});
  CHECK(record.ordered.empty());
  REQUIRE(ledgers.put_host_files("shop", {{"web", "f1"}, {"db", "f2"}}));
  REQUIRE(ledgers.put_host_files("shop", {{"web", "f3"}}));
  CHECK(*ledgers.host_files("shop") == std::map<std::string, std::string>{{"web", "f3"}});
  REQUIRE(store->forget_stack("shop"));
  REQUIRE(store->put_stack(full_stack("shop")));
  CHECK(ledgers.made_with("shop")->made.empty());
  CHECK(ledgers.host_files("shop")->empty());
}

TEST_CASE("what is remembered of a stack comes back as it was put") {
  auto store = with_ledgers("shop");
  LedgerTables& ledgers = store->ledgers();
  remember_everything(ledgers, "shop");

  CHECK(*ledgers.boot_id("shop") == "boot-1");
  const std::vector<OwnStop> stops = *ledgers.own_stops("shop");
  REQUIRE(stops.size() == 3);
  CHECK(stops[0].purpose == StopPurpose::leave_down);
  CHECK(stops[0].run_started_at == moment(1));
  CHECK(stops[1].container_id == "c2");
  CHECK(stops[1].purpose == StopPurpose::restart);
  CHECK(stops[2].purpose == StopPurpose::restart_of_a_failure);
  const std::vector<OpenRestart> restarts = *ledgers.restarts("shop");
  REQUIRE(restarts.size() == 3);
  CHECK(restarts[0].service == "web");
  CHECK(restarts[1].container_id == "c1");
  CHECK(restarts[1].run_started_at == moment(4));
  CHECK(restarts[2].run_started_at == WallTime{});
  CHECK(ledgers.gate_stops("shop")->at("bot") == ServiceStop::outside);
  CHECK(ledgers.gate_stops("shop")->at("web") == ServiceStop::rest);
  CHECK(ledgers.wanted("shop")->at("web") == moment(3));
  const AnonymousVolumes left = *ledgers.anonymous_volumes("shop");
  REQUIRE(left.size() == 2);
  REQUIRE(left.at({"db", 1}).size() == 2);
  CHECK(left.at({"db", 1})[0].name == "f00d");
  CHECK(left.at({"db", 1})[0].target == "/data");
  CHECK(left.at({"db", 1})[1].type == "bind");
  CHECK(left.at({"db", 1})[1].source == "/srv/a b");
  CHECK_FALSE(left.at({"db", 1})[1].read_write);
  CHECK(ledgers.volumes("shop")->at("data") == VolumeContents::kept);
  CHECK(ledgers.volumes("shop")->at("tmp") == VolumeContents::made_anew);
  CHECK(*ledgers.ill_services("shop") == std::set<std::string>{"bot"});
}

TEST_CASE("a put replaces what was remembered of that kind for that stack, and nothing else") {
  auto store = with_ledgers("shop");
  REQUIRE(store->put_stack(full_stack("blog")));
  LedgerTables& ledgers = store->ledgers();
  remember_everything(ledgers, "shop");
  remember_everything(ledgers, "blog");

  REQUIRE(ledgers.put_own_stops("shop", {{"c4", StopPurpose::restart, moment(4)}}));
  REQUIRE(ledgers.put_volumes("shop", {}));
  CHECK(ledgers.own_stops("shop")->size() == 1);
  CHECK(ledgers.volumes("shop")->empty());
  CHECK(ledgers.wanted("shop")->size() == 1);
  CHECK(ledgers.own_stops("blog")->size() == 3);
  CHECK(ledgers.volumes("blog")->size() == 2);
}

TEST_CASE("a stack that is kept again under the name of a forgotten one starts with nothing remembered") {
  auto store = with_ledgers("shop");
  LedgerTables& ledgers = store->ledgers();
  remember_everything(ledgers, "shop");

  REQUIRE(store->forget_stack("shop"));
  REQUIRE(store->put_stack(full_stack("shop")));
  CHECK(ledgers.boot_id("shop")->empty());
  CHECK(ledgers.own_stops("shop")->empty());
  CHECK(ledgers.gate_stops("shop")->empty());
  CHECK(ledgers.wanted("shop")->empty());
  CHECK(ledgers.anonymous_volumes("shop")->empty());
  CHECK(ledgers.volumes("shop")->empty());
  CHECK(ledgers.ill_services("shop")->empty());
}

TEST_CASE("nothing is remembered of a stack that is not there") {
  auto store = with_ledgers("shop");
  CHECK(store->ledgers().put_boot_id("blog", "boot-1").error().kind == ErrorKind::not_found);
  CHECK(store->ledgers().put_wanted("blog", {{"web", moment(1)}}).error().kind == ErrorKind::not_found);
}

}  // namespace
}  // namespace stackd::store
