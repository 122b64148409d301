// Tells a container to read its mounted configuration again, as its service says: a command in it, or a
// signal.
#pragma once

#include <memory>
#include <optional>

#include "daemon/host/edges.h"
#include "decide/picture/memory.h"
#include "model/action.h"

namespace stackd::daemon {

struct Reloaded {
  Result<void> outcome;
  /// The container has not taken it in: it said so, or did not answer in time (then `in_doubt`).
  std::optional<decide::ReloadRefusal> refusal;
  bool in_doubt = false;
};

/// To be repeated where the engine gave no answer: a reload is no worse for being done twice.
runtime::Task<Reloaded> reload(Edges edges, std::shared_ptr<const Stack> stack, ReloadContainer action);

}  // namespace stackd::daemon
