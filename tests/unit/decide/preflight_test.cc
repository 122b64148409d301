#include "decide/deploy/preflight.h"

#include <doctest/doctest.h>

#include "model/identity.h"
#include "unit/decide/world.h"

using namespace stackd;
using namespace stackd::decide;
using namespace stackd::decide::testing;

namespace {

using Texts = std::vector<std::string>;
constexpr std::int64_t gibi = 1024LL * 1024 * 1024;

struct Before {
  World world = shop();
  Surroundings around;
  Fingerprints recorded;
  std::optional<Desired> former;

  Preflight look() { return preflight(world.state(), former ? &*former : nullptr, recorded, around); }

  Service& web() { return world.stack.services.at("web"); }

  void publish(const std::string& published, const std::string& address = "") {
    web().ports.push_back({address, 8080, published, "tcp"});
  }

  void take(std::int64_t port, const std::string& container, const std::string& project,
            const std::string& address = "0.0.0.0", const std::string& protocol = "tcp") {
    around.taken_ports.push_back({address, port, protocol, container, project});
  }

  void mount(const std::string& source, bool creates, PathKind kind) {
    Mount bind;
    bind.type = MountType::bind;
    bind.source = source;
    bind.target = "/etc/web.conf";
    bind.bind = Mount::Bind();
    bind.bind->create_host_path = creates;
    web().mounts.push_back(bind);
    around.paths[source] = kind;
  }

  /// What is desired now is live.
  void live() {
    world.settle();
    world.state();
    former = world.target.desired;
    former->release = 4;
  }
};

}  // namespace

TEST_CASE("nothing known of the surroundings is no obstacle") {
  Before before;
  before.publish("80");
  CHECK(before.look().obstacles.empty());
  CHECK(before.look().warnings.empty());
}

TEST_CASE("a port that another container or a process has is an obstacle, with its place") {
  Before before;
  before.publish("80");
  before.take(80, "", "");
  CHECK(before.look().obstacles ==
        Texts{"services.web.ports.0: port 80/tcp is taken by a process of this host that is no container's"});
  before.take(80, "blog-nginx-1", "blog");  // docker-proxy's socket is the same port
  CHECK(before.look().obstacles ==
        Texts{"services.web.ports.0: port 80/tcp is taken by container blog-nginx-1 of project blog"});
}

TEST_CASE("a port is free when another address, another protocol or the stack itself has it") {
  Before before;
  before.publish("80", "127.0.0.1");
  before.take(80, "x", "", "192.168.1.2");
  before.take(80, "x", "", "0.0.0.0", "udp");
  CHECK(before.look().obstacles.empty());
  before.take(80, "", "");
  before.take(80, "shop-web-1", "shop");
  CHECK(before.look().obstacles.empty());
  before.around.taken_ports.clear();
  before.take(80, "x", "", "127.0.0.1");
  CHECK(before.look().obstacles.size() == 1);
}

TEST_CASE("a port is not free as long as what leaves the file has it") {
  Before before;
  before.publish("80");
  before.live();
  before.web().name = "site";
  before.world.stack.services["site"] = before.web();
  before.world.stack.services.erase("web");
  before.take(80, "", "");  // docker-proxy's socket
  before.take(80, "shop-web-1", "shop");
  CHECK(
      before.look().obstacles ==
      Texts{"services.site.ports.0: port 80/tcp is taken by container shop-web-1 of web, which is not in the "
            "stack file any more and runs until the release is live; stop it before with `stackctl stop "
            "web`, or keep its name"});
  SUBCASE("and what the last release did not have is not stopped by name") {
    before.former->stack = std::make_shared<const Stack>(before.world.stack);
    CHECK(before.look().obstacles ==
          Texts{"services.site.ports.0: port 80/tcp is taken by container shop-web-1 of web, which is not in "
                "the release; remove it with: docker rm --force shop-web-1"});
  }
  SUBCASE("but it is stopped before its network is made anew") {
    Stack former = *before.former->stack;
    former.networks["default"] = NetworkDefinition{"default", "shop_default"};
    before.former->stack = std::make_shared<const Stack>(former);
    before.world.stack.networks["default"] = NetworkDefinition{"default", "shop_default"};
    before.world.stack.networks["default"].config_hash = "two";
    before.world.of("web").networks["shop_default"];
    CHECK(before.look().obstacles.empty());
  }
}

TEST_CASE("a service with another name does not write beside the one that it follows without a word") {
  Before before;
  before.world.stack.volumes["data"] = VolumeDefinition{"data", "shop_data"};
  Mount data;
  data.source = "data";
  data.target = "/data";
  before.world.stack.services.at("postgres").mounts = {data};
  before.live();
  ObservedContainer& old = before.world.of("postgres");
  old.mounts = {{"volume", "shop_data", "/var/lib/docker/volumes/shop_data/_data", "/data", true},
                {"bind", "", "/srv/data", "/srv", true}};
  before.world.service("reader").mounts = {data};
  before.live();
  before.world.service("database").mounts = {data};
  CHECK(before.look().warnings.empty());  // postgres stays
  before.world.stack.services.erase("postgres");
  const std::string until =
      "postgres, which is not in the stack file any more and runs until the release is live; `stackctl stop "
      "postgres` before keeps the two apart";
  CHECK(before.look().warnings ==
        Texts{"services.database.volumes.0: volume shop_data is still mounted for writing by " + until});
  Mount& mount = before.world.stack.services.at("database").mounts[0];
  SUBCASE("but for one that only reads") {
    mount.read_only = true;
    CHECK(before.look().warnings.empty());
  }
  SUBCASE("or when the other does not run") {
    before.world.of("postgres").state = ContainerState::exited;
    CHECK(before.look().warnings.empty());
  }
  SUBCASE("the same with a folder of the host") {
    mount.type = MountType::bind;
    mount.source = "/srv/data";
    CHECK(before.look().warnings ==
          Texts{"services.database.volumes.0: /srv/data is still mounted for writing by " + until});
    before.around.paths["/srv/data"] = PathKind::other;  // a socket
    CHECK(before.look().warnings.empty());
  }
  SUBCASE("and with what there is to be only one of") {
    mount.read_only = true;
    before.world.stack.services.at("database").extension.singleton = true;
    CHECK(before.look().warnings.empty());
    Stack former = *before.former->stack;
    former.services.at("postgres").extension.singleton = true;
    before.former->stack = std::make_shared<const Stack>(former);
    CHECK(before.look().warnings ==
          Texts{"services.database: it is a singleton, and starts beside the singleton " + until});
  }
}

TEST_CASE("two services that would run can't publish the same port, whoever has it now") {
  Before before;
  before.publish("80");
  before.world.service("bot").ports.push_back({"", 8080, "80", "tcp"});
  const Texts both{
      "services.web.ports.0: port 80/tcp is published by bot too, and both are to run; give one of them "
      "another "
      "port, and deploy both"};
  CHECK(before.look().obstacles == both);
  before.take(80, "shop-bot-1", "shop");
  CHECK(before.look().obstacles == both);
  SUBCASE("but one of them may be stopped") {
    before.world.wishes.stopped["bot"] = ServiceStop::person;
    CHECK(before.look().obstacles.empty());
  }
  SUBCASE("on other addresses they don't meet") {
    before.web().ports[0].host_ip = "0.0.0.0";
    CHECK(before.look().obstacles == both);
    before.world.stack.services.at("bot").ports[0].host_ip = "::";
    CHECK(before.look().obstacles.empty());
  }
  SUBCASE("a job has ended when what waits for it starts") {
    before.world.stack.services.at("bot").extension.job = true;
    CHECK(before.look().obstacles.empty());
  }
  SUBCASE("in the host's network nothing is published") {
    before.web().network_mode = "host";
    CHECK(before.look().obstacles.empty());
  }
}

TEST_CASE("of a range of ports one has to be free") {
  Before before;
  before.publish("8000-8001");
  before.take(8000, "x", "");
  CHECK(before.look().obstacles.empty());
  before.take(8001, "x", "");
  CHECK(before.look().obstacles.size() == 1);
}

TEST_CASE("ports of what is not to run are nobody's business") {
  Before before;
  before.publish("80");
  before.take(80, "x", "");
  before.world.wishes.stopped["web"] = ServiceStop::person;
  CHECK(before.look().obstacles.empty());
  before.world.wishes.stopped.clear();
  before.web().scale = 0;
  CHECK(before.look().obstacles.empty());
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
