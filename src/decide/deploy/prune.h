// Which releases may go. A release that is kept can be put back: its images, contents and record stay.
#pragma once

#include <set>
#include <vector>

#include "model/release.h"

namespace stackd::decide {

/// `releases` newest first. Kept are the current one, the newest `keep` that were live, whatever came after
/// the oldest of these, and what deploys that have not ended need.
std::vector<std::int64_t> releases_to_delete(const std::vector<Release>& releases, std::int64_t current,
                                             std::int64_t keep, const std::set<std::int64_t>& needed);

}  // namespace stackd::decide
