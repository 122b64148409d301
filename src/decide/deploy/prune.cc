#include "decide/deploy/prune.h"

#include <algorithm>

namespace stackd::decide {

std::vector<std::int64_t> releases_to_delete(const std::vector<Release>& releases, std::int64_t current,
                                             std::int64_t keep, const std::set<std::int64_t>& needed) {
  std::int64_t oldest = current;
  std::int64_t live = 0;
  for (const Release& release : releases) {
    if (!release.live_at || live >= keep) continue;
    ++live;
    oldest = std::min(oldest, release.number);
  }
  std::vector<std::int64_t> found;
  for (const Release& release : releases) {
    const bool goes = release.number < oldest && needed.count(release.number) == 0;
    if (goes) found.push_back(release.number);
  }
  return found;
}

}  // namespace stackd::decide
