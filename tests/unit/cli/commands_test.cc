// Commands from the words typed to what is printed, against a real socket with a Control that a test fills.
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>
#include <unistd.h>

#include "api/routes.h"
#include "cli/client.h"
#include "cli/follow.h"
#include "cli/parse.h"
#include "protocol/wire.h"
#include "unit/api/fake_control.h"
#include "unit/api/samples.h"

using namespace stackd;

namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "stackctl-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path_ = fs::canonical(pattern);
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  void write(const std::string& name, const std::string& text) const { std::ofstream(path_ / name) << text; }
  [[nodiscard]] std::string at(const std::string& name) const { return (path_ / name).string(); }
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  fs::path path_;
};

/// A daemon's API with nothing behind it, on a thread of its own because stackctl waits for its answers.
class FakeDaemon {
 public:
  FakeDaemon(const std::string& socket, testing::FakeControl& control)
      : clock_(runtime::make_real_clock(io_.get_executor())),
        server_(io_.get_executor(), *clock_, runtime::HttpServerOptions{}, api::make_handler(control),
                [](std::string_view, const std::exception_ptr&) {}) {
    runtime::Listener::UnixOptions options;
    options.path = socket;
    Result<runtime::Listener> listener = runtime::Listener::on_unix(options);
    REQUIRE(listener.ok());
    server_.serve(*std::move(listener));
    thread_ = std::thread([this] { io_.run(); });
  }
  ~FakeDaemon() {
    io_.stop();
    thread_.join();
  }
  FakeDaemon(const FakeDaemon&) = delete;
  FakeDaemon& operator=(const FakeDaemon&) = delete;

 private:
  boost::asio::io_context io_;
  std::unique_ptr<runtime::Clock> clock_;
  runtime::HttpServer server_;
  std::thread thread_;
};

struct Said {
  int code = 0;
  std::string out;
  std::string err;
};

class World {
 public:
  World() {
    protocol::StackStatus status = testing::sample_status();
    status.working_dir = folder.path();
    status.config_files = {folder.at("compose.yaml")};
    status.environment_files.clear();
    status.profiles.clear();
    control.kept.emplace("shop", status);
  }

  void start() { daemon_ = std::make_unique<FakeDaemon>(folder.at("s"), control); }

  Said run(const std::vector<std::string>& words) {
    auto parsed = cli::parse(words, cli::commands());
    if (const auto* end = std::get_if<cli::ParseEnd>(&parsed)) return {end->exit_code, "", end->text};
    auto& invocation = std::get<cli::Invocation>(parsed);
    std::ostringstream out;
    std::ostringstream err;
    cli::Session session;
    session.global = invocation.global;
    session.environment = environment;
    session.environment["STACKD_SOCKET"] = folder.at("s");
    session.current_directory = current_directory.empty() ? folder.path() : current_directory;
    session.now = [] { return testing::moment("2026-01-02T03:10:10Z"); };
    session.from_local = [](auto shown) { return WallTime(shown.time_since_epoch()); };
    session.read_standard_input = [] { return std::string(); };
    session.terminal.columns = 0;
    session.out = &out;
    session.err = &err;
    const int code = invocation.command->run(session, invocation.arguments);
    return {code, out.str(), err.str()};
  }

  Folder folder;
  testing::FakeControl control;
  std::map<std::string, std::string> environment;
  std::string current_directory;

 private:
  std::unique_ptr<FakeDaemon> daemon_;
};

constexpr const char* small_stack = R"(name: shop
services:
  web:
    image: ${WEB_IMAGE:-shop:1}
    depends_on:
      db: {condition: service_started}
  db:
    image: postgres:16
)";

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

TEST_CASE("stop waits until nothing of what was named runs") {
  World world;
  world.start();
  const Said said = world.run({"-p", "shop", "stop", "migrate", "web"});
  CHECK(said.code == cli::exit_done);
  REQUIRE(world.control.orders.size() == 1);
  CHECK(world.control.orders[0].first == "stop");
  CHECK(world.control.orders[0].second.services == std::vector<std::string>{"migrate", "web"});
}

TEST_CASE("start ends with 1 when a job fails, and says where to look") {
  World world;
  world.start();
  const Said said = world.run({"-p", "shop", "start"});
  CHECK(said.code == cli::exit_failed);
  CHECK(said.out.find("postgres    ready") != std::string::npos);
  CHECK(said.err.find("migrate is failed: it ended with exit code 1; `stackctl why migrate` says more") !=
        std::string::npos);
}

TEST_CASE("start and restart end with 1 when the engine refuses to make a service, and say why") {
  World world;
  protocol::StackStatus& kept = world.control.kept.at("shop");
  std::erase_if(kept.services, [](const protocol::ServiceStatus& service) { return service.job; });
  protocol::ServiceStatus& web = kept.services.back();
  web.state = ServiceState::not_created;
  web.why = "create container shop-web-1: the name is taken";
  world.start();
  for (const char* order : {"start", "restart"}) {
    const Said said = world.run({"-p", "shop", order, "web"});
    CHECK(said.code == cli::exit_failed);
    CHECK(said.err.find("web is not created: create container shop-web-1: the name is taken;") !=
          std::string::npos);
  }
}

TEST_CASE("a service whose scale is 0 is started at once") {
  World world;
  protocol::StackStatus& kept = world.control.kept.at("shop");
  std::erase_if(kept.services, [](const protocol::ServiceStatus& service) { return service.job; });
  kept.services.back().state = ServiceState::stopped;
  kept.services.back().stuck = false;
  world.start();
  CHECK(world.run({"-p", "shop", "start"}).code == cli::exit_done);
}

TEST_CASE("stop and down end with 1 when the engine refuses to end a service") {
  World world;
  for (protocol::ServiceStatus& service : world.control.kept.at("shop").services) service.stuck = true;
  world.start();
  CHECK(world.run({"-p", "shop", "stop", "postgres"}).code == cli::exit_failed);
  CHECK(world.run({"-p", "shop", "down"}).code == cli::exit_failed);
}

TEST_CASE("down hands its flag on and returns when the containers are gone") {
  World world;
  for (protocol::ServiceStatus& service : world.control.kept.at("shop").services) service.containers.clear();
  world.start();
  CHECK(world.run({"-p", "shop", "down", "--volumes"}).code == cli::exit_done);
  REQUIRE(world.control.downs.size() == 1);
  CHECK(world.control.downs[0].volumes);
}

TEST_CASE("logs are lines with their container, and ask for what was wanted") {
  World world;
  world.control.log_lines = {testing::sample_log_line()};
  world.start();
  const Said said =
      world.run({"-p", "shop", "logs", "-f", "--release", "3", "--since", "10m", "--tail", "3", "web"});
  CHECK(said.code == cli::exit_done);
  CHECK(said.out == "shop-web-1 | listening on 3000\n");
  REQUIRE(world.control.logs_requests.size() == 1);
  CHECK(world.control.logs_requests[0].follow);
  CHECK(world.control.logs_requests[0].tail == 3);
  CHECK(world.control.logs_requests[0].release == 3);
  CHECK(world.control.logs_requests[0].since == testing::moment("2026-01-02T03:00:10Z"));
  const Said wrong = world.run({"-p", "shop", "logs", "--since", "lately"});
  CHECK(wrong.code == cli::exit_usage);
  CHECK(wrong.err.find("neither a span (10m, 2h30m) nor a moment") != std::string::npos);
}

TEST_CASE("a stream that breaks in the middle is a failure after what was read") {
  World world;
  world.control.log_lines = {testing::sample_log_line()};
  world.control.log_error = Error{ErrorKind::unavailable, "the engine went away"};
  world.start();
  const Said said = world.run({"-p", "shop", "logs"});
  CHECK(said.code == cli::exit_failed);
  CHECK(said.out == "shop-web-1      | listening on 3000\n");
  CHECK(said.err == "stackctl: the engine went away\n");
}

TEST_CASE("a log that can't be read is said beside the lines of the others") {
  World world;
  protocol::LogLine notice = testing::sample_log_line();
  notice.notice = true;
  notice.at.reset();
  notice.text = "its log driver, none, keeps nothing that can be read";
  world.control.log_lines = {notice, testing::sample_log_line()};
  world.start();
  const Said said = world.run({"-p", "shop", "logs", "web"});
  CHECK(said.code == cli::exit_done);
  CHECK(said.out == "shop-web-1 | listening on 3000\n");
  CHECK(said.err == "stackctl: warning: shop-web-1: its log driver, none, keeps nothing that can be read\n");
}

TEST_CASE("following goes on when stackd is back, with nothing twice") {
  World world;
  protocol::LogLine line = testing::sample_log_line();
  protocol::LogLine notice = line;
  notice.notice = true;
  notice.at.reset();
  notice.text = "unreadable";
  world.control.log_lines = {notice, line, line};
  world.control.log_error = Error{ErrorKind::unavailable, "stackd is stopping"};
  protocol::LogLine missed = line;
  missed.at = *line.at + std::chrono::milliseconds(1);
  missed.text = "missed";
  missed.container = "renamed";
  world.control.log_lines_again = {{notice, line, line, line, missed}};
  world.start();
  const Said said = world.run({"-p", "shop", "logs", "-f", "--tail", "2", "web"});
  CHECK(said.code == cli::exit_done);
  const std::string shown = "shop-web-1 | listening on 3000\n";
  CHECK(said.out == shown + shown + shown + "renamed    | missed\n");
  CHECK(said.err == "stackctl: warning: shop-web-1: unreadable\n");
  REQUIRE(world.control.logs_requests.size() == 2);
  CHECK(world.control.logs_requests[1].since == *line.at - std::chrono::seconds(2));
  CHECK_FALSE(world.control.logs_requests[1].tail);
}

TEST_CASE("events are those of the stack, or of all") {
  World world;
  world.control.journal = {testing::sample_event()};
  world.start();
  CHECK(world.run({"-p", "shop", "events"}).out == "2026-01-02 03:10:01  shop/web  web is ready\n");
  CHECK(world.run({"events", "--all", "--json"}).out ==
        to_text(protocol::to_json(testing::sample_event())) + "\n");
  REQUIRE(world.control.events_requests.size() == 2);
  CHECK(world.control.events_requests[0].stack == "shop");
  CHECK(world.control.events_requests[1].stack.empty());
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
