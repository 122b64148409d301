// What the host has now of the files that a stack mounts. A container that is made gets the copies that its
// release keeps wherever that is something else: a change that nobody deployed never comes in by a restart,
// and what is gone is no outage. Except what containers may write themselves: contents of a mount that is not
// read-only, and that no release was deployed with, are data. They are never hidden behind a copy, and count
// as what the release wants.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "daemon/host/edges.h"
#include "decide/picture/state.h"
#include "model/stack.h"

namespace stackd::daemon {

/// Longer than small files take on any disk that does not hang.
inline constexpr Duration read_patience = std::chrono::seconds(5);

/// What a service whose files don't answer in time has: what is not known is never what a release wants.
inline const std::string unknown_files = "unknown";

/// Fingerprints by service, as decide::Desired::files has them; "gone" for a service none of whose files is
/// there, `unknown_files` where they don't answer. Empty where nothing is kept. Reads beside the loop, and
/// waits for some seconds at most. Of `desired` its stack and its fingerprints count.
runtime::Task<std::map<std::string, std::string>> look_at_host_files(Edges edges, decide::Desired desired);

/// What a container that is made now mounts.
struct Copies {
  bool needed = false;           // copies: the host does not have what the release wants, or does not tell
  std::set<std::string> data{};  // paths of the host that it mounts as they are, all the same
};
runtime::Task<Copies> look_for_copies(Edges edges, decide::Desired desired, std::string service);

/// Of each path, what releases were deployed with.
using Deployed = std::map<std::string, std::set<std::string>>;

/// What is recorded of a service's files.
struct RecordedFiles {
  const Fingerprints* of_release = nullptr;  // null: nothing is
  const Deployed* of_all = nullptr;          // null: nothing counts as written by containers
};

/// The same fingerprint of what a service's paths show in `files`, for whoever is beside the loop already.
std::string read_files(const compose::Files& files, const Stack& stack, const RecordedFiles& recorded,
                       const std::string& service);

/// Who asks may not be allowed to read what the stack mounts, and stackd is: what of `files` is said to be
/// unreadable and can be read is added.
runtime::Task<MountedFiles> read_unreadable(Edges edges, std::shared_ptr<const Stack> stack,
                                            MountedFiles files);

}  // namespace stackd::daemon
