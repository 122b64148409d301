// Going back to an earlier release: which one, and whether what it needs is still there. Everything comes
// from the record; files and tags may have changed or gone since.
#pragma once

#include "daemon/control.h"
#include "daemon/deploy/images.h"
#include "daemon/host/edges.h"

namespace stackd::daemon {

/// The release that the request means. Errors: not_found, conflict: there is none, it is the current one, it
/// was never live, or a job between the two can't be undone and nobody said `force`.
/// `is_overtaken`: a deploy is on its way to make another release current.
Result<std::int64_t> find_rollback_target(store::Store& store, const StackRecord& stack,
                                          const RollbackRequest& request, bool is_overtaken = false);

/// No job that can't be undone has run since that release. Errors: conflict, with its name.
Result<void> check_reversible(store::Store& store, const std::string& stack, std::int64_t target);

/// Every image is there by its id; what is not is pulled by its digest. Errors: invalid, with the name of an
/// image that can't be had any more; those of the engine.
runtime::Task<Result<void>> bring_back_images(Edges edges, std::map<std::string, ImageRecord> images,
                                              OnImageProgress on_progress);

/// The deploy's release runs none of these jobs.
Result<void> count_jobs_as_done(Edges edges, const Deploy& deploy, const std::set<std::string>& jobs);

}  // namespace stackd::daemon
