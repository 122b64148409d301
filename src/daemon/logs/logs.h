// The logs of a stack's containers as one stream of lines.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/control.h"
#include "engine/engine.h"
#include "runtime/clock.h"

namespace stackd::daemon {

struct LogSource {
  std::string container_id;
  std::string container_name;
  std::string service;
  std::string kept_path;  // what was kept of one that is gone; "" when the engine has it
  WallTime started_at;    // of its newest run
  bool runs = false;
};

/// What there is to read at the moment. Errors: unavailable (not known at the moment), others: there will be
/// nothing more.
using FindLogs = std::function<Result<std::vector<LogSource>>()>;

using OpenLog = std::function<engine::Awaitable<Result<std::unique_ptr<engine::LogStream>>>(
    std::string container_id, engine::LogOptions options)>;

/// Where logs are read; outlives the stream.
struct LogPlace {
  boost::asio::any_io_executor executor;
  runtime::Clock& clock;
  OpenLog open;
};

/// Without follow: every line there is, by time. With follow: each container's lines as they come, of each of
/// its runs from the first line on and none twice, and those of containers that come later; until `find` says
/// that there will be nothing more. `options.tail` counts lines, of each container that was there at first.
/// Of a log that can't be read a notice stands in its place; the others go on.
std::unique_ptr<Stream<LogLine>> open_log_lines(LogPlace place, FindLogs find, engine::LogOptions options);

}  // namespace stackd::daemon
