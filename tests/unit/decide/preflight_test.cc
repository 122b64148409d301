#include "decide/deploy/preflight.h"

#include <doctest/doctest.h>

#include "model/identity.h"
#include "unit/decide/surroundings.h"

using namespace stackd;
using namespace stackd::decide;
using namespace stackd::decide::testing;

using Texts = std::vector<std::string>;
constexpr std::int64_t gibi = 1024LL * 1024 * 1024;

TEST_CASE("nothing known of the surroundings is no obstacle") {
  Before before;
  before.publish("80");
  CHECK(before.look().obstacles.empty());
  CHECK(before.look().warnings.empty());
}

TEST_CASE("a bind source that is missing and that nobody may make is an obstacle; a new folder is none") {
  Before before;
  before.mount("/srv/data", true, PathKind::absent);
  CHECK(before.look().obstacles.empty());
  before.mount("/srv/conf", false, PathKind::absent);
  CHECK(before.look().obstacles == Texts{"services.web.volumes.1: /srv/conf does not exist, and "
                                         "create_host_path says that nobody is to make it"});
}

TEST_CASE("no folder is made where the last release had a file") {
  Before before;
  before.mount("/srv/web.conf", true, PathKind::file);
  before.live();
  before.recorded["web"]["/srv/web.conf"] = "ab";
  CHECK(before.look().obstacles.empty());
  before.around.paths["/srv/web.conf"] = PathKind::absent;
  REQUIRE(before.look().obstacles.size() == 1);
  CHECK(before.look().obstacles[0].find(
            "/srv/web.conf was a file in release 4 and does not exist any more") != std::string::npos);
  before.around.paths["/srv/web.conf"] = PathKind::folder;
  REQUIRE(before.look().obstacles.size() == 1);
  CHECK(before.look().obstacles[0].find("is a folder now") != std::string::npos);
  SUBCASE("but a release that is put back has its own copy") {
    before.around.kept_copies.insert("/srv/web.conf");
    CHECK(before.look().obstacles.empty());
  }
  SUBCASE("and at another place in the container a folder is meant") {
    before.web().mounts[0].target = "/etc/web.d";
    CHECK(before.look().obstacles.empty());
  }
}

TEST_CASE("a folder that had files and is gone is not made anew, empty") {
  Before before;
  before.mount("/srv/conf", true, PathKind::absent);
  before.live();
  before.recorded["web"]["/srv/conf.bak"] = "ab";
  CHECK(before.look().obstacles.empty());
  before.recorded["web"]["/srv/conf/site"] = "ab";
  CHECK(before.look().obstacles.size() == 1);
}

TEST_CASE("secrets and configs need their files") {
  Before before;
  before.world.stack.secrets["key"].file = "/srv/key";
  before.web().secrets.push_back({"key", "/run/secrets/key", "", "", {}});
  before.around.paths["/srv/key"] = PathKind::absent;
  CHECK(before.look().obstacles == Texts{"secrets.key.file: /srv/key does not exist, and web needs it"});
}

TEST_CASE("everything that is in the way is said at once") {
  Before before;
  before.publish("80");
  before.take(80, "x", "");
  NetworkDefinition proxy;
  proxy.name = "proxy";
  proxy.external = true;
  before.world.stack.networks["front"] = proxy;
  VolumeDefinition data;
  data.name = "data";
  data.external = true;
  before.world.stack.volumes["data"] = data;
  before.around.missing_networks = {"proxy"};
  before.around.missing_volumes = {"data"};
  before.around.state_space = FreeSpace{"/var/lib/stackd", 1024};
  before.around.engine_space = FreeSpace{"/var/lib/docker", engine_reserve_bytes - 1};
  const Preflight found = before.look();
  REQUIRE(found.obstacles.size() == 5);
  CHECK(found.obstacles[0].find("only 1 KiB are free in stackd's folder /var/lib/stackd") == 0);
  CHECK(found.obstacles[1].find("only 99 MiB are free in the engine's folder /var/lib/docker") == 0);
  CHECK(found.obstacles[2] ==
        "networks.front: external network proxy does not exist; make it with: docker network create proxy");
  CHECK(found.obstacles[3].find("volumes.data: external volume data") == 0);
  CHECK(obstacles_text(found.obstacles).find("5 obstacles:\n  - only 1 KiB") == 0);
  CHECK(obstacles_text({"one"}) == "one");
  CHECK(obstacles_text({}).empty());
}

TEST_CASE("a full disk does not stop the way back") {
  Before before;
  before.around.engine_space = FreeSpace{"/var/lib/docker", 1024};
  CHECK(before.look().obstacles.size() == 1);
  before.world.target.desired.copied_from = 1;
  CHECK(before.look().obstacles.empty());
  CHECK(before.look().warnings.size() == 1);
}

TEST_CASE("a disk that gets scarce is a warning") {
  Before before;
  before.around.engine_space = FreeSpace{"/var/lib/docker", engine_scarce_bytes - 1};
  CHECK(before.look().obstacles.empty());
  CHECK(before.look().warnings.size() == 1);
}

TEST_CASE("what start-first doubles has to fit into the memory that is left") {
  Before before;
  before.world.service("proxy");
  before.world.needs("proxy", "web", DependencyCondition::healthy);
  before.live();
  before.around.memory_bytes = 2 * gibi;
  before.web().memory_reservation_bytes = 3 * gibi;
  CHECK(before.look().obstacles.empty());  // nothing is replaced
  before.web().hash_text = "{\"image\":\"web:2\"}";
  REQUIRE(before.look().obstacles.size() == 1);
  CHECK(before.look().obstacles[0].find(
            "(web) reserves 3072 MiB, and only 2048 MiB of memory are available") != std::string::npos);
  SUBCASE("but not where one stops before the other starts") {
    before.web().update.order = UpdateOrder::stop_first;
    CHECK(before.look().obstacles.empty());
  }
  SUBCASE("and what it uses now is only a hint") {
    before.web().memory_reservation_bytes = 0;
    before.around.in_use[before.world.of("web").id] = 3 * gibi;
    CHECK(before.look().obstacles.empty());
    CHECK(before.look().warnings.size() == 1);
  }
}

TEST_CASE("who is not the stack's is an obstacle on a network that is to be made anew") {
  Before before;
  before.world.stack.networks["default"] = NetworkDefinition{"default", "shop_default"};
  before.live();
  before.around.strangers["shop_default"] = {"monitoring"};
  CHECK(before.look().obstacles ==
        Texts{"networks.default: the network is to be made anew as it is defined otherwise, and container "
              "monitoring is on it, which is not the stack's; disconnect it with: docker network disconnect "
              "shop_default monitoring"});
}

TEST_CASE("a network or volume that was made with another definition is kept, and that is told") {
  Before before;
  before.world.stack.networks["default"] = NetworkDefinition{"default", "shop_default"};
  before.world.stack.volumes["data"] = VolumeDefinition{"data", "shop_data"};
  before.live();
  before.world.observed.networks.at("shop_default").labels[std::string(label::config_hash)] = "one";
  before.world.observed.volumes.at("shop_data").labels[std::string(label::config_hash)] = "one";
  CHECK(before.look().warnings.empty());  // nothing is known of the definition
  before.world.stack.networks["default"].config_hash = "one";
  before.world.stack.volumes["data"].config_hash = "one";
  CHECK(before.look().warnings.empty());
  before.world.stack.networks["default"].config_hash = "two";
  before.world.stack.volumes["data"].config_hash = "two";
  REQUIRE(before.look().warnings.size() == 1);  // the release makes its network anew
  before.live();
  const Texts warnings = before.look().warnings;
  REQUIRE(warnings.size() == 2);
  CHECK(warnings[0].find("network shop_default was made with another definition") == 0);
  CHECK(warnings[1].find("volume shop_data was made with another definition") == 0);
}

TEST_CASE("a volume that nothing mounts any more is said, with what comes in its place") {
  Before before;
  before.world.stack.volumes["pgdata"] = VolumeDefinition{"pgdata", "shop_pgdata"};
  before.world.stack.volumes["files"] = VolumeDefinition{"files", "shop_files"};
  Mount data;
  data.source = "pgdata";
  data.target = "/var/lib/postgresql/data";
  Mount files;
  files.source = "files";
  files.target = "/files";
  std::vector<Mount>& mounts = before.world.stack.services.at("postgres").mounts;
  mounts = {files, data};
  before.live();
  CHECK(before.look().warnings.empty());
  before.world.stack.volumes["postgres-data"] = VolumeDefinition{"postgres-data", "shop_postgres-data"};
  mounts[1].source = "postgres-data";
  const std::string behind =
      "what postgres has there stays behind in volume shop_pgdata, which nothing mounts then (`name: "
      "shop_pgdata` "
      "under `volumes` keeps it under another key)";
  SUBCASE("a new one, under another key") {
    CHECK(
        before.look().warnings ==
        Texts{
            "services.postgres.volumes.1: /var/lib/postgresql/data becomes volume shop_postgres-data, which "
            "is new and empty; " +
            behind});
  }
  SUBCASE("one that is there already") {
    before.world.observed.volumes["shop_postgres-data"].name = "shop_postgres-data";
    CHECK(
        before.look().warnings ==
        Texts{
            "services.postgres.volumes.1: /var/lib/postgresql/data becomes volume shop_postgres-data, which "
            "is another one; " +
            behind});
  }
  SUBCASE("an anonymous one") {
    mounts[1].source.clear();
    REQUIRE(before.look().warnings.size() == 1);
    CHECK(before.look().warnings.front().find("becomes an anonymous volume, which is empty; ") !=
          std::string::npos);
  }
  SUBCASE("nothing at all") {
    mounts.pop_back();
    CHECK(
        before.look().warnings ==
        Texts{"services.postgres: nothing is mounted at /var/lib/postgresql/data any more; what postgres has "
              "there stays behind in volume shop_pgdata"});
  }
  SUBCASE("the same volume under another key is nothing to speak of") {
    before.world.stack.volumes["postgres-data"].name = "shop_pgdata";
    CHECK(before.look().warnings.empty());
  }
}

TEST_CASE("a secret or config that its service could not see is an obstacle") {
  Before before;
  Service& web = before.web();
  web.configs = {{"settings", "/etc/app/settings.json", "", "", std::nullopt}};
  web.secrets = {{"token", "", "", "", std::nullopt}};
  before.world.stack.configs["settings"].content = "{}";
  before.world.stack.secrets["token"].content = "t0k3n";
  CHECK(before.look().obstacles.empty());
  SUBCASE("read-only") {
    web.read_only = true;
    CHECK(
        before.look().obstacles ==
        Texts{
            "services.web.secrets.0: secret token can't be written into the read-only service web; give it a "
            "file, or take `read_only` away",
            "services.web.configs.0: config settings can't be written into the read-only service web; give "
            "it "
            "a file, or take `read_only` away"});
  }
  SUBCASE("below a tmpfs") {
    web.tmpfs = {"/run:size=1m"};
    CHECK(before.look().obstacles ==
          Texts{"services.web.secrets.0: secret token is hidden in web: /run/secrets/token lies in the tmpfs "
                "/run, "
                "which is empty at every start; give it a file, or another target"});
  }
  SUBCASE("below a folder that is mounted read-only") {
    Mount etc;
    etc.type = MountType::bind;
    etc.source = "/srv/shop/app";
    etc.target = "/etc/app";
    etc.read_only = true;
    web.mounts = {etc};
    REQUIRE(before.look().obstacles.size() == 1);
    CHECK(before.look().obstacles.front().find("lies in /etc/app, which is mounted read-only") !=
          std::string::npos);
  }
  SUBCASE("a file is mounted over a tmpfs, and may be there") {
    web.tmpfs = {"/run", "/etc"};
    web.read_only = true;
    before.world.stack.configs["settings"] = FileDefinition{"settings", "settings", "/srv/s.json"};
    before.world.stack.secrets["token"] = FileDefinition{"token", "token", "/srv/token"};
    CHECK(before.look().obstacles.empty());
  }
}

TEST_CASE("a name that a container of others has is an obstacle") {
  Before before;
  before.web().container_name = "front";
  before.around.taken_names = {{"front", "blog"}, {"other", ""}};
  CHECK(before.look().obstacles ==
        Texts{"services.web.container_name: the name front is taken by a container of project blog; choose "
              "another one, or remove or rename that container"});
  before.web().container_name.clear();
  const std::string usual = container_name(before.world.stack.name, "web", "", 1);
  before.around.taken_names = {{usual, ""}};
  CHECK(before.look().obstacles == Texts{"services.web: the name " + usual +
                                         " is taken by a container of no project; remove or rename that "
                                         "container"});
  before.web().scale = 0;
  CHECK(before.look().obstacles.empty());
}
