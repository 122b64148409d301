#include "decide/learn/learn.h"

namespace stackd::decide {

std::string_view to_string(FactKind kind) {
  switch (kind) {
    case FactKind::started:
      return "started";
    case FactKind::ready:
      return "ready";
    case FactKind::unhealthy:
      return "unhealthy";
    case FactKind::recovered:
      return "recovered";
    case FactKind::ended:
      return "ended";
    case FactKind::ended_for_good:
      return "ended_for_good";
    case FactKind::crash_looping:
      return "crash_looping";
    case FactKind::stopped_outside:
      return "stopped_outside";
    case FactKind::started_outside:
      return "started_outside";
    case FactKind::removed_outside:
      return "removed_outside";
    case FactKind::changed_outside:
      return "changed_outside";
    case FactKind::reloaded:
      return "reloaded";
    case FactKind::reload_refused:
      return "reload_refused";
    case FactKind::check_fails:
      return "check_fails";
    case FactKind::out_of_memory:
      return "out_of_memory";
    case FactKind::interrupted:
      return "interrupted";
    case FactKind::job_running:
      return "job_running";
    case FactKind::job_succeeded:
      return "job_succeeded";
    case FactKind::job_failed:
      return "job_failed";
    case FactKind::former_job_ended:
      return "former_job_ended";
  }
  return "";
}

}  // namespace stackd::decide
