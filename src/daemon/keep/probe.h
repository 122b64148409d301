// Runs one health probe in a container, as its own health check would.
#pragma once

#include "daemon/host/edges.h"
#include "decide/replace/health.h"

namespace stackd::daemon {

struct ProbeRun {
  decide::ProbeOutcome outcome;
  std::string exec_id;  // to be asked later whether it has ended, when the outcome says stuck
};

/// Never fails: what became of it stands in the outcome. A probe past its timeout is given up, and its
/// process goes on inside the container.
runtime::Task<ProbeRun> probe(Edges edges, ObservedContainer container);

/// Returns when the process of a stuck probe has ended or can't be found any more; looks with growing pauses.
runtime::Task<void> await_end_of(Edges edges, std::string exec_id);

}  // namespace stackd::daemon
