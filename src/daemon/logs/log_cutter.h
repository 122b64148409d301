// What the engine kept in pieces, put together to the lines that a container wrote; what is read again is
// left out. Pure.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "daemon/control.h"
#include "engine/engine.h"
#include "protocol/seen.h"

namespace stackd::daemon {

class LogCutter {
 public:
  /// The lines that are complete now, without names. One that is longer than is kept in memory comes in
  /// pieces.
  std::vector<LogLine> take(engine::LogEntry entry);
  /// What was left without a line's end. Needed when nothing more can come of it: the run has ended.
  std::vector<LogLine> rest();

  /// The log is read again from since() on.
  void read_again();
  /// A little before the newest of what was read; absent: nothing was.
  [[nodiscard]] std::optional<WallTime> since() const;

 private:
  struct Stream {
    protocol::Seen seen;
    std::optional<LogLine> open;  // its end has not come
  };

  static void close(Stream& stream, std::vector<LogLine>& lines);

  std::array<Stream, 2> streams_;
};

}  // namespace stackd::daemon
