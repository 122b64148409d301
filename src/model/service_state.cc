#include "model/service_state.h"

#include <algorithm>
#include <array>

namespace stackd {
namespace {

constexpr std::array<std::string_view, 18> service_states = {
    "not_created",     "created",     "waiting",     "starting",      "ready",      "running",
    "stopping",        "unhealthy",   "paused",      "crash_looping", "ended",      "stopped",
    "stopped_outside", "job_waiting", "job_running", "job_done",      "job_failed", "unknown"};

}  // namespace

std::string_view to_string(ServiceState state) {
  return service_states.at(static_cast<std::size_t>(state));
}

ServiceState service_state_from(std::string_view name) {
  const auto found = std::find(service_states.begin(), service_states.end(), name);
  if (found == service_states.end()) return ServiceState::unknown;
  return static_cast<ServiceState>(found - service_states.begin());
}

}  // namespace stackd
