// Answers that go on: read piece by piece, slowed down, cancelled, many at once.
#include <chrono>
#include <doctest/doctest.h>

#include "curl_world.h"
#include "runtime/curl.h"
#include "runtime/deadline.h"

using namespace stackd;
using namespace stackd::runtime;
using namespace stackd::runtime::test;
using namespace std::chrono_literals;

namespace {

const std::string stream_head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

Task<void> begin_and_wait(RawPeer& peer, bool& left) {
  (void)co_await peer.read_request();
  (void)co_await peer.write(stream_head);
  (void)co_await peer.read_some();
  left = true;
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

TEST_CASE("a stream gives what comes until its end") {
  CurlWorld world;
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
  CurlWorld world;
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
  CurlWorld world;
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
  CurlWorld world;
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
  CurlWorld world;
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
  CurlWorld world;
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
