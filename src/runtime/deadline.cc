#include "runtime/deadline.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>

#include "runtime/start_later.h"

namespace stackd::runtime {

namespace asio = boost::asio;

// The operator || of Asio would go on waiting for the timer when the operation throws, and would lose which
// of two cancellations it was. So the group beneath it is used directly.
Task<bool> ends_before(Task<void> limit, Task<void> operation) {
  const auto executor = co_await asio::this_coro::executor;
  auto [order, failure, limit_failure] =
      co_await asio::experimental::make_parallel_group(
          asio::co_spawn(executor, start_later(std::move(operation)), asio::deferred),
          asio::co_spawn(executor, start_later(std::move(limit)), asio::deferred))
          .async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
  if (!failure) co_return true;
  const bool operation_first = order[0] == 0;
  const auto cancellation = co_await asio::this_coro::cancellation_state;
  if (operation_first || limit_failure || cancellation.cancelled() != asio::cancellation_type::none) {
    std::rethrow_exception(failure);
  }
  // Time was up and the operation threw afterwards: by being cancelled, or by a bug of its own.
  try {
    std::rethrow_exception(failure);
  } catch (const boost::system::system_error& error) {
    if (error.code() != asio::error::operation_aborted) throw;
  }
  co_return false;
}

Task<bool> ends_before(Clock& clock, Time when, Task<void> operation) {
  return ends_before(clock.sleep_until(when), std::move(operation));
}

}  // namespace stackd::runtime
