// Reads one container's log into its buffer, through all of its runs where it is followed.
#pragma once

#include <memory>

#include "daemon/logs/log_buffer.h"

namespace stackd::daemon {

struct LogReading {
  LogPlace place;
  std::shared_ptr<LogBuffer> buffer;
  std::shared_ptr<runtime::Bell> arrived;  // rung after each change of the buffer
  engine::LogOptions options;
};

/// Ends when the buffer has all there is or, where it is followed, all there will be: its container is gone.
runtime::Task<void> read_log(LogReading reading);

/// The same of a log that was kept.
runtime::Task<void> read_kept_log(LogReading reading);

}  // namespace stackd::daemon
