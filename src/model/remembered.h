// What must be remembered of a stack beside its records, so that the next stackd goes on as if it had been
// there. Plain data; the store has a table for each kind, daemon/ledger/ a class that keeps it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "model/action.h"
#include "model/observed.h"

namespace stackd {

/// A stop that was ordered, of a container that was not started again since.
struct OwnStop {
  std::string container_id;
  StopPurpose purpose = StopPurpose::leave_down;
  WallTime run_started_at;  // of the run that it is to end: a later one is the start that followed
};

/// A restart that was ordered and not carried out: of one run of a container, or of a service that was not
/// seen.
struct OpenRestart {
  std::string container_id;
  std::string service;      // then nothing else is told
  WallTime run_started_at;  // WallTime{}: the run that a start under way begins
};

/// Whether what the jobs of the current release put into a volume is still there.
enum class VolumeContents { kept, made_anew };

/// By service and number: what a container that was removed leaves to the one that takes its place.
using AnonymousVolumes = std::map<std::pair<std::string, std::int64_t>, std::vector<ObservedMount>>;

}  // namespace stackd
