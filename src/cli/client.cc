#include "cli/client.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <csignal>
#include <utility>

#include "base/text.h"
#include "protocol/wire.h"

namespace stackd::cli {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

using Protocol = asio::local::stream_protocol;
using Stream = beast::basic_stream<Protocol>;
using boost::system::error_code;

constexpr auto answer_max = std::chrono::seconds(60);
constexpr std::uint64_t body_bytes_max = 256ULL << 20U;
constexpr std::size_t line_bytes_max = 16U << 20U;

/// The loop of one command: runs until the one operation under way has ended.
struct Loop {
  explicit Loop(bool& daemon_is_gone) : is_gone(daemon_is_gone) {}

  bool& is_gone;
  asio::io_context io{1};
  std::optional<asio::signal_set> signals;
  Stream* waiting = nullptr;              // cancelled by an interrupt
  asio::steady_timer* pausing = nullptr;  // the same
  bool interrupted = false;

  void catch_interrupts() {
    if (signals) return;
    signals.emplace(io, SIGINT, SIGTERM);
    signals->async_wait([this](const error_code& code, int) {
      if (code) return;
      interrupted = true;
      if (waiting != nullptr) waiting->cancel();
      if (pausing != nullptr) pausing->cancel();
      // The second Ctrl-C ends the program, whatever it is doing.
      signals.reset();
    });
  }

  void run_until(const bool& done) {
    io.restart();
    while (!done && io.run_one() > 0) {
    }
  }
};

struct Connection {
  explicit Connection(Loop& command_loop) : loop(command_loop), stream(command_loop.io) {
    loop.waiting = &stream;
  }
  ~Connection() { loop.waiting = nullptr; }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Runs one asynchronous operation to its end. `start` gets the handler.
  template <typename Start>
  error_code wait_for(Start start) {
    if (loop.interrupted) return asio::error::operation_aborted;
    bool done = false;
    error_code result;
    loop.is_gone = false;
    start([&done, &result](const error_code& code, auto&&...) {
      result = code;
      done = true;
    });
    loop.run_until(done);
    loop.is_gone = result && result != http::error::need_buffer && !loop.interrupted;
    return result;
  }

  error_code connect(const std::string& path) {
    return wait_for(
        [this, &path](auto handler) { stream.async_connect(Protocol::endpoint(path), std::move(handler)); });
  }

  Loop& loop;
  Stream stream;
  beast::flat_buffer buffer;
};

Error broken(const error_code& code) {
  if (code == beast::error::timeout) {
    return Error{ErrorKind::timeout,
                 "stackd did not answer within a minute; `journalctl -u stackd` may say why"};
  }
  return Error{ErrorKind::unavailable, "the connection to stackd broke: " + code.message()};
}

/// What a person can do when nobody answers on the socket.
Error no_daemon(const std::string& path, const error_code& code) {
  std::string message;
  if (code == boost::system::errc::no_such_file_or_directory) {
    message = "no stackd is running: there is no socket " + path +
              "\n  start it with `systemctl start stackd`, or in the foreground with `stackd`"
              "\n  if it listens elsewhere, name its socket with --socket PATH or STACKD_SOCKET";
  } else if (code == boost::system::errc::permission_denied) {
    message = "you may not talk to the stackd at " + path +
              "\n  become a member of the group that the socket belongs to (`sudo usermod -aG stackd $USER`, "
              "then log in again), or use sudo";
  } else if (code == boost::system::errc::connection_refused) {
    message = "no stackd is running: nobody answers at " + path +
              "\n  it has ended without removing its socket; start it with `systemctl start stackd`, "
              "`journalctl -u stackd` says why it ended";
  } else {
    message = "can't talk to stackd at " + path + ": " + code.message();
  }
  return Error{ErrorKind::unavailable, message};
}

http::request<http::string_body> make_request(http::verb verb, const std::string& target, std::string body) {
  http::request<http::string_body> request(verb, target, 11);
  request.set(http::field::host, "stackd");
  request.set(http::field::user_agent, "stackctl/" STACKD_VERSION);
  request.set(http::field::connection, "close");
  if (!body.empty()) request.set(http::field::content_type, "application/json");
  request.body() = std::move(body);
  request.prepare_payload();
  return request;
}

Error refusal_of(int status, const std::string& body) {
  const Result<json::value> parsed = parse_json(body);
  std::optional<Error> said;
  if (parsed) said = protocol::error_from_json(*parsed);
  if (said) return *said;
  return Error{ErrorKind::internal, "stackd answered with status " + std::to_string(status) +
                                        (body.empty() ? "" : ": " + std::string(trim(body)))};
}

class StreamedLines final : public Lines {
 public:
  explicit StreamedLines(Loop& loop) : connection_(loop) { parser_.body_limit(boost::none); }

  Result<void> begin(const std::string& path, const std::string& target) {
    error_code code = connection_.connect(path);
    if (code) return no_daemon(path, code);
    auto request = make_request(http::verb::get, target, "");
    connection_.stream.expires_after(answer_max);
    code = connection_.wait_for([this, &request](auto handler) {
      http::async_write(connection_.stream, request, std::move(handler));
    });
    if (code) return broken(code);
    code = connection_.wait_for([this](auto handler) {
      http::async_read_header(connection_.stream, connection_.buffer, parser_, std::move(handler));
    });
    if (code) return broken(code);
    connection_.stream.expires_never();
    const int status = parser_.get().result_int() > 0 ? static_cast<int>(parser_.get().result_int()) : 0;
    if (status == 200) return {};
    while (!ended_) {
      if (Result<void> more = read_some(); !more.ok()) return more;
    }
    return refusal_of(status, text_);
  }

  Result<std::optional<json::value>> next() override {
    while (true) {
      const std::size_t end = text_.find('\n', searched_);
      if (end != std::string::npos) return take_line(end);
      searched_ = text_.size();
      if (connection_.loop.interrupted || (ended_ && text_.empty())) return std::optional<json::value>();
      if (ended_ || text_.size() > line_bytes_max) return broken(http::error::partial_message);
      if (Result<void> more = read_some(); !more.ok()) {
        if (connection_.loop.interrupted) return std::optional<json::value>();
        return more.error();
      }
    }
  }

 private:
  Result<std::optional<json::value>> take_line(std::size_t end) {
    const std::string line = text_.substr(0, end);
    text_.erase(0, end + 1);
    searched_ = 0;
    Result<json::value> value = parse_json(line);
    if (!value) return value.error().while_doing("read stackd's answer");
    if (const std::optional<Error> error = protocol::error_from_json(*value)) return *error;
    return std::optional<json::value>(*std::move(value));
  }

  Result<void> read_some() {
    char bytes[16384];
    parser_.get().body().data = bytes;
    parser_.get().body().size = sizeof bytes;
    const error_code code = connection_.wait_for([this](auto handler) {
      http::async_read_some(connection_.stream, connection_.buffer, parser_, std::move(handler));
    });
    text_.append(bytes, sizeof bytes - parser_.get().body().size);
    if (parser_.is_done()) ended_ = true;
    if (code && code != http::error::need_buffer) return broken(code);
    return {};
  }

  Connection connection_;
  http::response_parser<http::buffer_body> parser_;
  std::string text_;  // what came and is no whole line yet
  std::size_t searched_ = 0;
  bool ended_ = false;
};

class SocketClient final : public Client {
 public:
  SocketClient(std::string path, bool& is_gone) : path_(std::move(path)), loop_(is_gone) {}

  Result<void> check() {
    Connection connection(loop_);
    const error_code code = connection.connect(path_);
    if (code) return no_daemon(path_, code);
    return {};
  }

  Result<json::value> get(const std::string& target) override { return ask(http::verb::get, target, ""); }
  Result<json::value> post(const std::string& target, const json::value& body) override {
    return ask(http::verb::post, target, to_text(body));
  }
  Result<json::value> remove(const std::string& target) override {
    return ask(http::verb::delete_, target, "");
  }

  Result<std::unique_ptr<Lines>> open(const std::string& target) override {
    auto lines = std::make_unique<StreamedLines>(loop_);
    if (Result<void> begun = lines->begin(path_, target); !begun.ok()) return begun.error();
    return std::unique_ptr<Lines>(std::move(lines));
  }

  void catch_interrupts() override { loop_.catch_interrupts(); }
  bool interrupted() const override { return loop_.interrupted; }

  bool pause(Duration span) override {
    if (loop_.interrupted) return false;
    asio::steady_timer timer(loop_.io, std::chrono::duration_cast<std::chrono::steady_clock::duration>(span));
    bool done = false;
    timer.async_wait([&done](const error_code&) { done = true; });
    loop_.pausing = &timer;
    loop_.run_until(done);
    loop_.pausing = nullptr;
    return !loop_.interrupted;
  }

 private:
  Result<json::value> ask(http::verb verb, const std::string& target, std::string body) {
    Connection connection(loop_);
    error_code code = connection.connect(path_);
    if (code) return no_daemon(path_, code);
    auto request = make_request(verb, target, std::move(body));
    http::response_parser<http::string_body> parser;
    parser.body_limit(body_bytes_max);
    connection.stream.expires_after(answer_max);
    code = connection.wait_for([&connection, &request](auto handler) {
      http::async_write(connection.stream, request, std::move(handler));
    });
    if (code) return broken(code);
    code = connection.wait_for([&connection, &parser](auto handler) {
      http::async_read(connection.stream, connection.buffer, parser, std::move(handler));
    });
    if (code) return broken(code);
    const int status = static_cast<int>(parser.get().result_int());
    if (status >= 400) return refusal_of(status, parser.get().body());
    Result<json::value> value = parse_json(parser.get().body());
    if (!value) return value.error().while_doing("read stackd's answer");
    return value;
  }

  std::string path_;
  Loop loop_;
};

}  // namespace

Result<std::unique_ptr<Client>> connect_client(const std::string& path, bool& is_gone) {
  if (path.size() >= 108) {
    return Error{ErrorKind::invalid, "the path of a socket has at most 107 characters: " + path};
  }
  auto client = std::make_unique<SocketClient>(path, is_gone);
  if (Result<void> checked = client->check(); !checked.ok()) return checked.error();
  return std::unique_ptr<Client>(std::move(client));
}

}  // namespace stackd::cli
