// Which release a rollback puts back, and whether the data that is there now allows it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/release.h"

namespace stackd::decide {

struct RollbackQuestion {
  std::string stack;
  std::int64_t current = 0;
  std::vector<Release> releases;   // newest first; their records in brief
  std::optional<std::int64_t> to;  // what somebody asked for; absent: what was live before
  bool is_overtaken = false;       // a deploy is on its way to make another release current
};

/// What was live before. While a deploy is on its way that is the release that is current still, whatever
/// becomes of the deploy until it is the rollback's turn. Errors: not_found, conflict: there is none, it is
/// the current one, or it was never live.
Result<std::int64_t> rollback_target(const RollbackQuestion& question);

/// A job that can't be undone has really run for the release, or does now.
struct IrreversibleRun {
  std::int64_t release = 0;
  std::string job;
};

/// The release may be put back, as far as the runs of later ones tell; also of those that were never live, or
/// are gone back from: their jobs have changed the data all the same. Errors: conflict, with the job's name.
Result<void> check_reversible(const std::vector<IrreversibleRun>& newest_first, std::int64_t target);

}  // namespace stackd::decide
