// Whether a container has the contents that the release records: what is not known is never the same as
// unchanged.
#include "decide/picture/made_with.h"

#include <doctest/doctest.h>

#include "decide/replace/gate.h"
#include "decide/replace/replica.h"
#include "unit/decide/world.h"

using namespace stackd;
using namespace stackd::decide;
using namespace stackd::decide::testing;

namespace {

const char* const all_services[] = {"a", "b", "c"};

/// Three services that run, each with a file of its own; `made` says whether it is known what they were made
/// with.
World running(bool made) {
  World world;
  for (const char* name : all_services) {
    world.service(name);
    world.target.desired.files[name] = world.target.learnt.host_files[name] = "one";
    world.target.desired.file_parts[name].alone = "one";
  }
  world.settle();
  world.memory.made_with.clear();
  for (const char* name : all_services) {
    if (made) world.memory.made_with[world.of(name).id] = {"one", false, "one"};
  }
  return world;
}

void deploy(World& world, const std::string& files) {
  world.state();
  world.replace_release();
  ++world.target.desired.release;
  for (const char* name : all_services) {
    world.target.desired.files[name] = world.target.learnt.host_files[name] = files;
    world.target.desired.file_parts[name].alone = files;
  }
}

std::size_t creations(World& world) {
  const State state = world.state();
  const Replaced former{{*former_of(world.target.rollout), world.target.learnt, Settled{}}};
  std::size_t count = 0;
  for (const Step& step : dry_run_of_deploy(&former, state).steps)
    count += std::holds_alternative<CreateContainer>(step.action) ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("files of all services change: all are replaced, and what was made is of the release") {
  World world = running(true);
  deploy(world, "two");
  CHECK(creations(world) == 3);
  world.settle();
  for (const char* name : all_services) {
    CAPTURE(name);
    CHECK(world.memory.made_with.at(world.of(name).id).files == "two");
  }
  CHECK(world.plan().steps.empty());
}

TEST_CASE(
    "what a container was made with is not known: it is left alone and said, until a deploy replaces it") {
  World world = running(false);
  CHECK(services_in_doubt(world.state()) == std::vector<std::string>{"a", "b", "c"});
  const Plan plan = world.plan();
  CHECK(plan.steps.empty());
  REQUIRE(plan.warnings.size() == 3);
  CHECK(plan.warnings.front() ==
        "shop-a-1: it is not known what its files, secrets or configs held when it was made or last started; "
        "`stackctl deploy` makes it anew");
  deploy(world, "one");
  CHECK(creations(world) == 3);
  world.settle();
  CHECK(services_in_doubt(world.state()).empty());
}

TEST_CASE(
    "what is not known is no reason to replace on the way back, nor of a job or of what was adopted as it "
    "is") {
  World world = running(false);
  SUBCASE("on the way back") {
    deploy(world, "one");
    std::get<Replacing>(world.target.rollout).way = Replacing::Way::back;
  }
  SUBCASE("a job, which ran for its release") {
    for (const char* name : all_services) world.stack.services.at(name).extension.job = true;
    deploy(world, "one");
    CHECK(services_in_doubt(world.state()).empty());
  }
  SUBCASE("adopted as it is") {
    for (const char* name : all_services) world.target.learnt.as_found.insert(world.of(name).id);
    deploy(world, "one");
    CHECK(services_in_doubt(world.state()).empty());
  }
  for (const char* name : all_services) {
    const ObservedContainer& container = world.of(name);
    CHECK(must_be_replaced(world.state(), world.stack.services.at(name), container).empty());
  }
}

TEST_CASE("an unknown one that is stopped is not started where the host has other files by now") {
  World world = running(false);
  world.pass(1min);
  world.dies("a", 1);
  CHECK(world.plan_text().find("start a") != std::string::npos);
  world.target.learnt.host_files["a"] = "edited";
  CHECK(world.plan_text().find("remove a") != std::string::npos);
}

TEST_CASE("contents that stand in the stack: a change replaces, from none as well") {
  World world;
  Service& web = world.service("web");
  web.configs = {{"settings", "/etc/settings", "", "", std::nullopt}};
  world.stack.configs["settings"].content = "one";
  world.settle();
  MadeWith& made = world.memory.made_with[world.of("web").id];
  CHECK(made.contents == contents_fingerprint(world.stack, web));
  CHECK(world.plan().steps.empty());
  SUBCASE("changed") {
    world.stack.configs["settings"].content = "two";
  }
  SUBCASE("put in without any") {
    made.contents.clear();
  }
  CHECK(world.plan_text().find("one of its secrets or configs changed") != std::string::npos);
}

TEST_CASE(
    "a folder that was switched under a container replaces it when the next release is deployed, and not "
    "before") {
  World world = running(true);
  world.stack.source.working_dir = "/srv/shop";
  world.memory.lost_mounts[world.of("b").id] = "/srv/shop/www";
  CHECK(world.plan().steps.empty());
  CHECK(services_in_doubt(world.state()) == std::vector<std::string>{"b"});
  deploy(world, "one");
  CHECK(world.plan_text().find("./www is another folder than the one that it mounts") != std::string::npos);
  CHECK(creations(world) == 1);
}

TEST_CASE(
    "while a gate is passed, what is kept has the current release's files, and the jobs have the next "
    "one's") {
  World world = running(true);
  Service& migrate = world.service("migrate");
  migrate.extension.job = true;
  world.needs("b", "migrate", DependencyCondition::completed);
  world.target.learnt.jobs["migrate"].state = JobState::succeeded;
  world.state();
  const Target current = world.target;
  Target next = current;
  ++next.desired.release;
  next.learnt.jobs.clear();
  for (const char* name : {"a", "b", "c", "migrate"})
    next.desired.files[name] = next.learnt.host_files[name] = "two";
  const Target view = gate_view(current, next, {});
  CHECK(view.desired.files.at("a") == "one");
  CHECK(copies_of(view.desired, "a") == current.desired.release);
  CHECK(view.desired.files.at("migrate") == "two");
  CHECK(copies_of(view.desired, "migrate") == next.desired.release);
  CHECK(view.learnt.host_files.at("a") == "two");
  CHECK(made_with_now(view.desired, "a", true).kept_of == current.desired.release);
}

TEST_CASE("a plan comes to its end where the host has other files than the release") {
  World world = running(true);
  world.pass(1min);
  world.dies("a", 1);
  world.target.learnt.host_files["a"] = "edited";
  const DryRun planned = dry_run(world.state());
  CHECK(planned.ends);
  std::size_t created = 0;
  for (const Step& step : planned.steps)
    created += std::holds_alternative<CreateContainer>(step.action) ? 1 : 0;
  CHECK(created == 1);
}
