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

std::string state_words(ServiceState state) {
  switch (state) {
    case ServiceState::not_created:
      return "not created";
    case ServiceState::crash_looping:
      return "crash-looping";
    case ServiceState::stopped_outside:
      return "stopped outside stackd";
    case ServiceState::job_waiting:
      return "waiting";
    case ServiceState::job_running:
      return "running";
    case ServiceState::job_done:
      return "done";
    case ServiceState::job_failed:
      return "failed";
    case ServiceState::created:
    case ServiceState::waiting:
    case ServiceState::starting:
    case ServiceState::ready:
    case ServiceState::running:
    case ServiceState::stopping:
    case ServiceState::unhealthy:
    case ServiceState::paused:
    case ServiceState::ended:
    case ServiceState::stopped:
    case ServiceState::unknown:
      return std::string(to_string(state));
  }
  return "unknown";
}

ServiceState service_state_from(std::string_view name) {
  const auto found = std::find(service_states.begin(), service_states.end(), name);
  if (found == service_states.end()) return ServiceState::unknown;
  return static_cast<ServiceState>(found - service_states.begin());
}

}  // namespace stackd
