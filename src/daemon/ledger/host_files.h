// What the host has now of the files that a stack mounts. A container that is made gets the copies that its
// release keeps wherever that is something else: a change that nobody deployed never comes in by a restart,
// and what is gone is no outage.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "daemon/host/edges.h"
#include "decide/picture/state.h"
#include "model/stack.h"

namespace stackd::daemon {

/// What a service whose files don't answer in time has: what is not known is never what a release wants.
inline const std::string unknown_files = "unknown";

/// Fingerprints by service, as decide::Desired::files has them; "gone" for a service none of whose files is
/// there, `unknown_files` where they don't answer. Empty where nothing is kept. Reads beside the loop, and
/// waits for some seconds at most. Of `desired` its stack and its fingerprints count.
runtime::Task<std::map<std::string, std::string>> look_at_host_files(Edges edges, decide::Desired desired);

/// The host does not have what the release wants of the service's files, or does not tell: a container gets
/// copies of that.
runtime::Task<bool> must_mount_copies(Edges edges, decide::Desired desired, std::string service);

/// The same fingerprint of what a service's paths show in `files`, for whoever is beside the loop already.
/// `recorded` may be null: nothing is.
std::string read_files(const compose::Files& files, const Stack& stack, const Fingerprints* recorded,
                       const std::string& service);

/// Who asks may not be allowed to read what the stack mounts, and stackd is: what of `files` is said to be
/// unreadable and can be read is added.
runtime::Task<MountedFiles> read_unreadable(Edges edges, std::shared_ptr<const Stack> stack,
                                            MountedFiles files);

}  // namespace stackd::daemon
