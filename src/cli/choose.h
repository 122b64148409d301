// The stack that a command is about, among those that stackd keeps and the files that are here.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cli/client.h"
#include "cli/session.h"
#include "compose/load.h"
#include "protocol/replies.h"
#include "protocol/requests.h"

namespace stackd::cli {

/// What --set and --unset ask for.
struct VariableChanges {
  std::map<std::string, std::string> set;
  std::set<std::string> unset;
};

/// What a deploy was asked for.
struct LoadWanted {
  VariableChanges changes;
  std::vector<std::string> services;  // named ones
  bool moved = false;                 // the files here are those of the stack, not those where it was
};

struct LoadedForDeploy {
  compose::Project project;
  std::map<std::string, std::string> set;  // variables that stay set: now, or by an earlier deploy
  std::string set_before;                  // fingerprint of those of earlier deploys (model/release.h)
  std::vector<std::string> unset_in_vain;  // of those to be unset, what had never been set
  std::vector<std::string> kept_here;      // kept stacks whose folder this is, under whatever path
  std::vector<std::string> kept_gone;      // kept stacks whose folder is not there any more
};

/// Loads the project; a stack that stackd keeps already, without -f and --profile, from its own files with
/// its own profiles. A variable is what is set now, else what the caller's environment says, else what was
/// set before, else what .env says. Services that are named, or were in an earlier deploy, are enabled also
/// if only a profile has them. Nothing when that failed, which has been said.
std::optional<LoadedForDeploy> load_for_deploy(Session& session, Client& client, const LoadWanted& wanted);

/// The name of the stack that a command is about: -p, the project that the named files or this folder hold,
/// else the only stack kept. Errors: not_found when there is none, conflict when there are several.
Result<std::string> choose_stack(Session& session, Client& client);

/// Whether the caller's folder, or one above it, holds a stack file, or one is named.
bool has_project_here(const Session& session);

/// What a deploy of it asks for: the configuration, where it came from, and what it mounts of the host's
/// files.
protocol::DeployRequest deploy_request(const LoadedForDeploy& loaded);

}  // namespace stackd::cli
