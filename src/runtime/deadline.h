// Await something, but no longer than until a moment of a Clock, real or simulated, or until something else.
//
// When time is up the operation is cancelled and its end awaited, so nothing of it runs on behind the back
// of the caller. What had finished by then counts, also when both happened in one turn of the loop.
// Not for orders to an engine: their own limits in HttpCall know whether the order had been sent.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <utility>

#include "base/result.h"
#include "runtime/clock.h"

namespace stackd::runtime {

/// True: the operation ended in time. False: it was cancelled because time was up. Throws what the
/// operation throws, and operation_aborted when the caller itself is cancelled.
Task<bool> ends_before(Clock& clock, Time when, Task<void> operation);

/// The same with another operation for a limit. True: `operation` ended first; the limit is cancelled then.
Task<bool> ends_before(Task<void> limit, Task<void> operation);

namespace detail {

template <typename T>
Task<void> keep_result(Task<T> operation, std::optional<T>& result) {
  result.emplace(co_await std::move(operation));
}

}  // namespace detail

/// The operation's own result, or Error timeout. The clock outlives the call.
template <typename T>
Task<Result<T>> with_deadline(Clock& clock, Time when, Task<Result<T>> operation) {
  std::optional<Result<T>> result;
  const bool ended = co_await ends_before(clock, when, detail::keep_result(std::move(operation), result));
  if (!ended || !result) {
    Error late{ErrorKind::timeout, "no answer in time"};
    co_return late;
  }
  co_return std::move(*result);
}

/// The operation's own result; absent when the limit ended first.
template <typename T>
Task<std::optional<T>> unless(Task<void> limit, Task<T> operation) {
  std::optional<T> result;
  const bool ended =
      co_await ends_before(std::move(limit), detail::keep_result(std::move(operation), result));
  if (!ended) result.reset();
  co_return result;
}

}  // namespace stackd::runtime
