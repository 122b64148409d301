#include "daemon/keep/step_runner.h"

#include <utility>

#include "base/check.h"
#include "base/log.h"
#include "base/mutation.h"
#include "daemon/keep/probe.h"
#include "daemon/ledger/host_files.h"
#include "decide/learn/outside.h"
#include "decide/replace/replica.h"

namespace stackd::daemon {
namespace {

// What the engine has to work for; it needs a turn. A stop waits for the process, and is never put off.
bool is_heavy(const Action& action) {
  return std::holds_alternative<CreateContainer>(action) || std::holds_alternative<StartContainer>(action) ||
         std::holds_alternative<RemoveContainer>(action) || std::holds_alternative<CreateNetwork>(action) ||
         std::holds_alternative<RemoveNetwork>(action) || std::holds_alternative<JoinNetwork>(action) ||
         std::holds_alternative<LeaveNetwork>(action);
}

}  // namespace

void StepRunner::launch(Step step) {
  STACKD_CHECK(stack_.target.has_value());
  check_is_ours(step.action);
  const std::string resource = resource_of(step.action);
  if (stack_.busy.count(resource) > 0) return;
  Turns::Turn turn;
  if (is_heavy(step.action)) {
    std::optional<Turns::Turn> granted = seat_.ask(urgency_of(step.action));
    if (!granted) return;  // it is decided anew when there is room
    turn = *std::move(granted);
  }
  stack_.busy.insert(resource);
  decide::note_order(stack_.memory, step);
  if (const auto* probe = std::get_if<ProbeContainer>(&step.action)) {
    tasks_.spawn(resource, run_probe(*probe));
    return;
  }
  if (auto* start = std::get_if<StartContainer>(&step.action))
    start->reads_host_files = files_.reads_host_files(*start);
  note_intent(step.action);
  log(LogLevel::info, LogSubject{stack_.record.name, {}, stack_.target->desired.release},
      to_text(step.action) + ": " + step.cause);
  Assignment assignment;
  assignment.desired = stack_.target->desired;
  const decide::Desired* former = decide::former_of(stack_.target->rollout);
  assignment.release_there = (former == nullptr ? assignment.desired : *former).release;
  assignment.containers = containers_by_service();
  assignment.action = step.action;
  assignment.turn = std::move(turn);
  tasks_.spawn(resource, run_step(std::move(step), std::move(assignment)));
}

// What was up and is not any more goes before what comes up together with all else.
Urgency StepRunner::urgency_of(const Action& action) const {
  if (std::holds_alternative<JoinNetwork>(action) || std::holds_alternative<LeaveNetwork>(action))
    return Urgency::urgent;
  const auto* start = std::get_if<StartContainer>(&action);
  if (start == nullptr) return Urgency::ahead;
  const auto memory = stack_.memory.containers.find(start->container_id);
  if (memory == stack_.memory.containers.end()) return Urgency::usual;
  const bool died = memory->second.end == decide::EndCause::itself ||
                    memory->second.stop.purpose == StopPurpose::restart_of_a_failure;
  return died ? Urgency::urgent : Urgency::usual;
}

std::optional<Time> StepRunner::next_try() const {
  if (!seat_.waits()) return std::nullopt;
  return edges_.clock.now() + Turns::Seat::ask_again_after;
}

// What ends or removes something ends it for good: a mistake of ours must not reach another project's.
void StepRunner::check_is_ours(const Action& action) const {
  if (const auto* stop = std::get_if<StopContainer>(&action)) check_is_ours(stop->container_id);
  if (const auto* remove = std::get_if<RemoveContainer>(&action)) check_is_ours(remove->container_id);
  const auto* volume = std::get_if<RemoveVolume>(&action);
  if (volume == nullptr) return;
  STACKD_CHECK(stack_.wishes.stack == StackWish::down);
  for (const auto& [key, known] : stack_.target->desired.stack->volumes)
    STACKD_CHECK(known.name != volume->name || !known.external);
}

void StepRunner::check_is_ours(const std::string& container_id) const {
  STACKD_CHECK(!container_id.empty());
  const auto found = stack_.observed.containers.find(container_id);
  STACKD_CHECK(found == stack_.observed.containers.end() || found->second.project == stack_.record.name);
}

void StepRunner::note_intent(const Action& action) {
  if (const auto* start = std::get_if<StartContainer>(&action)) {
    note_job_intent(*start);
    view_.note_start_ordered(start->container_id);
  }
  if (const auto* stop = std::get_if<StopContainer>(&action)) note_own_stop(*stop);
  if (const auto* remove = std::get_if<RemoveContainer>(&action))
    ledgers_.anonymous_volumes.note_removal(stack_.memory, stack_.state(edges_.clock.now()), *remove);
  if (const auto* reload = std::get_if<ReloadContainer>(&action)) files_.note_reload_ordered(*reload);
}

// The run that is about to begin is this release's, whatever comes of it; execute stores the same.
void StepRunner::note_job_intent(const StartContainer& start) {
  auto service = stack_.target->desired.stack->services.find(start.service);
  if (service == stack_.target->desired.stack->services.end() ||
      !is_job(*stack_.target->desired.stack, service->second))
    return;
  JobRun& run = stack_.target->learnt.jobs[start.service];
  run.stack = stack_.record.name;
  run.release = stack_.target->desired.release;
  run.service = start.service;
  run.container_id = start.container_id;
  run.state = JobState::intended;
}

void StepRunner::note_own_stop(const StopContainer& stop) {
  const auto container = stack_.observed.containers.find(stop.container_id);
  const bool seen = container != stack_.observed.containers.end();
  ledgers_.own_stops.note(stop, seen ? container->second.started_at : WallTime{});
}

// What was desired when it was decided: another release may be by the time it begins.
runtime::Task<void> StepRunner::run_step(Step step, Assignment assignment) {
  if (const auto* create = std::get_if<CreateContainer>(&step.action)) {
    assignment.copies = co_await look_for_copies(edges_, assignment.desired, create->service);
    files_.note_creation_ordered(*create, assignment.desired, assignment.copies.needed);
  }
  const decide::Desired desired = assignment.desired;
  Done done = co_await execute(edges_, std::move(assignment));
  note_done(step, done, desired);
}

void StepRunner::note_done(const Step& step, const Done& done, const decide::Desired& desired) {
  const auto* begun = std::get_if<StartContainer>(&step.action);
  if (begun != nullptr && done.outcome) ledgers_.own_stops.forget(begun->container_id);
  const auto* removed = std::get_if<RemoveContainer>(&step.action);
  if (removed != nullptr && done.outcome) ledgers_.own_stops.forget(removed->container_id);
  if (mutated("a-lost-answer-is-success") && begun != nullptr && !done.outcome) {
    stack_.observed.containers[begun->container_id].state = ContainerState::running;
    stack_.busy.erase(resource_of(step.action));
    return;
  }
  decide::note_outcome(stack_.memory, step.action, done.outcome, edges_.clock.now(),
                       edges_.random.next_u64());
  if (const auto* created = std::get_if<CreateContainer>(&step.action)) note_created(*created, done);
  if (begun != nullptr) files_.note_started(*begun, done, desired);
  if (const auto* reload = std::get_if<ReloadContainer>(&step.action)) files_.note_reload(*reload, done);
  const auto* volume = std::get_if<CreateVolume>(&step.action);
  if (volume != nullptr && done.outcome && stack_.target)
    ledgers_.volumes.note_made(*stack_.target->desired.stack, volume->volume);
  if (!done.outcome && !is_told(done.outcome.error(), resource_of(step.action))) {
    log(LogLevel::warning,
        LogSubject{stack_.record.name, {}, stack_.target ? stack_.target->desired.release : 0},
        done.outcome.error().message);
  }
  look_at_what_changed(done);
  stack_.busy.erase(resource_of(step.action));
  if (done.hook_failed) {
    const std::string service = std::get<StartContainer>(step.action).service;
    launch(Step{StopContainer{done.container_id, service, StopPurpose::restart_of_a_failure},
                done.outcome.error().message});
  }
  bell_.ring();
}

void StepRunner::note_created(const CreateContainer& create, const Done& done) {
  if (done.outcome) {
    decide::note_made(stack_.memory, done.container_id);
    if (!create.inherited.empty()) ledgers_.anonymous_volumes.note_taken_over(stack_.memory);
  }
  files_.note_created(create, done);
  view_.look_at_unfinished();
}

void StepRunner::look_at_what_changed(const Done& done) {
  if (!done.container_id.empty()) view_.look_at(done.container_id);
  if (done.resources) view_.look_at_resources();
  if (!done.outcome && done.outcome.error().kind == ErrorKind::unknown) view_.look_at_all();
  if (!done.outcome && done.outcome.error().kind == ErrorKind::conflict) view_.look_at_all();
}

runtime::Task<void> StepRunner::run_probe(ProbeContainer action) {
  auto found = stack_.observed.containers.find(action.container_id);
  if (found == stack_.observed.containers.end()) {
    stack_.busy.erase(resource_of(action));
    co_return;
  }
  ObservedContainer container = found->second;
  const WallTime run_started_at = container.started_at;
  const Time began = edges_.clock.now();
  ProbeRun run = co_await probe(edges_, container);
  auto memory = stack_.memory.containers.find(action.container_id);
  const bool same_run =
      memory != stack_.memory.containers.end() && memory->second.run_started_at == run_started_at;
  if (same_run) note_probe(memory->second, container, run.outcome, began);
  if (run.outcome.end == decide::ProbeEnd::forbidden) note_probes_forbidden(run.outcome.output);
  bell_.ring();
  if (run.outcome.end == decide::ProbeEnd::stuck) {
    co_await await_end_of(edges_, run.exec_id);
    auto later = stack_.memory.containers.find(action.container_id);
    if (later != stack_.memory.containers.end()) later->second.probe.stuck = false;
    bell_.ring();
  }
  stack_.busy.erase(resource_of(action));
}

// Frozen together with its container a probe proves nothing.
void StepRunner::note_probe(decide::ContainerMemory& memory, const ObservedContainer& container,
                            decide::ProbeOutcome outcome, Time began) {
  const bool stood_still = memory.paused || (memory.resumed_at && *memory.resumed_at > began);
  if (stood_still && outcome.end != decide::ProbeEnd::stuck) outcome.end = decide::ProbeEnd::prevented;
  decide::note_probe(memory, container, outcome, edges_.clock.now());
  if (stood_still) memory.probe.failures = 0;
}

// Of the engine, not of the container: told once for all stacks, and nobody asks again before it is another.
void StepRunner::note_probes_forbidden(const std::string& words) {
  stack_.memory.probes_forbidden = words;
  if (!edges_.limits->exec_forbidden.empty()) return;
  edges_.limits->exec_forbidden = words;
  log(LogLevel::warning, "the engine lets nobody run commands in containers (" + words +
                             "): a service is ready when the engine's own health check has passed, which "
                             "comes an interval later; "
                             "hooks, `reload: {command}` and `stackctl exec` can't work");
}

// What nobody may do is told the first time only.
bool StepRunner::is_told(const Error& error, const std::string& resource) const {
  const auto failed = stack_.memory.failed_steps.find(resource);
  return error.kind == ErrorKind::forbidden && failed != stack_.memory.failed_steps.end() &&
         failed->second.failures > 1;
}

std::map<std::string, std::string> StepRunner::containers_by_service() const {
  std::map<std::string, std::string> found;
  for (const auto& [name, service] : stack_.target->desired.stack->services) {
    std::string id = decide::container_id_of(stack_.state(edges_.clock.now()), name);
    if (!id.empty()) found[name] = id;
  }
  return found;
}

}  // namespace stackd::daemon
