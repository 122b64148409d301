#include "runtime/http_server.h"

#include <chrono>
#include <doctest/doctest.h>
#include <stdexcept>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/curl.h"
#include "support.h"

using namespace stackd;
using namespace stackd::runtime;
using namespace stackd::runtime::test;
using namespace std::chrono_literals;

namespace {

using Texts = std::vector<std::string>;

/// What the handler below is told to do by the path, and what it saw.
struct World {
  World() : World(HttpServerOptions{}) {}
  explicit World(HttpServerOptions options)
      : server(
            io.get_executor(), *clock, options,
            [this](HttpRequest request, HttpReply& reply) {
              return handle(*this, std::move(request), reply);
            },
            [this](std::string_view name, const std::exception_ptr& bug) {
              bugs.push_back(std::string(name) + ": " + describe(bug));
            }) {
    Listener::UnixOptions where;
    where.path = socket;
    auto listener = Listener::on_unix(where);
    REQUIRE(listener.ok());
    server.serve(std::move(*listener));
  }

  static Task<void> handle(World& world, HttpRequest request, HttpReply& reply);

  TempFolder folder;
  std::string socket = folder.at("api.sock");
  std::vector<HttpRequest> seen;
  Texts bugs;
  Texts diary;
  Bell go_on;
  Bell next_piece;
  std::unique_ptr<boost::asio::io_context> loop = std::make_unique<boost::asio::io_context>();
  boost::asio::io_context& io = *loop;
  std::unique_ptr<Clock> clock = make_real_clock(io.get_executor());
  HttpServer server;
};

struct Tells {
  Texts& diary;
  ~Tells() { diary.push_back("unwound"); }
};

Task<void> stream_until_told(World& world, HttpReply& reply) {
  const Tells tells{world.diary};
  (void)co_await reply.begin(200, "application/x-ndjson");
  (void)co_await reply.write("first\n");
  co_await world.next_piece.wait();
  (void)co_await reply.write("second\n");
  (void)co_await reply.end();
  world.diary.push_back("ended");
}

Task<void> stream_without_end(World& world, HttpReply& reply) {
  const std::string piece(100000, 'x');
  (void)co_await reply.begin(200, "text/plain");
  while (true) {
    const auto written = co_await reply.write(piece);
    if (!written) break;
  }
  world.diary.push_back("refused");
}

Task<void> World::handle(World& world, HttpRequest request, HttpReply& reply) {
  const std::string path = request.path;
  const std::string body = request.body;
  world.seen.push_back(std::move(request));
  if (path == "/throw") throw std::runtime_error("a bug");
  if (path == "/throw-late") {
    (void)co_await reply.begin(200, "text/plain");
    throw std::runtime_error("a late bug");
  }
  if (path == "/nothing") co_return;
  if (path == "/stream") co_await stream_until_told(world, reply);
  if (path == "/flood") co_await stream_without_end(world, reply);
  if (path == "/slow") co_await world.go_on.wait();
  if (path == "/slow") world.diary.push_back("carried out");
  if (path == "/echo" || path == "/slow") {
    reply.add_header("X-Seen", "yes");
    reply.add_header("X-Evil", "a\r\nX-Other: b");
    (void)co_await reply.send(200, "text/plain", body);
  }
}

Task<void> ask(std::string socket, std::string request, std::string& answer) {
  const auto peer = co_await connect_unix(std::move(socket));
  (void)co_await peer->write(std::move(request));
  answer = co_await peer->read_all();
}

/// Leaves the connection open.
Task<void> ask_and_stay(std::string socket, std::string request, std::unique_ptr<RawPeer>& peer) {
  peer = co_await connect_unix(std::move(socket));
  (void)co_await peer->write(std::move(request));
}

Task<void> read_some(RawPeer& peer, std::string& piece) {
  piece = co_await peer.read_some();
}

Task<void> read_all(RawPeer& peer, std::string& all) {
  all = co_await peer.read_all();
}

std::string answer_to(World& world, const std::string& request) {
  std::string answer;
  run(world.io, ask(world.socket, request, answer));
  return answer;
}

std::string one_request(const std::string& line, const std::string& headers = "",
                        const std::string& body = "") {
  return line +
         " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n" + headers + "\r\n" + body;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a request arrives with all that it says and who asks, and its reply goes back") {
  World world;
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
  World world;
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
  World world;
  const std::string first = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\none";
  const std::string answer = answer_to(world, first + one_request("POST /echo", "", "two"));
  CHECK(contains(answer, "\r\n\r\noneHTTP/1.1 200 OK"));
  CHECK(contains(answer, "\r\n\r\ntwo"));
  CHECK(world.server.connections() == 0);
}

TEST_CASE("HEAD gets the length and no body") {
  World world;
  const std::string answer = answer_to(world, one_request("HEAD /echo", "", "12345"));
  CHECK(contains(answer, "Content-Length: 5\r\n"));
  CHECK(answer.substr(answer.size() - 4) == "\r\n\r\n");
}

TEST_CASE("who asks whether to go on is told so") {
  World world;
  const std::string answer = answer_to(world, one_request("POST /echo", "Expect: 100-continue\r\n", "abc"));
  CHECK(answer.find("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK") == 0);
}

TEST_CASE("a body that is too large is refused, and the refusal arrives") {
  HttpServerOptions options;
  options.body_bytes_max = 100000;
  World world(options);
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
  World world;
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
  World world(options);
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
  World world(options);
  std::unique_ptr<RawPeer> peer;
  run(world.io, ask_and_stay(world.socket, one_request("GET /flood"), peer));
  run(world.io, sleep_for(*world.clock, 200ms));
  CHECK(world.diary == Texts{"refused"});
  CHECK(world.server.connections() == 0);
}

TEST_CASE("a handler that throws or says nothing gives 500, and the bug is told") {
  World world;
  CHECK(contains(answer_to(world, one_request("GET /throw")), "500 "));
  CHECK(contains(answer_to(world, one_request("GET /nothing")), "500 "));
  CHECK(world.bugs == Texts{"GET /throw: a bug"});
  const std::string cut = answer_to(world, one_request("GET /throw-late"));
  CHECK(contains(cut, "200 OK"));
  CHECK(!contains(cut, "0\r\n\r\n"));
  CHECK(world.bugs.size() == 2);
}

TEST_CASE("a stream arrives piece by piece") {
  World world;
  std::unique_ptr<RawPeer> peer;
  run(world.io, ask_and_stay(world.socket, one_request("GET /stream"), peer));
  settle(world.io);
  std::string piece;
  run(world.io, read_some(*peer, piece));
  CHECK(contains(piece, "Transfer-Encoding: chunked\r\n"));
  CHECK(contains(piece, "6\r\nfirst\n\r\n"));
  CHECK(world.diary.empty());
  world.next_piece.ring();
  run(world.io, read_all(*peer, piece));
  CHECK(piece == "7\r\nsecond\n\r\n0\r\n\r\n");
}

TEST_CASE("a stream for HTTP/1.0 ends with its connection") {
  World world;
  world.next_piece.ring();
  const std::string answer = answer_to(world, "GET /stream HTTP/1.0\r\n\r\n");
  CHECK(!contains(answer, "chunked"));
  CHECK(contains(answer, "\r\n\r\nfirst\nsecond\n"));
}

TEST_CASE("when the reader of a stream leaves, the handler ends at once") {
  World world;
  std::unique_ptr<RawPeer> peer;
  run(world.io, ask_and_stay(world.socket, one_request("GET /stream"), peer));
  settle(world.io);
  CHECK(world.diary.empty());
  peer.reset();
  settle(world.io);
  CHECK(world.diary == Texts{"unwound"});
  CHECK(world.bugs.empty());
  CHECK(world.server.connections() == 0);
}

TEST_CASE("when somebody who gave an order leaves, it is carried out all the same") {
  World world;
  std::unique_ptr<RawPeer> peer;
  run(world.io, ask_and_stay(world.socket, one_request("POST /slow"), peer));
  settle(world.io);
  peer.reset();
  settle(world.io);
  CHECK(world.diary.empty());
  world.go_on.ring();
  settle(world.io);
  CHECK(world.diary == Texts{"carried out"});
  CHECK(world.bugs.empty());
}

TEST_CASE("more connections than allowed wait until one ends") {
  HttpServerOptions options;
  options.connections_max = 2;
  World world(options);
  std::unique_ptr<RawPeer> first;
  std::unique_ptr<RawPeer> second;
  std::unique_ptr<RawPeer> third;
  run(world.io, ask_and_stay(world.socket, one_request("GET /echo").substr(0, 9), first));
  run(world.io, ask_and_stay(world.socket, one_request("GET /echo").substr(0, 9), second));
  run(world.io, ask_and_stay(world.socket, one_request("GET /echo"), third));
  settle(world.io);
  CHECK(world.server.connections() == 2);
  CHECK(world.seen.empty());
  first.reset();
  std::string answer;
  run(world.io, read_all(*third, answer));
  CHECK(contains(answer, "200 OK"));
}

TEST_CASE("stopping ends what is idle or streams, and waits for an order under way") {
  World world;
  std::unique_ptr<RawPeer> idle;
  std::unique_ptr<RawPeer> streaming;
  std::unique_ptr<RawPeer> order;
  run(world.io, ask_and_stay(world.socket, "GET /echo HTTP/1.1\r\n\r\n", idle));
  run(world.io, ask_and_stay(world.socket, one_request("GET /stream"), streaming));
  settle(world.io);
  run(world.io, ask_and_stay(world.socket, "POST /slow HTTP/1.1\r\nContent-Length: 0\r\n\r\n", order));
  settle(world.io);
  const Started stopping = start(world.io, world.server.stop(1h));
  settle(world.io);
  CHECK(world.server.connections() == 1);
  CHECK(stopping.ended->empty());
  CHECK(world.diary == Texts{"unwound"});
  CHECK(access(world.socket.c_str(), F_OK) != 0);
  world.go_on.ring();
  settle(world.io);
  CHECK(*stopping.ended == "done");
  std::string answer;
  run(world.io, read_all(*order, answer));
  CHECK(contains(answer, "200 OK"));
  CHECK(world.bugs.empty());
}

TEST_CASE("stopping waits no longer than it is told") {
  World world;
  std::unique_ptr<RawPeer> order;
  run(world.io, ask_and_stay(world.socket, one_request("POST /slow"), order));
  settle(world.io);
  run(world.io, world.server.stop(10ms));
  CHECK(world.server.connections() == 0);
  CHECK(world.diary.empty());
  CHECK(world.bugs.empty());
}

TEST_CASE("whatever a connection waits for, it can be stopped") {
  HttpServerOptions options;
  options.body_bytes_max = 10;
  World world(options);
  const Texts requests = {"",
                          "GET /ec",
                          "POST /echo HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf",
                          "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n",
                          "POST /echo HTTP/1.1\r\nContent-Length: 99\r\n\r\ntoo much",
                          one_request("GET /slow"),
                          one_request("GET /stream"),
                          one_request("GET /flood")};
  std::vector<std::unique_ptr<RawPeer>> peers(requests.size());
  for (std::size_t i = 0; i < requests.size(); ++i) {
    run(world.io, ask_and_stay(world.socket, requests[i], peers[i]));
    settle(world.io);
  }
  CHECK(world.server.connections() == requests.size());
  run(world.io, world.server.stop(0s));
  CHECK(world.server.connections() == 0);
  CHECK(world.bugs.empty());
}

TEST_CASE("an idle server wakes nobody") {
  World world;
  CHECK(contains(answer_to(world, one_request("GET /echo")), "200 OK"));
  settle(world.io);
  CHECK(world.io.run_for(50ms) == 0);
}

TEST_CASE("a server goes with its loop, whatever it is doing") {
  auto world = std::make_unique<World>();
  std::unique_ptr<RawPeer> streaming;
  std::unique_ptr<RawPeer> slow;
  std::unique_ptr<RawPeer> half;
  run(world->io, ask_and_stay(world->socket, one_request("GET /stream"), streaming));
  run(world->io, ask_and_stay(world->socket, one_request("GET /slow"), slow));
  run(world->io, ask_and_stay(world->socket, "GET /ec", half));
  settle(world->io);
  CHECK(world->server.connections() == 3);
  streaming.reset();
  slow.reset();
  half.reset();
  SUBCASE("the loop first") {
    world->loop.reset();
    CHECK(world->diary == Texts{"unwound"});
    CHECK(world->server.connections() == 0);
  }
  SUBCASE("the server first") {}
  world.reset();
}
