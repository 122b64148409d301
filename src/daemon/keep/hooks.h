// post_start and pre_stop: commands that run inside a container after it started and before it is stopped
// (Compose Specification, lifecycle hooks).
#pragma once

#include <string>
#include <vector>

#include "daemon/host/edges.h"

namespace stackd::daemon {

/// How a command inside a container ended.
struct CommandEnd {
  std::int64_t exit_code = 0;
  std::string output;
};

/// Errors: timeout (its process goes on), those of the engine.
runtime::Task<Result<CommandEnd>> run_command(Edges edges, engine::ExecSpec spec, Time until);

/// One after the other, until one fails or `until` has come. Errors: invalid (a hook ended with another code
/// than 0; its last lines are in the text), timeout, those of the engine. `what` names them: "post_start of
/// web".
runtime::Task<Result<void>> run_hooks(Edges edges, std::string container_id, std::vector<Hook> hooks,
                                      std::string what, Time until);

}  // namespace stackd::daemon
