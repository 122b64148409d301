#include "runtime/curl.h"

#include <chrono>
#include <doctest/doctest.h>
#include <filesystem>
#include <unistd.h>

#include "runtime/deadline.h"
#include "support.h"

using namespace stackd;
using namespace stackd::runtime;
using namespace stackd::runtime::test;
using namespace std::chrono_literals;

namespace {

const std::string ok_reply = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Kind: Test\r\n\r\nok";
const std::string stream_head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

struct World {
  TempFolder folder;
  boost::asio::io_context io;
  std::unique_ptr<Clock> clock = make_real_clock(io.get_executor());
  CurlClient client{io.get_executor()};
  std::string socket = folder.at("engine.sock");

  HttpCall call(std::string method, std::string path) const {
    HttpCall made(std::move(method), "http://engine" + path);
    made.unix_socket = socket;
    return made;
  }
};

Task<void> answer_once(RawPeer& peer, std::string reply) {
  (void)co_await peer.read_request();
  (void)co_await peer.write(std::move(reply));
}

Task<void> answer_always(RawPeer& peer, std::string reply) {
  while (true) {
    const std::string request = co_await peer.read_request();
    if (request.empty()) co_return;
    (void)co_await peer.write(reply);
  }
}

Script once(std::string reply) {
  return [reply](RawPeer& peer) { return answer_once(peer, reply); };
}

Script always(std::string reply) {
  return [reply](RawPeer& peer) { return answer_always(peer, reply); };
}

Task<void> keep_request(RawPeer& peer, std::string& request) {
  request = co_await peer.read_request();
  (void)co_await peer.write(ok_reply);
}

/// Reads the request and says nothing until the other side leaves.
Task<void> read_and_wait(RawPeer& peer, bool& left) {
  (void)co_await peer.read_request();
  (void)co_await peer.read_some();
  left = true;
}

Script silent(bool& left) {
  return [&left](RawPeer& peer) { return read_and_wait(peer, left); };
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

Task<void> begin_and_wait(RawPeer& peer, bool& left) {
  (void)co_await peer.read_request();
  (void)co_await peer.write(stream_head);
  (void)co_await peer.read_some();
  left = true;
}

Task<void> store(Task<Result<HttpResponse>> task, Result<HttpResponse>& result) {
  result = co_await std::move(task);
}

Result<HttpResponse> send(World& world, HttpCall call) {
  Result<HttpResponse> result = Error{ErrorKind::internal, "not answered"};
  run(world.io, store(world.client.send(std::move(call)), result));
  return result;
}

ErrorKind kind_of(const Result<HttpResponse>& result) {
  REQUIRE(!result.ok());
  return result.error().kind;
}

Task<Result<std::string>> read_to_end(HttpStream& stream) {
  std::string all;
  while (true) {
    auto piece = co_await stream.read();
    if (!piece) {
      Error error = piece.error();
      error.message += " after " + std::to_string(all.size());
      co_return error;
    }
    if (!piece->has_value()) co_return all;
    all += **piece;
  }
}

struct Streamed {
  int status = 0;
  std::string content;
  std::optional<ErrorKind> failed;
};

Task<void> stream(HttpClient& client, HttpCall call, Streamed& got) {
  auto opened = co_await client.open(std::move(call));
  if (!opened) {
    got.failed = opened.error().kind;
    co_return;
  }
  got.status = (*opened)->status();
  auto all = co_await read_to_end(**opened);
  if (all)
    got.content = *all;
  else
    got.failed = all.error().kind;
}

}  // namespace

TEST_CASE("an answer has its status, its headers in lower case and its body") {
  World world;
  ScriptedServer server(world.io, world.socket, {once(ok_reply)});
  const auto result = send(world, world.call("GET", "/info"));
  REQUIRE(result.ok());
  CHECK(result->status == 200);
  CHECK(find_header(result->headers, "X-KIND") == "Test");
  CHECK(result->body == "ok");
}

TEST_CASE("a status of 400 or more is an answer") {
  World world;
  ScriptedServer server(world.io, world.socket,
                        {once("HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnone")});
  const auto result = send(world, world.call("GET", "/none"));
  REQUIRE(result.ok());
  CHECK(result->status == 404);
  CHECK(result->body == "none");
}

TEST_CASE("what is sent has nothing that was not asked for") {
  World world;
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
  World world;
  HttpCall call = world.call("GET", "/");
  call.headers.push_back(HttpHeader{"X-Token", "a\r\nX-Other: b"});
  CHECK(kind_of(send(world, std::move(call))) == ErrorKind::invalid);
  CHECK(kind_of(send(world, world.call("GET /x", "/"))) == ErrorKind::invalid);
}

TEST_CASE("who can't be reached is unavailable, also for an order, and the message says what to do") {
  World world;
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
  World world;
  ScriptedServer server(world.io, world.socket, {once("")});
  CHECK(kind_of(send(world, world.call("POST", "/start"))) == ErrorKind::unknown);
  CHECK(kind_of(send(world, world.call("DELETE", "/x"))) == ErrorKind::unknown);
  CHECK(kind_of(send(world, world.call("GET", "/info"))) == ErrorKind::unavailable);
}

TEST_CASE("an answer cut in the middle is no answer") {
  World world;
  ScriptedServer server(world.io, world.socket, {once("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")});
  CHECK(kind_of(send(world, world.call("GET", "/info"))) == ErrorKind::unavailable);
  CHECK(kind_of(send(world, world.call("POST", "/x"))) == ErrorKind::unknown);
}

TEST_CASE("what is no HTTP is invalid") {
  World world;
  ScriptedServer server(world.io, world.socket, {once("SSH-2.0-OpenSSH\r\n")});
  CHECK(kind_of(send(world, world.call("GET", "/"))) == ErrorKind::invalid);
}

TEST_CASE("a limit of time gives timeout for a question and unknown for an order that was sent") {
  World world;
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
  World world;
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
  World world;
  ScriptedServer server(world.io, world.socket, {once(ok_reply), always(ok_reply)});
  CHECK(send(world, world.call("GET", "/1")).ok());
  CHECK(send(world, world.call("GET", "/2")).ok());
  CHECK(send(world, world.call("GET", "/3")).ok());
  CHECK(server.accepted() == 2);
}

TEST_CASE("an order is never sent twice, although the connection died under it") {
  World world;
  int orders = 0;
  ScriptedServer server(world.io, world.socket, {[&](RawPeer& peer) { return swallow(peer, orders); }});
  CHECK(send(world, world.call("GET", "/1")).ok());
  CHECK(kind_of(send(world, world.call("POST", "/start"))) == ErrorKind::unknown);
  CHECK(orders == 1);
}

TEST_CASE("a server that comes back is found again") {
  World world;
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
  World world;
  {
    ScriptedServer server(world.io, world.socket, {always(ok_reply)});
    CHECK(send(world, world.call("GET", "/1")).ok());
    run(world.io, server.stop());
  }
  world.io.restart();
  CHECK(world.io.run_for(5s) < 100);
  CHECK(world.io.stopped());  // out of work, not out of time
}

TEST_CASE("a stream gives what comes until its end") {
  World world;
  Streamed got;
  SUBCASE("ended well") {
    ScriptedServer server(world.io, world.socket, {once(stream_head + "3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n")});
    run(world.io, stream(world.client, world.call("GET", "/events"), got));
    CHECK(got.status == 200);
    CHECK(got.content == "onetwo");
    CHECK(!got.failed);
  }
  SUBCASE("cut in the middle") {
    ScriptedServer server(world.io, world.socket, {once(stream_head + "3\r\none\r\n8\r\ntw")});
    run(world.io, stream(world.client, world.call("GET", "/events"), got));
    CHECK(got.status == 200);
    CHECK(got.failed == ErrorKind::unavailable);
  }
  SUBCASE("an order's, cut in the middle") {
    ScriptedServer server(world.io, world.socket, {once(stream_head + "3\r\none\r\n")});
    run(world.io, stream(world.client, world.call("POST", "/pull"), got));
    CHECK(got.failed == ErrorKind::unknown);
  }
  SUBCASE("never begun") {
    ScriptedServer server(world.io, world.socket, {once("")});
    run(world.io, stream(world.client, world.call("GET", "/events"), got));
    CHECK(got.failed == ErrorKind::unavailable);
  }
  SUBCASE("refused") {
    ScriptedServer server(world.io, world.socket,
                          {once("HTTP/1.1 500 Oops\r\nContent-Length: 5\r\n\r\nsorry")});
    run(world.io, stream(world.client, world.call("GET", "/events"), got));
    CHECK(got.status == 500);
    CHECK(got.content == "sorry");
  }
}

namespace {

Task<void> write_much(RawPeer& peer, std::size_t& written, std::size_t pieces) {
  (void)co_await peer.read_request();
  (void)co_await peer.write("HTTP/1.1 200 OK\r\n\r\n");
  for (std::size_t i = 0; i < pieces; ++i) {
    std::string piece(65536, 'x');
    if (!co_await peer.write(std::move(piece))) co_return;
    written += 65536;
  }
}

Task<void> open_only(HttpClient& client, HttpCall call, std::unique_ptr<HttpStream>& kept) {
  auto opened = co_await client.open(std::move(call));
  REQUIRE(opened.ok());
  kept = std::move(*opened);
}

Task<void> drain(HttpStream& stream, std::size_t& bytes) {
  auto all = co_await read_to_end(stream);
  REQUIRE(all.ok());
  bytes = all->size();
}

}  // namespace

TEST_CASE("who does not read slows the sender down, and gets everything in the end") {
  World world;
  std::size_t written = 0;
  ScriptedServer server(world.io, world.socket,
                        {[&](RawPeer& peer) { return write_much(peer, written, 200); }});
  std::unique_ptr<HttpStream> kept;
  run(world.io, open_only(world.client, world.call("GET", "/logs"), kept));
  settle(world.io);
  CHECK(written < 4U << 20U);
  std::size_t bytes = 0;
  run(world.io, drain(*kept, bytes));
  CHECK(bytes == 200U * 65536U);
}

TEST_CASE("a stream that is destroyed closes its connection") {
  World world;
  bool left = false;
  ScriptedServer server(world.io, world.socket, {[&](RawPeer& peer) { return begin_and_wait(peer, left); }});
  std::unique_ptr<HttpStream> kept;
  run(world.io, open_only(world.client, world.call("GET", "/events"), kept));
  settle(world.io);
  CHECK(!left);
  kept.reset();
  settle(world.io);
  CHECK(left);
}

namespace {

Task<void> read_once(HttpStream& stream) {
  (void)co_await stream.read();
}

Task<void> send_and_forget(HttpClient& client, HttpCall call) {
  (void)co_await client.send(std::move(call));
}

Task<void> begin_a_stream(RawPeer& peer) {
  (void)co_await peer.read_request();
  (void)co_await peer.write(stream_head);
  (void)co_await peer.read_some();
}

}  // namespace

TEST_CASE("a stream on which nothing comes wakes nobody") {
  World world;
  ScriptedServer server(world.io, world.socket, {begin_a_stream});
  std::unique_ptr<HttpStream> kept;
  run(world.io, open_only(world.client, world.call("GET", "/events"), kept));
  const Started reading = start(world.io, read_once(*kept));
  settle(world.io);
  CHECK(world.io.run_for(100ms) == 0);
  CHECK(reading.ended->empty());
  reading.cancel();
  settle(world.io);
}

TEST_CASE("every wait can be cancelled, and the connection closes") {
  World world;
  bool left = false;
  ScriptedServer server(world.io, world.socket, {silent(left), begin_a_stream});
  SUBCASE("for an answer") {
    const Started started = start(world.io, send_and_forget(world.client, world.call("GET", "/slow")));
    settle(world.io);
    started.cancel();
    settle(world.io);
    CHECK(*started.ended == "aborted");
    CHECK(left);
  }
  SUBCASE("for the beginning of a stream") {
    std::unique_ptr<HttpStream> kept;
    const Started started = start(world.io, open_only(world.client, world.call("GET", "/slow"), kept));
    settle(world.io);
    started.cancel();
    settle(world.io);
    CHECK(*started.ended == "aborted");
    CHECK(left);
  }
  SUBCASE("for the next of a stream, which goes on") {
    const Started first = start(world.io, send_and_forget(world.client, world.call("GET", "/slow")));
    settle(world.io);
    std::unique_ptr<HttpStream> kept;
    run(world.io, open_only(world.client, world.call("GET", "/events"), kept));
    const Started started = start(world.io, read_once(*kept));
    settle(world.io);
    CHECK(started.ended->empty());
    started.cancel();
    settle(world.io);
    CHECK(*started.ended == "aborted");
    first.cancel();
    settle(world.io);
  }
}

TEST_CASE("calls and streams that are suspended are destroyed with the loop") {
  TempFolder folder;
  auto io = std::make_unique<boost::asio::io_context>();
  auto client = std::make_unique<CurlClient>(io->get_executor());
  bool left = false;
  ScriptedServer server(*io, folder.at("s"), {silent(left), begin_a_stream});
  HttpCall slow("GET", "http://engine/slow");
  slow.unix_socket = folder.at("s");
  HttpCall events("GET", "http://engine/events");
  events.unix_socket = folder.at("s");
  Streamed got;
  start(*io, send_and_forget(*client, std::move(slow)));
  settle(*io);
  start(*io, stream(*client, std::move(events), got));
  settle(*io);
  CHECK(got.status == 200);
  client.reset();
  io.reset();
  CHECK(!got.failed);
}

namespace {

Task<void> many_calls(HttpClient& client, HttpCall call, int times, int& answered) {
  for (int i = 0; i < times; ++i) {
    HttpCall one = call;
    const auto result = co_await client.send(std::move(one));
    if (result && result->status == 200 && result->body == "ok") ++answered;
  }
}

Task<void> all_calls(boost::asio::io_context& io, HttpClient& client, HttpCall question, HttpCall order,
                     int& answered) {
  TaskGroup group(io.get_executor(), no_bugs());
  for (int i = 0; i < 5; ++i) {
    group.spawn("questions", many_calls(client, question, 100, answered));
    group.spawn("orders", many_calls(client, order, 100, answered));
  }
  const auto clock = make_real_clock(io.get_executor());
  while (group.size() > 0) co_await sleep_for(*clock, 1ms);
}

}  // namespace

TEST_CASE("a thousand calls beside a long stream") {
  World world;
  ScriptedServer server(world.io, world.socket, {begin_a_stream, always(ok_reply)});
  std::unique_ptr<HttpStream> kept;
  run(world.io, open_only(world.client, world.call("GET", "/events"), kept));
  const Started reading = start(world.io, read_once(*kept));
  int answered = 0;
  run(world.io,
      all_calls(world.io, world.client, world.call("GET", "/q"), world.call("POST", "/o"), answered));
  CHECK(answered == 1000);
  CHECK(reading.ended->empty());
  reading.cancel();
  settle(world.io);
}
