#include "runtime/curl.h"

#include <chrono>
#include <doctest/doctest.h>
#include <filesystem>
#include <unistd.h>

#include "curl_world.h"

using namespace stackd;
using namespace stackd::runtime;
using namespace stackd::runtime::test;
using namespace std::chrono_literals;

namespace {

Task<void> keep_request(RawPeer& peer, std::string& request) {
  request = co_await peer.read_request();
  (void)co_await peer.write(ok_reply);
}

/// Answers questions; an order it takes, and closes.
Task<void> swallow(RawPeer& peer, int& orders) {
  while (true) {
    const std::string request = co_await peer.read_request();
    if (request.empty()) co_return;
    if (request.find("GET ") != 0) {
      ++orders;
      co_return;
    }
    (void)co_await peer.write(ok_reply);
  }
}

Task<void> store(Task<Result<HttpResponse>> task, Result<HttpResponse>& result) {
  result = co_await std::move(task);
}

Result<HttpResponse> send(CurlWorld& world, HttpCall call) {
  Result<HttpResponse> result = Error{ErrorKind::internal, "not answered"};
  run(world.io, store(world.client.send(std::move(call)), result));
  return result;
}

ErrorKind kind_of(const Result<HttpResponse>& result) {
  REQUIRE(!result.ok());
  return result.error().kind;
}

}  // namespace

TEST_CASE("an answer has its status, its headers in lower case and its body") {
  CurlWorld world;
  ScriptedServer server(world.io, world.socket, {once(ok_reply)});
  const auto result = send(world, world.call("GET", "/info"));
  REQUIRE(result.ok());
  CHECK(result->status == 200);
  CHECK(find_header(result->headers, "X-KIND") == "Test");
  CHECK(result->body == "ok");
}

TEST_CASE("a status of 400 or more is an answer") {
  CurlWorld world;
  ScriptedServer server(world.io, world.socket,
                        {once("HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnone")});
  const auto result = send(world, world.call("GET", "/none"));
  REQUIRE(result.ok());
  CHECK(result->status == 404);
  CHECK(result->body == "none");
}

TEST_CASE("what is sent has nothing that was not asked for") {
  CurlWorld world;
  std::string request;
  ScriptedServer server(world.io, world.socket, {[&](RawPeer& peer) { return keep_request(peer, request); }});
  HttpCall call = world.call("POST", "/create?name=x");
  SUBCASE("a body with its type") {
    call.headers.push_back(HttpHeader{"Content-Type", "application/json"});
    call.body = std::string(3000, ' ');
    CHECK(send(world, std::move(call)).ok());
    CHECK(request.find("Content-Type: application/json\r\n") != std::string::npos);
    CHECK(request.find("Content-Length: 3000\r\n") != std::string::npos);
  }
  SUBCASE("an empty body") {
    CHECK(send(world, std::move(call)).ok());
    CHECK(request.find("Content-Length: 0\r\n") != std::string::npos);
    CHECK(request.find("Content-Type") == std::string::npos);
  }
  CHECK(request.find("POST /create?name=x HTTP/1.1\r\n") == 0);
  CHECK(request.find("Host: engine\r\n") != std::string::npos);
  CHECK(request.find("Expect") == std::string::npos);
}

TEST_CASE("a header that would become two is refused") {
  CurlWorld world;
  HttpCall call = world.call("GET", "/");
  call.headers.push_back(HttpHeader{"X-Token", "a\r\nX-Other: b"});
  CHECK(kind_of(send(world, std::move(call))) == ErrorKind::invalid);
  CHECK(kind_of(send(world, world.call("GET /x", "/"))) == ErrorKind::invalid);
}

TEST_CASE("who can't be reached is unavailable, also for an order, and the message says what to do") {
  CurlWorld world;
  SUBCASE("no such socket") {
    const auto result = send(world, world.call("POST", "/x"));
    CHECK(kind_of(result) == ErrorKind::unavailable);
    CHECK(result.error().message.find(world.socket) != std::string::npos);
    CHECK(result.error().message.find("is the engine running?") != std::string::npos);
  }
  SUBCASE("nobody listens") {
    { ScriptedServer server(world.io, world.socket, {once(ok_reply)}); }
    settle(world.io);
    CHECK(kind_of(send(world, world.call("POST", "/x"))) == ErrorKind::unavailable);
  }
  SUBCASE("no right to") {
    if (geteuid() == 0) return;  // root may always
    ScriptedServer server(world.io, world.socket, {once(ok_reply)});
    std::filesystem::permissions(world.socket, std::filesystem::perms::none);
    const auto result = send(world, world.call("GET", "/x"));
    CHECK(kind_of(result) == ErrorKind::unavailable);
    CHECK(result.error().message.find("group") != std::string::npos);
  }
  SUBCASE("a port without a listener") {
    HttpCall call("POST", "http://127.0.0.1:1/");
    call.resolve = "127.0.0.1";
    CHECK(kind_of(send(world, std::move(call))) == ErrorKind::unavailable);
  }
}

TEST_CASE("a connection that breaks after the request leaves an order unknown and a question unavailable") {
  CurlWorld world;
  ScriptedServer server(world.io, world.socket, {once("")});
  CHECK(kind_of(send(world, world.call("POST", "/start"))) == ErrorKind::unknown);
  CHECK(kind_of(send(world, world.call("DELETE", "/x"))) == ErrorKind::unknown);
  CHECK(kind_of(send(world, world.call("GET", "/info"))) == ErrorKind::unavailable);
}

TEST_CASE("an answer cut in the middle is no answer") {
  CurlWorld world;
  ScriptedServer server(world.io, world.socket, {once("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")});
  CHECK(kind_of(send(world, world.call("GET", "/info"))) == ErrorKind::unavailable);
  CHECK(kind_of(send(world, world.call("POST", "/x"))) == ErrorKind::unknown);
}

TEST_CASE("what is no HTTP is invalid") {
  CurlWorld world;
  ScriptedServer server(world.io, world.socket, {once("SSH-2.0-OpenSSH\r\n")});
  CHECK(kind_of(send(world, world.call("GET", "/"))) == ErrorKind::invalid);
}

TEST_CASE("a limit of time gives timeout for a question and unknown for an order that was sent") {
  CurlWorld world;
  bool left = false;
  ScriptedServer server(world.io, world.socket, {silent(left)});
  HttpCall question = world.call("GET", "/info");
  question.total_max = 20ms;
  CHECK(kind_of(send(world, std::move(question))) == ErrorKind::timeout);
  HttpCall order = world.call("POST", "/start");
  order.total_max = 20ms;
  CHECK(kind_of(send(world, std::move(order))) == ErrorKind::unknown);
}

TEST_CASE("a body larger than allowed is refused, whether announced or not") {
  CurlWorld world;
  const std::string large(5000, 'x');
  ScriptedServer server(world.io, world.socket,
                        {once("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + large),
                         once("HTTP/1.1 200 OK\r\n\r\n" + large)});
  for (int i = 0; i < 2; ++i) {
    HttpCall call = world.call("GET", "/large");
    call.body_bytes_max = 4999;
    CHECK(kind_of(send(world, std::move(call))) == ErrorKind::invalid);
  }
  HttpCall fits = world.call("GET", "/large");
  fits.body_bytes_max = 5000;
  const auto result = send(world, std::move(fits));
  REQUIRE(result.ok());
  CHECK(result->body == large);
}

TEST_CASE("questions share a connection; a dead one is replaced without a word") {
  CurlWorld world;
  ScriptedServer server(world.io, world.socket, {once(ok_reply), always(ok_reply)});
  CHECK(send(world, world.call("GET", "/1")).ok());
  CHECK(send(world, world.call("GET", "/2")).ok());
  CHECK(send(world, world.call("GET", "/3")).ok());
  CHECK(server.accepted() == 2);
}

TEST_CASE("an order is never sent twice, although the connection died under it") {
  CurlWorld world;
  int orders = 0;
  ScriptedServer server(world.io, world.socket, {[&](RawPeer& peer) { return swallow(peer, orders); }});
  CHECK(send(world, world.call("GET", "/1")).ok());
  CHECK(kind_of(send(world, world.call("POST", "/start"))) == ErrorKind::unknown);
  CHECK(orders == 1);
}

TEST_CASE("a server that comes back is found again") {
  CurlWorld world;
  {
    ScriptedServer server(world.io, world.socket, {always(ok_reply)});
    CHECK(send(world, world.call("GET", "/1")).ok());
    run(world.io, server.stop());
  }
  CHECK(kind_of(send(world, world.call("GET", "/2"))) == ErrorKind::unavailable);
  ScriptedServer server(world.io, world.socket, {always(ok_reply)});
  CHECK(send(world, world.call("GET", "/3")).ok());
}

TEST_CASE("a loop without transfers has nothing left to do") {
  CurlWorld world;
  {
    ScriptedServer server(world.io, world.socket, {always(ok_reply)});
    CHECK(send(world, world.call("GET", "/1")).ok());
    run(world.io, server.stop());
  }
  world.io.restart();
  CHECK(world.io.run_for(5s) < 100);
  CHECK(world.io.stopped());  // out of work, not out of time
}
