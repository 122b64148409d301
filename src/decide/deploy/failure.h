// What a deploy failed by, and whose failure that is.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "base/time.h"
#include "decide/picture/state.h"

namespace stackd::decide {

struct DeployFailure {
  DeployFailure() = default;
  explicit DeployFailure(std::string cause_) : cause(std::move(cause_)) {}

  std::string cause;
  std::string last_words;
  std::string container_id;        // whose last words are still to be asked for; "": nobody's
  std::set<std::string> services;  // their failure_action says what follows
};

/// A job that failed may have last words that come a moment after its end.
inline constexpr Duration last_words_patience = std::chrono::seconds(2);

/// Of the release that is desired; one whose last words may still come has not failed yet. `wall` is the
/// moment by the calendar, by which the runs of jobs are recorded.
std::optional<DeployFailure> failed_job(const State& state, WallTime wall);

/// When somebody has to look again because of such words, but no later than `until`: nothing else tells that
/// there were none.
Time last_words_until(const State& state, WallTime wall, Time until);

/// Why the gate will not be passed.
std::optional<DeployFailure> gate_failure(const State& state, WallTime wall);

/// Why the release that is rolled out is no good.
std::optional<DeployFailure> rolling_failure(const State& state, WallTime wall);

}  // namespace stackd::decide
