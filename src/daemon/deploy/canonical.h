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
  Fingerprints fingerprints;
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

/// The paths that have one fingerprint in both.
std::set<std::string> unchanged_files(const Fingerprints& now, const Fingerprints& former);

/// What could not be read counts as unchanged, where the former release knew it and the service still mounts
/// it. Returns a warning for each path that could not be read.
std::vector<std::string> take_over_unreadable(MountedFiles& files, const Stack& stack,
                                              const Fingerprints& former);
/// The same, of a request, from the current release (0: there is none).
std::vector<std::string> take_over_unreadable(MountedFiles& files, store::Store& store,
                                              const DeployRequest& request, std::int64_t current);

}  // namespace stackd::daemon
