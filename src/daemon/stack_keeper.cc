#include "daemon/stack_keeper.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/plant.h"
#include "base/text.h"
#include "daemon/observe.h"
#include "daemon/probe.h"
#include "daemon/records.h"
#include "decide/order.h"
#include "decide/reconcile.h"
#include "model/identity.h"

namespace stackd::daemon {
namespace {

/// Steps of one stack that may be under way at once, probes and stops left out.
constexpr std::size_t steps_max = 16;
constexpr std::size_t events_max = 10'000;
constexpr Duration look_again_after_failure = std::chrono::seconds(1);
/// Events are hints and may get lost: the truth is looked at this often though nothing is told.
constexpr Duration look_at_all_every = std::chrono::seconds(60);
const std::string life_fact = "engine_life ";
constexpr std::int64_t last_words_lines = 20;

bool is_quick(const Action& action) {
  return std::holds_alternative<ProbeContainer>(action) || std::holds_alternative<StopContainer>(action);
}

}  // namespace

StackKeeper::StackKeeper(Edges edges, StackRecord record, Feed<JournalEntry>& journal)
    : edges_(edges),
      record_(std::move(record)),
      journal_(journal),
      tasks_(edges.executor, runtime::log_bug) {}

void StackKeeper::load() {
  wishes_.stack = record_.wish;
  wishes_.stopped = record_.stopped_services;
  wishes_.ended = record_.ended_services;
  Result<std::optional<std::string>> life = edges_.store.fact(life_fact + record_.name);
  if (life && *life) life_ = **life;
  if (record_.current_release == 0) return;
  Result<decide::Desired> desired = load_desired(edges_.store, record_.name, record_.current_release);
  if (desired) {
    desired_ = std::move(*desired);
    return;
  }
  parked_ = desired.error().message;
  log(LogLevel::error, LogSubject{record_.name, {}, record_.current_release}, "parked: " + *parked_);
}

void StackKeeper::start() {
  tasks_.spawn("keeper of " + record_.name, run());
}

runtime::Task<void> StackKeeper::stop() {
  co_await tasks_.stop();
}

// The loop.

runtime::Task<void> StackKeeper::run() {
  while (true) {
    co_await wait_for_reason();
    if (!connected_ || !desired_) continue;
    const bool urgent = take_events();
    if (urgent && !look_at_all_) {  // a death is acted upon before anything else is looked at
      think();
      act();
    }
    Result<void> looked = co_await look();
    if (!looked) {
      next_look_ = edges_.clock.now() + look_again_after_failure;
      all_due_ = edges_.clock.now() + look_at_all_every;
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
  if (keeps && (!at || all_due_ < *at)) at = all_due_;
  if (!at) {
    co_await bell_.wait();
    co_return;
  }
  const bool rung = co_await bell_.wait_until(edges_.clock, *at);
  if (!rung && edges_.clock.now() >= all_due_) look_at_all_ = true;
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
    const bool known = observed_.containers.count(event.id) > 0;
    const bool look = decide::apply_event(observed_, event);
    if (look) dirty_.insert(event.id);
    urgent = urgent || (known && event.kind == EventKind::container_died);
  }
  return urgent;
}

runtime::Task<Result<void>> StackKeeper::look() {
  if (look_at_all_) {
    std::shared_ptr<const Stack> stack = desired_->stack;
    dirty_.clear();
    look_at_all_ = false;
    look_at_resources_ = false;
    Result<Observed> observed = co_await observe(edges_.engine, stack);
    if (!observed) {
      look_at_all_ = true;
      co_return observed.error();
    }
    observed_ = std::move(*observed);
    all_due_ = edges_.clock.now() + look_at_all_every;
  }
  // What steps touched and events told of meanwhile: a decision on the older picture would repeat the step.
  while (!dirty_.empty() || look_at_resources_) {
    Result<void> looked = co_await look_at_dirty();
    if (!looked) co_return looked;
  }
  co_return Result<void>();
}

runtime::Task<Result<void>> StackKeeper::look_at_dirty() {
  while (!dirty_.empty()) {
    const std::string id = *dirty_.begin();
    dirty_.erase(dirty_.begin());
    Result<ObservedContainer> container = co_await edges_.engine.inspect_container(id);
    if (container && container->project == record_.name) {
      observed_.containers[id] = *container;
    } else if (container || container.error().kind == ErrorKind::not_found) {
      observed_.containers.erase(id);
    } else {
      dirty_.insert(id);
      co_return container.error();
    }
  }
  if (look_at_resources_) {
    look_at_resources_ = false;
    std::shared_ptr<const Stack> stack = desired_->stack;
    Observed resources;
    Result<void> looked = co_await observe_resources(edges_.engine, stack, resources);
    if (!looked) {
      look_at_resources_ = true;
      co_return looked;
    }
    observed_.networks = std::move(resources.networks);
    observed_.volumes = std::move(resources.volumes);
  }
  co_return Result<void>();
}

void StackKeeper::think() {
  decide::LearnInput input{*desired_, wishes_, observed_, edges_.clock.now(), edges_.clock.wall()};
  input.engine_restarted = engine_restarted_;
  input.chance = edges_.random.next_u64();
  std::vector<decide::Fact> facts = decide::learn(memory_, input);
  if (!look_at_all_) note_life();
  for (const decide::Fact& fact : facts) believe(fact);
  if (!facts.empty()) note_all_stopped_outside();
}

// What ended with the engine's former life is learnt now. Once all of it runs again the present life counts,
// also for a stackd that is started anew.
void StackKeeper::note_life() {
  engine_restarted_ = false;
  looked_since_connected_ = true;
  if (life_ == current_life_) return;
  for (const auto& [id, memory] : memory_.containers) {
    const bool interrupted = memory.end == decide::EndCause::engine_down && !memory.running;
    if (interrupted && decide::is_wanted(state(), memory.service)) return;
  }
  life_ = current_life_;
  Result<void> stored = edges_.store.put_fact(life_fact + record_.name, life_);
  if (!stored) log(LogLevel::warning, LogSubject{record_.name}, stored.error().message);
}

void StackKeeper::act() {
  std::set<std::string> untouchable = busy_;
  for (const std::string& id : dirty_) {
    auto container = observed_.containers.find(id);
    const bool known_dead =
        container != observed_.containers.end() && container->second.state == ContainerState::exited;
    if (!known_dead) untouchable.insert("container " + id);
  }
  Plan plan = decide::reconcile({*desired_, wishes_, observed_, memory_, untouchable, edges_.clock.now()});
  warnings_ = plan.warnings;
  next_look_ = plan.next_look;
  std::optional<Time> learning = decide::next_learning(memory_);
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
  log(LogLevel::info, LogSubject{record_.name, {}, desired_->release},
      to_text(step.action) + ": " + step.cause);
  tasks_.spawn(resource, run_step(std::move(step)));
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

runtime::Task<void> StackKeeper::run_step(Step step) {
  decide::Desired desired = *desired_;
  std::map<std::string, std::string> containers = containers_by_service();
  Action action = step.action;
  Done done = co_await execute(edges_, std::move(desired), std::move(containers), std::move(action));
  note_done(step, done);
}

void StackKeeper::note_done(const Step& step, const Done& done) {
  const auto* begun = std::get_if<StartContainer>(&step.action);
  if (planted("a-lost-answer-is-success") && begun != nullptr && !done.outcome) {
    observed_.containers[begun->container_id].state = ContainerState::running;
    busy_.erase(resource_of(step.action));
    return;
  }
  decide::note_outcome(memory_, step.action, done.outcome, edges_.clock.now(), edges_.random.next_u64());
  if (!done.outcome) {
    log(LogLevel::warning, LogSubject{record_.name, {}, desired_ ? desired_->release : 0},
        done.outcome.error().message);
  }
  if (!done.container_id.empty()) dirty_.insert(done.container_id);
  if (done.resources) look_at_resources_ = true;
  if (!done.outcome && done.outcome.error().kind == ErrorKind::unknown) look_at_all_ = true;
  if (!done.outcome && done.outcome.error().kind == ErrorKind::conflict) look_at_all_ = true;
  busy_.erase(resource_of(step.action));
  if (done.hook_failed) {
    const std::string service = std::get<StartContainer>(step.action).service;
    launch(Step{StopContainer{done.container_id, service, true, true}, done.outcome.error().message});
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

// What happened, into the record, the journal and the log.

void StackKeeper::believe(const decide::Fact& fact) {
  switch (fact.kind) {
    case decide::FactKind::stopped_outside:
      wishes_.stopped.emplace(fact.service, ServiceStop::outside);
      break;
    case decide::FactKind::started_outside:
      wishes_.stopped.erase(fact.service);
      wishes_.ended.erase(fact.service);
      break;
    case decide::FactKind::ended_for_good:
      wishes_.ended.insert(fact.service);
      break;
    case decide::FactKind::job_running:
    case decide::FactKind::job_succeeded:
    case decide::FactKind::job_failed:
      believe_job(fact);
      break;
    case decide::FactKind::started:
      wishes_.ended.erase(fact.service);  // whoever started it: it is wanted again
      break;
    case decide::FactKind::ready:
    case decide::FactKind::unhealthy:
    case decide::FactKind::recovered:
    case decide::FactKind::ended:
    case decide::FactKind::crash_looping:
    case decide::FactKind::removed_outside:
    case decide::FactKind::interrupted:
      break;
  }
  if (wishes_.stopped != record_.stopped_services || wishes_.ended != record_.ended_services) {
    Result<void> stored = store_record();
    if (!stored) log(LogLevel::error, LogSubject{record_.name}, stored.error().message);
  }
  write_journal(fact.service, decide::to_string(fact.kind), fact.sentence);
  if (on_fact_) on_fact_(fact);
}

void StackKeeper::believe_job(const decide::Fact& fact) {
  JobRun& run = desired_->jobs[fact.service];
  run.stack = record_.name;
  run.release = desired_->release;
  run.service = fact.service;
  run.container_id = fact.container_id;
  run.exit_code = fact.exit_code;
  run.changed_at = edges_.clock.wall();
  run.state = fact.kind == decide::FactKind::job_running     ? JobState::running
              : fact.kind == decide::FactKind::job_succeeded ? JobState::succeeded
                                                             : JobState::failed;
  Result<void> stored = edges_.store.put_job_run(run);
  if (!stored) log(LogLevel::error, LogSubject{record_.name, fact.service}, stored.error().message);
  if (run.state == JobState::failed) {
    tasks_.spawn("last words of " + fact.service, fetch_last_words(fact.service, fact.container_id));
  }
}

runtime::Task<void> StackKeeper::fetch_last_words(std::string service, std::string container_id) {
  std::string words = co_await last_words_of(edges_.engine, container_id, last_words_lines);
  if (!desired_) co_return;
  auto run = desired_->jobs.find(service);
  if (run == desired_->jobs.end() || run->second.container_id != container_id) co_return;
  run->second.last_words = words;
  Result<void> stored = edges_.store.put_job_run(run->second);
  if (!stored) log(LogLevel::error, LogSubject{record_.name, service}, stored.error().message);
  wake_now();
}

// `docker compose down` by other hands: everything stopped, nothing left.
void StackKeeper::note_all_stopped_outside() {
  if (wishes_.stack != StackWish::running || desired_->stack->services.empty()) return;
  for (const auto& [name, service] : desired_->stack->services) {
    if (is_job(*desired_->stack, service)) continue;
    auto stopped = wishes_.stopped.find(name);
    if (stopped == wishes_.stopped.end() || stopped->second != ServiceStop::outside) return;
  }
  if (!observed_.containers.empty()) return;
  wishes_.stack = StackWish::stopped_outside;
  wishes_.stopped.clear();
  Result<void> stored = store_record();
  if (!stored) log(LogLevel::error, LogSubject{record_.name}, stored.error().message);
  write_journal({}, "stopped_outside", "every container was stopped and removed outside stackd");
}

void StackKeeper::write_journal(const std::string& service, std::string_view kind, const std::string& text) {
  JournalEntry entry;
  entry.at = edges_.clock.wall();
  entry.stack = record_.name;
  entry.service = service;
  entry.release = desired_ ? desired_->release : 0;
  entry.kind = std::string(kind);
  entry.text = text;
  Result<void> stored = edges_.store.add_journal(entry);
  if (!stored) log(LogLevel::error, LogSubject{record_.name}, stored.error().message);
  log(LogLevel::info, LogSubject{record_.name, service, entry.release}, text);
  journal_.publish(std::move(entry));
}

Result<void> StackKeeper::store_record() {
  StackRecord changed = record_;
  changed.wish = wishes_.stack;
  changed.stopped_services = wishes_.stopped;
  changed.ended_services = wishes_.ended;
  Result<void> stored = edges_.store.put_stack(changed);
  if (stored) record_ = std::move(changed);
  return stored;
}

// What the engine says.

void StackKeeper::engine_connected(const std::string& life, bool was_gone) {
  const bool restarted = life.empty() ? was_gone : life != life_;
  current_life_ = life;
  looked_since_connected_ = false;
  connected_ = true;
  look_at_all_ = !planted("reconnecting-without-a-look") || observed_.containers.empty();
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

// Orders.

Result<void> StackKeeper::check_services(const std::vector<std::string>& services) const {
  if (!desired_)
    return Error{ErrorKind::not_found, "stack " + record_.name + " has no release yet; deploy it first"};
  std::vector<std::string> known;
  for (const auto& [name, service] : desired_->stack->services) known.push_back(name);
  for (const std::string& name : services) {
    if (desired_->stack->services.count(name) > 0) continue;
    std::string meant = nearest(name, known);
    return Error{ErrorKind::not_found, "stack " + record_.name + " has no service " + name +
                                           (meant.empty() ? "" : "; did you mean " + meant + "?")};
  }
  return {};
}

Result<void> StackKeeper::start_services(const std::vector<std::string>& services) {
  return start_wanted(services, false);
}

Result<void> StackKeeper::start_deployed() {
  return start_wanted({}, true);
}

Result<void> StackKeeper::start_wanted(const std::vector<std::string>& services, bool respect_stops) {
  Result<void> known = check_services(services);
  if (!known) return known;
  const decide::Wishes before = wishes_;
  wishes_.stack = StackWish::running;
  wishes_.remove_volumes = false;
  std::set<std::string> named(services.begin(), services.end());
  if (named.empty()) {
    if (respect_stops) {
      forget_stops_by_others();
    } else {
      wishes_.stopped.clear();
    }
    wishes_.ended.clear();
  }
  if (!named.empty() && before.stack != StackWish::running) {  // the rest stays as it was: down
    for (const auto& [name, service] : desired_->stack->services) {
      if (!is_job(*desired_->stack, service)) wishes_.stopped.emplace(name, ServiceStop::rest);
    }
    for (const std::string& name : decide::with_dependencies(*desired_->stack, services))
      wishes_.stopped.erase(name);
  }
  for (const std::string& name : named) {
    wishes_.stopped.erase(name);
    wishes_.ended.erase(name);
  }
  Result<void> stored = store_record();
  if (!stored) {
    wishes_ = before;
    return stored;
  }
  for (auto& [name, run] : desired_->jobs) {
    const bool again = run.state == JobState::failed && (named.empty() || named.count(name) > 0);
    if (!again) continue;
    Result<void> kept = forget_run(run);
    if (!kept) return kept;
  }
  decide::note_wanted(memory_, named);
  memory_.failed_steps.clear();
  for (auto& [place, slot] : memory_.slots) {
    if (named.empty() || named.count(place.first) > 0) slot = decide::SlotMemory{};
  }
  wake_now();
  return {};
}

Result<void> StackKeeper::forget_run(JobRun& run) {
  run.state = JobState::none;
  run.container_id.clear();
  return edges_.store.put_job_run(run);
}

void StackKeeper::forget_stops_by_others() {
  for (auto it = wishes_.stopped.begin(); it != wishes_.stopped.end();) {
    it = it->second != ServiceStop::person ? wishes_.stopped.erase(it) : std::next(it);
  }
}

Result<void> StackKeeper::stop_services(const std::vector<std::string>& services) {
  Result<void> known = check_services(services);
  if (!known) return known;
  const decide::Wishes before = wishes_;
  if (services.empty()) wishes_.stack = StackWish::stopped;
  for (const std::string& name : services) wishes_.stopped[name] = ServiceStop::person;
  Result<void> stored;
  if (!planted("stops-are-not-stored")) stored = store_record();
  if (!stored) wishes_ = before;
  wake_now();
  return stored;
}

Result<void> StackKeeper::restart_services(const std::vector<std::string>& services) {
  Result<void> known = check_services(services);
  if (!known) return known;
  Result<void> wanted = start_services(services);
  if (!wanted) return wanted;
  std::set<std::string> named(services.begin(), services.end());
  for (const auto& [id, container] : observed_.containers) {
    auto service = desired_->stack->services.find(container.service);
    if (container.oneoff || service == desired_->stack->services.end()) continue;
    if (is_job(*desired_->stack, service->second)) continue;
    if (!named.empty() && named.count(container.service) == 0) continue;
    if (container.state != ContainerState::running) continue;
    launch(Step{StopContainer{id, container.service, true, false}, "a restart was asked for"});
  }
  return {};
}

Result<void> StackKeeper::take_down(bool volumes) {
  Result<void> known = check_services({});
  if (!known) return known;
  const decide::Wishes before = wishes_;
  wishes_.stack = StackWish::down;
  wishes_.remove_volumes = volumes;
  Result<void> stored = store_record();
  if (!stored) wishes_ = before;
  if (stored && volumes) {  // what the jobs did to the data goes with it
    for (auto& [name, run] : desired_->jobs) {
      Result<void> forgotten = forget_run(run);
      if (!forgotten) return forgotten;
    }
  }
  look_at_all_ = true;
  wake_now();
  return stored;
}

Result<void> StackKeeper::make_current(decide::Desired desired, bool start) {
  Result<void> stored = edges_.store.set_current(record_.name, desired.release, std::nullopt);
  if (!stored) return stored;
  const decide::Wishes before = wishes_;
  wishes_.stack = start ? StackWish::running : StackWish::created;
  wishes_.remove_volumes = false;
  wishes_.ended.clear();
  forget_stops_by_others();
  record_.current_release = desired.release;
  Result<void> kept = store_record();
  if (!kept) {
    wishes_ = before;
    return kept;
  }
  parked_.reset();
  desired_ = std::move(desired);
  memory_.failed_steps.clear();
  if (start) decide::note_wanted(memory_, {});
  memory_.slots.clear();
  look_at_all_ = true;
  wake_now();
  return {};
}

Result<void> StackKeeper::note_origin(const ReleaseSource& source) {
  record_.working_dir = source.working_dir;
  record_.config_files = source.config_files;
  record_.profiles = source.profiles;
  return store_record();
}

Result<void> StackKeeper::note_live() {
  return edges_.store.set_current(record_.name, desired_->release, edges_.clock.wall());
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
