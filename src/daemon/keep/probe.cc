#include "daemon/keep/probe.h"

#include <algorithm>

#include "runtime/deadline.h"

namespace stackd::daemon {
namespace {

constexpr Duration first_look_after = std::chrono::seconds(1);
constexpr Duration look_again_max = std::chrono::minutes(2);

}  // namespace

namespace {

runtime::Task<decide::ProbeAnswer> ask(Edges edges, std::string exec_id, Time until) {
  decide::ProbeAnswer answer;
  Result<std::string> output =
      co_await runtime::with_deadline(edges.clock, until, edges.engine.run_exec(exec_id));
  answer.in_time = output.ok();
  answer.output = output ? *output : output.error().message;
  const bool refused = !output && output.error().kind != ErrorKind::timeout;
  Result<engine::ExecState> state = co_await edges.engine.inspect_exec(exec_id);
  if (refused) answer.refusal = output.error();
  if (!state) answer.refusal = state.error();
  if (state) answer.running = state->running;
  if (state) answer.exit_code = state->exit_code;
  co_return answer;
}

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
  decide::ProbeAnswer answer;
  if (exec) {
    run.exec_id = *exec;
    answer = co_await ask(edges, run.exec_id, began + command.timeout);
  } else {
    answer.refusal = exec.error();
    answer.output = exec.error().message;
  }
  run.outcome.took = edges.clock.now() - began;
  run.outcome.end = decide::probe_end(answer);
  run.outcome.output = answer.output;
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
