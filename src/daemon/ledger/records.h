// Between the store's records and what a keeper works with.
#pragma once

#include <string>

#include "decide/picture/state.h"
#include "store/store.h"

namespace stackd::daemon {

/// Somewhere below the folder.
bool is_inside(const std::string& path, const std::string& folder);

/// The path itself is bound, or the file of a secret or config, which are mounted in the same way.
bool is_mounted_alone(const Stack& stack, const Service& service, const std::string& path);

/// One fingerprint a service, of all that it mounts.
std::map<std::string, std::string> files_by_service(const Fingerprints& fingerprints);

/// The same in its parts, by service: by what is mounted, and apart what is mounted as a file by itself.
std::map<std::string, decide::MountedParts> file_parts(const Stack& stack, const Fingerprints& fingerprints);

struct BoundRelease {
  Release release;
  std::shared_ptr<const Stack> stack;
};

/// A stored release. Errors: internal when it is missing or makes no sense; those of the store.
Result<BoundRelease> load_bound(store::Store& store, const std::string& stack, std::int64_t release);

/// The same with what a keeper has to know of it. Errors: as above.
Result<decide::Target> load_target(store::Store& store, const std::string& stack, std::int64_t release);

/// Binds a canonical configuration and completes it with where it came from. What was bound lately is not
/// bound again. Only in the loop. Errors: invalid.
Result<std::shared_ptr<const Stack>> bind_canonical(const std::string& canonical,
                                                    const ReleaseSource& source);
/// The same, remembering nothing: also beside the loop.
Result<std::shared_ptr<const Stack>> bind_anew(const std::string& canonical, const ReleaseSource& source);

}  // namespace stackd::daemon
