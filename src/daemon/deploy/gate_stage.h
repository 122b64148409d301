// The gate of a deploy: the jobs of its release, kept beside what runs until they have succeeded.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "daemon/deploy/course.h"

namespace stackd::daemon {

class GateStage {
 public:
  explicit GateStage(Course& course) : course_(course) {}

  /// gated: there are jobs that come first; or ungated.
  Outcome look();
  /// Goes on where a stackd before this one was, before the keeper looks at the engine.
  void pick_up();
  runtime::Task<Outcome> pass();
  /// No job begins any more; those that run are waited for, and then what runs is kept alone again.
  runtime::Task<Outcome> empty();

 private:
  // The two releases have been loaded.
  [[nodiscard]] decide::Target view_with(const std::set<std::string>& brought_forward) const;
  bool bring_forward();
  void tell_of_waits();

  Course& course_;
  std::string told_of_waits_;             // last
  std::optional<decide::Target> former_;  // the current release
  std::optional<decide::Target> next_;
  std::optional<decide::Target> view_;  // until the gate is entered
  Duration limit_{};                    // in which its jobs have to begin
};

}  // namespace stackd::daemon
