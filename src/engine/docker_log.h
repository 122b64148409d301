// Docker's log as it comes over the wire, read to entries. Each entry begins with its moment and a blank;
// what ends no line has no line end. Pure.
//
// A line longer than 16 KiB is kept in several entries, all with the moment of the first. Of a container with
// a terminal the bytes come without frames: there an entry begins after a line's end, and in the middle of
// a line where a moment stands that is no earlier than the line's own.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/docker_frames.h"
#include "engine/engine.h"

namespace stackd::engine {

class LogReader {
 public:
  /// `raw`: the container has a terminal, its bytes come without frames.
  explicit LogReader(bool raw) : raw_(raw) {}

  /// What these bytes complete. Errors: invalid.
  Result<std::vector<LogEntry>> feed(std::string_view bytes);
  /// What is left at the end of the stream.
  std::vector<LogEntry> finish();
  /// The engine's own words about why there is no more.
  [[nodiscard]] const std::string& complaint() const { return complaint_; }

 private:
  struct Line {
    bool open = false;  // its end has not come
    std::optional<WallTime> at;
    std::size_t last_bytes = 0;  // of its last entry
  };

  void take_frame(const FramePart& part);
  void take_raw(bool all);
  bool take_moment();
  void emit(bool error_stream, std::string text);

  bool raw_;
  FrameReader frames_;
  std::string text_;  // of the entry that is not whole yet
  bool has_moment_ = false;
  std::optional<WallTime> at_;
  std::array<Line, 2> lines_;
  std::vector<LogEntry> entries_;
  std::string complaint_;
};

}  // namespace stackd::engine
