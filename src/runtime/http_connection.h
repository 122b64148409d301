// One connection of the HttpServer, from its acceptance to its end. The only place that knows Beast.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>

#include "runtime/http_server.h"

namespace stackd::runtime {

class HttpConnection {
 public:
  /// What is the same for all connections of a server; outlives them.
  struct Shared {
    HttpServerOptions options;
    HttpHandler handler;
    TaskGroup::OnBug on_bug;
  };

  /// Takes the accepted descriptor over.
  HttpConnection(boost::asio::any_io_executor executor, int descriptor, const Shared& shared);
  ~HttpConnection();
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  /// Serves one request after the other; returns when the connection is closed.
  Task<void> run();

  /// No further request. What is idle or streams ends now, else when the reply is written.
  void finish();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stackd::runtime
