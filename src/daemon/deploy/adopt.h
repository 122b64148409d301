// Taking over a project that Compose started, and giving one back.
#pragma once

#include "daemon/control.h"
#include "daemon/host/edges.h"
#include "decide/keep/adopt.h"

namespace stackd::daemon {

/// What runs, as a release: each service with the image that its container has. Touches nothing on the
/// engine.
struct Adoption {
  std::map<std::string, ImageRecord> images;  // by service
  decide::Found found;
};

/// Without the release's number.
AdoptReport report_of(const Adoption& adoption);

/// Errors: those of the engine; conflict when the project has no container at all.
runtime::Task<Result<Adoption>> look_for_adoption(Edges edges, std::shared_ptr<const Stack> stack);

/// Stores it as a release of a deploy that is not live yet: nothing is current by this. Until the deploy is
/// stored again, as live, the record says that it failed. Errors: those of the store.
Result<Deploy> record_adoption(Edges edges, const DeployRequest& request, const Adoption& adoption);

/// Puts the restart policies of the stack file back on the containers, so that the engine starts them after
/// the next reboot. Errors: the first one met; what was done stays done.
/// A service is looked for in one after the other: a deploy that was given up may have made more than the
/// current release has. Needs one stack at least.
runtime::Task<Result<void>> restore_policies(Edges edges, std::vector<std::shared_ptr<const Stack>> stacks);

}  // namespace stackd::daemon
