// What is written down of a deploy: now, or as soon as the store can take it.
#pragma once

#include "base/log.h"
#include "daemon/host/edges.h"
#include "daemon/keep/stack_keeper.h"
#include "decide/deploy/failure.h"

namespace stackd::daemon {

void record_deploy(const Edges& edges, StackKeeper& keeper, const Deploy& deploy);

/// It is over in this state, because of that.
void record_end(const Edges& edges, StackKeeper& keeper, Deploy& deploy, DeployState state,
                const decide::DeployFailure& why);

/// Into the journal and the log: "deploy X is …". Errors: those of the store.
Result<void> note_deploy(StackKeeper& keeper, const Deploy& deploy, const std::string& is,
                         LogLevel level = LogLevel::info);

}  // namespace stackd::daemon
