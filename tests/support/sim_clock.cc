#include "support/sim_clock.h"

#include <algorithm>
#include <memory>

#include "base/check.h"
#include "runtime/bell.h"

namespace stackd::sim {
namespace {

/// Takes the entry of a sleeper that is gone out of the queue.
class Sleep {
 public:
  Sleep(SimClock& clock, SimClock::Entry entry) : clock_(clock), entry_(entry) {}
  ~Sleep() { clock_.cancel(entry_); }
  Sleep(const Sleep&) = delete;
  Sleep& operator=(const Sleep&) = delete;

 private:
  SimClock& clock_;
  SimClock::Entry entry_;
};

}  // namespace

runtime::Task<void> SimClock::sleep_until(Time when) {
  if (on_sleep) on_sleep();
  const auto bell = std::make_shared<runtime::Bell>();
  std::function<void()> wake = [bell] { bell->ring(); };
  const Sleep sleep(*this, call_at(when, std::move(wake)));
  co_await bell->wait();
}

SimClock::Entry SimClock::call_at(Time when, std::function<void()> call) {
  const Entry entry{std::max(when, now_), next_number_++};
  entries_.emplace(entry, std::move(call));
  return entry;
}

SimClock::Entry SimClock::call_in(Duration span, std::function<void()> call) {
  return call_at(runtime::later(now_, span), std::move(call));
}

void SimClock::cancel(const Entry& entry) {
  entries_.erase(entry);
}

std::optional<Time> SimClock::next() const {
  if (entries_.empty() || entries_.begin()->first.when == Time::max()) return std::nullopt;
  return entries_.begin()->first.when;
}

void SimClock::advance() {
  STACKD_CHECK(next().has_value());
  auto first = entries_.extract(entries_.begin());
  wall_ += first.key().when - now_;
  now_ = first.key().when;
  first.mapped()();
}

}  // namespace stackd::sim
