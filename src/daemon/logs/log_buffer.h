// One container's log on its way to the reader: lines read ahead, up to a limit.
#pragma once

#include <deque>
#include <optional>

#include "daemon/logs/log_cutter.h"
#include "daemon/logs/logs.h"
#include "runtime/bell.h"

namespace stackd::daemon {

struct LogBuffer {
  explicit LogBuffer(LogSource of) : from(std::move(of)) {}

  void add(std::vector<LogLine> more);
  void add_notice(std::string text);
  LogLine take();
  [[nodiscard]] bool is_full() const;

  LogSource from;  // as it was seen last
  LogCutter cutter;
  std::deque<LogLine> lines;
  bool gone = false;     // the container is not there any more
  bool ended = false;    // no more lines come
  runtime::Bell taken;   // there may be room again
  runtime::Bell looked;  // `from` and `gone` are news

 private:
  std::size_t bytes_ = 0;
};

/// The last lines of a log.
class LogTail {
 public:
  explicit LogTail(std::int64_t lines_max) : lines_max_(static_cast<std::size_t>(lines_max)) {}

  void add(std::vector<LogLine> more);
  /// Lines that were added, also those that are no more among the last.
  [[nodiscard]] std::size_t added() const { return added_; }
  /// The first that is left was not the first that was added.
  [[nodiscard]] bool has_lost_first() const { return added_ > lines_.size(); }
  /// Some of the last lines were more than is held in memory.
  [[nodiscard]] bool is_cut() const { return is_cut_; }
  std::vector<LogLine> take();

 private:
  std::size_t lines_max_;
  std::deque<LogLine> lines_;
  std::size_t bytes_ = 0;
  std::size_t added_ = 0;
  bool is_cut_ = false;
};

}  // namespace stackd::daemon
