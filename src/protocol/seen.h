// What was read of things that come in the order of their moments, so that who reads again from a little
// earlier is told what is new. Things of one moment are told apart by their count.
#pragma once

#include <cstddef>
#include <optional>

#include "base/time.h"

namespace stackd::protocol {

class Seen {
 public:
  /// The next thing that was read; it is seen from now on.
  bool is_new(WallTime at);
  /// What comes next may have come before.
  void read_again();
  /// Of the newest.
  [[nodiscard]] const std::optional<WallTime>& last() const { return last_; }

 private:
  std::optional<WallTime> last_;
  std::size_t at_last_ = 0;           // how many of that moment were seen
  std::optional<std::size_t> again_;  // how many of that moment came again; absent: nothing comes again
};

/// How much earlier to begin: two streams of one writer are in order only each by itself.
inline constexpr Duration read_again_from = std::chrono::seconds(2);

}  // namespace stackd::protocol
