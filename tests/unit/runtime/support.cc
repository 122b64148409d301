#include "support.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <cstdlib>
#include <doctest/doctest.h>
#include <filesystem>
#include <unistd.h>
#include <utility>

#include "runtime/start_later.h"

namespace stackd::runtime::test {

namespace asio = boost::asio;
using Socket = asio::generic::stream_protocol::socket;
constexpr auto as_values = asio::as_tuple(asio::use_awaitable);

void run(asio::io_context& io, Task<void> task) {
  bool ended = false;
  std::exception_ptr thrown;
  asio::co_spawn(io, std::move(task), [&](std::exception_ptr bug) {
    ended = true;
    thrown = bug;
    io.stop();
  });
  io.restart();
  io.run_for(std::chrono::seconds(30));
  io.restart();
  REQUIRE_MESSAGE(ended, "the coroutine hangs");
  if (thrown) std::rethrow_exception(thrown);
}

void settle(asio::io_context& io) {
  io.restart();
  while (io.poll() > 0) io.restart();
  io.restart();
}

Started start(asio::io_context& io, Task<void> task) {
  Started started;
  auto signal = std::make_shared<asio::cancellation_signal>();
  started.cancel = [signal] { signal->emit(asio::cancellation_type::terminal); };
  auto on_end = [ended = started.ended, signal](const std::exception_ptr& bug) {
    *ended = !bug ? "done" : is_abort(bug) ? "aborted" : describe(bug);
  };
  asio::co_spawn(io, start_later(std::move(task)),
                 asio::bind_cancellation_slot(signal->slot(),
                                              asio::bind_executor(io.get_executor(), std::move(on_end))));
  return started;
}

TaskGroup::OnBug no_bugs() {
  return [](std::string_view name, const std::exception_ptr& bug) {
    const std::string says = std::string(name) + ": " + describe(bug);
    FAIL_CHECK(says);
  };
}

class Sleeper {
 public:
  Sleeper(HandClock& clock, Time when, Bell& bell)
      : clock_(clock), place_(clock.sleepers_.emplace(when, &bell)) {}
  ~Sleeper() { clock_.sleepers_.erase(place_); }
  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;

 private:
  HandClock& clock_;
  std::multimap<Time, Bell*>::iterator place_;
};

Task<void> HandClock::sleep_until(Time when) {
  Bell bell;
  const Sleeper sleeper(*this, when, bell);
  if (when <= now_) bell.ring();
  co_await bell.wait();
}

void HandClock::advance(Duration span) {
  now_ += span;
  for (const auto& [when, bell] : sleepers_) {
    if (when <= now_) bell->ring();
  }
}

TempFolder::TempFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "stackd-runtime-XXXXXX").string();
  REQUIRE(mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

namespace {

class SocketPeer final : public RawPeer {
 public:
  explicit SocketPeer(Socket socket) : socket_(std::move(socket)) {}

  Task<std::string> read_request() override {
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
      if (!co_await more()) co_return std::exchange(buffer_, {});
    }
    std::size_t wanted = end + 4;
    if (const std::size_t at = buffer_.find("Content-Length: "); at < end) {
      wanted += std::stoul(buffer_.substr(at + 16));
    }
    while (buffer_.size() < wanted) {
      if (!co_await more()) break;
    }
    std::string request = buffer_.substr(0, wanted);
    buffer_.erase(0, request.size());
    co_return request;
  }

  Task<std::string> read_some() override {
    if (buffer_.empty()) (void)co_await more();
    co_return std::exchange(buffer_, {});
  }

  Task<std::string> read_all() override {
    bool open = true;
    while (open) open = co_await more();
    co_return std::exchange(buffer_, {});
  }

  Task<bool> write(std::string bytes) override {
    const auto [error, count] = co_await asio::async_write(socket_, asio::buffer(bytes), as_values);
    co_return !error;
  }

 private:
  Task<bool> more() {
    std::string piece(65536, '\0');
    const auto [error, count] = co_await socket_.async_read_some(asio::buffer(piece), as_values);
    if (error) co_return false;
    buffer_.append(piece, 0, count);
    co_return true;
  }

  Socket socket_;
  std::string buffer_;
};

}  // namespace

struct ScriptedServer::State {
  explicit State(asio::io_context& io) : group(io.get_executor(), no_bugs()) {}
  TaskGroup group;
  std::vector<Script> scripts;
  int accepted = 0;

  static Task<void> play(std::shared_ptr<State> self, std::size_t index, std::unique_ptr<RawPeer> peer) {
    co_await self->scripts[index](*peer);
  }

  static Task<void> accept(std::shared_ptr<State> self,
                           std::shared_ptr<asio::local::stream_protocol::acceptor> acceptor) {
    while (true) {
      auto socket = co_await acceptor->async_accept(asio::use_awaitable);
      const std::size_t index =
          std::min(static_cast<std::size_t>(self->accepted++), self->scripts.size() - 1);
      self->group.spawn("script", play(self, index, std::make_unique<SocketPeer>(std::move(socket))));
    }
  }
};

ScriptedServer::ScriptedServer(asio::io_context& io, std::string path, std::vector<Script> scripts)
    : state_(std::make_shared<State>(io)) {
  state_->scripts = std::move(scripts);
  unlink(path.c_str());
  auto acceptor = std::make_shared<asio::local::stream_protocol::acceptor>(
      io, asio::local::stream_protocol::endpoint(path));
  state_->group.spawn("accept", State::accept(state_, std::move(acceptor)));
}

ScriptedServer::~ScriptedServer() {
  state_->group.cancel();
}

int ScriptedServer::accepted() const {
  return state_->accepted;
}

Task<void> ScriptedServer::stop() {
  return state_->group.stop();
}

Task<std::unique_ptr<RawPeer>> connect_unix(std::string path) {
  asio::local::stream_protocol::socket socket(co_await asio::this_coro::executor);
  const asio::local::stream_protocol::endpoint endpoint(path);
  co_await socket.async_connect(endpoint, asio::use_awaitable);
  co_return std::make_unique<SocketPeer>(Socket(std::move(socket)));
}

Task<std::unique_ptr<RawPeer>> connect_tcp(std::uint16_t port) {
  asio::ip::tcp::socket socket(co_await asio::this_coro::executor);
  const asio::ip::tcp::endpoint endpoint(asio::ip::address_v4::loopback(), port);
  co_await socket.async_connect(endpoint, asio::use_awaitable);
  co_return std::make_unique<SocketPeer>(Socket(std::move(socket)));
}

}  // namespace stackd::runtime::test
