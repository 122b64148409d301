// When to try again, or never: the restart policy of the Compose Specification (restart,
// deploy.restart_policy) with our pauses. Waiting happens elsewhere.
//
// After a good run there is no pause, however often it ends. After one that was not it is 100 ms, doubling to
// 60 s, with up to a quarter of jitter; while the service crash-loops it is 60 s.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "base/time.h"
#include "model/service.h"

namespace stackd::decide {

struct End {
  std::int64_t exit_code = 0;
  bool unhealthy = false;           // it did not end, it stopped being healthy
  bool good = false;                // it had run for good_run, and been ready where it can tell
  std::int64_t quick_failures = 0;  // in a row, this one included
  std::int64_t attempts = 0;        // starts since the last good run, this end's included
  bool crash_looping = false;
};

struct TryAgain {
  Duration pause;
};

struct Never {
  std::string because;
};

using Verdict = std::variant<TryAgain, Never>;

/// `jitter` is any number; it only spreads the pauses.
Verdict next_attempt(const RestartPolicy& policy, const End& end, std::uint64_t jitter);

/// The pause after so many failed engine calls in a row: 500 ms, doubling to 60 s.
Duration pause_after_failed_calls(std::int64_t failures, std::uint64_t jitter);

}  // namespace stackd::decide
