// Fifty stacks on one engine, and files that do not answer: what one of them may cost the others.
#include <doctest/doctest.h>
#include <set>
#include <string>

#include "daemon/host/turns.h"
#include "runtime/aside.h"
#include "sim/house.h"

using namespace stackd;
using namespace stackd::sim;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t stacks = 50;
constexpr std::size_t services = 4;
constexpr std::size_t at_once = 8;  // of starts, and of what is made ahead of them
/// For each start that is under way: an engine that is asked for more at once takes longer for each.
constexpr Duration start_takes = 40ms;

StackDraft numbered(std::size_t number) {
  StackDraft stack{"s" + std::to_string(100 + number), {}};
  for (std::size_t one = 1; one <= services; ++one) {
    ServiceDraft draft;
    draft.name = "w" + std::to_string(one);
    draft.restart = "always";
    stack.services.push_back(draft);
  }
  return stack;
}

bool is_heavy(const Call& call) {
  for (const char* verb : {"create ", "start ", "remove ", "connect "})
    if (call.text.starts_with(verb) && !call.text.starts_with("create exec")) return true;
  return false;
}

struct Crowd {
  explicit Crowd(const std::string& name, bool limited = true) : house(name), turns(house.clock, at_once) {
    house.furnish = [this, limited](daemon::Edges& edges) {
      if (limited) edges.turns = &turns;
    };
    house.engine.on_call = [this](const Call& call) {
      if (is_heavy(call)) most = std::max(most, ++under_way);
    };
    house.engine.on_answer = [this](const Call& call, const std::string&) {
      if (is_heavy(call)) --under_way;
    };
    house.engine.fates = [this](const Call& call) {
      Fate fate;
      if (call.text.starts_with("start ")) fate.until_effect = start_takes * static_cast<int>(under_way);
      return fate;
    };
    house.begin_stackd();
  }

  /// Asks for all of them at once; nobody waits for the other.
  void deploy_all(std::size_t from = 0) {
    for (std::size_t number = from; number < stacks; ++number)
      accepted.push_back(house.ask<std::string>(house.supervisor().deploy(House::request(numbered(number)))));
  }
  [[nodiscard]] std::size_t running(std::size_t number) const {
    std::size_t count = 0;
    for (const ServiceDraft& draft : numbered(number).services)
      count += house.running(numbered(number).name, draft.name);
    return count;
  }
  [[nodiscard]] std::size_t running() const {
    std::size_t count = 0;
    for (const auto& [id, container] : house.host.containers()) count += container.alive ? 1 : 0;
    return count;
  }

  House house;
  daemon::Turns turns;
  std::vector<Answer<std::string>> accepted;
  std::size_t under_way = 0;
  std::size_t most = 0;
};

}  // namespace

TEST_CASE(
    "fifty stacks come up together, never with more steps under way than the engine takes, and evenly") {
  Crowd crowd("fifty");
  crowd.deploy_all();
  bool one_is_up = false;
  std::size_t untouched = 0;
  crowd.house.run_until([&] {
    if (!one_is_up && crowd.running(0) == services) {
      one_is_up = true;
      for (std::size_t number = 0; number < stacks; ++number) untouched += crowd.running(number) == 0 ? 1 : 0;
    }
    return crowd.running() == stacks * services;
  });
  CHECK(crowd.most <= 2 * at_once);
  CHECK(crowd.most > at_once);
  CHECK(untouched < stacks / 5);
  // The engine is kept at work from the first to the last: nobody waits for nothing.
  CHECK(crowd.house.clock.now().time_since_epoch() < stacks * services * start_takes * 3 / 2);
}

TEST_CASE("without a limit the engine has hundreds of steps at once") {
  Crowd crowd("unlimited", false);
  crowd.deploy_all();
  crowd.house.run_until([&] { return crowd.running() == stacks * services; });
  CHECK(crowd.most > 5 * at_once);
}

TEST_CASE("what dies while others come up is started again before them") {
  Crowd crowd("death");
  REQUIRE(crowd.house.deploy(numbered(0)).state == DeployState::live);
  crowd.house.run_for(11s);  // a good run: it is started again at once
  const HostContainer* found = crowd.house.container(numbered(0).name, "w1");
  const std::uint64_t run = found->run;
  crowd.deploy_all(1);
  crowd.house.run_until([&] { return crowd.running() > stacks; });
  REQUIRE(crowd.turns.taken() >= at_once);
  const Time died = crowd.house.clock.now();
  crowd.house.host.crash_process(found->seen.id, 1);
  crowd.house.run_until([&] { return found->run > run; });
  CHECK(crowd.house.clock.now() - died < start_takes * static_cast<int>(at_once + 2));
}

TEST_CASE("a stack that is stopped while it waits for its turn is not started any more") {
  Crowd crowd("stopped");
  crowd.deploy_all();
  const std::string last = numbered(stacks - 1).name;
  crowd.house.run_until([&] { return crowd.house.container(last, "w1") != nullptr; });
  const std::size_t before = crowd.running(stacks - 1);
  daemon::ServicesRequest stop;
  stop.stack = last;
  REQUIRE(crowd.house.get<void>(crowd.house.supervisor().stop(stop)));
  std::set<std::string> started;
  crowd.house.host.on_happening = [&](const Happening& happening) {
    const bool start = happening.kind == HappeningKind::started && happening.container->seen.project == last;
    if (start && happening.order.asked > Time{} && before == 0)
      started.insert(happening.container->seen.name);
  };
  crowd.house.run_until([&] { return crowd.running() == (stacks - 1) * services; });
  CHECK(started.size() <= 1);  // at most what was under way
}

TEST_CASE("starts that hang in one stack hold the others up for some seconds only") {
  Crowd crowd("hanging");
  std::set<std::string> hanging;
  crowd.house.engine.fates = [&](const Call& call) {
    Fate fate;
    if (call.text.starts_with("start ")) fate.until_effect = start_takes;
    const bool hangs = call.text.starts_with("start ") && hanging.count(call.text.substr(6)) > 0;
    if (hangs) fate.until_effect = 10min;
    return fate;
  };
  crowd.house.host.on_happening = [&](const Happening& happening) {
    const bool created =
        happening.kind == HappeningKind::created && happening.container->seen.project == "s100";
    if (created) hanging.insert(happening.container->seen.id.substr(0, 12));
  };
  crowd.deploy_all();
  crowd.house.run_until([&] { return crowd.running() == (stacks - 1) * services; }, 40s);
  CHECK(crowd.running(0) == 0);
}

TEST_CASE("a start that hangs keeps nobody from seeing what happens to the others") {
  House house("one-hangs");
  house.begin_stackd();
  REQUIRE(house.deploy(numbered(0)).state == DeployState::live);
  house.run_for(20s);
  const std::string stack = numbered(0).name;
  const auto crash = [&](const std::string& service) {
    for (const auto& [id, container] : house.host.containers()) {
      if (container.seen.service == service) return house.host.crash_process(id, 1);
    }
  };
  house.engine.fates = [](const Call& call) {
    Fate fate;
    if (call.text.starts_with("start ")) fate.until_effect = 10min;
    return fate;
  };
  crash("w1");
  house.run_for(1s);
  house.engine.fates = {};
  for (const auto& [id, container] : house.host.containers()) {
    if (container.seen.service != "w1") continue;
    const std::string name = container.seen.name;
    REQUIRE(house.host.rename(id, "elsewhere", {Hand::person, house.clock.now()}));
    REQUIRE(house.host.rename(id, name, {Hand::person, house.clock.now()}));
  }
  house.run_for(1s);
  crash("w2");
  house.run_until([&] { return house.running(stack, "w2") == 1; }, 2s);
  CHECK(house.running(stack, "w1") == 0);
}

TEST_CASE("a stack that is handed back while it waits leaves its turn to the others") {
  Crowd crowd("handed-back");
  crowd.deploy_all();
  crowd.house.run_until([&] { return crowd.running() > 0; });
  const std::string last = numbered(stacks - 1).name;
  REQUIRE(crowd.house.get<void>(crowd.house.supervisor().forget(last, "me")));
  const auto others_are_up = [&] {
    std::size_t up = 0;
    for (std::size_t number = 0; number + 1 < stacks; ++number) up += crowd.running(number);
    return up == (stacks - 1) * services;
  };
  crowd.house.run_until(others_are_up, 1min);
  crowd.house.run_for(1s);
  CHECK(crowd.turns.taken() == 0);
}

namespace {

/// Where files are looked at: it does not answer as long as `hangs`.
class FileServer final : public runtime::Aside {
 public:
  explicit FileServer(SimClock& clock) : clock_(clock) {}
  runtime::Task<bool> run(std::function<void()> work, Time until) override {
    if (hangs) {
      co_await clock_.sleep_until(until);
      co_return false;
    }
    work();
    co_return true;
  }
  bool hangs = false;

 private:
  SimClock& clock_;
};

}  // namespace

TEST_CASE("files that hang stop nothing: status says that it is not known, and what dies is started again") {
  House house("hanging-files");
  FileServer server(house.clock);
  house.furnish = [&](daemon::Edges& edges) { edges.aside = &server; };
  house.begin_stackd();
  StackDraft draft = numbered(0);
  draft.services[0].folder = "first";
  daemon::DeployRequest request = House::request(draft);
  request.files.fingerprints["w1"][folder_file(draft.name, "w1")] = std::string(64, 'b');
  request.files.contents[folder_file(draft.name, "w1")] = "first";
  const auto id = house.get<std::string>(house.supervisor().deploy(request));
  REQUIRE(id);
  REQUIRE(house.end_of(*id).state == DeployState::live);
  house.run_for(20s);

  server.hangs = true;
  const Time asked = house.clock.now();
  const auto status = house.get<daemon::StackStatus>(house.supervisor().status(draft.name));
  REQUIRE(status);
  CHECK_FALSE(status->file_changed.has_value());
  CHECK(house.clock.now() - asked <= 1s);
  const Time again = house.clock.now();
  const auto all = house.get<std::vector<daemon::StackStatus>>(house.supervisor().stacks());
  REQUIRE(all);
  CHECK(house.clock.now() - again <= 1s);  // nobody waits twice for what is known to hang

  const HostContainer* web = house.container(draft.name, "w2");
  const Time died = house.clock.now();
  house.host.crash_process(web->seen.id, 1);
  house.run_until([&] { return house.running(draft.name, "w2") == 1; });
  CHECK(house.clock.now() - died <= 1s);

  REQUIRE(house.host.remove(house.container(draft.name, "w1")->seen.id, true,
                            sim::Order{Hand::person, house.clock.now()}));
  house.run_until([&] { return house.running(draft.name, "w1") == 1; }, 1min);
  server.hangs = false;
}
