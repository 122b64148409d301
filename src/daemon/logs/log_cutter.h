// What a container wrote, as it comes from the engine with timestamps, cut into lines. Pure.
#pragma once

#include <string>
#include <vector>

#include "daemon/control.h"
#include "engine/engine.h"

namespace stackd::daemon {

class LogCutter {
 public:
  LogCutter(std::string service, std::string container)
      : service_(std::move(service)), container_(std::move(container)) {}

  /// The lines that are complete now. One without an end comes in pieces.
  std::vector<LogLine> take(const engine::LogChunk& chunk);
  /// What is left at the end of the stream.
  std::vector<LogLine> rest();

 private:
  [[nodiscard]] LogLine to_line(bool error_stream, std::string text) const;

  std::string service_;
  std::string container_;
  std::string partial_[2];
};

}  // namespace stackd::daemon
