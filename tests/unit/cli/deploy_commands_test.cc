// deploy, rollback, resume, cancel, plan, history: what they send, what they follow, and how they end.
#include <doctest/doctest.h>

#include "cli/client.h"
#include "cli/follow.h"
#include "protocol/wire.h"
#include "unit/cli/command_world.h"

using namespace stackd;
using testing::Said;
using testing::small_stack;
using testing::World;

namespace {

protocol::DeployProgress progress(const std::string& service, const std::string& text, DeployState state) {
  protocol::DeployProgress line;
  line.at = testing::moment("2026-01-02T03:10:00Z");
  line.service = service;
  line.text = text;
  line.state = state;
  return line;
}

/// Deploy d1 of release 3, in that state.
Deploy ended_deploy(DeployState state) {
  Deploy deploy = testing::sample_deploy();
  deploy.id = "d1";
  deploy.state = state;
  deploy.start = true;
  return deploy;
}

/// Answers so many questions with deploy d1 on its way, and is gone then.
class GoneClient final : public cli::Client {
 public:
  GoneClient(int answers, bool& is_gone) : answers_(answers), is_gone_(is_gone) {}

  Result<json::value> get(const std::string& target) override {
    is_gone_ = answers_-- <= 0;
    if (is_gone_) return gone_;
    if (target.ends_with("/deploys")) return json::value(json::object{{"deploys", json::array{}}});
    return json::value(protocol::to_json(ended_deploy(DeployState::rolling)));
  }
  Result<json::value> post(const std::string&, const json::value&) override { return gone_; }
  Result<json::value> remove(const std::string&) override { return gone_; }
  Result<std::unique_ptr<cli::Lines>> open(const std::string&) override { return gone_; }
  void catch_interrupts() override {}
  [[nodiscard]] bool interrupted() const override { return false; }
  bool pause(Duration span) override {
    waited += span;
    return true;
  }

  Duration waited = Duration::zero();

 private:
  Error gone_{ErrorKind::unavailable, "no stackd is running"};
  int answers_;
  bool& is_gone_;
};

}  // namespace

TEST_CASE("a deploy sends what the files say with the caller's variables, and follows until it is live") {
  World world;
  world.folder.write("compose.yaml", small_stack);
  world.environment["WEB_IMAGE"] = "shop:42";
  world.control.progress = {progress("", "resolving", DeployState::resolving),
                            progress("web", "ready", DeployState::rolling)};
  Deploy live = testing::sample_deploy();
  live.id = "d1";
  live.state = DeployState::live;
  live.start = true;
  world.control.attempts = {live};
  world.start();
  const Said said = world.run({"up"});
  CHECK(said.err == "");
  CHECK(said.code == cli::exit_done);
  CHECK(said.out ==
        "deploy d1 of shop\n"
        "   1.0s              resolving\n"
        "   1.0s  web         ready\n"
        "live: release 3, a copy of release 1 after 4s\n");
  REQUIRE(world.control.deploy_requests.size() == 1);
  const protocol::DeployRequest& request = world.control.deploy_requests[0];
  CHECK(request.stack == "shop");
  CHECK(request.start);
  CHECK(request.source.working_dir == world.folder.path());
  CHECK(request.source.config_files == std::vector<std::string>{world.folder.at("compose.yaml")});
  CHECK(request.source.variables == std::map<std::string, std::string>{{"WEB_IMAGE", "shop:42"}});
  CHECK(request.canonical.find("\"image\":\"shop:42\"") != std::string::npos);
}

TEST_CASE("a deploy that failed ends with 1, its cause and its last words") {
  World world;
  world.folder.write("compose.yaml", small_stack);
  Deploy failed = testing::sample_deploy();
  failed.id = "d1";
  failed.state = DeployState::failed;
  world.control.attempts = {failed};
  world.start();
  const Said said = world.run({"deploy", "web", "--no-start"});
  CHECK(said.code == cli::exit_failed);
  CHECK(said.out == "deploy d1 of shop\n");
  CHECK(said.err ==
        "failed after 4s: migrate ended with exit code 1\n"
        "its last words:\n"
        "  | relation \"items\" exists already\n"
        "release 3 is current; `stackctl show 3` tells all about release 3\n");
  CHECK(world.control.deploy_requests.at(0).services == std::vector<std::string>{"web"});
  CHECK_FALSE(world.control.deploy_requests.at(0).start);
}

TEST_CASE("a deploy that is paused ends with 1 and says what can be done") {
  World world;
  world.folder.write("compose.yaml", small_stack);
  world.control.attempts = {ended_deploy(DeployState::paused)};
  world.control.progress = {progress("", "web-1 ended with 1; it is paused: …", DeployState::paused)};
  world.start();
  const Said said = world.run({"deploy"});
  CHECK(said.code == cli::exit_failed);
  CHECK(said.out == "deploy d1 of shop\n   1.0s              paused\n");
  CHECK(said.err.find("paused after 4s: migrate ended with exit code 1\n") == 0);
  CHECK(said.err.find("  stackctl resume    goes on with release 3\n") != std::string::npos);
  CHECK(said.err.find("  stackctl rollback  puts release 2 back\n") != std::string::npos);
}

TEST_CASE("a rollback is followed like a deploy, to the release that was meant") {
  World world;
  world.control.attempts = {ended_deploy(DeployState::live)};
  world.start();
  const Said said = world.run({"-p", "shop", "rollback", "--to", "1", "--force"});
  CHECK(said.code == cli::exit_done);
  CHECK(said.out == "deploy d1 of shop\nlive: release 3, a copy of release 1 after 4s\n");
  REQUIRE(world.control.rollbacks.size() == 1);
  CHECK(world.control.rollbacks[0].to == 1);
  CHECK(world.control.rollbacks[0].force);
  world.control.attempts[0].state = DeployState::reverted;
  CHECK(world.run({"-p", "shop", "rollback"}).code == cli::exit_failed);
  CHECK_FALSE(world.control.rollbacks[1].to.has_value());
  const Said wrong = world.run({"-p", "shop", "rollback", "--to", "last"});
  CHECK(wrong.code == cli::exit_usage);
  CHECK(wrong.err == "stackctl: --to: \"last\" is not the number of a release: they count from 1\n");
}

TEST_CASE("a rollback of a paused deploy has succeeded when it is reverted") {
  World world;
  Deploy paused = ended_deploy(DeployState::paused);
  world.control.attempts = {paused};
  world.control.end_of_order = DeployState::reverted;
  world.start();
  const Said said = world.run({"-p", "shop", "rollback"});
  CHECK(said.code == cli::exit_done);
  CHECK(said.out.find("reverted after 4s\nrelease 3 is current; ") != std::string::npos);
}

TEST_CASE("resume goes on with what is paused, cancel gives it up, each until its end") {
  World world;
  world.control.attempts = {ended_deploy(DeployState::queued), ended_deploy(DeployState::paused)};
  world.control.attempts[0].id = "d2";
  world.control.end_of_order = DeployState::live;
  world.start();
  const Said resumed = world.run({"-p", "shop", "resume"});
  CHECK(resumed.code == cli::exit_done);
  CHECK(resumed.out.find("deploy d1 of shop\n") == 0);
  world.control.attempts[1].state = DeployState::rolling;
  world.control.end_of_order = DeployState::cancelled;
  const Said cancelled = world.run({"-p", "shop", "cancel"});
  CHECK(cancelled.code == cli::exit_done);
  CHECK(cancelled.out.find("cancelled after 4s") != std::string::npos);
  CHECK(world.control.resumed == std::vector<std::string>{"shop"});
  CHECK(world.control.cancelled == std::vector<std::string>{"shop"});
  world.control.attempts[1].state = DeployState::paused;
  CHECK(world.run({"-p", "shop", "resume", "-d", "--json"}).out == R"({"deploy_id":"d1"})"
                                                                   "\n");
}

TEST_CASE("a deploy behind a paused one says what it waits for") {
  World world;
  world.folder.write("compose.yaml", small_stack);
  world.control.attempts = {ended_deploy(DeployState::live), ended_deploy(DeployState::paused)};
  world.control.attempts[1].id = "d0";
  world.start();
  CHECK(world.run({"deploy"}).err.find("stackctl: warning: deploy d0 is paused") == 0);
}

TEST_CASE("history and show read one stack's releases") {
  World world;
  world.control.releases = {testing::sample_release()};
  world.control.attempts = {ended_deploy(DeployState::live)};
  world.control.job_runs = {testing::sample_job_run()};
  world.start();
  const Said history = world.run({"-p", "shop", "history"});
  CHECK(history.code == cli::exit_done);
  CHECK(history.out.find("\n      3  current") != std::string::npos);
  const Said show = world.run({"-p", "shop", "show"});
  CHECK(show.out.find("release 3 of shop: current\n") == 0);
  CHECK(show.out.find("migrate  failed with exit code 1") != std::string::npos);
  const Said body = world.run({"-p", "shop", "show", "3", "--json"});
  CHECK(parse_json(body.out)->at("release").at("number") == 3);
  CHECK(world.run({"-p", "shop", "show", "9"}).code == cli::exit_not_found);
  CHECK(world.run({"-p", "shop", "show", "last"}).code == cli::exit_usage);
}

TEST_CASE("a variable that nothing uses, or that was not set, is told of") {
  World world;
  world.folder.write("compose.yaml", small_stack);
  Release release;
  release.stack = "shop";
  release.number = world.control.kept.at("shop").release;
  release.source.set = {{"OLD", "1"}};
  world.control.releases = {release};
  world.start();
  CHECK(world.run({"deploy", "-d", "--set", "NONE=1", "--unset", "OLD", "--unset", "NEVER"}).err ==
        "stackctl: warning: --set NONE: the files use no variable of that name\n"
        "stackctl: warning: --unset NEVER: no variable of that name was given a value by --set\n");
  CHECK(world.control.deploy_requests.at(0).source.set == std::map<std::string, std::string>{{"NONE", "1"}});
}

TEST_CASE("a detached deploy returns at once with its id") {
  World world;
  world.folder.write("compose.yaml", small_stack);
  world.start();
  const Said said = world.run({"deploy", "-d", "--json"});
  CHECK(said.code == cli::exit_done);
  CHECK(said.out == R"({"deploy_id":"d1"})"
                    "\n");
}

TEST_CASE("a service behind a profile is deployed by its name, and later deploys know it") {
  World world;
  const std::string tools =
      "  shell: {image: busybox, profiles: [tools], depends_on: [toolsdb]}\n"
      "  toolsdb: {image: busybox, profiles: [tools]}\n"
      "  extra: {image: busybox, profiles: [tools]}\n";
  world.folder.write("compose.yaml", small_stack + tools);
  world.start();
  CHECK(world.run({"deploy", "-d", "shell"}).code == cli::exit_done);
  REQUIRE(world.control.deploy_requests.size() == 1);
  const protocol::DeployRequest first = world.control.deploy_requests[0];
  CHECK(first.services == std::vector<std::string>{"shell"});
  CHECK(first.source.profiles.empty());
  CHECK(first.source.outside_profiles == std::vector<std::string>{"extra"});
  CHECK(first.canonical.find("\"toolsdb\"") != std::string::npos);

  Release release;
  release.stack = "shop";
  release.number = world.control.kept.at("shop").release;
  release.canonical = first.canonical;
  world.control.releases = {release};
  CHECK(world.run({"deploy", "-d"}).code == cli::exit_done);
  REQUIRE(world.control.deploy_requests.size() == 2);
  CHECK(world.control.deploy_requests[1].services.empty());
  CHECK(world.control.deploy_requests[1].canonical == first.canonical);
}

TEST_CASE(
    "a kept folder whose files have another name is asked for under that, and -p goes on with the old") {
  World world;
  world.folder.write("compose.yaml", "name: other\nservices: {web: {image: x}}\n");
  world.start();
  CHECK(world.run({"deploy", "-d"}).code == cli::exit_done);
  CHECK(world.run({"deploy", "-d", "--second-stack"}).code == cli::exit_done);
  CHECK(world.run({"-p", "shop", "deploy", "-d"}).code == cli::exit_done);
  CHECK(world.run({"plan"}).code != cli::exit_failed);
  REQUIRE(world.control.deploy_requests.size() == 4);
  CHECK(world.control.deploy_requests[0].stack == "other");
  CHECK_FALSE(world.control.deploy_requests[0].second_stack);
  CHECK(world.control.deploy_requests[1].second_stack);
  CHECK(world.control.deploy_requests[2].stack == "shop");
  CHECK(world.control.deploy_requests[3].stack == "other");
  // A stack that was named on the command line keeps its name where the files give none.
  world.folder.write("compose.yaml", "services: {web: {image: x}}\n");
  CHECK(world.run({"deploy", "-d"}).code == cli::exit_done);
  CHECK(world.control.deploy_requests[4].stack == "shop");
}

TEST_CASE("a file with an error deploys nothing and shows its line") {
  World world;
  world.folder.write("compose.yaml", "services:\n  web:\n    imge: nginx\n");
  world.start();
  const Said said = world.run({"deploy"});
  CHECK(said.code == cli::exit_failed);
  CHECK(said.err.find("compose.yaml:3:5") != std::string::npos);
  CHECK(world.control.deploy_requests.empty());
}

TEST_CASE("a service that the files don't have is named with the nearest that they have") {
  World world;
  world.folder.write("compose.yaml", small_stack);
  world.start();
  const Said said = world.run({"deploy", "wbe"});
  CHECK(said.code == cli::exit_not_found);
  CHECK(said.err == "stackctl: the files have no service \"wbe\", did you mean \"web\"?\n");
}

TEST_CASE("a plan with steps ends with 5, one without with 0") {
  World world;
  world.folder.write("compose.yaml", small_stack);
  world.start();
  CHECK(world.run({"plan"}).code == cli::exit_done);
  world.control.plan_report = testing::sample_plan();
  const Said said = world.run({"plan"});
  CHECK(said.code == cli::exit_changes);
  CHECK(said.out.find("replace web") != std::string::npos);
}

TEST_CASE("a plan says where the files say what it warns of") {
  World world;
  world.folder.write("compose.yaml", small_stack);
  world.start();
  world.control.plan_report.warnings = {"services.web.image: it is old"};
  world.control.plan_report.obstacles = {"services.db.image: it is not there"};
  const std::string out = world.run({"plan"}).out;
  CHECK(out.find("warning: compose.yaml:4:12: services.web.image: it is old") != std::string::npos);
  CHECK(out.find("refused: compose.yaml:8:12: services.db.image: it is not there") != std::string::npos);
}

TEST_CASE("a deploy whose stackd is gone is waited for half a minute, and not taken for failed") {
  std::ostringstream out;
  std::ostringstream err;
  cli::Session session;
  GoneClient client(2, session.daemon_is_gone);
  session.out = &out;
  session.err = &err;
  cli::Followed followed;
  followed.deploy_id = "d1";
  CHECK(cli::follow_deploy(session, client, followed) == cli::exit_no_daemon);
  CHECK(err.str() ==
        "stackctl: no stackd is running\n"
        "  deploy d1 goes on when stackd is back; `stackctl status` then shows how far it is\n");
  CHECK(client.waited == std::chrono::seconds(30));
}

TEST_CASE("whatever was ordered, a stackd that is gone ends the waiting with 3") {
  std::ostringstream out;
  std::ostringstream err;
  cli::Session session;
  session.out = &out;
  session.err = &err;
  session.now = [] { return testing::moment("2026-01-02T03:10:10Z"); };
  GoneClient client(0, session.daemon_is_gone);
  auto arrived = [](const protocol::StackStatus&) -> std::optional<cli::ExitCode> { return cli::exit_done; };
  CHECK(cli::follow_services(session, client, "shop", {}, arrived) == cli::exit_no_daemon);
  CHECK(err.str() ==
        "stackctl: no stackd is running\n"
        "  what you asked for goes on when stackd is back; `stackctl status` then shows how far it is\n");
}

TEST_CASE("what stackd itself calls unavailable is a failure, not its absence") {
  std::ostringstream err;
  cli::Session session;
  session.err = &err;
  CHECK(cli::fail(session, {ErrorKind::unavailable, "the engine is away"}) == cli::exit_failed);
  session.daemon_is_gone = true;
  CHECK(cli::fail(session, {ErrorKind::unavailable, "no stackd is running"}) == cli::exit_no_daemon);
  CHECK(cli::fail(session, {ErrorKind::invalid, "line 3: no such key"}) == cli::exit_failed);
}
