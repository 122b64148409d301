// What the process in a container does, as far as a supervisor can notice.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/time.h"

namespace stackd::sim {

struct Program {
  std::optional<Duration> ends_after;  // absent: it runs until somebody stops it
  std::int64_t exit_code = 0;
  Duration ready_after = std::chrono::milliseconds(500);  // from then on its health check passes
  std::string needs;  // … while this service of its project is ready; "": nobody
  Duration probe_takes = std::chrono::milliseconds(20);
  Duration stop_takes = std::chrono::milliseconds(300);  // from SIGTERM to its end
  std::int64_t stop_code = 0;
  bool ignores_term = false;
};

/// What the service's process does in its n-th run on this host, counted from 1.
using Script =
    std::function<Program(const std::string& project, const std::string& service, std::int64_t run)>;

}  // namespace stackd::sim
