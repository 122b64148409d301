#include "runtime/http_server.h"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <fcntl.h>
#include <map>
#include <sys/socket.h>
#include <utility>

#include "base/check.h"
#include "runtime/bell.h"
#include "runtime/http_connection.h"

namespace stackd::runtime {

namespace {

namespace asio = boost::asio;

constexpr auto pause_without_descriptors = std::chrono::seconds(1);

}  // namespace

/// Shared with every coroutine of the server, so that an io_context may be destroyed before or after it.
struct HttpServer::State {
  class Open;

  State(asio::any_io_executor its_executor, Clock& its_clock, HttpConnection::Shared its_shared)
      : executor(std::move(its_executor)),
        clock(its_clock),
        shared(std::move(its_shared)),
        accepting(executor, shared.on_bug),
        serving(executor, shared.on_bug) {}

  asio::any_io_executor executor;
  Clock& clock;
  HttpConnection::Shared shared;
  TaskGroup accepting;
  TaskGroup serving;
  std::uint64_t next_id = 0;
  std::map<std::uint64_t, HttpConnection*> open;
  std::vector<std::shared_ptr<Bell>> room;  // one for each listener, rung when a connection ends
  Bell one_ended;

  static Task<void> accept(std::shared_ptr<State> self, std::shared_ptr<Listener> listener,
                           std::shared_ptr<Bell> room);
  static Task<void> serve_one(std::unique_ptr<Open> open);
};

/// A connection, counted and found by stop() as long as this lives.
class HttpServer::State::Open {
 public:
  Open(std::shared_ptr<State> state, int descriptor)
      : state_(std::move(state)),
        id_(state_->next_id++),
        connection_(state_->executor, descriptor, state_->shared) {
    state_->open.emplace(id_, &connection_);
  }
  ~Open() {
    state_->open.erase(id_);
    state_->one_ended.ring();
    for (const auto& bell : state_->room) bell->ring();
  }
  Open(const Open&) = delete;
  Open& operator=(const Open&) = delete;

  HttpConnection& connection() { return connection_; }

 private:
  std::shared_ptr<State> state_;
  std::uint64_t id_;
  HttpConnection connection_;
};

namespace {

bool lacks_resources(int os_error) {
  return os_error == EMFILE || os_error == ENFILE || os_error == ENOBUFS || os_error == ENOMEM;
}

}  // namespace

Task<void> HttpServer::State::serve_one(std::unique_ptr<Open> open) {
  co_await open->connection().run();
}

Task<void> HttpServer::State::accept(std::shared_ptr<State> self, std::shared_ptr<Listener> listener,
                                     std::shared_ptr<Bell> room) {
  // A copy for Asio to close, so that the Listener remains the owner of its own.
  const int copy = fcntl(listener->descriptor(), F_DUPFD_CLOEXEC, 0);
  STACKD_CHECK(copy >= 0);
  asio::posix::stream_descriptor descriptor(self->executor, copy);
  descriptor.native_non_blocking(true);
  while (true) {
    while (self->open.size() >= self->shared.options.connections_max) co_await room->wait();
    const int accepted = accept4(copy, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (accepted >= 0) {
      self->serving.spawn("connection", serve_one(std::make_unique<Open>(self, accepted)));
    } else if (lacks_resources(errno)) {
      co_await sleep_for(self->clock, pause_without_descriptors);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      co_await descriptor.async_wait(asio::posix::stream_descriptor::wait_read, asio::use_awaitable);
    }
  }
}

HttpServer::HttpServer(asio::any_io_executor executor, Clock& clock, HttpServerOptions options,
                       HttpHandler handler, TaskGroup::OnBug on_bug) {
  STACKD_CHECK(handler != nullptr && options.connections_max > 0);
  HttpConnection::Shared shared;
  shared.options = options;
  shared.handler = std::move(handler);
  shared.on_bug = std::move(on_bug);
  state_ = std::make_shared<State>(std::move(executor), clock, std::move(shared));
}

HttpServer::~HttpServer() = default;

void HttpServer::serve(Listener listener) {
  auto room = std::make_shared<Bell>();
  state_->room.push_back(room);
  state_->accepting.spawn(
      "accept", State::accept(state_, std::make_shared<Listener>(std::move(listener)), std::move(room)));
}

Task<void> HttpServer::stop(Duration grace) {
  const std::shared_ptr<State> state = state_;
  const Time limit = later(state->clock.now(), grace);
  co_await state->accepting.stop();
  for (const auto& [id, connection] : state->open) connection->finish();
  bool in_time = true;
  while (in_time && !state->open.empty()) in_time = co_await state->one_ended.wait_until(state->clock, limit);
  co_await state->serving.stop();
}

std::size_t HttpServer::connections() const {
  return state_->open.size();
}

}  // namespace stackd::runtime
