// Bytes of a pull's answer → lines of progress, and whether it went well. Pure. A pull that fails on the way
// still answers 200: the failure is the last thing in the stream.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace stackd::engine {

class PullReader {
 public:
  /// What changed, one line for each: "a3ed95caeb02: Downloading", never for bytes alone.
  std::vector<std::string> feed(std::string_view bytes);

  /// At the end of the stream. Errors: what the engine said, not_found for an image that is not there.
  [[nodiscard]] Result<void> finish() const;

 private:
  void read_line(std::string_view line, std::vector<std::string>& progress);

  std::string rest_;
  std::string error_;
  std::map<std::string, std::string> last_status_;  // by layer
  std::size_t lines_ = 0;
};

/// The parts of a reference as the pull call takes them.
struct PullTarget {
  std::string repository;
  std::string tag;  // or digest; never empty, an empty one would pull every tag
};
PullTarget pull_target(std::string_view reference);

}  // namespace stackd::engine
