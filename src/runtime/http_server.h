// A small HTTP/1.1 server for the API and for webhooks: it accepts, reads with limits, hands the request to
// one handler and writes its reply, whole or as a stream. It knows no routes and no kinds of Error.
//
// What it answers by itself: 400 (no HTTP), 413 and 431 (too large), 500 (the handler threw, or said
// nothing); each ends the connection. An idle server has no timer.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "runtime/clock.h"
#include "runtime/http_header.h"
#include "runtime/listener.h"
#include "runtime/task_group.h"

namespace stackd::runtime {

struct HttpRequest {
  std::string method;
  std::string path;   // as sent, percent signs and all, up to the question mark
  std::string query;  // what follows it
  std::vector<HttpHeader> headers;
  std::string body;
  std::optional<PeerCredentials> peer;  // of a unix socket
  std::string remote_address;           // of TCP, without the port
};

/// The way back. Either send(), or begin(), any number of write(), end(). Errors of all of them: unavailable,
/// when the other side is gone or takes nothing for too long; the handler then just returns.
class HttpReply {
 public:
  virtual ~HttpReply() = default;

  /// For what is sent next; before send() or begin(). One with a line end in it is left out.
  virtual void add_header(std::string name, std::string value) = 0;

  virtual Task<Result<void>> send(int status, std::string content_type, std::string body) = 0;

  /// From here on the other side's going away cancels the handler at what it awaits (operation_aborted).
  /// A handler that only sends is never cancelled by it: what was asked for is carried to its end.
  virtual Task<Result<void>> begin(int status, std::string content_type) = 0;
  virtual Task<Result<void>> write(std::string bytes) = 0;
  /// A handler that returns without it leaves a stream that looks cut to the other side.
  virtual Task<Result<void>> end() = 0;
};

/// Kept by the server as long as anything of it runs. The reply lives until the task ends.
using HttpHandler = std::function<Task<void>(HttpRequest, HttpReply&)>;

struct HttpServerOptions {
  std::size_t header_bytes_max = 64U << 10U;
  std::uint64_t body_bytes_max = 64U << 20U;
  std::size_t connections_max = 256;             // further ones wait in the kernel's queue
  Duration idle_max = std::chrono::seconds(60);  // until the next request of a connection is there
  Duration read_max = std::chrono::seconds(30);  // for the first request's header, and for each body
  Duration write_max = std::chrono::minutes(5);  // for each write to somebody who does not read
};

class HttpServer {
 public:
  /// The clock outlives the server. on_bug is told of a handler that throws, with "METHOD /path".
  HttpServer(boost::asio::any_io_executor executor, Clock& clock, HttpServerOptions options,
             HttpHandler handler, TaskGroup::OnBug on_bug);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// May be called several times, for several sockets.
  void serve(Listener listener);

  /// Accepts no more; ends what is idle or streams; lets other requests finish until `grace` is over.
  Task<void> stop(Duration grace);

  [[nodiscard]] std::size_t connections() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace stackd::runtime
