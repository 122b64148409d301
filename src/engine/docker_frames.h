// The frames in which Docker sends what a container without a terminal wrote: eight bytes of header (the
// stream's number, three zeros, the length, big end first), then the text. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"

namespace stackd::engine {

class FrameReader {
 public:
  /// `raw`: the container has a terminal, its bytes come without frames.
  explicit FrameReader(bool raw) : raw_(raw) {}

  /// What these bytes hold; text of an unfinished frame is given out at once. Errors: invalid.
  Result<std::vector<LogChunk>> feed(std::string_view bytes);

 private:
  bool raw_;
  std::string header_;
  std::uint32_t left_ = 0;  // bytes of the current frame still to come
  bool error_stream_ = false;
};

}  // namespace stackd::engine
