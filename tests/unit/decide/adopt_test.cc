#include "decide/keep/adopt.h"

#include <algorithm>
#include <doctest/doctest.h>

#include "decide/keep/reconcile.h"
#include "decide/replace/compare.h"
#include "model/identity.h"
#include "unit/decide/world.h"

using namespace stackd;
using namespace stackd::decide;
using stackd::decide::testing::World;

namespace {

// A database, a migration and a web, as Compose leaves them: everything runs, the migration has ended.
World composed() {
  World world;
  world.service("db");
  world.service("migrate");
  world.service("web");
  world.needs("web", "migrate", DependencyCondition::completed);
  world.settle();
  for (auto& [id, container] : world.observed.containers) container.restart_policy = "unless-stopped";
  world.target.learnt.jobs.clear();
  world.memory = Memory{};
  return world;
}

void end(ObservedContainer& container, std::int64_t exit_code) {
  container.state = ContainerState::exited;
  container.exit_code = exit_code;
}

}  // namespace

TEST_CASE("what is as the files say is kept, and a job that ended well is done") {
  World world = composed();
  const Found found = look_at_found(world.state());
  CHECK(found.kept.size() == 3);
  CHECK(found.differing.empty());
  CHECK(found.left_down.empty());
  CHECK(found.jobs.at("migrate").state == JobState::succeeded);
  CHECK(found.jobs.at("migrate").container_id == world.of("migrate").id);
}

TEST_CASE("a job whose container was pruned is done when something runs that waited for it") {
  World world = composed();
  world.observed.containers.erase(world.of("migrate").id);
  CHECK(look_at_found(world.state()).jobs.at("migrate").state == JobState::succeeded);
  world.observed.containers.erase(world.of("web").id);
  const Found found = look_at_found(world.state());
  CHECK(found.jobs.empty());
  CHECK(found.left_down.at("migrate") == ServiceStop::rest);
}

TEST_CASE("a job that runs is not run a second time") {
  World world = composed();
  world.of("migrate").state = ContainerState::running;
  end(world.of("web"), 0);
  CHECK(look_at_found(world.state()).jobs.at("migrate").state == JobState::running);
}

TEST_CASE("a job that failed has failed, unless what waits for it runs") {
  World world = composed();
  end(world.of("migrate"), 3);
  CHECK(look_at_found(world.state()).jobs.at("migrate").state == JobState::succeeded);
  end(world.of("web"), 0);
  const Found found = look_at_found(world.state());
  CHECK(found.jobs.at("migrate").state == JobState::failed);
  CHECK(found.jobs.at("migrate").exit_code == 3);
}

TEST_CASE("what somebody stopped or never started is left down") {
  World world = composed();
  end(world.of("web"), 0);
  world.observed.containers.erase(world.of("db").id);
  const Found found = look_at_found(world.state());
  CHECK(found.left_down.at("web") == ServiceStop::outside);
  CHECK(found.left_down.at("db") == ServiceStop::rest);
  CHECK(found.differing == std::vector<std::string>{"db"});
}

TEST_CASE("what ended under a policy that lets it is judged by that policy, not left down") {
  World world = composed();
  world.of("web").restart_policy = "on-failure:3";
  end(world.of("web"), 1);
  CHECK(look_at_found(world.state()).left_down.empty());
}

TEST_CASE("what differs counts as right for the release that adopt records, and for no other") {
  World world = composed();
  world.stack.services.at("web").hash_text = "{\"image\":\"web:2\"}";
  const Found found = look_at_found(world.state());
  CHECK(found.differing == std::vector<std::string>{"web"});
  const std::string id = world.of("web").id;
  CHECK(found.as_found.at("web") == std::vector<std::string>{id});

  world.target.learnt.jobs = found.jobs;
  CHECK_FALSE(must_be_replaced(world.state(), world.stack.services.at("web"), world.of("web")).empty());
  world.target.learnt.as_found.insert(id);
  CHECK(must_be_replaced(world.state(), world.stack.services.at("web"), world.of("web")).empty());
}

TEST_CASE("what can't be told is apart from what differs, and stays as it is too") {
  World world = composed();
  world.of("web").config_hash = "other";
  world.of("web").labels[std::string(label::version)] = "2.20.2";
  const Found found = look_at_found(world.state());
  CHECK(found.differing.empty());
  CHECK(found.untold == std::vector<std::string>{"web"});
  CHECK(found.as_found.at("web") == std::vector<std::string>{world.of("web").id});
}

TEST_CASE("one too many is left to the next deploy, a service of no file to its owner") {
  World world = composed();
  ObservedContainer second = world.of("web");
  second.id = "second";
  second.number = 2;
  world.observed.containers["second"] = second;
  ObservedContainer orphan = world.of("web");
  orphan.id = orphan.name = "orphan";
  orphan.service = "gone";
  world.observed.containers["orphan"] = orphan;
  const Found found = look_at_found(world.state());
  CHECK(found.differing == std::vector<std::string>{"web"});
  CHECK(found.orphans == std::vector<std::string>{"orphan"});
  world.target.learnt.as_found.insert("second");
  const std::vector<Surplus> left = surplus(world.state());
  REQUIRE(left.size() == 1);
  CHECK_FALSE(left.front().ours);
}

TEST_CASE("what was found goes once a release that was given up has put its like in its place") {
  World world = composed();
  ObservedContainer successor = world.of("web");
  ObservedContainer& found = world.of("web");
  world.target.learnt.as_found.insert(found.id);
  end(found, 0);
  successor.id = "successor";
  successor.name = "successor_web";
  world.observed.containers["successor"] = successor;
  const auto removes = [&world](const std::string& id) {
    const std::vector<Step> steps = reconcile(world.state()).steps;
    return std::any_of(steps.begin(), steps.end(), [&id](const Step& step) {
      const auto* remove = std::get_if<RemoveContainer>(&step.action);
      return remove != nullptr && remove->container_id == id;
    });
  };
  const std::string id = found.id;
  CHECK_FALSE(removes(id));  // nobody knows why there are two
  world.observed.containers["successor"].labels[std::string(label::release)] = "2";
  CHECK(removes(id));
  CHECK_FALSE(removes("successor"));
}
