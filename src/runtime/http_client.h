// Requests over HTTP, answered whole or as a stream. The real client is runtime/curl.h; tests bring theirs.
//
// Kinds of error, so that the caller knows what may have happened:
//   unavailable  never connected, or a question (GET, HEAD) whose connection broke: nothing has changed
//   timeout      a limit passed before an order was sent, or while a question was open: nothing has changed
//   unknown      an order (any other method) was sent, at least in part, and its answer lost
//   invalid      the call can't be sent as it is, or the answer to a question is no HTTP or too large
// An answer with a status of 400 or more is an answer, not an error.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "runtime/clock.h"
#include "runtime/http_header.h"

namespace stackd::runtime {

/// A request. It has a constructor because g++ 12 destroys temporaries of aggregates twice when they are
/// arguments of a coroutine.
struct HttpCall {
  HttpCall(std::string call_method, std::string call_url)
      : method(std::move(call_method)), url(std::move(call_url)) {}

  std::string method;
  std::string url;          // "http://engine/v1.41/info" also through a unix socket
  std::string unix_socket;  // path; empty: the URL's own host
  std::string resolve;      // IP to connect to instead of what the URL's host resolves to; empty: ask
  std::vector<HttpHeader> headers;
  std::string body;

  Duration connect_max = std::chrono::seconds(10);
  Duration total_max = std::chrono::seconds(60);  // until the last byte of the answer; zero: no limit
  std::size_t body_bytes_max = 64U << 20U;        // of a whole answer; a stream has no such limit
};

struct HttpResponse {
  int status = 0;
  std::vector<HttpHeader> headers;
  std::string body;
};

/// An answer whose body is still coming. Destroying it ends the transfer and closes its connection.
class HttpStream {
 public:
  virtual ~HttpStream() = default;

  [[nodiscard]] virtual int status() const = 0;
  [[nodiscard]] virtual const std::vector<HttpHeader>& headers() const = 0;

  /// The bytes that came since the last call, at least one; nullopt after the last. While nobody reads, the
  /// sender is slowed down. One reader at a time; the stream outlives the call. Errors: those of the call,
  /// after all that had come; a further read gives the same again.
  virtual Task<Result<std::optional<std::string>>> read() = 0;
};

class HttpClient {
 public:
  virtual ~HttpClient() = default;

  /// The whole answer. Cancelled it throws operation_aborted; whether an order took effect is then unknown.
  virtual Task<Result<HttpResponse>> send(HttpCall call) = 0;

  /// Returns when status and headers are there. total_max counts for the whole stream.
  virtual Task<Result<std::unique_ptr<HttpStream>>> open(HttpCall call) = 0;
};

}  // namespace stackd::runtime
