// What a deploy would do, without doing it.
#pragma once

#include "daemon/control.h"
#include "daemon/host/edges.h"
#include "daemon/keep/stack_keeper.h"
#include "decide/keep/wish.h"

namespace stackd::daemon {

struct PlanInput {
  std::string stack_name;
  std::string canonical;
  std::shared_ptr<const Stack> stack;
  std::map<std::string, ImageRecord> images;  // what is there now; ids "" where an image is missing
  Observed observed;
  Fingerprints fingerprints;
  std::map<std::string, std::string> set;            // by --set
  decide::DeployScope scope{};                       // what it starts
  bool jobs_are_done = false;                        // a rollback runs none
  std::map<std::string, std::string> lost_mounts{};  // as decide::Memory has them
};

/// `keeper` may be null: a stack that is not kept yet.
Result<PlanReport> plan_deploy(Edges edges, const StackKeeper* keeper, PlanInput input);

/// A line a step with its cause, then the warnings: as a release's record keeps it.
std::string to_text(const PlanReport& plan);

}  // namespace stackd::daemon
