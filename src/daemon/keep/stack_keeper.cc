#include "daemon/keep/stack_keeper.h"

#include <utility>

#include "base/log.h"
#include "base/mutation.h"
#include "daemon/keep/probe.h"
#include "daemon/ledger/records.h"
#include "decide/keep/reconcile.h"
#include "decide/learn/outside.h"

namespace stackd::daemon {
namespace {

/// Steps of one stack that may be under way at once, probes and stops left out.
constexpr std::size_t steps_max = 16;
constexpr std::size_t events_max = 10'000;

bool is_quick(const Action& action) {
  return std::holds_alternative<ProbeContainer>(action) || std::holds_alternative<StopContainer>(action);
}

}  // namespace

StackKeeper::StackKeeper(Edges edges, StackRecord record, Feed<JournalEntry>& journal)
    : edges_(edges),
      record_(std::move(record)),
      journal_(journal),
      late_(edges, record_.name),
      ledgers_({edges.store.ledgers(), late_, record_.name}),
      tasks_(edges.executor, runtime::log_bug) {}

void StackKeeper::load() {
  wishes_.stack = record_.wish;
  wishes_.stopped = record_.stopped_services;
  wishes_.ended = record_.ended_services;
  load_made_with();
  Result<void> remembered = ledgers_.load(memory_);
  if (!remembered) return park(remembered.error());
  if (record_.current_release == 0) return;
  Result<decide::Desired> desired = load_desired(edges_.store, record_.name, record_.current_release);
  if (!desired) return park(desired.error());
  desired_ = std::move(*desired);
}

void StackKeeper::park(const Error& error) {
  parked_ = error.message;
  log(LogLevel::error, LogSubject{record_.name, {}, record_.current_release}, "parked: " + *parked_);
}

void StackKeeper::start() {
  tasks_.spawn("keeper of " + record_.name, run());
}

runtime::Task<void> StackKeeper::stop() {
  co_await tasks_.stop();
  co_await late_.stop();
}

// The loop.

runtime::Task<void> StackKeeper::run() {
  while (true) {
    co_await wait_for_reason();
    if (!connected_ || !desired_) continue;
    const bool urgent = take_events();
    if (urgent &&
        !look_at_all_) {  // a death is acted upon, and the orders sent, before anything is looked at
      think();
      act();
      wake_now();
      continue;
    }
    Result<void> looked = co_await look();
    if (!looked) {
      look_later();
      continue;
    }
    if (!connected_ || !desired_ || look_at_all_) continue;  // what was seen is out of date again
    think();
    act();
    if (on_round_) on_round_();
  }
}

runtime::Task<void> StackKeeper::wait_for_reason() {
  std::optional<Time> at = std::exchange(next_look_, std::nullopt);
  const bool keeps = connected_ && desired_;
  const Time due = std::min(glance_due_, all_due_);
  if (keeps && (!at || due < *at)) at = due;
  if (!at) {
    co_await bell_.wait();
    co_return;
  }
  const bool rung = co_await bell_.wait_until(edges_.clock, *at);
  if (rung) co_return;
  if (edges_.clock.now() >= all_due_) look_at_all_ = true;
  if (edges_.clock.now() >= glance_due_) glance_ = true;
}

bool StackKeeper::take_events() {
  bool urgent = false;
  while (!events_.empty()) {
    const EngineEvent event = events_.front();
    events_.pop_front();
    decide::note_event(memory_, event, edges_.clock.now());
    if (event.kind == EventKind::network_changed || event.kind == EventKind::volume_changed) {
      look_at_resources_ = true;
      continue;
    }
    if (event.kind == EventKind::image_changed) continue;
    const auto before = observed_.containers.find(event.id);
    const bool ran = before != observed_.containers.end() && decide::runs(before->second);
    const bool look = decide::apply_event(observed_, event);
    if (look) dirty_.insert(event.id);
    const auto after = observed_.containers.find(event.id);
    if (!ran || after == observed_.containers.end() || decide::runs(after->second)) continue;
    told_dead_.insert(event.id);
    urgent = true;
  }
  return urgent;
}

void StackKeeper::think() {
  find_made();
  ledgers_.volumes.note_seen(*desired_->stack, observed_);
  decide::LearnInput input{*desired_, wishes_, observed_, edges_.clock.now(), edges_.clock.wall()};
  input.engine_restarted = engine_restarted_;
  input.chance = edges_.random.next_u64();
  std::vector<decide::Fact> facts = decide::learn(memory_, input);
  if (!look_at_all_) settle_boot_id();
  for (const decide::Fact& fact : facts) believe(fact);
  if (!facts.empty()) note_all_stopped_outside();
}

// What ended with the engine's former boot is learnt now. Once all of it runs again the present one counts,
// also for a stackd that is started anew.
void StackKeeper::settle_boot_id() {
  engine_restarted_ = false;
  looked_since_connected_ = true;
  memory_.old_news = false;
  if (ledgers_.boot_id.is_settled()) return;
  for (const auto& [id, memory] : memory_.containers) {
    const bool interrupted = memory.end == decide::EndCause::engine_down && !memory.running;
    if (interrupted && decide::is_wanted(state(), memory.service)) return;
  }
  ledgers_.boot_id.settle();
}

void StackKeeper::act() {
  std::set<std::string> untouchable = busy_;
  for (const std::string& id : dirty_) {
    if (told_dead_.count(id) == 0) untouchable.insert("container " + id);
  }
  Plan plan = decide::reconcile({*desired_, wishes_, observed_, memory_, untouchable, edges_.clock.now()});
  warnings_ = plan.warnings;
  next_look_ = plan.next_look;
  std::optional<Time> learning = decide::next_learning(memory_, *desired_->stack);
  if (learning && (!next_look_ || *learning < *next_look_)) next_look_ = learning;
  for (Step& step : plan.steps) launch(std::move(step));
}

void StackKeeper::launch(Step step) {
  const std::string resource = resource_of(step.action);
  if (busy_.count(resource) > 0) return;
  if (!is_quick(step.action) && busy_.size() >= steps_max) return;  // it comes again when one has ended
  busy_.insert(resource);
  decide::note_order(memory_, step);
  if (const auto* probe = std::get_if<ProbeContainer>(&step.action)) {
    tasks_.spawn(resource, run_probe(*probe));
    return;
  }
  if (const auto* start = std::get_if<StartContainer>(&step.action)) note_job_intent(*start);
  if (const auto* stop = std::get_if<StopContainer>(&step.action)) note_own_stop(*stop);
  if (const auto* remove = std::get_if<RemoveContainer>(&step.action))
    ledgers_.anonymous_volumes.note_removal(memory_, state(), *remove);
  if (const auto* reload = std::get_if<ReloadContainer>(&step.action)) note_reload_intent(*reload);
  if (const auto* create = std::get_if<CreateContainer>(&step.action)) note_making(*create);
  log(LogLevel::info, LogSubject{record_.name, {}, desired_->release},
      to_text(step.action) + ": " + step.cause);
  tasks_.spawn(resource, run_step(std::move(step), *desired_, containers_by_service()));
}

// The run that is about to begin is this release's, whatever comes of it; execute stores the same.
void StackKeeper::note_job_intent(const StartContainer& start) {
  auto service = desired_->stack->services.find(start.service);
  if (service == desired_->stack->services.end() || !is_job(*desired_->stack, service->second)) return;
  JobRun& run = desired_->jobs[start.service];
  run.stack = record_.name;
  run.release = desired_->release;
  run.service = start.service;
  run.container_id = start.container_id;
  run.state = JobState::intended;
}

void StackKeeper::note_own_stop(const StopContainer& stop) {
  const auto container = observed_.containers.find(stop.container_id);
  const bool seen = container != observed_.containers.end();
  ledgers_.own_stops.note(stop, seen ? container->second.started_at : WallTime{});
}

// What was desired when it was decided: another release may be by the time it begins.
runtime::Task<void> StackKeeper::run_step(Step step, decide::Desired desired,
                                          std::map<std::string, std::string> containers) {
  Action action = step.action;
  Done done = co_await execute(edges_, std::move(desired), std::move(containers), std::move(action));
  note_done(step, done);
}

void StackKeeper::note_done(const Step& step, const Done& done) {
  const auto* begun = std::get_if<StartContainer>(&step.action);
  if (begun != nullptr && done.outcome) ledgers_.own_stops.forget(begun->container_id);
  const auto* removed = std::get_if<RemoveContainer>(&step.action);
  if (removed != nullptr && done.outcome) ledgers_.own_stops.forget(removed->container_id);
  if (mutated("a-lost-answer-is-success") && begun != nullptr && !done.outcome) {
    observed_.containers[begun->container_id].state = ContainerState::running;
    busy_.erase(resource_of(step.action));
    return;
  }
  const auto* created = std::get_if<CreateContainer>(&step.action);
  decide::note_outcome(memory_, step.action, done.outcome, edges_.clock.now(), edges_.random.next_u64());
  if (created != nullptr && done.outcome) {
    decide::note_made(memory_, done.container_id);
    if (!created->inherited.empty()) ledgers_.anonymous_volumes.note_taken_over(memory_);
    note_made_with(done.container_id, created->service, done.kept_files);
  }
  if (created != nullptr) dirty_.merge(std::exchange(unfinished_, {}));
  const bool perhaps_made = !done.outcome && done.outcome.error().kind == ErrorKind::unknown;
  if (created != nullptr && !perhaps_made && making_.erase(created->name) > 0) store_making();
  if (const auto* reload = std::get_if<ReloadContainer>(&step.action)) note_reload(*reload, done);
  const auto* volume = std::get_if<CreateVolume>(&step.action);
  if (volume != nullptr && done.outcome && desired_)
    ledgers_.volumes.note_made(*desired_->stack, volume->volume);
  if (!done.outcome) {
    log(LogLevel::warning, LogSubject{record_.name, {}, desired_ ? desired_->release : 0},
        done.outcome.error().message);
  }
  if (!done.container_id.empty()) {
    dirty_.insert(done.container_id);
    told_dead_.erase(done.container_id);
  }
  if (done.resources) look_at_resources_ = true;
  if (!done.outcome && done.outcome.error().kind == ErrorKind::unknown) look_at_all_ = true;
  if (!done.outcome && done.outcome.error().kind == ErrorKind::conflict) look_at_all_ = true;
  busy_.erase(resource_of(step.action));
  if (done.hook_failed) {
    const std::string service = std::get<StartContainer>(step.action).service;
    launch(Step{StopContainer{done.container_id, service, StopPurpose::restart_of_a_failure},
                done.outcome.error().message});
  }
  wake_now();
}

runtime::Task<void> StackKeeper::run_probe(ProbeContainer action) {
  auto found = observed_.containers.find(action.container_id);
  if (found == observed_.containers.end()) {
    busy_.erase(resource_of(action));
    co_return;
  }
  ObservedContainer container = found->second;
  const WallTime run_started_at = container.started_at;
  ProbeRun run = co_await probe(edges_, std::move(container));
  auto memory = memory_.containers.find(action.container_id);
  const bool same_run = memory != memory_.containers.end() && memory->second.run_started_at == run_started_at;
  if (same_run) decide::note_probe(memory->second, run.outcome, edges_.clock.now());
  wake_now();
  if (run.outcome.stuck) {
    co_await await_end_of(edges_, run.exec_id);
    auto later = memory_.containers.find(action.container_id);
    if (later != memory_.containers.end()) later->second.probe.stuck = false;
    wake_now();
  }
  busy_.erase(resource_of(action));
}

// What the engine says.

void StackKeeper::engine_connected(const std::string& life, bool was_gone) {
  const bool restarted = ledgers_.boot_id.note_connected(life, was_gone);
  looked_since_connected_ = false;
  memory_.old_news = true;
  connected_ = true;
  look_at_all_ = !mutated("reconnecting-without-a-look") || observed_.containers.empty();
  engine_restarted_ = engine_restarted_ || restarted;
  events_.clear();
  for (auto& [resource, failed] : memory_.failed_steps) failed.next_try = edges_.clock.now();
  wake_now();
}

void StackKeeper::engine_lost() {
  connected_ = false;
}

void StackKeeper::engine_event(const EngineEvent& event) {
  if (events_.size() >= events_max) {  // nobody has taken them for long: look at everything instead
    events_.clear();
    look_at_all_ = true;
  }
  events_.push_back(event);
  wake_now();
}

void StackKeeper::wake_now() {
  bell_.ring();
}

decide::State StackKeeper::state() const {
  return {*desired_, wishes_, observed_, memory_, busy_, edges_.clock.now()};
}

std::map<std::string, std::string> StackKeeper::containers_by_service() const {
  std::map<std::string, std::string> found;
  for (const auto& [name, service] : desired_->stack->services) {
    std::string id = decide::container_id_of(state(), name);
    if (!id.empty()) found[name] = id;
  }
  return found;
}

}  // namespace stackd::daemon
