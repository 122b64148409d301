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
/// waits for some seconds at most.
runtime::Task<std::map<std::string, std::string>> look_at_host_files(Edges edges,
                                                                     std::shared_ptr<const Stack> stack);

/// The host does not have what the release wants of the service's files, or does not tell: a container gets
/// copies of that.
runtime::Task<bool> must_mount_copies(Edges edges, decide::Desired desired, std::string service);

}  // namespace stackd::daemon
