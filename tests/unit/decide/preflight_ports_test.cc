// Ports, and who writes to a volume: what two can't have at once.
#include <doctest/doctest.h>

#include "model/identity.h"
#include "unit/decide/surroundings.h"

using namespace stackd;
using namespace stackd::decide;
using namespace stackd::decide::testing;

using Texts = std::vector<std::string>;

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
