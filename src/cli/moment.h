// Moments as people write them on a command line.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "base/result.h"
#include "base/time.h"

namespace stackd::cli {

/// What a clock on the caller's wall shows → the moment.
using FromLocal = std::function<WallTime(std::chrono::local_time<Duration>)>;

/// "10m" before `now`; "2026-01-02", "2026-01-02T03:04", "2026-01-02 03:04:05.5", of the caller's zone where
/// none follows ("Z", "+02:00"); seconds since 1970. Errors: invalid.
Result<WallTime> parse_moment(const std::string& text, WallTime now, const FromLocal& from_local);

}  // namespace stackd::cli
