#include "runtime/http_server.h"

#include <chrono>
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "http_server_world.h"
#include "runtime/curl.h"

using namespace stackd;
using namespace stackd::runtime;
using namespace stackd::runtime::test;
using namespace std::chrono_literals;

TEST_CASE("a request arrives with all that it says and who asks, and its reply goes back") {
  ServerWorld world;
  const std::string answer = answer_to(world, one_request("POST /echo?a=1&b", "X-Some: Thing\r\n", "hello"));
  CHECK(answer.find("HTTP/1.1 200 OK\r\n") == 0);
  CHECK(contains(answer, "Content-Type: text/plain\r\n"));
  CHECK(contains(answer, "X-Seen: yes\r\n"));
  CHECK(!contains(answer, "X-Other"));
  CHECK(contains(answer, "\r\n\r\nhello"));
  REQUIRE(world.seen.size() == 1);
  const HttpRequest& request = world.seen.front();
  CHECK(request.method == "POST");
  CHECK(request.path == "/echo");
  CHECK(request.query == "a=1&b");
  CHECK(find_header(request.headers, "x-some") == "Thing");
  REQUIRE(request.peer.has_value());
  CHECK(request.peer->process_id == getpid());
  CHECK(request.peer->user_id == getuid());
  CHECK(request.remote_address.empty());
}

TEST_CASE("over TCP the address of the other side is known") {
  ServerWorld world;
  auto listener = Listener::on_tcp("127.0.0.1", 0);
  REQUIRE(listener.ok());
  HttpCall call("POST", "http://127.0.0.1:" + std::to_string(listener->port()) + "/echo");
  call.resolve = "127.0.0.1";
  call.body = "over";
  world.server.serve(std::move(*listener));
  CurlClient client(world.io.get_executor());
  std::string body;
  const auto send = [](CurlClient& to, HttpCall what, std::string& got) -> Task<void> {
    const auto result = co_await to.send(std::move(what));
    REQUIRE(result.ok());
    got = result->body;
  };
  run(world.io, send(client, std::move(call), body));
  CHECK(body == "over");
  CHECK(world.seen.front().remote_address == "127.0.0.1");
  CHECK(!world.seen.front().peer.has_value());
}

TEST_CASE("a connection serves one request after the other, also when they come at once") {
  ServerWorld world;
  const std::string first = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\none";
  const std::string answer = answer_to(world, first + one_request("POST /echo", "", "two"));
  CHECK(contains(answer, "\r\n\r\noneHTTP/1.1 200 OK"));
  CHECK(contains(answer, "\r\n\r\ntwo"));
  CHECK(world.server.connections() == 0);
}

TEST_CASE("HEAD gets the length and no body") {
  ServerWorld world;
  const std::string answer = answer_to(world, one_request("HEAD /echo", "", "12345"));
  CHECK(contains(answer, "Content-Length: 5\r\n"));
  CHECK(answer.substr(answer.size() - 4) == "\r\n\r\n");
}

TEST_CASE("who asks whether to go on is told so") {
  ServerWorld world;
  const std::string answer = answer_to(world, one_request("POST /echo", "Expect: 100-continue\r\n", "abc"));
  CHECK(answer.find("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK") == 0);
}

TEST_CASE("a body that is too large is refused, and the refusal arrives") {
  HttpServerOptions options;
  options.body_bytes_max = 100000;
  ServerWorld world(options);
  const std::string large(3000000, 'x');
  SUBCASE("announced") {
    CHECK(contains(answer_to(world, one_request("POST /echo", "", large)), "413 "));
  }
  SUBCASE("in chunks") {
    const std::string chunked =
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2dc6c0\r\n";
    CHECK(contains(answer_to(world, chunked + large), "413 "));
  }
  SUBCASE("one that just fits is not") {
    const std::string fits(100000, 'x');
    CHECK(contains(answer_to(world, one_request("POST /echo", "", fits)), "200 OK"));
    return;
  }
  CHECK(world.seen.empty());
}

TEST_CASE("too many headers and what is no HTTP are refused") {
  ServerWorld world;
  const std::string many = "X-Long: " + std::string(70000, 'x') + "\r\n";
  CHECK(contains(answer_to(world, one_request("GET /echo", many)), "431 "));
  CHECK(contains(answer_to(world, "hello there\r\n\r\n"), "400 "));
  CHECK(contains(answer_to(world, "GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n"), "400 "));
  CHECK(world.seen.empty());
}

TEST_CASE("who sends too slowly is cut off") {
  HttpServerOptions options;
  options.read_max = 20ms;
  options.idle_max = 20ms;
  ServerWorld world(options);
  SUBCASE("nothing at all") {
    CHECK(answer_to(world, "").empty());
  }
  SUBCASE("half a header") {
    CHECK(answer_to(world, "GET / HT").empty());
  }
  SUBCASE("half a body") {
    CHECK(answer_to(world, "POST /echo HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf").empty());
  }
  SUBCASE("no second request") {
    CHECK(contains(answer_to(world, "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n"), "200 OK"));
    return;
  }
  CHECK(world.seen.empty());
}

TEST_CASE("who does not read is cut off") {
  HttpServerOptions options;
  options.write_max = 20ms;
  ServerWorld world(options);
  std::unique_ptr<RawPeer> peer;
  run(world.io, ask_and_stay(world.socket, one_request("GET /flood"), peer));
  run(world.io, sleep_for(*world.clock, 200ms));
  CHECK(world.diary == Texts{"refused"});
  CHECK(world.server.connections() == 0);
}

TEST_CASE("a handler that throws or says nothing gives 500, and the bug is told") {
  ServerWorld world;
  CHECK(contains(answer_to(world, one_request("GET /throw")), "500 "));
  CHECK(contains(answer_to(world, one_request("GET /nothing")), "500 "));
  CHECK(world.bugs == Texts{"GET /throw: a bug"});
  const std::string cut = answer_to(world, one_request("GET /throw-late"));
  CHECK(contains(cut, "200 OK"));
  CHECK(!contains(cut, "0\r\n\r\n"));
  CHECK(world.bugs.size() == 2);
}
