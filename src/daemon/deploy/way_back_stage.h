// What a deploy that went wrong leaves: the former release, or a pause for a person to decide in.
#pragma once

#include "daemon/deploy/course.h"

namespace stackd::daemon {

class WayBackStage {
 public:
  explicit WayBackStage(Course& course) : course_(course) {}

  /// Goes on where a stackd before this one was, before the keeper looks at the engine.
  void pick_up();
  /// The former release is desired again and ready, or was given time to be. put_back, with what is to be
  /// told beside the failure; or failed: it can't be.
  runtime::Task<Outcome> put_back();
  /// Until a person orders something.
  runtime::Task<Outcome> await_person();

  // At once.
  /// The former release is desired again.
  void step_back();
  /// The release stays, and is kept as any other.
  void let_stay();
  void leave_gate();

 private:
  runtime::Task<Result<void>> desire_former();

  Course& course_;
};

}  // namespace stackd::daemon
