#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <utility>

#include "runtime/clock.h"

namespace stackd::runtime {
namespace {

namespace asio = boost::asio;

class RealClock final : public Clock {
 public:
  explicit RealClock(asio::any_io_executor executor) : executor_(std::move(executor)) {}

  Time now() const override {
    return Time(std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch()));
  }

  WallTime wall() const override {
    return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  }

  Task<void> sleep_until(Time when) override {
    asio::steady_timer timer(executor_);
    timer.expires_at(std::chrono::steady_clock::time_point(
        std::chrono::duration_cast<std::chrono::steady_clock::duration>(when.time_since_epoch())));
    co_await timer.async_wait(asio::use_awaitable);
  }

 private:
  asio::any_io_executor executor_;
};

}  // namespace

Time later(Time from, Duration span) {
  if (span > Duration::zero() && from > Time::max() - span) return Time::max();
  if (span < Duration::zero() && from < Time::min() - span) return Time::min();
  return from + span;
}

Task<void> sleep_for(Clock& clock, Duration span) {
  return clock.sleep_until(later(clock.now(), span));
}

std::unique_ptr<Clock> make_real_clock(asio::any_io_executor executor) {
  return std::make_unique<RealClock>(std::move(executor));
}

}  // namespace stackd::runtime
