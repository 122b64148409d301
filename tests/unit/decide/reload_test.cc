// A service that takes in changed configuration while it runs, instead of being replaced.
#include "decide/replace/reload.h"

#include <doctest/doctest.h>

#include "decide/replace/rollout.h"
#include "decide/replace/rollout_failure.h"
#include "unit/decide/world.h"

using namespace stackd;
using namespace stackd::decide;
using namespace stackd::decide::testing;

namespace {

MountedParts parts(const std::string& folder, const std::string& file = "file-1") {
  return {"alone:" + file, {{"/srv/shop/caddy", folder}, {"/srv/shop/Caddyfile", file}}};
}

/// caddy, which waits for web, runs with a folder of configuration that `release` is then about to change.
World running_web() {
  World world;
  world.service("web");
  world.service("caddy").extension.reload = Reload{{"caddy", "reload"}, {}};
  world.needs("caddy", "web", DependencyCondition::started);
  world.stack.source.working_dir = "/srv/shop";
  world.target.desired.files["caddy"] = world.target.learnt.host_files["caddy"] = "one";
  world.target.desired.file_parts["caddy"] = parts("folder-1");
  world.settle();
  world.memory.made_with[world.of("caddy").id] = {"one", false, "alone:file-1"};
  world.pass(1min);
  return world;
}

/// The next release: the same but for what caddy mounts.
void change_files(World& world, const std::string& folder, const std::string& file = "file-1") {
  world.state();
  world.replace_release();
  ++world.target.desired.release;
  world.target.desired.files["caddy"] = world.target.learnt.host_files["caddy"] = folder + file;
  world.target.desired.file_parts["caddy"] = parts(folder, file);
}

ReloadContainer reload_of(World& world) {
  for (const Step& step : world.plan().steps) {
    if (const auto* reload = std::get_if<ReloadContainer>(&step.action)) return *reload;
  }
  throw std::runtime_error("no reload in the plan:\n" + world.plan_text());
}

void succeed(World& world) {
  const ReloadContainer reload = reload_of(world);
  note_reloaded(world.memory, reload, world.now);
  world.memory.made_with[reload.container_id] = {world.target.desired.files["caddy"], false,
                                                 world.target.desired.file_parts["caddy"].alone};
}

}  // namespace

TEST_CASE("a changed folder is taken in by a reload, and that is all that happens") {
  World world = running_web();
  const std::string id = world.of("caddy").id;
  change_files(world, "folder-2");
  CHECK(world.plan_text() == "reload caddy (" + id.substr(0, 12) + "): ./caddy changed\n");
  CHECK_FALSE(is_settled(world.state()));
  CHECK(rollout_failure(world.state()) == std::nullopt);
  succeed(world);
  CHECK(world.plan().steps.empty());
  CHECK(is_settled(world.state()));
}

TEST_CASE("what was reloaded has to stay good as long as what was replaced") {
  World world = running_web();
  change_files(world, "folder-2");
  succeed(world);
  CHECK(watched_until(world.state()) == world.now + 5s);
  SUBCASE("one that ends fails the release at once, though it stops first when it is replaced") {
    world.pass(1s);
    world.dies("caddy", 3);
    REQUIRE(rollout_failure(world.state()));
    CHECK(rollout_failure(world.state())->sentence == "caddy-1 ended with 3");
    CHECK(world.plan().steps.empty());
  }
}

TEST_CASE("a reload that is refused fails the release with what it said, and is not tried again") {
  World world = running_web();
  change_files(world, "folder-2");
  note_refused(world.memory, reload_of(world), {"its command ended with 1", "no_such_directive"});
  CHECK(world.plan().steps.empty());
  const std::optional<RolloutFailure> failure = rollout_failure(world.state());
  REQUIRE(failure);
  CHECK(failure->service == "caddy");
  CHECK(failure->sentence == "caddy-1 could not be reloaded: its command ended with 1");
  CHECK(failure->last_words == "no_such_directive");
}

TEST_CASE("the way back of a refused reload touches nothing, and what it starts anew gets the copies") {
  World world = running_web();
  change_files(world, "folder-2");
  note_refused(world.memory, reload_of(world), {"its command ended with 1", ""});
  world.go_back();
  CHECK(world.plan().steps.empty());
  world.target.rollout = Settled{};
  world.pass(1min);
  world.dies("caddy", 1);
  CHECK(world.plan_text().find("remove caddy") == 0);
}

TEST_CASE("a release that was reloaded is put back by containers that mount the copies of before") {
  World world = running_web();
  change_files(world, "folder-2");
  const auto in_doubt = [&] { world.memory.made_with[world.of("caddy").id].in_doubt = true; };
  SUBCASE("after it succeeded") {
    succeed(world);
  }
  SUBCASE("or when nobody knows whether it did") {
    in_doubt();
  }
  world.go_back();
  const std::string plan = world.plan_text();
  CHECK(plan.find("create ") == 0);
  CHECK(plan.find("./caddy changed (no reload: the host's files are not those of the release)") !=
        std::string::npos);
}

TEST_CASE("a reload whose outcome is unknown is done again") {
  World world = running_web();
  change_files(world, "folder-2");
  world.memory.made_with[world.of("caddy").id].in_doubt = true;
  CHECK(world.plan_text().find("reload caddy") == 0);
}

TEST_CASE("what a running container could not see replaces it, and the plan says why") {
  World world = running_web();
  SUBCASE("a file that is mounted by itself") {
    change_files(world, "folder-1", "file-2");
    CHECK(world.plan_text().find("./Caddyfile changed (no reload: a file that is mounted by itself") !=
          std::string::npos);
  }
  SUBCASE("the folder at its path is not the one that it mounts any more") {
    change_files(world, "folder-2");
    world.memory.lost_mounts[world.of("caddy").id] = "/srv/shop/caddy";
    CHECK(world.plan_text().find("./caddy changed (no reload: ./caddy is another folder than the one that it "
                                 "mounts)") != std::string::npos);
  }
  SUBCASE("it mounts copies") {
    world.memory.made_with[world.of("caddy").id].kept = true;
    change_files(world, "folder-2");
    CHECK(world.plan_text().find("no reload: it mounts copies") != std::string::npos);
  }
  SUBCASE("made by an earlier stackd, which did not note what is mounted by itself") {
    world.memory.made_with[world.of("caddy").id].alone.clear();
    change_files(world, "folder-2");
    CHECK(world.plan_text().find("create ") == 0);
  }
  SUBCASE("its configuration changed too") {
    change_files(world, "folder-2");
    world.stack.services.at("caddy").hash_text = "{\"image\":\"caddy:2\"}";
    CHECK(world.plan_text().find("its configuration changed") != std::string::npos);
  }
  SUBCASE("the service says nothing of a reload") {
    world.stack.services.at("caddy").extension.reload.reset();
    change_files(world, "folder-2");
    CHECK(world.plan_text().find("create ") == 0);
  }
}

TEST_CASE("a reload waits until what the service waits for is renewed, and comes before its dependents") {
  World world = running_web();
  world.service("probe");
  world.needs("probe", "caddy", DependencyCondition::started);
  world.settle();
  world.pass(1min);
  change_files(world, "folder-2");
  world.stack.services.at("web").hash_text = "{\"image\":\"web:2\"}";
  world.stack.services.at("probe").hash_text = "{\"image\":\"probe:2\"}";
  CHECK(world.plan_text().find("reload") == std::string::npos);
  CHECK(world.plan_text().find("probe") == std::string::npos);
}

TEST_CASE("nothing is reloaded while a deploy is paused") {
  World world = running_web();
  change_files(world, "folder-2");
  std::get<Replacing>(world.target.rollout).way = Replacing::Way::paused;
  CHECK(world.plan().steps.empty());
}

TEST_CASE("the containers of one service are reloaded one after the other") {
  World world = running_web();
  world.stack.services.at("caddy").scale = 2;
  world.settle();
  for (const auto& [id, container] : world.observed.containers) {
    if (container.service == "caddy") world.memory.made_with[id] = {"one", false, "alone:file-1"};
  }
  world.pass(1min);
  change_files(world, "folder-2");
  CHECK(reload_of(world).number == 1);
  CHECK(world.plan().steps.size() == 1);
  succeed(world);
  CHECK(world.plan().steps.empty());
  world.pass(5s);
  CHECK(reload_of(world).number == 2);
}

TEST_CASE("the dry run of a deploy shows the reload") {
  World world = running_web();
  change_files(world, "folder-2");
  const Replaced former{{*former_of(world.target.rollout), world.target.learnt, Settled{}}};
  world.target.rollout = Settled{};
  const DryRun found = dry_run_of_deploy(&former, world.state());
  REQUIRE(found.steps.size() == 1);
  CHECK(to_text(found.steps[0].action).find("reload caddy") == 0);
  CHECK(found.steps[0].cause == "./caddy changed");
  CHECK(found.warnings.empty());
}

TEST_CASE("a secret with another content replaces its container, also one that could be reloaded") {
  World world = running_web();
  FileDefinition token;
  token.content = "new";
  world.stack.secrets["token"] = token;
  FileReference reference;
  reference.source = "token";
  world.stack.services.at("caddy").secrets = {reference};
  std::string& contents = world.memory.made_with[world.of("caddy").id].contents;
  CHECK(world.plan_text().find("one of its secrets or configs changed") != std::string::npos);  // it has none
  contents = contents_fingerprint(world.stack, world.stack.services.at("caddy"));
  CHECK(world.plan().steps.empty());
  world.stack.secrets["token"].content = "newer";
  CHECK(world.plan_text().find("one of its secrets or configs changed") != std::string::npos);
  change_files(world, "folder-2");
  CHECK(world.plan_text().find("reload") == std::string::npos);
  CHECK(world.plan_text().find("one of its secrets or configs changed") != std::string::npos);
}
