#include "daemon/keep/reload.h"

#include "base/text.h"
#include "daemon/keep/hooks.h"

namespace stackd::daemon {
namespace {

constexpr Duration reload_max = std::chrono::minutes(1);
constexpr std::size_t reload_lines_max = 20;

runtime::Task<Reloaded> run_reload(Edges edges, std::string container_id, std::vector<std::string> command) {
  engine::ExecSpec spec;
  spec.container_id = std::move(container_id);
  spec.command = std::move(command);
  Result<CommandEnd> ended = co_await run_command(edges, std::move(spec), edges.clock.now() + reload_max);
  Reloaded reloaded;
  if (!ended && ended.error().kind == ErrorKind::timeout) {
    reloaded.refusal = decide::ReloadRefusal{"its command did not end within " + to_human(reload_max), {}};
    reloaded.in_doubt = true;
  } else if (!ended) {
    reloaded.outcome = ended.error();
  } else if (ended->exit_code != 0) {
    reloaded.refusal = decide::ReloadRefusal{"its command ended with " + std::to_string(ended->exit_code),
                                             last_lines(ended->output, reload_lines_max)};
  }
  co_return reloaded;
}

}  // namespace

runtime::Task<Reloaded> reload(Edges edges, std::shared_ptr<const Stack> stack, ReloadContainer action) {
  const Reload how = stack->services.at(action.service).extension.reload.value_or(Reload{});
  Reloaded reloaded;
  if (!how.command.empty()) {
    reloaded = co_await run_reload(edges, action.container_id, how.command);
  } else {
    reloaded.outcome = co_await edges.engine.kill_container(action.container_id, how.signal);
  }
  co_return reloaded;
}

}  // namespace stackd::daemon
