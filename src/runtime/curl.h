// HttpClient over libcurl's multi interface, on Asio's loop and without a thread of its own.
//
// Questions (GET, HEAD) reuse connections. Each order has a connection of its own, because libcurl sends a
// request again by itself when a reused connection turns out to be dead, and an order must not be repeated.
// The environment's proxy settings are honoured for hosts, never for unix sockets or a call with `resolve`.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>

#include "runtime/http_client.h"

namespace stackd::runtime {

class CurlMulti;

class CurlClient final : public HttpClient {
 public:
  /// Destroyed before the io_context. Calls and streams under way may be destroyed later, also together
  /// with the io_context.
  explicit CurlClient(boost::asio::any_io_executor executor);
  ~CurlClient() override;
  CurlClient(const CurlClient&) = delete;
  CurlClient& operator=(const CurlClient&) = delete;

  Task<Result<HttpResponse>> send(HttpCall call) override;
  Task<Result<std::unique_ptr<HttpStream>>> open(HttpCall call) override;

 private:
  std::shared_ptr<CurlMulti> multi_;
};

}  // namespace stackd::runtime
