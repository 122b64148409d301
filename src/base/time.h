// Moments and spans of time, parsed and printed. There is no clock here: who needs the present moment gets
// it as an argument.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.h"

namespace stackd {

using Duration = std::chrono::nanoseconds;

/// The clock that never jumps: what deadlines, back-off and measurements are counted in. Its zero means
/// nothing outside the process.
struct Monotonic {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<Monotonic>;
  static constexpr bool is_steady = true;
};
using Time = Monotonic::time_point;

/// What calendars show and engines write into their records: it may jump. Never used for a deadline.
using WallTime = std::chrono::sys_time<Duration>;

/// As Go and Compose write it: h m s ms us µs ns, also d = 24h and w = 7d, combinable, fractions, a
/// leading minus; "0" needs no unit. Errors: invalid, naming the text.
Result<Duration> parse_duration(std::string_view text);

/// Go's form, which Compose prints: "1m30s", "24h0m0s", "1.5s", "100ms", "0s".
std::string to_go_string(Duration duration);

/// For people: the two largest units at most ("3d 4h", "1m 30s", "850ms").
std::string to_human(Duration duration);

/// RFC 3339 in UTC with nanoseconds, as the engine writes moments ("2026-01-02T03:04:05.000000006Z").
std::string to_rfc3339(WallTime time);

/// Reads RFC 3339 with any fraction and offset. The engine's "0001-01-01T00:00:00Z" gives WallTime{}.
/// Errors: invalid.
Result<WallTime> parse_rfc3339(std::string_view text);

}  // namespace stackd
