// The logs of a stack's containers as one stream of lines.
#pragma once

#include "daemon/control.h"
#include "daemon/host/edges.h"

namespace stackd::daemon {

struct LogSource {
  std::string container_id;
  std::string container_name;
  std::string service;
  std::string kept_path;  // what was kept of one that is gone; "" when the engine has it
};

/// Without follow: every line there is, by time. With follow: each container's lines as they come, also when
/// it is started again, until every container is gone.
std::unique_ptr<Stream<LogLine>> open_log_lines(Edges edges, std::vector<LogSource> sources,
                                                engine::LogOptions options);

}  // namespace stackd::daemon
