// The clock of the process, as something that can be replaced: the real one runs on Asio's timers, the
// simulated one jumps. Nothing else in the program asks for the time or sleeps.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>

#include "base/time.h"

namespace stackd::runtime {

template <typename T>
using Task = boost::asio::awaitable<T>;

class Clock {
 public:
  virtual ~Clock() = default;

  [[nodiscard]] virtual Time now() const = 0;
  [[nodiscard]] virtual WallTime wall() const = 0;

  /// Returns at `when` or as soon after it as the loop comes round; at once if that is past (but never
  /// without giving the loop a turn). Cancelled through Asio it throws operation_aborted. The clock
  /// outlives every sleeper.
  virtual Task<void> sleep_until(Time when) = 0;
};

/// `from` later by `span`, or the end of time when that can't be counted.
Time later(Time from, Duration span);

Task<void> sleep_for(Clock& clock, Duration span);

/// CLOCK_MONOTONIC and CLOCK_REALTIME, and timers on this executor.
std::unique_ptr<Clock> make_real_clock(boost::asio::any_io_executor executor);

}  // namespace stackd::runtime
