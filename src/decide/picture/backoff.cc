#include "decide/picture/backoff.h"

#include <algorithm>

#include "base/mutation.h"
#include "decide/picture/memory.h"

namespace stackd::decide {
namespace {

using namespace std::chrono_literals;

constexpr Duration pause_min = 100ms;
constexpr Duration pause_max = 60s;

Duration doubled(Duration first, std::int64_t times) {
  Duration pause = first;
  if (mutated("back-off-without-a-cap"))
    return first * (std::int64_t{1} << std::min<std::int64_t>(times, 20));
  for (std::int64_t i = 0; i < times && pause < pause_max; ++i) pause *= 2;
  return std::min(pause, pause_max);
}

Duration with_jitter(Duration pause, std::uint64_t jitter) {
  constexpr std::uint64_t parts = 1024;
  return pause - (pause / 4) * static_cast<std::int64_t>(jitter % parts) / static_cast<std::int64_t>(parts);
}

}  // namespace

Verdict next_attempt(const RestartPolicy& policy, const End& end, std::uint64_t jitter) {
  const bool failed = end.unhealthy || end.exit_code != 0;
  switch (policy.condition) {
    case RestartCondition::no:
      if (mutated("policy-no-is-always")) break;
      return Never{"its restart policy is no"};
    case RestartCondition::on_failure:
      if (!failed) return Never{"it ended with 0 and its restart policy is on-failure"};
      if (policy.attempts_max > 0 && end.attempts >= policy.attempts_max) {
        return Never{"it failed " + std::to_string(end.attempts + 1) +
                     " times and its restart policy allows " + std::to_string(policy.attempts_max) +
                     " further attempts"};
      }
      break;
    case RestartCondition::always:
    case RestartCondition::unless_stopped:
      break;
  }
  Duration pause = Duration::zero();
  if (!end.good) {
    pause = end.crash_looping ? crash_loop_pause
                              : with_jitter(doubled(pause_min, end.quick_failures - 1), jitter);
  }
  return TryAgain{std::max(pause, policy.delay.value_or(Duration::zero()))};
}

Duration pause_after_failed_calls(std::int64_t failures, std::uint64_t jitter) {
  return with_jitter(doubled(500ms, failures - 1), jitter);
}

}  // namespace stackd::decide
