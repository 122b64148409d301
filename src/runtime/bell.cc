#include "runtime/bell.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include "base/check.h"
#include "runtime/deadline.h"

namespace stackd::runtime {

namespace asio = boost::asio;

/// Shared with the coroutine that waits: either of the two may be destroyed first. The timer lives in the
/// coroutine, so that an io_context which is destroyed takes the sleeper with it.
struct Bell::State {
  bool rung = false;
  asio::steady_timer* waiter = nullptr;

  class Waiting {
   public:
    Waiting(State& state, asio::steady_timer& timer) : state_(state) {
      STACKD_CHECK(state_.waiter == nullptr);
      state_.waiter = &timer;
    }
    ~Waiting() { state_.waiter = nullptr; }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;

   private:
    State& state_;
  };
};

Task<void> Bell::wait_on(std::shared_ptr<State> state) {
  const auto executor = co_await asio::this_coro::executor;
  while (!state->rung) {
    asio::steady_timer timer(executor, asio::steady_timer::time_point::max());
    const State::Waiting waiting(*state, timer);
    boost::system::error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    const auto cancellation = co_await asio::this_coro::cancellation_state;
    if (cancellation.cancelled() != asio::cancellation_type::none) {
      throw boost::system::system_error(asio::error::operation_aborted);
    }
  }
  state->rung = false;
}

Bell::Bell() : state_(std::make_shared<State>()) {}
Bell::~Bell() = default;

void Bell::ring() {
  state_->rung = true;
  if (state_->waiter != nullptr) state_->waiter->cancel();
}

bool Bell::rung() const {
  return state_->rung;
}

Task<void> Bell::wait() {
  return wait_on(state_);
}

Task<bool> Bell::wait_until(Clock& clock, Time when) {
  return ends_before(clock, when, wait());
}

}  // namespace stackd::runtime
