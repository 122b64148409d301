// The stack that a command is about, among those that stackd keeps and the files that are here.
#pragma once

#include <optional>
#include <string>

#include "cli/client.h"
#include "cli/session.h"
#include "compose/load.h"
#include "daemon/control.h"

namespace stackd::cli {

/// Loads the project; a stack that stackd keeps already, without -f and --profile, from its own files with
/// its own profiles. Nothing when that failed, which has been said.
std::optional<compose::Project> load_for_deploy(Session& session, Client& client);

/// The name of the stack that a command is about: -p, the project that the named files or this folder hold,
/// else the only stack kept. Errors: not_found when there is none, conflict when there are several.
Result<std::string> choose_stack(Session& session, Client& client);

/// Whether the caller's folder, or one above it, holds a stack file, or one is named.
bool has_project_here(const Session& session);

/// What a deploy of it asks for: the configuration and where it came from.
daemon::DeployRequest deploy_request(const compose::Project& project);

}  // namespace stackd::cli
