// Which stack a command means, and what tells of it.
#include <doctest/doctest.h>

#include "protocol/wire.h"
#include "unit/cli/command_world.h"

using namespace stackd;
using testing::FakeDaemon;
using testing::Folder;
using testing::Said;
using testing::small_stack;
using testing::World;

namespace fs = std::filesystem;

TEST_CASE("without a daemon a command says how to start one and ends with 3") {
  World world;
  const Said said = world.run({"status"});
  CHECK(said.code == cli::exit_no_daemon);
  CHECK(said.out.empty());
  CHECK(said.err.find("stackctl: no stackd is running: there is no socket " + world.folder.at("s")) == 0);
  CHECK(said.err.find("systemctl start stackd") != std::string::npos);
}

TEST_CASE("a socket that nobody listens on any more is told from one that is not there") {
  World world;
  world.folder.write("dead", "");
  { const FakeDaemon gone(world.folder.at("s"), world.control); }
  std::error_code failed;
  if (!fs::exists(world.folder.at("s"), failed)) return;  // the listener tidied up, which is as good
  CHECK(world.run({"status"}).err.find("nobody answers at") != std::string::npos);
}

TEST_CASE("the stack of the folder is found without being named, also below it") {
  World world;
  world.folder.write("compose.yaml", small_stack);
  world.start();
  const Said here = world.run({"status"});
  CHECK(here.code == cli::exit_done);
  CHECK(here.out.find("shop, release 3\n") == 0);
  fs::create_directory(world.folder.at("below"));
  world.current_directory = world.folder.at("below");
  CHECK(world.run({"status"}).out == here.out);
}

TEST_CASE("a file that can't be read any more keeps nobody from its stack's status") {
  World world;
  world.folder.write("compose.yaml", "services: [broken");
  world.start();
  CHECK(world.run({"status"}).code == cli::exit_done);
}

TEST_CASE("the only stack is meant where the folder has none, several are listed") {
  World world;
  world.current_directory = "/";
  world.start();
  CHECK(world.run({"status"}).out.find("shop, release 3\n") == 0);
  protocol::StackStatus other;
  other.name = "mail";
  other.working_dir = "/srv/mail";
  world.control.kept.emplace("mail", other);
  const Said list = world.run({"status"});
  CHECK(list.code == cli::exit_done);
  CHECK(list.out.find("STACK") == 0);
  const Said why = world.run({"why", "web"});
  CHECK(why.code == cli::exit_failed);
  CHECK(why.err == "stackctl: which stack? stackd keeps mail, shop; name one with -p, or go to its folder\n");
}

TEST_CASE("a stack that is not kept ends with 4") {
  World world;
  world.start();
  const Said said = world.run({"-p", "shpo", "status"});
  CHECK(said.code == cli::exit_not_found);
  CHECK(said.err == "stackctl: stackd keeps no stack called \"shpo\"\n");
  const Said json_said = world.run({"-p", "shpo", "status", "--json"});
  CHECK(json_said.code == cli::exit_not_found);
  CHECK(json_said.out == R"({"error":{"kind":"not_found","message":"stackd keeps no stack called \"shpo\""}})"
                         "\n");
}

TEST_CASE("a project that is not kept is told apart, with the way to make it so") {
  World world;
  world.control.kept.clear();
  world.folder.write("compose.yaml", small_stack);
  world.start();
  const Said said = world.run({"status"});
  CHECK(said.code == cli::exit_not_found);
  CHECK(said.err ==
        "stackctl: stackd does not keep shop, the project of these files; `stackctl deploy` makes it live\n");
}

TEST_CASE("taking over names what stays and what differs") {
  World world;
  world.folder.write("compose.yaml", small_stack);
  world.control.adopt_report.release = 1;
  world.control.adopt_report.kept = {"shop-db-1"};
  world.control.adopt_report.differing = {"web"};
  world.control.adopt_report.left_down = {"worker"};
  world.start();
  const Said said = world.run({"adopt"});
  CHECK(said.code == cli::exit_done);
  CHECK(said.out ==
        "shop is kept by stackd now, as release 1\n"
        "untouched:\n  shop-db-1\n"
        "not as the files say, `stackctl deploy` would replace them:\n  web\n"
        "not running and left so, `stackctl start` starts them:\n  worker\n");
  CHECK(world.run({"hand-back"}).code == cli::exit_done);
  CHECK(world.run({"-p", "shop", "forget"}).code == cli::exit_done);
  CHECK(world.control.forgotten == std::vector<std::string>{"shop", "shop"});
}

TEST_CASE("a status as JSON is the reply itself") {
  World world;
  world.start();
  const Said said = world.run({"-p", "shop", "ps", "--json"});
  CHECK(said.out == to_text(protocol::to_json(world.control.kept.at("shop"))) + "\n");
}

TEST_CASE("a link to the folder leads to its stack, a copy of the folder does not") {
  World world;
  world.folder.write("compose.yaml", "services: {web: {image: x}}\n");
  const Folder elsewhere;
  fs::create_symlink(world.folder.path(), elsewhere.at("link"));
  fs::create_directory(elsewhere.at("copy"));
  fs::copy(world.folder.at("compose.yaml"), elsewhere.at("copy"));
  world.start();
  world.current_directory = elsewhere.at("link");
  CHECK(world.run({"deploy", "-d"}).code == cli::exit_done);
  world.current_directory = elsewhere.at("copy");
  CHECK(world.run({"deploy", "-d"}).code == cli::exit_done);
  REQUIRE(world.control.deploy_requests.size() == 2);
  CHECK(world.control.deploy_requests[0].stack == "shop");
  CHECK(world.control.deploy_requests[0].source.working_dir == world.folder.path());
  CHECK(world.control.deploy_requests[1].stack == "copy");
  CHECK(world.control.deploy_requests[0].kept_here == std::vector<std::string>{"shop"});
  CHECK(world.control.deploy_requests[1].kept_here.empty());
  CHECK(world.control.deploy_requests[1].kept_gone.empty());
}

TEST_CASE("why prints the chain of causes") {
  World world;
  world.control.sentences = {"it waits for migrate", "migrate failed with exit code 1"};
  world.start();
  CHECK(world.run({"-p", "shop", "why", "web"}).out ==
        "web\n  -> it waits for migrate\n    -> migrate failed with exit code 1\n");
}

TEST_CASE("check names every error with its place and needs no daemon") {
  World world;
  world.folder.write("compose.yaml", small_stack);
  const std::vector<std::string> silenced = {"check", "--ignore", "unbounded-log", "--ignore",
                                             "no-health-check"};
  CHECK(world.run(silenced).out == "shop: 2 services, no errors\n");
  const Said advised = world.run({"check"});
  CHECK(advised.code == cli::exit_done);
  CHECK(advised.out.find("no-health-check: web waits for db, which has no health check") !=
        std::string::npos);
  world.folder.write("compose.yaml", "services:\n  web:\n    imge: nginx\n    prots: []\n");
  const Said said = world.run({"check"});
  CHECK(said.code == cli::exit_failed);
  CHECK(said.out.find(":3:5") != std::string::npos);
  CHECK(said.out.find(":4:5") != std::string::npos);
  const Said as_json = world.run({"check", "--json"});
  const Result<json::value> body = parse_json(as_json.out);
  REQUIRE(body.ok());
  CHECK(body->at("errors").get_array().size() >= 2);
  CHECK(body->at("errors").at(0).at("line") == 3);
}

TEST_CASE("the graph needs no daemon and keeps the order") {
  World world;
  world.folder.write("compose.yaml", small_stack);
  const Said said = world.run({"graph"});
  CHECK(said.code == cli::exit_done);
  CHECK(said.out == "1  db\n2  web        after db has started\n");
}

TEST_CASE("the version is told with and without a daemon") {
  World world;
  CHECK(world.run({"version"}).code == cli::exit_done);
  world.control.version_report.stackd = "1.2.3";
  world.control.version_report.engine = "20.10.24";
  world.control.version_report.engine_api = "1.41";
  world.control.version_report.engine_platform = "linux/amd64";
  world.start();
  const Said said = world.run({"version"});
  CHECK(said.out.find("stackd    1.2.3\n") != std::string::npos);
  CHECK(said.out.find("engine    20.10.24 (API 1.41, linux/amd64)\n") != std::string::npos);
}
