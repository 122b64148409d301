#include "daemon/deploy/canonical.h"

#include <doctest/doctest.h>

#include "compose/read/node_json.h"
#include "daemon/ledger/records.h"
#include "store/sqlite_store.h"

using namespace stackd;
using namespace stackd::daemon;

namespace {

std::string configuration(const std::string& version) {
  return R"({"name":"shop","services":{)"
         R"("caddy":{"depends_on":{"web":{"condition":"service_started","required":true}},)"
         R"("image":"caddy:)" +
         version +
         R"(","networks":{"front":null}},)"
         R"("db":{"image":"db:)" +
         version +
         R"(","secrets":[{"source":"word","target":"/run/secrets/word"}]},)"
         R"("web":{"depends_on":{"db":{"condition":"service_started","required":true}},)"
         R"("image":"web:)" +
         version + R"("},"worker":{"image":"worker:)" + version +
         R"(","secrets":[{"source":"key","target":"/run/secrets/key"}]}},)"
         R"("networks":{"front":{"labels":{"v":")" +
         version +
         R"("},"name":"shop_front"}},)"
         R"("secrets":{"key":{"content":"key )" +
         version +
         R"(","environment":"KEY","name":"shop_key"},)"
         R"("word":{"content":"word )" +
         version + R"(","environment":"WORD","name":"shop_word"}}})";
}

std::unique_ptr<store::Store> with_release() {
  Result<std::unique_ptr<store::Store>> store = store::open_memory_store("canonical_test");
  REQUIRE(store);
  StackRecord record;
  record.name = "shop";
  REQUIRE((*store)->put_stack(record));
  Deploy deploy;
  deploy.id = "d1";
  deploy.stack = "shop";
  REQUIRE((*store)->put_deploy(deploy));
  Release release;
  release.stack = "shop";
  release.canonical = configuration("1");
  for (const char* name : {"caddy", "db", "web", "worker"}) {
    release.images[name] = {std::string(name) + ":1", std::string("sha256:") + name + "1", ""};
    release.fingerprints[name] = {{std::string("/srv/") + name, "1"}, {"/srv/all", "1"}};
  }
  REQUIRE((*store)->add_release(release, "d1"));
  return *std::move(store);
}

Deploy of_web() {
  Deploy deploy;
  deploy.stack = "shop";
  deploy.canonical = configuration("2");
  deploy.services = {"web"};
  for (const char* name : {"caddy", "db", "web", "worker"})
    deploy.fingerprints[name] = {{std::string("/srv/") + name, "2"}, {"/srv/all", "2"}};
  return deploy;
}

}  // namespace

TEST_CASE("what is not named in a deploy, nor waited for, is all as the current release has it") {
  const auto store = with_release();
  const Result<Completed> whole = with_rest_of_release(*store, of_web(), 1);
  REQUIRE(whole);
  const Result<std::shared_ptr<const Stack>> stack = bind_canonical(whole->canonical, {});
  REQUIRE(stack);
  const auto image = [&](const char* name) { return (*stack)->services.at(name).image; };
  CHECK(image("web") == "web:2");
  CHECK(image("db") == "db:2");
  CHECK(image("caddy") == "caddy:1");
  CHECK(image("worker") == "worker:1");
  CHECK((*stack)->secrets.at("word").content == "word 2");
  CHECK((*stack)->secrets.at("key").content == "key 1");
  CHECK((*stack)->networks.at("front").labels.at("v") == "1");
  CHECK(whole->images.size() == 2);
  CHECK(whole->images.at("caddy").id == "sha256:caddy1");
  CHECK(whole->images.at("worker").id == "sha256:worker1");
  CHECK(whole->fingerprints.at("db").at("/srv/db") == "2");
  CHECK(whole->fingerprints.at("worker").at("/srv/worker") == "1");
  const Result<std::optional<Release>> former = store->release("shop", 1);
  REQUIRE(former);
  CHECK(unchanged_files(whole->fingerprints, (*former)->fingerprints) ==
        std::set<std::string>{"/srv/all", "/srv/caddy", "/srv/worker"});
  SUBCASE("and a second time changes nothing") {
    Deploy again = of_web();
    again.canonical = whole->canonical;
    again.fingerprints = whole->fingerprints;
    const Result<Completed> twice = with_rest_of_release(*store, again, 1);
    REQUIRE(twice);
    CHECK(twice->canonical == whole->canonical);
    CHECK(twice->fingerprints == whole->fingerprints);
  }
}

TEST_CASE("a deploy of everything by name is the deploy of everything") {
  const auto store = with_release();
  Deploy all = of_web();
  all.services = {"caddy", "worker"};
  const Result<Completed> whole = with_rest_of_release(*store, all, 1);
  REQUIRE(whole);
  CHECK(whole->canonical == all.canonical);
  CHECK(whole->images.empty());
  CHECK(whole->fingerprints == all.fingerprints);
}

TEST_CASE("of the files that were read only those of named services are kept with their deploy") {
  MountedFiles files;
  files.fingerprints = of_web().fingerprints;
  files.contents = {{"/srv/web", "w"}, {"/srv/worker", "k"}, {"/srv/all", "a"}};
  const MountedFiles some = files_of_named(files, configuration("2"), {"web"});
  CHECK(some.fingerprints.size() == 2);
  CHECK(some.contents == std::map<std::string, std::string>{{"/srv/web", "w"}, {"/srv/all", "a"}});
  CHECK(files_of_named(files, configuration("2"), {}).contents == files.contents);
}

TEST_CASE("what can't be read is as the release before has it, where it is still mounted, and is told") {
  Stack stack;
  stack.services["web"].mounts = {Mount{.type = MountType::bind, .source = "/srv/conf"}};
  stack.services["other"];
  MountedFiles files;
  files.unreadable = {"/srv/conf", "/srv/never"};
  files.fingerprints = {{"web", {{"/srv/motd", "2"}}}};
  const Fingerprints former = {{"web", {{"/srv/conf/a", "1"}, {"/srv/conf/b", "1"}, {"/srv/config", "1"}}},
                               {"other", {{"/srv/conf/a", "1"}}}};
  const std::vector<std::string> warnings = take_over_unreadable(files, stack, former);
  REQUIRE(warnings.size() == 2);
  CHECK(warnings[0].find("/srv/conf can't be read") == 0);
  CHECK(files.fingerprints ==
        Fingerprints{{"web", {{"/srv/motd", "2"}, {"/srv/conf/a", "1"}, {"/srv/conf/b", "1"}}}});
}
