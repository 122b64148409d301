// Carries out one action. Decides nothing; knows which calls an action takes and what must be true between
// them.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "daemon/host/edges.h"
#include "daemon/host/turns.h"
#include "daemon/ledger/host_files.h"
#include "decide/picture/state.h"
#include "model/plan.h"

namespace stackd::daemon {

/// What the action left behind, so that it can be looked at again.
struct Done {
  Result<void> outcome;
  std::string container_id;  // touched or made; "" for none
  bool resources = false;    // a network or a volume changed
  bool kept_files =
      false;  // it mounts the copies that its release keeps; a reload or start: it would have to
  std::optional<decide::ReloadRefusal> refusal;     // it has not taken its configuration in
  bool in_doubt = false;                            // … or perhaps has
  bool hook_failed = false;                         // it runs, but what belongs to its start did not succeed
  std::map<std::string, std::string> host_files{};  // with kept_files: what the host has, by service
};

struct Assignment {
  decide::Desired desired;         // a copy of what the plan was made from
  std::int64_t release_there = 0;  // which containers count to that were not made here
  std::map<std::string, std::string>
      containers;  // which stands for a service, for shared namespaces and the like
  Action action;
  Turns::Turn turn;  // given back when the engine has done its part
  Copies copies{};   // a creation: what of them it mounts
};

/// Probes are not for here (probe.h).
runtime::Task<Done> execute(Edges edges, Assignment assignment);

}  // namespace stackd::daemon
