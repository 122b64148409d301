// How long a deploy may take to become live. A job has no limit but its own, so the time in which one runs
// does not count: the full time begins anew at its end.
#pragma once

#include "base/time.h"

namespace stackd::decide {

class Patience {
 public:
  Patience() = default;
  Patience(Time now, Duration limit) : limit_(limit), until_(now + limit) {}

  void note_job(Time now) { until_ = now + limit_; }
  [[nodiscard]] bool is_over(Time now) const { return now >= until_; }
  [[nodiscard]] Time until() const { return until_; }
  [[nodiscard]] Duration limit() const { return limit_; }

 private:
  Duration limit_{};
  Time until_{};
};

}  // namespace stackd::decide
