// What a release needs to be put back, held on to and let go: its images under tags of ours, so that pruning
// dangling images does not lose them, and the contents of the files that it mounts; and the logs of its
// containers that are gone.
#pragma once

#include "daemon/host/edges.h"
#include "model/release.h"

namespace stackd::daemon {

/// "stackd/kept:<stack>.r<release>.<service>", with a hash where that is no legal tag.
std::string kept_tag(const std::string& stack, std::int64_t release, const std::string& service);

/// One that can't be tagged is a warning in the log: the deploy goes on.
runtime::Task<void> tag_images(Edges edges, std::string stack, std::int64_t release,
                               std::map<std::string, ImageRecord> images);

/// The files that a deploy brought along become its release's, with those of the release that it copies, and
/// what was not read for it as the former one has it. Errors: unavailable.
Result<void> keep_contents(const Edges& edges, const Deploy& deploy);

/// Deletes the releases beyond `keep` with all that is kept for them, but for those whose copies are mounted.
/// What can't be deleted now is tried again after the next deploy.
runtime::Task<void> prune_releases(Edges edges, std::string stack, std::int64_t current, std::int64_t keep,
                                   std::set<std::int64_t> mounted);

/// Of every release of a stack that is to be forgotten. A tag that can't be removed is a warning in the log,
/// and stays.
runtime::Task<void> let_images_go(Edges edges, std::string stack, std::vector<Release> releases);

}  // namespace stackd::daemon
