#include "runtime/http_connection.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string_view>
#include <sys/socket.h>
#include <utility>

#include "base/check.h"
#include "base/text.h"
#include "runtime/bell.h"
#include "runtime/start_later.h"

namespace stackd::runtime {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

using Stream = beast::basic_stream<asio::generic::stream_protocol, asio::any_io_executor>;
using Parser = http::request_parser<http::string_body>;
using boost::system::error_code;

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);
constexpr auto farewell_max = std::chrono::seconds(2);
constexpr std::size_t farewell_bytes_max = 8U << 20U;

Stream make_stream(asio::any_io_executor executor, int descriptor) {
  int family = AF_UNIX;
  socklen_t size = sizeof family;
  getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &family, &size);
  if (family != AF_UNIX) {
    const int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  const asio::generic::stream_protocol protocol(family, 0);
  return Stream(asio::generic::stream_protocol::socket(std::move(executor), protocol, descriptor));
}

std::string to_string(beast::string_view view) {
  return std::string(view.data(), view.size());
}

HttpRequest to_request(http::request<http::string_body>&& message, int socket) {
  HttpRequest request;
  request.method = to_string(message.method_string());
  const std::string target = to_string(message.target());
  const std::size_t mark = target.find('?');
  request.path = target.substr(0, mark);
  if (mark != std::string::npos) request.query = target.substr(mark + 1);
  for (const auto& field : message) {
    HttpHeader header;
    header.name = to_lower(to_string(field.name_string()));
    header.value = to_string(field.value());
    request.headers.push_back(std::move(header));
  }
  request.body = std::move(message.body());
  request.peer = peer_credentials(socket);
  request.remote_address = remote_address(socket);
  return request;
}

/// The status with which a request is refused that could not be read; 0: nobody is there to hear it.
int refusal(const error_code& error) {
  if (error == http::error::end_of_stream || error == http::error::partial_message) return 0;
  if (error == http::error::body_limit) return 413;
  if (error == http::error::header_limit || error == http::error::buffer_overflow) return 431;
  return error.category() == http::make_error_code(http::error::bad_method).category() ? 400 : 0;
}

class Reply final : public HttpReply {
 public:
  enum class State { nothing, sent, streaming, ended };

  Reply(Stream& stream, Duration write_max, const http::request<http::string_body>& request)
      : stream_(stream),
        write_max_(write_max),
        version_(request.version()),
        keep_alive_(request.keep_alive()),
        is_head_(request.method() == http::verb::head) {}

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] bool keeps_alive() const { return keep_alive_; }
  void close_after() { keep_alive_ = false; }
  Bell& begun() { return begun_; }

  void add_header(std::string name, std::string value) override {
    HttpHeader header;
    header.name = std::move(name);
    header.value = std::move(value);
    if (is_safe_header(header)) headers_.push_back(std::move(header));
  }

  Task<Result<void>> send(int status, std::string content_type, std::string body) override {
    STACKD_CHECK(state_ == State::nothing);
    state_ = State::sent;
    http::response<http::string_body> response(head<http::string_body>(status, content_type));
    response.content_length(body.size());
    if (!is_head_) response.body() = std::move(body);
    stream_.expires_after(write_max_);
    const auto [error, count] = co_await http::async_write(stream_, response, as_values);
    co_return outcome(error);
  }

  Task<Result<void>> begin(int status, std::string content_type) override {
    STACKD_CHECK(state_ == State::nothing);
    state_ = State::streaming;
    http::response<http::empty_body> response(head<http::empty_body>(status, content_type));
    if (is_chunked())
      response.chunked(true);
    else
      keep_alive_ = false;
    response.keep_alive(keep_alive_);
    http::response_serializer<http::empty_body> serializer(response);
    stream_.expires_after(write_max_);
    const auto [error, count] = co_await http::async_write_header(stream_, serializer, as_values);
    begun_.ring();
    co_return outcome(error);
  }

  Task<Result<void>> write(std::string bytes) override {
    STACKD_CHECK(state_ == State::streaming);
    if (bytes.empty() || is_head_) co_return Result<void>();
    const asio::const_buffer buffer(bytes.data(), bytes.size());
    error_code error;
    stream_.expires_after(write_max_);
    if (is_chunked()) {
      const auto [failed, count] = co_await asio::async_write(stream_, http::make_chunk(buffer), as_values);
      error = failed;
    } else {
      const auto [failed, count] = co_await asio::async_write(stream_, buffer, as_values);
      error = failed;
    }
    stream_.expires_never();
    co_return outcome(error);
  }

  Task<Result<void>> end() override {
    STACKD_CHECK(state_ == State::streaming);
    state_ = State::ended;
    if (!is_chunked() || is_head_) co_return Result<void>();
    stream_.expires_after(write_max_);
    const auto [error, count] = co_await asio::async_write(stream_, http::make_chunk_last(), as_values);
    co_return outcome(error);
  }

 private:
  template <typename Body>
  http::response<Body> head(int status, const std::string& content_type) {
    http::response<Body> response;
    response.version(version_);
    response.result(static_cast<unsigned>(status));
    if (!content_type.empty()) response.set(http::field::content_type, content_type);
    for (const HttpHeader& header : headers_) response.insert(header.name, header.value);
    response.keep_alive(keep_alive_);
    return response;
  }

  [[nodiscard]] bool is_chunked() const { return version_ >= 11; }

  Result<void> outcome(const error_code& error) {
    if (!error) return {};
    keep_alive_ = false;
    return Error{ErrorKind::unavailable,
                 error == beast::error::timeout ? "the other side takes nothing" : "the other side is gone"};
  }

  Stream& stream_;
  Duration write_max_;
  unsigned version_;
  bool keep_alive_;
  bool is_head_;
  State state_ = State::nothing;
  std::vector<HttpHeader> headers_;
  Bell begun_;
};

}  // namespace

class HttpConnection::Impl {
 public:
  Impl(asio::any_io_executor executor, int descriptor, const Shared& shared)
      : shared_(shared),
        stream_(make_stream(std::move(executor), descriptor)),
        buffer_(shared.options.header_bytes_max + read_ahead_bytes) {}

  Task<void> run();
  void finish();

 private:
  static constexpr std::size_t read_ahead_bytes = 64U << 10U;

  Task<error_code> read_request(Parser& parser, bool is_first);
  Task<bool> answer(http::request<http::string_body> message);
  Task<void> run_handler(HttpRequest request, Reply& reply);
  Task<void> watch_peer(Reply& reply);
  Task<void> refuse(int status);

  const Shared& shared_;
  Stream stream_;
  beast::flat_buffer buffer_;
  bool finishing_ = false;
  bool may_be_cut_ = true;  // idle, or streaming to somebody
};

void HttpConnection::Impl::finish() {
  finishing_ = true;
  if (may_be_cut_) stream_.close();
}

Task<void> HttpConnection::Impl::run() {
  bool is_first = true;
  while (!finishing_) {
    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(shared_.options.header_bytes_max));
    parser.body_limit(shared_.options.body_bytes_max);
    const error_code error = co_await read_request(parser, is_first);
    if (error) {
      if (const int status = refusal(error); status != 0) co_await refuse(status);
      co_return;
    }
    is_first = false;
    if (!co_await answer(parser.release())) co_return;
  }
}

Task<error_code> HttpConnection::Impl::read_request(Parser& parser, bool is_first) {
  may_be_cut_ = true;
  stream_.expires_after(is_first ? shared_.options.read_max : shared_.options.idle_max);
  const auto [header_error, header_bytes] =
      co_await http::async_read_header(stream_, buffer_, parser, as_values);
  if (header_error) co_return header_error;
  may_be_cut_ = false;
  stream_.expires_after(shared_.options.read_max);
  if (beast::iequals(parser.get()[http::field::expect], "100-continue")) {
    static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    const asio::const_buffer go_on_buffer(go_on.data(), go_on.size());
    const auto [error, count] = co_await asio::async_write(stream_, go_on_buffer, as_values);
    if (error) co_return error;
  }
  const auto [body_error, body_bytes] = co_await http::async_read(stream_, buffer_, parser, as_values);
  co_return body_error;
}

/// False: the connection is over.
Task<bool> HttpConnection::Impl::answer(http::request<http::string_body> message) {
  stream_.expires_never();
  Reply reply(stream_, shared_.options.write_max, message);
  if (finishing_) reply.close_after();
  HttpRequest request = to_request(std::move(message), stream_.socket().native_handle());
  co_await run_handler(std::move(request), reply);
  if (reply.state() == Reply::State::nothing) {
    reply.close_after();
    (void)co_await reply.send(500, "text/plain", "internal error: the log of stackd says more\n");
  }
  co_return reply.keeps_alive() && reply.state() != Reply::State::streaming;
}

Task<void> HttpConnection::Impl::run_handler(HttpRequest request, Reply& reply) {
  const std::string name = request.method + " " + request.path;
  const auto executor = co_await asio::this_coro::executor;
  const auto [order, bug, watcher_bug] =
      co_await asio::experimental::make_parallel_group(
          asio::co_spawn(executor, start_later(shared_.handler(std::move(request), reply)), asio::deferred),
          asio::co_spawn(executor, start_later(watch_peer(reply)), asio::deferred))
          .async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
  const auto cancellation = co_await asio::this_coro::cancellation_state;
  if (cancellation.cancelled() != asio::cancellation_type::none) {
    throw boost::system::system_error(asio::error::operation_aborted);
  }
  const bool peer_left = order[0] == 1;
  if (bug && !(peer_left && is_abort(bug))) shared_.on_bug(name, bug);
}

/// Returns when the other side of a stream is gone, which ends the handler; else never.
Task<void> HttpConnection::Impl::watch_peer(Reply& reply) {
  co_await reply.begun().wait();
  may_be_cut_ = true;
  if (finishing_) co_return;
  const auto [error] = co_await stream_.socket().async_wait(asio::socket_base::wait_read, as_values);
  char byte = 0;
  const bool sent_more =
      !error && recv(stream_.socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
  if (!sent_more) co_return;
  co_await reply.begun().wait();  // the next request came early; it waits its turn
}

/// Says why, then takes in what still comes: closing a socket with unread bytes would destroy the answer.
Task<void> HttpConnection::Impl::refuse(int status) {
  http::response<http::string_body> response;
  response.version(11);
  response.result(static_cast<unsigned>(status));
  response.set(http::field::content_type, "text/plain");
  response.keep_alive(false);
  response.body() = to_string(response.reason()) + "\n";
  response.prepare_payload();
  stream_.expires_after(farewell_max);
  const auto [error, count] = co_await http::async_write(stream_, response, as_values);
  error_code ignored;
  stream_.socket().shutdown(asio::socket_base::shutdown_send, ignored);
  std::array<char, 16384> sink{};
  std::size_t taken = 0;
  while (!error && taken < farewell_bytes_max) {
    const auto [read_error, bytes] = co_await stream_.async_read_some(asio::buffer(sink), as_values);
    if (read_error) break;
    taken += bytes;
  }
}

HttpConnection::HttpConnection(asio::any_io_executor executor, int descriptor, const Shared& shared)
    : impl_(std::make_unique<Impl>(std::move(executor), descriptor, shared)) {}

HttpConnection::~HttpConnection() = default;

Task<void> HttpConnection::run() {
  return impl_->run();
}

void HttpConnection::finish() {
  impl_->finish();
}

}  // namespace stackd::runtime
