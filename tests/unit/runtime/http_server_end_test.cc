// How streams, connections and the server itself end.
#include <chrono>
#include <doctest/doctest.h>

#include "http_server_world.h"
#include "runtime/http_server.h"

using namespace stackd;
using namespace stackd::runtime;
using namespace stackd::runtime::test;
using namespace std::chrono_literals;

TEST_CASE("a stream arrives piece by piece") {
  ServerWorld world;
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
  ServerWorld world;
  world.next_piece.ring();
  const std::string answer = answer_to(world, "GET /stream HTTP/1.0\r\n\r\n");
  CHECK(!contains(answer, "chunked"));
  CHECK(contains(answer, "\r\n\r\nfirst\nsecond\n"));
}

TEST_CASE("when the reader of a stream leaves, the handler ends at once") {
  ServerWorld world;
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
  ServerWorld world;
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
  ServerWorld world(options);
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
  ServerWorld world;
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
  ServerWorld world;
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
  ServerWorld world(options);
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
  ServerWorld world;
  CHECK(contains(answer_to(world, one_request("GET /echo")), "200 OK"));
  settle(world.io);
  CHECK(world.io.run_for(50ms) == 0);
}

TEST_CASE("a server goes with its loop, whatever it is doing") {
  auto world = std::make_unique<ServerWorld>();
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
