#include "daemon/keep/probe.h"

#include <algorithm>

#include "runtime/deadline.h"

namespace stackd::daemon {
namespace {

constexpr Duration first_look_after = std::chrono::seconds(1);
constexpr Duration look_again_max = std::chrono::minutes(2);

}  // namespace

runtime::Task<ProbeRun> probe(Edges edges, ObservedContainer container) {
  ProbeRun run;
  const Time began = edges.clock.now();
  decide::ProbeCommand command = decide::probe_command(container);
  engine::ExecSpec spec;
  spec.container_id = container.id;
  spec.command = command.command;
  spec.environment = command.environment;
  Result<std::string> exec = co_await edges.engine.create_exec(std::move(spec));
  if (!exec) {
    run.outcome.answered = false;
    run.outcome.output = exec.error().message;
    run.outcome.took = edges.clock.now() - began;
    co_return run;
  }
  run.exec_id = *exec;
  Result<std::string> output = co_await runtime::with_deadline(edges.clock, began + command.timeout,
                                                               edges.engine.run_exec(run.exec_id));
  run.outcome.took = edges.clock.now() - began;
  run.outcome.output = output ? *output : output.error().message;
  Result<engine::ExecState> state = co_await edges.engine.inspect_exec(run.exec_id);
  run.outcome.answered = state.ok();
  if (!state) co_return run;
  run.outcome.stuck = state->running;
  run.outcome.passed = output.ok() && !state->running && state->exit_code == 0;
  co_return run;
}

runtime::Task<void> await_end_of(Edges edges, std::string exec_id) {
  Duration pause = first_look_after;
  while (true) {
    co_await runtime::sleep_for(edges.clock, pause);
    pause = std::min(pause * 2, look_again_max);
    Result<engine::ExecState> state = co_await edges.engine.inspect_exec(exec_id);
    const bool gone = !state && state.error().kind == ErrorKind::not_found;
    if (gone || (state && !state->running)) co_return;
  }
}

}  // namespace stackd::daemon
