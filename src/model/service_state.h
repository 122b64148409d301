// How a service as a whole is doing, in one word.
#pragma once

#include <string>
#include <string_view>

namespace stackd {

/// One word for a service as a whole. With several containers the worst of them counts.
enum class ServiceState {
  not_created,
  created,  // but never asked to start
  waiting,  // for something that it depends on; `why` names it
  starting,
  ready,     // its health check has passed
  running,   // and has no health check, which is ready too
  stopping,  // also before a restart or a replacement
  unhealthy,
  paused,  // by hand
  crash_looping,
  ended,  // by itself, and its restart policy says never again
  stopped,
  stopped_outside,  // by somebody else than stackd
  job_waiting,
  job_running,
  job_done,
  job_failed,
  unknown,  // the engine has not been seen yet
};
/// The enumerator's name: "crash_looping".
std::string_view to_string(ServiceState state);
/// For people: "crash-looping".
std::string state_words(ServiceState state);
/// The inverse; a name that is not known gives unknown.
ServiceState service_state_from(std::string_view name);

}  // namespace stackd
