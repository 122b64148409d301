// A deploy's look around before it touches anything: gathers what decide/deploy/preflight.h judges.
#pragma once

#include "daemon/host/edges.h"
#include "decide/deploy/preflight.h"
#include "model/release.h"

namespace stackd::daemon {

struct PreflightRequest {
  std::string stack_name;
  std::shared_ptr<const Stack> stack;
  std::map<std::string, ImageRecord> images;  // by service, ids "" where one is not here yet
  Fingerprints fingerprints;
  std::int64_t copied_from = 0;  // the release that is put back: what it kept need not be there
};

/// Errors: those of the engine and of the store.
runtime::Task<Result<decide::Preflight>> look_ahead(Edges edges, PreflightRequest request);

}  // namespace stackd::daemon
