// What comes and goes while something else is under way: adopting, handing back, deploys, a disk that fills.
#include <doctest/doctest.h>
#include <string>

#include "model/identity.h"
#include "sim/house.h"

using namespace stackd;
using namespace stackd::sim;
using namespace std::chrono_literals;

namespace {

ServiceDraft service(std::string name) {
  ServiceDraft draft;
  draft.name = std::move(name);
  draft.restart = "always";
  draft.has_check = true;
  draft.interval = 2s;
  return draft;
}

StackDraft shop(const std::string& generation = "0") {
  StackDraft stack{"shop", {service("db"), service("web")}};
  stack.services[1].depends_on = {{"db", waits_for(DependencyCondition::healthy)}};
  for (ServiceDraft& draft : stack.services) draft.generation = generation;
  return stack;
}

/// Every call of the engine whose text begins so takes that long.
void delay(House& house, std::string beginning, Duration span) {
  house.engine.fates = [beginning = std::move(beginning), span](const Call& call) {
    Fate fate;
    if (call.text.starts_with(beginning)) fate.until_effect = span;
    return fate;
  };
}

bool file_below(const std::string& folder) {
  std::error_code absent;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, absent))
    if (entry.is_regular_file()) return true;
  return false;
}

}  // namespace

TEST_CASE("what is being adopted is not forgotten in the middle of it, nor deployed") {
  House house("adopt");
  house.begin_stackd();
  REQUIRE(house.deploy(shop()).state == DeployState::live);
  REQUIRE(house.get<void>(house.supervisor().hand_back("shop", "me")));
  delay(house, "tag", 5s);
  const auto adopted = house.ask<daemon::AdoptReport>(house.supervisor().adopt(House::request(shop())));
  house.run_for(2s);
  REQUIRE_FALSE(adopted->has_value());

  for (const Result<void>& order : {house.get<void>(house.supervisor().forget("shop", "me")),
                                    house.get<void>(house.supervisor().hand_back("shop", "me"))}) {
    REQUIRE_FALSE(order);
    CHECK(order.error().kind == ErrorKind::conflict);
    CHECK(order.error().message == "stack shop is being adopted: try again when that is done");
  }
  const auto deployed = house.get<std::string>(house.supervisor().deploy(House::request(shop("1"))));
  CHECK_FALSE(deployed);
  house.run_until([&] { return adopted->has_value(); });
  REQUIRE((*adopted)->ok());
  CHECK((**adopted)->kept.size() == 2);
  CHECK(house.store->stack("shop")->value().current_release == 1);
  CHECK(house.store->deploys("shop", 9)->front().state == DeployState::live);
  CHECK(house.store->release("shop", 1)->value().live_at.has_value());
}

TEST_CASE("a stack whose deploy is on its way is not adopted under it") {
  House house("adopt-late");
  house.begin_stackd();
  delay(house, "create", 5s);
  const auto id = house.get<std::string>(house.supervisor().deploy(House::request(shop())));
  REQUIRE(id);
  const auto adopted = house.get<daemon::AdoptReport>(house.supervisor().adopt(House::request(shop())));
  REQUIRE_FALSE(adopted);
  CHECK(adopted.error().kind == ErrorKind::conflict);
  CHECK(house.end_of(*id).state == DeployState::live);
}

TEST_CASE("a deploy that comes while the stack is handed back is refused, and taken after it") {
  House house("hand-back");
  house.begin_stackd();
  REQUIRE(house.deploy(shop()).state == DeployState::live);
  delay(house, "update ", 2s);
  const auto handed_back = house.ask<void>(house.supervisor().hand_back("shop", "me"));
  house.run_for(1s);
  REQUIRE_FALSE(handed_back->has_value());
  const auto refused = house.get<std::string>(house.supervisor().deploy(House::request(shop("1"))));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message == "stack shop is being handed back: try again when that is done");
  house.run_until([&] { return handed_back->has_value(); });
  REQUIRE((*handed_back)->ok());
  CHECK(house.store->stacks()->empty());
  CHECK(house.deploy(shop("1")).state == DeployState::live);
}

TEST_CASE("what is being stopped is not handed back before it has stopped") {
  House house("stopping");
  house.begin_stackd();
  house.host.script = [](const std::string&, const std::string&, std::int64_t) {
    Program slow;
    slow.stop_takes = 5s;
    return slow;
  };
  REQUIRE(house.deploy(shop()).state == DeployState::live);
  REQUIRE(house.get<void>(house.supervisor().stop({"shop", {}, "me"})));
  house.run_for(1s);
  const auto refused = house.get<void>(house.supervisor().hand_back("shop", "me"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == ErrorKind::conflict);
  CHECK(refused.error().message.find("is being stopped") != std::string::npos);
  house.run_for(20s);
  CHECK(house.get<void>(house.supervisor().hand_back("shop", "me")));
}

TEST_CASE("handed back in the middle of a deploy, the deploy has an end for those who follow it") {
  House house("follow");
  house.begin_stackd();
  REQUIRE(house.deploy(shop()).state == DeployState::live);
  house.host.script = [](const std::string&, const std::string&, std::int64_t) {
    Program never;
    never.ready_after = std::chrono::hours(9);
    return never;
  };
  const auto id = house.get<std::string>(house.supervisor().deploy(House::request(shop("1"))));
  REQUIRE(id);
  house.run_for(5s);
  auto progress = house.get<std::unique_ptr<daemon::Stream<daemon::DeployProgress>>>(
      house.supervisor().follow_deploy(*id));
  REQUIRE(progress);
  REQUIRE(house.get<void>(house.supervisor().hand_back("shop", "me")));
  DeployState last = DeployState::queued;
  bool ended = false;
  while (!ended) {
    const auto next = house.get<std::optional<daemon::DeployProgress>>((*progress)->next());
    REQUIRE(next);
    ended = !next->has_value();
    if (!ended) last = (*next)->state;
  }
  CHECK(last == DeployState::cancelled);
}

TEST_CASE("a stack that can't be forgotten goes on being kept") {
  House house("full");
  house.begin_stackd();
  REQUIRE(house.deploy(shop()).state == DeployState::live);
  bool full = false;
  house.refuses_write = [&full] { return full; };
  house.engine.on_call = [&full](const Call& call) { full = full || call.text.starts_with("update "); };
  const Result<void> forgotten = house.get<void>(house.supervisor().forget("shop", "me"));
  REQUIRE_FALSE(forgotten);
  CHECK(forgotten.error().kind == ErrorKind::unavailable);
  house.engine.on_call = nullptr;
  full = false;

  REQUIRE(house.get<daemon::StackStatus>(house.supervisor().status("shop")));
  const auto policy = [&] { return house.container("shop", "web")->seen.restart_policy; };
  house.run_until([&] { return policy() == "no"; }, 1min);
  house.host.crash_process(house.container("shop", "web")->seen.id, 1);
  house.run_until([&] { return house.running("shop", "web") == 1; }, 1min);
  CHECK(house.deploy(shop("1")).state == DeployState::live);
  CHECK(house.get<void>(house.supervisor().forget("shop", "me")));
  CHECK(house.store->stacks()->empty());
}

TEST_CASE(
    "a deploy that was said to have failed is not current after a restart, whichever write was refused") {
  for (int refused = 1; refused < 60; ++refused) {
    CAPTURE(refused);
    House house("write" + std::to_string(refused));
    house.begin_stackd();
    REQUIRE(house.deploy(shop()).state == DeployState::live);
    int writes = 0;
    house.refuses_write = [&writes, refused] { return ++writes == refused; };
    const auto id = house.get<std::string>(house.supervisor().deploy(House::request(shop("1"))));
    if (!id) continue;
    const Deploy ended = house.end_of(*id);
    house.end_stackd();
    house.refuses_write = nullptr;
    const std::int64_t current = house.store->stack("shop")->value().current_release;
    CHECK(current == (ended.state == DeployState::live ? 2 : 1));
    house.begin_stackd();
    house.run_for(1min);
    CHECK(house.store->stack("shop")->value().current_release == current);
    CHECK(house.running("shop", "web") == 1);
  }
}

TEST_CASE("the contents that came with a deploy are gone when it can't be accepted") {
  House house("secrets");
  house.begin_stackd();
  REQUIRE(house.deploy(shop()).state == DeployState::live);
  house.refuses_write = [] { return true; };
  daemon::DeployRequest request = House::request(shop("1"));
  request.files.contents["/srv/shop/secret"] = "hunter2";
  const auto id = house.get<std::string>(house.supervisor().deploy(request));
  REQUIRE_FALSE(id);
  CHECK_FALSE(file_below(house.kept_folder));
}

namespace {

/// The release can't be read as long as `is_blind`.
class BlindStore : public testing::FullDiskStore {
 public:
  using FullDiskStore::FullDiskStore;
  Result<std::optional<Release>> release(const std::string& stack, std::int64_t number) override {
    if (is_blind) return Error{ErrorKind::unavailable, "disk I/O error"};
    return FullDiskStore::release(stack, number);
  }
  bool is_blind = false;
};

}  // namespace

TEST_CASE("a parked stack passes the gate of the release that mends it") {
  House house("parked");
  auto disk = store::open_memory_store("house-blind");
  REQUIRE(disk);
  auto blind = std::make_unique<BlindStore>(*std::move(disk), [] { return false; });
  BlindStore& store = *blind;
  house.store = std::move(blind);
  house.begin_stackd();
  REQUIRE(house.deploy(shop()).state == DeployState::live);
  house.end_stackd();
  store.is_blind = true;
  house.begin_stackd();
  store.is_blind = false;
  house.run_for(1s);
  REQUIRE(house.get<daemon::StackStatus>(house.supervisor().status("shop"))->parked);

  StackDraft next = shop("1");
  ServiceDraft migrate;
  migrate.name = "migrate";
  migrate.depends_on = {{"db", waits_for(DependencyCondition::healthy)}};
  next.services.push_back(migrate);
  next.services[1].depends_on["migrate"] = waits_for(DependencyCondition::completed);
  house.host.script = [](const std::string&, const std::string& name, std::int64_t) {
    Program program;
    if (name == "migrate") program.ends_after = 1s;
    return program;
  };
  CHECK(house.deploy(next).state == DeployState::live);
  CHECK_FALSE(house.get<daemon::StackStatus>(house.supervisor().status("shop"))->parked);
}
