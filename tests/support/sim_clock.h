// A clock that jumps. One queue, ordered by (time, number of the entry), holds timers of the daemon, answers
// of the engine and happenings of the world alike, so equal moments have a fixed order and a run depends on
// nothing but its seed.
//
// The clock belongs to the host and outlives the daemon: a daemon that is destroyed with coroutines asleep
// takes its own timers out of the queue, what the world has planned stays.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "runtime/clock.h"

namespace stackd::sim {

class SimClock final : public runtime::Clock {
 public:
  struct Entry {
    Time when{};
    std::uint64_t number = 0;
    friend auto operator<=>(const Entry&, const Entry&) = default;
  };

  [[nodiscard]] Time now() const override { return now_; }
  [[nodiscard]] WallTime wall() const override { return wall_; }
  runtime::Task<void> sleep_until(Time when) override;

  /// Runs `call` when the clock gets there; a moment that is past counts as now.
  Entry call_at(Time when, std::function<void()> call);
  Entry call_in(Duration span, std::function<void()> call);
  /// Nothing happens when the entry has run already.
  void cancel(const Entry& entry);

  /// The moment of the next entry.
  [[nodiscard]] std::optional<Time> next() const;
  /// Jumps to the next entry and runs it. There is one.
  void advance();
  /// The calendar's clock is set: time itself goes on.
  void jump_wall(Duration by) { wall_ += by; }

  /// Called at every sleep that begins.
  std::function<void()> on_sleep;

 private:
  Time now_{};
  WallTime wall_ = WallTime(std::chrono::hours(24 * 365 * 56));
  std::uint64_t next_number_ = 1;
  std::map<Entry, std::function<void()>> entries_;
};

}  // namespace stackd::sim
