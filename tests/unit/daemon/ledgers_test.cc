// What one stackd notes, the next one knows: each ledger is read again by another over the same store.
#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

#include "daemon/ledger/boot_id.h"
#include "daemon/ledger/gate_stops.h"
#include "daemon/ledger/own_stops.h"
#include "daemon/ledger/volumes.h"
#include "daemon/ledger/wanted_services.h"
#include "runtime/clock.h"
#include "store/sqlite_store.h"
#include "support/full_disk_store.h"
#include "support/sim_clock.h"

using namespace stackd;
using namespace stackd::daemon;

namespace {

/// A stackd that can be started anew over one store, whose disk may be full.
struct Bench {
  Bench() { REQUIRE(store.put_stack({"shop"})); }

  LedgerPlace place() { return {store.ledgers(), late, "shop"}; }

  bool full = false;
  testing::FullDiskStore store{*store::open_memory_store("daemon_ledgers_test"), [this] { return full; }};
  boost::asio::io_context context;
  sim::SimClock clock;
  LateWrites late{context.get_executor(), clock, "shop"};
};

const WallTime began = WallTime(std::chrono::seconds(1'700'000'000));

}  // namespace

TEST_CASE("the next stackd knows which runs were ordered to end, and what for") {
  Bench bench;
  OwnStops stops(bench.place());
  stops.note({"c1", "web", StopPurpose::restart}, began);
  stops.note({"c2", "db", StopPurpose::leave_down}, began);
  stops.note({"c3", "bot", StopPurpose::restart_of_a_failure}, began);
  stops.forget("c2");

  decide::Memory memory;
  REQUIRE(OwnStops(bench.place()).load(memory));
  REQUIRE(memory.containers.size() == 2);
  CHECK(memory.containers.at("c1").stop.is_ours());
  CHECK(memory.containers.at("c1").stop.inherited_of == began);
  CHECK(memory.containers.at("c1").stop.purpose == StopPurpose::restart);
  CHECK(memory.containers.at("c3").stop.purpose == StopPurpose::restart_of_a_failure);
}

TEST_CASE("stops that a gate set aside come back when it fails, those of a person were never taken away") {
  Bench bench;
  GateStops::Stops stopped = {{"web", ServiceStop::person}, {"bot", ServiceStop::outside}};
  GateStops(bench.place()).set_aside(stopped);

  GateStops after(bench.place());
  REQUIRE(after.load());
  after.set_aside({});  // the deploy goes on: what was set aside first counts
  GateStops::Stops restored = {{"web", ServiceStop::person}};
  after.restore(restored);
  CHECK(restored == stopped);

  GateStops at_last(bench.place());
  REQUIRE(at_last.load());
  GateStops::Stops nothing;
  at_last.restore(nothing);
  CHECK(nothing.empty());
}

TEST_CASE("what a person asks for during a gate is not stopped again when the gate fails") {
  Bench bench;
  GateStops stops(bench.place());
  stops.set_aside({{"bot", ServiceStop::outside}, {"worker", ServiceStop::outside}});
  stops.forget({"bot"});
  GateStops::Stops restored;
  stops.restore(restored);
  CHECK(restored == GateStops::Stops{{"worker", ServiceStop::outside}});
}

TEST_CASE("a volume that was made anew is empty until jobs have run on it, also for the next stackd") {
  Bench bench;
  Stack stack;
  stack.volumes["data"].name = "shop_data";
  stack.volumes["shared"].name = "shared";
  stack.volumes["shared"].external = true;
  Observed there;
  there.volumes["shop_data"];
  there.volumes["shared"];
  Volumes volumes(bench.place());
  volumes.note_made(stack, "data");  // the first time: there was nothing to lose
  CHECK(volumes.emptied(stack, there).empty());
  volumes.note_seen(stack, there);
  CHECK(volumes.emptied(stack, Observed{}) == std::set<std::string>{"shop_data"});
  volumes.note_made(stack, "data");

  Volumes after(bench.place());
  REQUIRE(after.load());
  CHECK(after.emptied(stack, there) == std::set<std::string>{"shop_data"});
  after.forget_emptied();
  Volumes at_last(bench.place());
  REQUIRE(at_last.load());
  CHECK(at_last.emptied(stack, there).empty());
}

TEST_CASE("when services were asked for lasts, by the calendar") {
  Bench bench;
  decide::Memory memory;
  WantedServices(bench.place()).note_wanted(memory, {"web"}, Time{}, began);
  decide::Memory next;
  REQUIRE(WantedServices(bench.place()).load(next));
  CHECK(next.wanted.at("web").wall == began);
  CHECK_FALSE(next.wanted.at("web").at.has_value());
}

TEST_CASE("an engine's boot is new until what ended with the former one was made good") {
  Bench bench;
  BootId first(bench.place());
  first.note_connected("boot-1", false);
  first.settle();

  BootId second(bench.place());
  REQUIRE(second.load());
  second.note_connected("boot-1", false);
  CHECK_FALSE(second.restarted());
  second.note_connected("boot-2", false);
  CHECK(second.restarted());
  second.note_learnt();
  CHECK_FALSE(second.restarted());
  CHECK_FALSE(second.is_settled());

  BootId killed_meanwhile(bench.place());
  REQUIRE(killed_meanwhile.load());
  killed_meanwhile.note_connected("boot-2", false);
  CHECK(killed_meanwhile.restarted());
  killed_meanwhile.settle();
  BootId at_last(bench.place());
  REQUIRE(at_last.load());
  at_last.note_connected("boot-2", false);
  CHECK_FALSE(at_last.restarted());
}

TEST_CASE("what can't be stored for want of room is stored when there is some") {
  Bench bench;
  OwnStops stops(bench.place());
  bench.full = true;
  stops.note({"c1", "web", StopPurpose::restart}, began);
  CHECK(bench.store.ledgers().own_stops("shop")->empty());
  bench.full = false;
  stops.note({"c2", "db", StopPurpose::restart}, began);
  CHECK(bench.store.ledgers().own_stops("shop")->size() == 2);
}

TEST_CASE("a kept stack that was forgotten leaves nothing to the next one of its name") {
  Bench bench;
  OwnStops(bench.place()).note({"c1", "web", StopPurpose::restart}, began);
  GateStops(bench.place()).set_aside({{"bot", ServiceStop::outside}});
  BootId(bench.place()).settle();
  REQUIRE(bench.store.forget_stack("shop"));
  REQUIRE(bench.store.put_stack({"shop"}));

  decide::Memory memory;
  REQUIRE(OwnStops(bench.place()).load(memory));
  CHECK(memory.containers.empty());
  GateStops stops(bench.place());
  REQUIRE(stops.load());
  GateStops::Stops restored;
  stops.restore(restored);
  CHECK(restored.empty());
}
