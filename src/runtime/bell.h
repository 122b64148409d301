// Wakes one waiting coroutine: rung any number of times before somebody waits, it is heard once. That is
// all a loop needs that looks at the whole state each time it wakes.
#pragma once

#include <memory>

#include "runtime/clock.h"

namespace stackd::runtime {

class Bell {
 public:
  Bell();
  ~Bell();
  Bell(const Bell&) = delete;
  Bell& operator=(const Bell&) = delete;

  /// Never resumes the waiter inside this call.
  void ring();

  /// Rung and not yet heard.
  [[nodiscard]] bool rung() const;

  /// Returns when rung, at once if it was rung since the last wait returned. One waiter at a time. Cancelled
  /// it throws operation_aborted, and a ring that was not yet heard stays.
  Task<void> wait();

  /// True: rung. False: `when` came first.
  Task<bool> wait_until(Clock& clock, Time when);

 private:
  struct State;
  static Task<void> wait_on(std::shared_ptr<State> state);

  std::shared_ptr<State> state_;
};

}  // namespace stackd::runtime
