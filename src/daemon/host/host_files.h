// What the host has now of the files that a stack mounts. A container that is made gets the copies that its
// release keeps wherever that is something else: a change that nobody deployed never comes in by a restart,
// and what is gone is no outage.
#pragma once

#include <map>
#include <string>

#include "daemon/host/edges.h"
#include "decide/picture/state.h"
#include "model/stack.h"

namespace stackd::daemon {

/// Fingerprints by service, as decide::Desired::files has them; "gone" for a service none of whose files is
/// there. Empty where nothing is kept. Reads small files, at once.
std::map<std::string, std::string> read_host_files(const Edges& edges, const Stack& stack);
std::string read_host_files(const Edges& edges, const Stack& stack, const Service& service);

/// The host does not have what the release wants of the service's files: a container gets copies of that.
bool must_mount_copies(const Edges& edges, const decide::Desired& desired, const std::string& service);

}  // namespace stackd::daemon
