#include "daemon/keep/hooks.h"

#include "base/text.h"
#include "runtime/deadline.h"

namespace stackd::daemon {
namespace {

constexpr std::size_t hook_lines_max = 10;

runtime::Task<Result<void>> run_hook(Edges edges, std::string container_id, Hook hook, Time until) {
  engine::ExecSpec spec;
  spec.container_id = container_id;
  spec.command = hook.command;
  spec.environment = hook.environment;
  spec.user = hook.user;
  spec.working_dir = hook.working_dir;
  spec.privileged = hook.privileged;
  Result<CommandEnd> ended = co_await run_command(edges, std::move(spec), until);
  if (!ended) co_return ended.error();
  if (ended->exit_code == 0) co_return Result<void>();
  Error failed{ErrorKind::invalid, "ended with " + std::to_string(ended->exit_code)};
  if (!ended->output.empty()) failed.message += ": " + last_lines(ended->output, hook_lines_max);
  co_return failed;
}

}  // namespace

runtime::Task<Result<CommandEnd>> run_command(Edges edges, engine::ExecSpec spec, Time until) {
  Result<std::string> exec = co_await edges.engine.create_exec(std::move(spec));
  if (!exec) co_return exec.error();
  Result<std::string> output =
      co_await runtime::with_deadline(edges.clock, until, edges.engine.run_exec(*exec));
  if (!output) co_return output.error();
  Result<engine::ExecState> state = co_await edges.engine.inspect_exec(*exec);
  if (!state) co_return state.error();
  CommandEnd ended{state->exit_code, std::move(*output)};
  co_return ended;
}

runtime::Task<Result<void>> run_hooks(Edges edges, std::string container_id, std::vector<Hook> hooks,
                                      std::string what, Time until) {
  std::size_t number = 0;
  for (const Hook& hook : hooks) {
    ++number;
    Result<void> ran = co_await run_hook(edges, container_id, hook, until);
    if (!ran) co_return ran.error().while_doing(what + ", hook " + std::to_string(number));
  }
  co_return Result<void>();
}

}  // namespace stackd::daemon
