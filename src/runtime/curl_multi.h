// libcurl's multi handle in Asio's loop. Its sockets live in an epoll descriptor of their own and Asio
// watches that one: libcurl closes and reuses descriptor numbers behind Asio's back.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <curl/curl.h>
#include <memory>

namespace stackd::runtime {

class CurlMulti : public std::enable_shared_from_this<CurlMulti> {
 public:
  /// Told once, from the loop and never inside a call of ours, when a transfer is over.
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void on_end(CURLcode code) = 0;
  };

  static std::shared_ptr<CurlMulti> make(boost::asio::any_io_executor executor);
  ~CurlMulti();
  CurlMulti(const CurlMulti&) = delete;
  CurlMulti& operator=(const CurlMulti&) = delete;

  /// The handle's CURLOPT_PRIVATE becomes the listener, which lives until on_end or remove().
  void add(CURL* easy, Listener& listener);
  /// Gives a transfer up. Its connection is closed unless the answer was complete.
  void remove(CURL* easy);

 private:
  explicit CurlMulti(boost::asio::any_io_executor executor);
  static int on_socket(CURL* easy, curl_socket_t socket, int what, void* self, void* known);
  static int on_timer(CURLM* multi, long timeout_ms, void* self);
  void watch();
  void read_events();
  void after_timeout();
  void report_ended();

  CURLM* multi_;
  int epoll_;
  boost::asio::posix::stream_descriptor descriptor_;  // owns epoll_
  boost::asio::steady_timer timer_;
  int sockets_ = 0;
  bool watching_ = false;
};

}  // namespace stackd::runtime
