#include "daemon/keep/stack_keeper.h"

#include <utility>

#include "base/log.h"
#include "daemon/ledger/records.h"
#include "decide/keep/reconcile.h"
#include "decide/keep/restart.h"
#include "decide/picture/wanted.h"

namespace stackd::daemon {
namespace {

/// Later than this the loop does not come round by itself, however busy.
constexpr Duration oversleep_max = std::chrono::seconds(10);

StackState of_record(StackRecord record) {
  StackState stack;
  stack.wishes.stack = record.wish;
  stack.wishes.stopped = record.stopped_services;
  stack.wishes.ended = record.ended_services;
  stack.record = std::move(record);
  return stack;
}

}  // namespace

StackKeeper::StackKeeper(Edges edges, StackRecord record, Feed<JournalEntry>& journal)
    : edges_(edges),
      stack_(of_record(std::move(record))),
      ledgers_(edges, stack_.record.name),
      tasks_(edges.executor, runtime::log_bug),
      journal_(edges, stack_, journal),
      view_(edges, stack_),
      facts_(parts()),
      files_(parts(), facts_),
      steps_(parts(), files_),
      orders_(parts()),
      rollout_(parts(), orders_) {}

KeeperParts StackKeeper::parts() {
  return {edges_, stack_, ledgers_, journal_, view_, tasks_, bell_};
}

void StackKeeper::load() {
  Result<void> remembered = ledgers_.load(stack_.memory, stack_.wishes);
  if (!remembered) return park(remembered.error());
  if (stack_.record.current_release == 0) return;
  Result<decide::Target> target = load_target(edges_.store, name(), stack_.record.current_release);
  if (!target) return park(target.error());
  stack_.target = std::move(*target);
}

void StackKeeper::park(const Error& error) {
  stack_.parked = error.message;
  log(LogLevel::error, LogSubject{name(), {}, stack_.record.current_release}, "parked: " + *stack_.parked);
}

void StackKeeper::start() {
  tasks_.spawn("keeper of " + name(), run());
}

runtime::Task<void> StackKeeper::stop() {
  co_await tasks_.stop();
  co_await ledgers_.late.stop();
}

// The loop.

runtime::Task<void> StackKeeper::run() {
  while (true) {
    co_await wait_for_reason();
    if (!view_.is_connected() || !has_release()) continue;
    const bool urgent = view_.take_events();
    // A death is acted upon, and the orders sent, before anything is looked at.
    if (urgent && view_.is_whole()) {
      think();
      act();
      bell_.ring();
      continue;
    }
    Result<void> looked = co_await view_.look();
    if (!looked) {
      round_.next_look = view_.look_later();
      continue;
    }
    if (has_release()) co_await files_.look();
    if (!view_.is_observed() || !has_release()) continue;  // what was seen is out of date again
    think();
    act();
    if (round_.listener) round_.listener();
  }
}

runtime::Task<void> StackKeeper::wait_for_reason() {
  std::optional<Time> at = std::exchange(round_.next_look, std::nullopt);
  const bool keeps = view_.is_connected() && has_release();
  const Time due = view_.next_due();
  if (keeps && (!at || due < *at)) at = due;
  if (!at) {
    co_await bell_.wait();
    co_return;
  }
  const bool rung = co_await bell_.wait_until(edges_.clock, *at);
  // A machine that slept, or a stackd that was stopped: nobody's patience has run out meanwhile.
  if (edges_.clock.now() - *at > oversleep_max) decide::note_standstill(stack_.memory, edges_.clock.now());
  if (!rung) view_.note_due();
}

void StackKeeper::think() {
  stack_.memory.probes_forbidden = edges_.limits->exec_forbidden;
  files_.note_picture();
  ledgers_.volumes.note_seen(*stack_.target->desired.stack, stack_.observed);
  decide::LearnInput input{*stack_.target, stack_.wishes, stack_.observed, edges_.clock.now(),
                           edges_.clock.wall()};
  input.engine_restarted = ledgers_.boot_id.restarted();
  input.jitter = edges_.random.next_u64();
  std::vector<decide::Fact> facts = decide::learn(stack_.memory, input);
  if (decide::settle_restarts(stack_.wishes.restarts, state()))
    ledgers_.restarts.note(stack_.wishes.restarts);
  if (view_.is_whole()) note_learnt();
  facts_.believe_all(facts);
}

// What ended with the engine's former boot is learnt now. Once all of it runs again the present one counts,
// also for a stackd that is started anew.
void StackKeeper::note_learnt() {
  ledgers_.boot_id.note_learnt();
  view_.note_learnt();
  stack_.memory.old_news = false;
  if (ledgers_.boot_id.is_settled()) return;
  for (const auto& [id, memory] : stack_.memory.containers) {
    const bool interrupted = memory.end == decide::EndCause::engine_down && !memory.running;
    if (interrupted && decide::is_wanted(state(), memory.service)) return;
  }
  ledgers_.boot_id.settle();
}

void StackKeeper::act() {
  std::set<std::string> untouchable = stack_.busy;
  untouchable.merge(view_.in_doubt());
  Plan plan = decide::reconcile(
      {*stack_.target, stack_.wishes, stack_.observed, stack_.memory, untouchable, edges_.clock.now()});
  round_.warnings = plan.warnings;
  round_.next_look = plan.next_look;
  std::optional<Time> learning = decide::next_learning(stack_.memory, *stack_.target->desired.stack);
  if (learning && (!round_.next_look || *learning < *round_.next_look)) round_.next_look = learning;
  steps_.begin_round();
  for (Step& step : plan.steps) steps_.launch(std::move(step));
  const std::optional<Time> next_try = steps_.next_try();
  if (next_try && (!round_.next_look || *next_try < *round_.next_look)) round_.next_look = next_try;
}

// What the engine says.

void StackKeeper::engine_connected(const std::string& boot_id, bool was_gone) {
  ledgers_.boot_id.note_connected(boot_id, was_gone);
  stack_.memory.old_news = true;
  view_.note_connected();
  if (ledgers_.boot_id.restarted()) stack_.memory.failed_steps.clear();  // what another engine said
  for (auto& [resource, failed] : stack_.memory.failed_steps) failed.next_try = edges_.clock.now();
  bell_.ring();
}

void StackKeeper::engine_lost() {
  view_.note_lost();
}

void StackKeeper::engine_event(const EngineEvent& event) {
  view_.note_event(event);
  bell_.ring();
}

void StackKeeper::stranger_event(const EngineEvent& event) {
  if (has_release() && view_.note_stranger_event(event)) bell_.ring();
}

}  // namespace stackd::daemon
