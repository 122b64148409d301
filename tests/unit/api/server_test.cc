// The whole API over a real unix socket, in front of a Control that a test fills.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>
#include <filesystem>
#include <unistd.h>

#include "api/routes.h"
#include "protocol/wire.h"
#include "runtime/curl.h"
#include "unit/api/fake_control.h"
#include "unit/api/samples.h"

using namespace stackd;

namespace {

namespace asio = boost::asio;

class World {
 public:
  World()
      : folder_(std::filesystem::temp_directory_path() / ("stackd-api-" + std::to_string(getpid()))),
        clock_(runtime::make_real_clock(io_.get_executor())),
        client_(std::make_unique<runtime::CurlClient>(io_.get_executor())) {
    std::filesystem::create_directories(folder_);
    runtime::Listener::UnixOptions options;
    options.path = folder_ / "stackd.sock";
    Result<runtime::Listener> listener = runtime::Listener::on_unix(options);
    REQUIRE_MESSAGE(listener.ok(), (listener.ok() ? "" : listener.error().message));
    server_ = std::make_unique<runtime::HttpServer>(
        io_.get_executor(), *clock_, runtime::HttpServerOptions{}, api::make_handler(control),
        [this](std::string_view name, const std::exception_ptr&) { bugs.emplace_back(name); });
    server_->serve(*std::move(listener));
    control.kept.emplace("shop", testing::sample_status());
  }

  ~World() {
    client_.reset();
    server_.reset();
    std::filesystem::remove_all(folder_);
  }

  World(const World&) = delete;
  World& operator=(const World&) = delete;

  runtime::HttpResponse send(const std::string& method, const std::string& path, std::string body = "") {
    runtime::HttpCall call(method, "http://stackd" + path);
    call.unix_socket = folder_ / "stackd.sock";
    call.body = std::move(body);
    std::optional<Result<runtime::HttpResponse>> response;
    asio::co_spawn(io_, ask(*client_, std::move(call), response), asio::detached);
    while (!response) io_.run_one();
    REQUIRE_MESSAGE(response->ok(), (response->ok() ? "" : response->error().message));
    return **response;
  }

  json::value body_of(const runtime::HttpResponse& response) {
    const Result<json::value> body = parse_json(response.body);
    REQUIRE_MESSAGE(body.ok(), response.body);
    return *body;
  }

  Error refusal(const runtime::HttpResponse& response) {
    const std::optional<Error> error = protocol::error_from_json(body_of(response));
    REQUIRE_MESSAGE(error.has_value(), response.body);
    return *error;
  }

  testing::FakeControl control;
  std::vector<std::string> bugs;

 private:
  static runtime::Task<void> ask(runtime::HttpClient& client, runtime::HttpCall call,
                                 std::optional<Result<runtime::HttpResponse>>& response) {
    response.emplace(co_await client.send(std::move(call)));
  }

  asio::io_context io_;
  std::filesystem::path folder_;
  std::unique_ptr<runtime::Clock> clock_;
  std::unique_ptr<runtime::HttpServer> server_;
  std::unique_ptr<runtime::CurlClient> client_;
};

}  // namespace

TEST_CASE("the list of stacks and one of them are answered as the wire spells them") {
  World world;
  const runtime::HttpResponse list = world.send("GET", "/v1/stacks");
  CHECK(list.status == 200);
  CHECK(runtime::find_header(list.headers, "content-type") == "application/json");
  const auto stacks = protocol::stacks_from_json(world.body_of(list));
  REQUIRE(stacks.ok());
  CHECK(stacks->size() == 1);
  const runtime::HttpResponse one = world.send("GET", "/v1/stacks/shop");
  CHECK(world.body_of(one) == protocol::to_json(testing::sample_status()));
}

TEST_CASE("a stack that nobody keeps is 404 with its name") {
  World world;
  const runtime::HttpResponse response = world.send("GET", "/v1/stacks/shpo");
  CHECK(response.status == 404);
  CHECK(world.refusal(response).kind == ErrorKind::not_found);
  CHECK(world.refusal(response).message == "stackd keeps no stack called \"shpo\"");
}

TEST_CASE("a deploy is accepted with its id, and the caller is who the kernel says") {
  World world;
  const json::value request = protocol::to_json(testing::sample_deploy_request());
  const runtime::HttpResponse response = world.send("POST", "/v1/stacks/shop/deploys", to_text(request));
  CHECK(response.status == 202);
  CHECK(protocol::deploy_id_from_json(world.body_of(response)).ok());
  REQUIRE(world.control.deploy_requests.size() == 1);
  const protocol::DeployRequest& got = world.control.deploy_requests[0];
  CHECK(got.stack == "shop");
  CHECK(got.canonical == testing::sample_deploy_request().canonical);
  CHECK(got.services == std::vector<std::string>{"web"});
  CHECK(got.source.kind == "deploy");
  CHECK(got.source.user != "ada");  // what the body claims doesn't count
  CHECK_FALSE(got.source.user.empty());
}

TEST_CASE("a plan takes the same request and changes nothing") {
  World world;
  world.control.plan_report = testing::sample_plan();
  const json::value request = protocol::to_json(testing::sample_deploy_request());
  const runtime::HttpResponse response = world.send("POST", "/v1/stacks/shop/plan", to_text(request));
  CHECK(response.status == 200);
  CHECK(world.body_of(response) == protocol::to_json(testing::sample_plan()));
}

TEST_CASE("orders name their services, and no body means all of them") {
  World world;
  CHECK(world.send("POST", "/v1/stacks/shop/stop", R"({"services":["web"]})").status == 202);
  CHECK(world.send("POST", "/v1/stacks/shop/start").status == 202);
  CHECK(world.send("POST", "/v1/stacks/shop/restart", "{}").status == 202);
  REQUIRE(world.control.orders.size() == 3);
  CHECK(world.control.orders[0].first == "stop");
  CHECK(world.control.orders[0].second.services == std::vector<std::string>{"web"});
  CHECK(world.control.orders[1].first == "start");
  CHECK(world.control.orders[1].second.services.empty());
  CHECK(world.control.orders[2].first == "restart");
  CHECK(world.send("POST", "/v1/stacks/shop/down", R"({"volumes":true})").status == 202);
  REQUIRE(world.control.downs.size() == 1);
  CHECK(world.control.downs[0].volumes);
}

TEST_CASE("an order that is only half understood is not carried out") {
  World world;
  const runtime::HttpResponse response = world.send("POST", "/v1/stacks/shop/down", R"({"volumse":false})");
  CHECK(response.status == 400);
  CHECK(world.refusal(response).message == "request: unknown field \"volumse\", did you mean \"volumes\"?");
  CHECK(world.control.downs.empty());
  CHECK(world.send("POST", "/v1/stacks/shop/stop", "{").status == 400);
  CHECK(world.send("POST", "/v1/stacks/shop/stop?all=true").status == 400);
  CHECK(world.control.orders.empty());
}

TEST_CASE("logs come as one line of JSON each, with what was asked for") {
  World world;
  world.control.log_lines = {testing::sample_log_line(), testing::sample_log_line()};
  const runtime::HttpResponse response = world.send(
      "GET",
      "/v1/stacks/shop/logs?service=web&service=bot&follow=true&tail=5&release=3&since=2026-01-02T03:04:05Z");
  CHECK(response.status == 200);
  CHECK(runtime::find_header(response.headers, "content-type") == "application/x-ndjson");
  const std::string line = to_text(protocol::to_json(testing::sample_log_line())) + "\n";
  CHECK(response.body == line + line);
  REQUIRE(world.control.logs_requests.size() == 1);
  const protocol::LogsRequest& request = world.control.logs_requests[0];
  CHECK(request.services == std::vector<std::string>{"web", "bot"});
  CHECK(request.follow);
  CHECK(request.tail == 5);
  CHECK(request.release == 3);
  CHECK(request.since == testing::moment("2026-01-02T03:04:05Z"));
}

TEST_CASE("a stream that breaks ends with a line that says why") {
  World world;
  world.control.log_lines = {testing::sample_log_line()};
  world.control.log_error = Error{ErrorKind::unavailable, "the engine went away"};
  const runtime::HttpResponse response = world.send("GET", "/v1/stacks/shop/logs");
  CHECK(response.status == 200);
  CHECK(response.body == to_text(protocol::to_json(testing::sample_log_line())) + "\n" +
                             R"({"error":{"kind":"unavailable","message":"the engine went away"}})" + "\n");
}

TEST_CASE("the progress of a deploy is a stream, its end a record") {
  World world;
  world.control.progress = {testing::sample_progress()};
  world.control.attempts = {testing::sample_deploy()};
  CHECK(world.send("GET", "/v1/deploys/d41f/progress").body ==
        to_text(protocol::to_json(testing::sample_progress())) + "\n");
  CHECK(world.body_of(world.send("GET", "/v1/deploys/d41f")) == protocol::to_json(testing::sample_deploy()));
  CHECK(world.send("GET", "/v1/deploys/none").status == 404);
}

TEST_CASE("a rollback is accepted with the id of its deploy, and who asked") {
  World world;
  const runtime::HttpResponse last = world.send("POST", "/v1/stacks/shop/rollback");
  CHECK(last.status == 202);
  CHECK(last.body == R"({"deploy_id":"d1"})"
                     "\n");
  CHECK(world.send("POST", "/v1/stacks/shop/rollback", R"({"to":2,"force":true})").status == 202);
  REQUIRE(world.control.rollbacks.size() == 2);
  CHECK_FALSE(world.control.rollbacks[0].to.has_value());
  CHECK_FALSE(world.control.rollbacks[0].user.empty());
  CHECK(world.control.rollbacks[1].to == 2);
  CHECK(world.control.rollbacks[1].force);
  CHECK(world.send("POST", "/v1/stacks/shop/rollback", R"({"to":"two"})").status == 400);
  CHECK(world.send("POST", "/v1/stacks/none/rollback").status == 404);
}

TEST_CASE("a deploy is resumed and cancelled by its stack") {
  World world;
  CHECK(world.send("POST", "/v1/stacks/shop/resume").status == 202);
  CHECK(world.send("POST", "/v1/stacks/shop/cancel").status == 202);
  CHECK(world.send("POST", "/v1/stacks/none/cancel").status == 404);
  CHECK(world.control.resumed == std::vector<std::string>{"shop"});
  CHECK(world.control.cancelled == std::vector<std::string>{"shop"});
}

TEST_CASE("the attempts of a stack and the jobs of a release are lists") {
  World world;
  world.control.attempts = {testing::sample_deploy()};
  world.control.job_runs = {testing::sample_job_run()};
  CHECK(world.body_of(world.send("GET", "/v1/stacks/shop/deploys")) ==
        protocol::to_json(world.control.attempts));
  CHECK(world.send("GET", "/v1/stacks/none/deploys").status == 404);
  CHECK(world.body_of(world.send("GET", "/v1/stacks/shop/releases/3/jobs")) ==
        protocol::to_json(world.control.job_runs));
  CHECK(world.send("GET", "/v1/stacks/shop/releases/last/jobs").status == 400);
  world.control.ways = {{2, ""}, {1, "its image is gone"}};
  const auto ways =
      protocol::ways_back_from_json(world.body_of(world.send("GET", "/v1/stacks/shop/ways-back")));
  REQUIRE(ways.ok());
  REQUIRE(ways->size() == 2);
  CHECK(ways->at(0).obstacle.empty());
  CHECK(ways->at(1).release == 1);
  CHECK(ways->at(1).obstacle == "its image is gone");
}

TEST_CASE("events are those of one stack or of all") {
  World world;
  world.control.journal = {testing::sample_event()};
  CHECK(world.send("GET", "/v1/events?stack=shop&after=16").body ==
        to_text(protocol::to_json(testing::sample_event())) + "\n");
  CHECK(world.send("GET", "/v1/events").status == 200);
  REQUIRE(world.control.events_requests.size() == 2);
  CHECK(world.control.events_requests[0].stack == "shop");
  CHECK(world.control.events_requests[0].after == 16);
  CHECK(world.control.events_requests[1].stack.empty());
  CHECK(world.control.events_requests[1].tail == 100);
}

TEST_CASE("releases are listed, and one is shown by its number") {
  World world;
  world.control.releases = {testing::sample_release()};
  const auto list =
      protocol::releases_from_json(world.body_of(world.send("GET", "/v1/stacks/shop/releases")));
  REQUIRE(list.ok());
  CHECK(list->size() == 1);
  CHECK(world.body_of(world.send("GET", "/v1/stacks/shop/releases/3")) ==
        protocol::to_json(testing::sample_release()));
  CHECK(world.send("GET", "/v1/stacks/shop/releases/4").status == 404);
  const runtime::HttpResponse wrong = world.send("GET", "/v1/stacks/shop/releases/latest");
  CHECK(wrong.status == 400);
  CHECK(world.refusal(wrong).message == "\"latest\" is not the number of a release: they count from 1");
}

TEST_CASE("the reasons of a service come as sentences") {
  World world;
  world.control.sentences = {"web waits for migrate", "migrate ended with exit code 1"};
  const auto sentences =
      protocol::why_from_json(world.body_of(world.send("GET", "/v1/stacks/shop/services/web/why")));
  REQUIRE(sentences.ok());
  CHECK(*sentences == world.control.sentences);
}

TEST_CASE("taking over, giving back and forgetting are three orders of their own") {
  World world;
  world.control.adopt_report.release = 1;
  const json::value request = protocol::to_json(testing::sample_deploy_request());
  CHECK(world.send("POST", "/v1/stacks/shop/adopt", to_text(request)).status == 200);
  CHECK(world.control.deploy_requests.at(0).source.kind == "adopt");
  CHECK(world.send("POST", "/v1/stacks/shop/hand-back").status == 202);
  CHECK(world.send("DELETE", "/v1/stacks/shop").status == 202);
  CHECK(world.control.forgotten == std::vector<std::string>{"shop", "shop"});
}

TEST_CASE("the version is answered without an engine") {
  World world;
  world.control.version_report.stackd = "1.2.3";
  const auto version = protocol::version_from_json(world.body_of(world.send("GET", "/v1/version")));
  REQUIRE(version.ok());
  CHECK(version->stackd == "1.2.3");
  CHECK_FALSE(version->engine.has_value());
}

TEST_CASE("an address that does not exist says so, and one of another version says which there is") {
  World world;
  CHECK(world.refusal(world.send("GET", "/v1/nothing")).message == "there is no /v1/nothing here");
  CHECK(world.refusal(world.send("GET", "/v9/stacks")).message ==
        "there is no /v9/stacks here: this stackd speaks version 1 of the API, under /v1/");
}

TEST_CASE("a method that an address does not take is answered with those that it takes") {
  World world;
  const runtime::HttpResponse response = world.send("PUT", "/v1/stacks/shop");
  CHECK(response.status == 405);
  CHECK(runtime::find_header(response.headers, "allow") == "GET, DELETE");
  CHECK(world.refusal(response).message == "/v1/stacks/shop takes GET or DELETE, not PUT");
}

TEST_CASE("a handler with a bug costs its own request only") {
  World world;
  world.control.broken = true;
  CHECK(world.send("GET", "/v1/stacks").status == 500);
  CHECK(world.bugs == std::vector<std::string>{"GET /v1/stacks"});
  world.control.broken = false;
  CHECK(world.send("GET", "/v1/stacks").status == 200);
}

TEST_CASE("each kind of error has a status of its own") {
  std::vector<int> statuses;
  for (const ErrorKind kind :
       {ErrorKind::invalid, ErrorKind::not_found, ErrorKind::conflict, ErrorKind::unavailable,
        ErrorKind::forbidden, ErrorKind::timeout, ErrorKind::unknown, ErrorKind::internal}) {
    statuses.push_back(api::status_of(kind));
  }
  CHECK(statuses == std::vector<int>{400, 404, 409, 503, 403, 504, 502, 500});
}

TEST_CASE("no two routes answer the same method and address") {
  std::vector<std::string> all;
  for (const api::Route& route : api::routes()) {
    CHECK(route.pattern.substr(0, 4) == "/v1/");
    all.push_back(std::string(route.method) + " " + std::string(route.pattern));
  }
  std::sort(all.begin(), all.end());
  CHECK(std::adjacent_find(all.begin(), all.end()) == all.end());
}
