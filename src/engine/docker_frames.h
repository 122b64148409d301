// The frames in which Docker sends what a container without a terminal wrote: eight bytes of header (the
// stream's number, three zeros, the length, big end first), then the text. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace stackd::engine {

/// Text of one frame; one that is not here whole comes in parts.
struct FramePart {
  bool error_stream = false;
  bool from_engine = false;  // the engine's own words, about what went wrong
  bool begins = false;
  bool ends = false;
  std::string text;
};

class FrameReader {
 public:
  /// What these bytes hold; text of an unfinished frame is given out at once. Errors: invalid.
  Result<std::vector<FramePart>> feed(std::string_view bytes);

 private:
  Result<void> read_header();

  std::string header_;
  std::uint32_t left_ = 0;  // bytes of the current frame still to come
  FramePart part_;          // of the current frame, without text
};

}  // namespace stackd::engine
