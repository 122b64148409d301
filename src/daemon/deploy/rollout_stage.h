// A release on its way to being live: made current, rolled out by the keeper, watched, and answering as it
// must.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "daemon/deploy/course.h"

namespace stackd::daemon {

class RolloutStage {
 public:
  explicit RolloutStage(Course& course) : course_(course) {}

  /// Goes on where a stackd before this one was, before the keeper looks at the engine.
  void pick_up(decide::Replacing::Way way);
  /// The same, where there is nothing to go back to.
  void pick_up_first();
  /// It is made current, unless it is already.
  runtime::Task<Outcome> roll_out();
  /// After a pause.
  runtime::Task<Outcome> roll_on();
  runtime::Task<Outcome> watch();
  runtime::Task<Outcome> ask();
  /// Nothing changes; what is current has to be as it should all the same.
  runtime::Task<Outcome> keep_up();
  /// Its release is live from now on, whatever comes; then as tidy_up().
  runtime::Task<Outcome> go_live();
  /// It is live already.
  runtime::Task<Outcome> tidy_up();

 private:
  void resume(Result<decide::Target> target);
  Result<void> make_current();
  void begin(bool with_addresses);
  runtime::Task<std::optional<Outcome>> look();
  Outcome kept_up();
  void note_origin();

  Course& course_;
  bool changes_nothing_ = false;
  decide::Watch watch_;
  std::shared_ptr<decide::Verification> verification_;  // null: nobody is asked
};

}  // namespace stackd::daemon
