// A server whose handler does what the path tells it, and clients that say anything to it.
#pragma once

#include <doctest/doctest.h>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "runtime/http_server.h"
#include "support.h"

namespace stackd::runtime::test {

using Texts = std::vector<std::string>;

/// What the handler below is told to do by the path, and what it saw.
struct ServerWorld {
  ServerWorld() : ServerWorld(HttpServerOptions{}) {}
  explicit ServerWorld(HttpServerOptions options)
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

  static Task<void> handle(ServerWorld& world, HttpRequest request, HttpReply& reply);

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

inline Task<void> stream_until_told(ServerWorld& world, HttpReply& reply) {
  const Tells tells{world.diary};
  (void)co_await reply.begin(200, "application/x-ndjson");
  (void)co_await reply.write("first\n");
  co_await world.next_piece.wait();
  (void)co_await reply.write("second\n");
  (void)co_await reply.end();
  world.diary.push_back("ended");
}

inline Task<void> stream_without_end(ServerWorld& world, HttpReply& reply) {
  const std::string piece(100000, 'x');
  (void)co_await reply.begin(200, "text/plain");
  while (true) {
    const auto written = co_await reply.write(piece);
    if (!written) break;
  }
  world.diary.push_back("refused");
}

inline Task<void> ServerWorld::handle(ServerWorld& world, HttpRequest request, HttpReply& reply) {
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

inline Task<void> ask(std::string socket, std::string request, std::string& answer) {
  const auto peer = co_await connect_unix(std::move(socket));
  (void)co_await peer->write(std::move(request));
  answer = co_await peer->read_all();
}

/// Leaves the connection open.
inline Task<void> ask_and_stay(std::string socket, std::string request, std::unique_ptr<RawPeer>& peer) {
  peer = co_await connect_unix(std::move(socket));
  (void)co_await peer->write(std::move(request));
}

inline Task<void> read_some(RawPeer& peer, std::string& piece) {
  piece = co_await peer.read_some();
}

inline Task<void> read_all(RawPeer& peer, std::string& all) {
  all = co_await peer.read_all();
}

inline std::string answer_to(ServerWorld& world, const std::string& request) {
  std::string answer;
  run(world.io, ask(world.socket, request, answer));
  return answer;
}

inline std::string one_request(const std::string& line, const std::string& headers = "",
                               const std::string& body = "") {
  return line +
         " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n" + headers + "\r\n" + body;
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace stackd::runtime::test
