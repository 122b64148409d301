// A deploy of named services: what of it is new, and what is as the current release has it.
#pragma once

#include <map>
#include <set>
#include <string>

#include "daemon/control.h"
#include "model/stack.h"
#include "store/store.h"

namespace stackd::daemon {

/// A deploy's request, completed by the current release.
struct Completed {
  std::string canonical;
  std::map<std::string, std::map<std::string, std::string>> fingerprints;  // as of a release
  std::map<std::string, ImageRecord> images;  // of the services that the current release gave
};

/// The deploy's configuration with only its named services and what they wait for; every other service, with
/// what only such use, its image and its fingerprints, as the current release has it (none when `current` is
/// 0). Errors: not_found for a service that the configuration does not have; those of the store.
Result<Completed> with_rest_of_release(store::Store& store, const Deploy& deploy, std::int64_t current);

/// What the named services, and what they wait for, mount of the host's files: for all of them when none is
/// named. `canonical` binds.
MountedFiles files_of_named(MountedFiles files, const std::string& canonical,
                            const std::vector<std::string>& services);

/// Of the fingerprints of a release that was completed so, the paths that only the rest mounts.
std::set<std::string> files_of_rest(
    const Stack& stack, const std::map<std::string, std::map<std::string, std::string>>& fingerprints,
    const std::vector<std::string>& named);

}  // namespace stackd::daemon
