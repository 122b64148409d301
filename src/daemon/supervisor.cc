#include "daemon/supervisor.h"

#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "daemon/adopt.h"
#include "daemon/canonical.h"
#include "daemon/images.h"
#include "daemon/journal_stream.h"
#include "daemon/logs.h"
#include "daemon/observe.h"
#include "daemon/plan_deploy.h"
#include "daemon/records.h"
#include "daemon/report.h"
#include "daemon/stack_file.h"
#include "decide/explain.h"

namespace stackd::daemon {
namespace {

constexpr std::int64_t why_lines = 5;
constexpr std::size_t journal_kept_max = 1'000;
constexpr std::int64_t journal_read_max = 100'000;
constexpr Duration journal_age_max = std::chrono::hours(24 * 30);

std::string names_of(const std::vector<std::string>& services) {
  return services.empty() ? std::string("everything") : join(services, ", ");
}

}  // namespace

Supervisor::Supervisor(Edges edges)
    : edges_(edges),
      journal_(journal_kept_max),
      tasks_(edges.executor, runtime::log_bug),
      watch_(edges, *this) {}

Supervisor::~Supervisor() = default;

Result<void> Supervisor::start() {
  Result<std::vector<StackRecord>> records = edges_.store.stacks();
  if (!records) return records.error();
  Result<std::vector<Deploy>> unfinished = edges_.store.unfinished_deploys();
  if (!unfinished) return unfinished.error();
  Result<void> trimmed = edges_.store.trim_journal(edges_.clock.wall() - journal_age_max);
  if (!trimmed) log(LogLevel::warning, "the journal could not be trimmed: " + trimmed.error().message);
  for (StackRecord& record : *records) {
    std::vector<Deploy> own;
    for (const Deploy& deploy : *unfinished) {
      if (deploy.stack == record.name) own.push_back(deploy);
    }
    add(std::move(record), std::move(own));
  }
  tasks_.spawn("engine watch", watch_.run());
  return {};
}

runtime::Task<void> Supervisor::stop() {
  co_await tasks_.stop();
  for (auto& [name, kept] : kept_) {
    co_await kept.deployer->stop();
    co_await kept.keeper->stop();
  }
  journal_.close();
}

Supervisor::Kept& Supervisor::add(StackRecord record, std::vector<Deploy> unfinished) {
  const std::string name = record.name;
  Kept& kept = kept_[name];
  kept.keeper = std::make_unique<StackKeeper>(edges_, std::move(record), journal_);
  kept.deployer = std::make_unique<Deployer>(edges_, *kept.keeper);
  kept.keeper->load();
  kept.keeper->start();
  kept.deployer->start(std::move(unfinished));
  if (link_ == EngineLink::connected) kept.keeper->engine_connected(engine_info_->life, false);
  return kept;
}

bool Supervisor::keeps(const std::string& stack) const {
  auto found = kept_.find(stack);
  return found != kept_.end() && found->second.keeper->record().current_release > 0;
}

Result<Supervisor::Kept*> Supervisor::find(const std::string& stack) {
  auto found = kept_.find(stack);
  if (found != kept_.end()) return &found->second;
  std::vector<std::string> names;
  for (const auto& [name, kept] : kept_) names.push_back(name);
  std::string meant = nearest(stack, names);
  return Error{ErrorKind::not_found, "no stack " + stack + " is kept here" +
                                         (meant.empty() ? "" : "; did you mean " + meant + "?")};
}

// What the engine says.

void Supervisor::engine_connected(const engine::EngineInfo& info, bool was_gone) {
  link_ = EngineLink::connected;
  engine_info_ = info;
  engine_error_.reset();
  log(LogLevel::info, "connected to the engine " + info.version + ", API " + info.api_version);
  for (auto& [name, kept] : kept_) kept.keeper->engine_connected(info.life, was_gone);
}

void Supervisor::engine_lost(const Error& error) {
  if (link_ != EngineLink::away) log(LogLevel::warning, "the engine is away: " + error.message);
  link_ = EngineLink::away;
  engine_error_ = error.message;
  for (auto& [name, kept] : kept_) kept.keeper->engine_lost();
}

void Supervisor::engine_event(const EngineEvent& event) {
  if (!event.project.empty()) {
    auto found = kept_.find(event.project);
    if (found != kept_.end()) found->second.keeper->engine_event(event);
    return;
  }
  for (auto& [name, kept] : kept_) kept.keeper->engine_event(event);
}

// Questions.

StackStatus Supervisor::status_of(const Kept& kept) {
  StackStatus status = report_status(*kept.keeper, edges_.clock.wall());
  status.engine = link_;
  status.engine_error = engine_error_;
  if (!kept.keeper->is_up_to_date()) {
    for (ServiceStatus& service : status.services) {
      service.why = "last seen " + std::string(to_string(service.state)) + ", before the engine was away";
      service.state = ServiceState::unknown;
      service.next_try.reset();
    }
  }
  status.file_changed = file_changed(*kept.keeper);
  Result<std::vector<Deploy>> deploys = edges_.store.deploys(kept.keeper->name(), 1);
  if (deploys && !deploys->empty()) {
    status.deploy = deploys->front();
    status.deploy->canonical.clear();
  }
  return status;
}

Awaitable<Result<std::vector<StackStatus>>> Supervisor::stacks() {
  std::vector<StackStatus> all;
  for (const auto& [name, kept] : kept_) all.push_back(status_of(kept));
  co_return all;
}

Awaitable<Result<StackStatus>> Supervisor::status(std::string stack) {
  Result<Kept*> kept = find(stack);
  if (!kept) co_return kept.error();
  co_return status_of(**kept);
}

Awaitable<Result<std::vector<std::string>>> Supervisor::why(std::string stack, std::string service) {
  Result<Kept*> kept = find(stack);
  if (!kept) co_return kept.error();
  const StackKeeper& keeper = *(*kept)->keeper;
  if (keeper.parked()) {
    std::vector<std::string> parked{"stack " + stack + " is parked: " + *keeper.parked()};
    co_return parked;
  }
  if (!keeper.has_release()) {
    Error none{ErrorKind::not_found, "stack " + stack + " has no release yet"};
    co_return none;
  }
  const decide::State state = keeper.state();
  auto found = state.desired.stack->services.find(service);
  if (found == state.desired.stack->services.end()) {
    std::vector<std::string> names;
    for (const auto& [name, other] : state.desired.stack->services) names.push_back(name);
    std::string meant = nearest(service, names);
    Error unknown{ErrorKind::not_found, "stack " + stack + " has no service " + service +
                                            (meant.empty() ? "" : "; did you mean " + meant + "?")};
    co_return unknown;
  }
  std::vector<std::string> chain = decide::causal_chain(state, found->second);
  if (link_ != EngineLink::connected) {
    chain.insert(chain.begin(), "The engine is away" + (engine_error_ ? ": " + *engine_error_ : "") + ".");
    co_return chain;
  }
  // A job's last words are in the chain already.
  const ObservedContainer* container = decide::occupant(state, found->second, 1);
  const bool failed = container != nullptr && container->state == ContainerState::exited &&
                      container->exit_code != 0 && !is_job(*state.desired.stack, found->second);
  if (!failed) co_return chain;
  const std::string words = co_await last_words_of(edges_.engine, container->id, why_lines);
  if (!words.empty()) chain.push_back("The last lines of its log:\n" + words);
  co_return chain;
}

Awaitable<Result<VersionReport>> Supervisor::version() {
  VersionReport report;
  report.stackd = STACKD_VERSION;
  if (link_ == EngineLink::connected && engine_info_) {
    report.engine = engine_info_->version;
    report.engine_api = engine_info_->api_version;
    report.engine_platform = engine_info_->os + "/" + engine_info_->architecture;
  }
  co_return report;
}

Awaitable<OpenedStream<LogLine>> Supervisor::logs(LogsRequest request) {
  Result<Kept*> kept = find(request.stack);
  if (!kept) co_return kept.error();
  const StackKeeper& keeper = *(*kept)->keeper;
  if (!keeper.has_release()) {
    Error none{ErrorKind::not_found, "stack " + request.stack + " has no release yet"};
    co_return none;
  }
  const decide::State state = keeper.state();
  std::vector<LogSource> sources;
  for (const std::string& name : request.services) {
    if (state.desired.stack->services.count(name) > 0) continue;
    Error unknown{ErrorKind::not_found, "stack " + request.stack + " has no service " + name};
    co_return unknown;
  }
  for (const auto& [name, service] : state.desired.stack->services) {
    const bool asked = request.services.empty() || std::find(request.services.begin(), request.services.end(),
                                                             name) != request.services.end();
    if (!asked) continue;
    for (const ObservedContainer* container : decide::containers_of(state.observed, name)) {
      sources.push_back({container->id, container->name, name});
    }
  }
  engine::LogOptions options;
  options.follow = request.follow;
  options.since = request.since;
  options.tail = request.tail;
  co_return open_log_lines(edges_, std::move(sources), options);
}

Awaitable<OpenedStream<JournalEntry>> Supervisor::events(EventsRequest request) {
  if (!request.stack.empty()) {
    Result<Kept*> kept = find(request.stack);
    if (!kept) co_return kept.error();
  }
  std::unique_ptr<Stream<JournalEntry>> live;
  if (request.follow) live = journal_.open(false);
  Result<std::vector<JournalEntry>> past =
      request.after ? edges_.store.journal(request.stack, *request.after, journal_read_max)
                    : edges_.store.journal_tail(request.stack, request.tail);
  if (!past) co_return past.error();
  co_return journal_stream(std::move(*past), std::move(live), request.stack);
}

Awaitable<Result<std::vector<Release>>> Supervisor::history(std::string stack) {
  Result<Kept*> kept = find(stack);
  if (!kept) co_return kept.error();
  co_return edges_.store.releases(stack, true);
}

Awaitable<Result<Release>> Supervisor::release(std::string stack, std::int64_t number) {
  Result<Kept*> kept = find(stack);
  if (!kept) co_return kept.error();
  Result<std::optional<Release>> found = edges_.store.release(stack, number);
  if (!found) co_return found.error();
  if (!*found) {
    Error none{ErrorKind::not_found, "stack " + stack + " has no release " + std::to_string(number)};
    co_return none;
  }
  co_return **found;
}

// Deploys.

Awaitable<Result<void>> Supervisor::keep_file(std::string path,
                                              std::map<std::string, std::string> environment) {
  Result<DeployRequest> request = read_stack_file(files_, path, environment);
  if (!request) co_return request.error();
  if (keeps(request->stack)) {
    log(LogLevel::info, LogSubject{request->stack},
        "has a release already; " + path + " is read at the next deploy");
    co_return Result<void>();
  }
  Result<std::string> deploy_id = co_await deploy(*request);
  if (!deploy_id) co_return deploy_id.error();
  co_return Result<void>();
}

// Files that can't be read any more (the folder may be gone) are no change.
bool Supervisor::file_changed(const StackKeeper& keeper) const {
  const std::int64_t current = keeper.record().current_release;
  if (current == 0) return false;
  Result<std::optional<Release>> release = edges_.store.release(keeper.name(), current);
  if (!release || !*release || (*release)->source.config_files.empty()) return false;
  Result<bool> differ = files_differ(files_, **release);
  return differ && *differ;
}

Result<void> Supervisor::check_origin(const DeployRequest& request) const {
  auto found = kept_.find(request.stack);
  if (found == kept_.end()) return {};
  const StackRecord& record = found->second.keeper->record();
  if (!record.hold_reason.empty()) {
    return Error{ErrorKind::conflict, "stack " + request.stack + " is held: " + record.hold_reason};
  }
  if (record.current_release == 0) return {};
  if (record.working_dir != request.source.working_dir && !request.moved) {
    return Error{ErrorKind::conflict,
                 "stack " + request.stack + " is kept from " + record.working_dir + ", not from " +
                     request.source.working_dir +
                     "; say --moved if the folder moved, or choose another name with -p"};
  }
  if (record.config_files != request.source.config_files && !request.replace_files && !request.moved) {
    return Error{ErrorKind::conflict, "stack " + request.stack + " is kept from " +
                                          join(record.config_files, ", ") + ", not from " +
                                          join(request.source.config_files, ", ") +
                                          "; say --replace-files to change that"};
  }
  return {};
}

Result<Supervisor::Kept*> Supervisor::find_or_add(const DeployRequest& request) {
  auto found = kept_.find(request.stack);
  if (found != kept_.end()) return &found->second;
  StackRecord record;
  record.name = request.stack;
  Result<void> stored = edges_.store.put_stack(record);
  if (!stored) return stored.error();
  return &add(std::move(record), {});
}

Awaitable<Result<std::string>> Supervisor::deploy(DeployRequest request) {
  Result<std::shared_ptr<const Stack>> stack = bind_canonical(request.canonical, request.source);
  if (!stack) co_return stack.error();
  if ((*stack)->name != request.stack) {
    Error other{ErrorKind::invalid,
                "the configuration is of stack " + (*stack)->name + ", not of " + request.stack};
    co_return other;
  }
  Result<void> origin = check_origin(request);
  if (!origin) co_return origin.error();
  for (const std::string& service : request.services) {
    if ((*stack)->services.count(service) > 0) continue;
    Error unknown{ErrorKind::invalid, "no such service: " + service};
    co_return unknown;
  }
  Result<Kept*> kept = find_or_add(request);
  if (!kept) co_return kept.error();
  Result<void> noted = (*kept)->keeper->note_origin(request.source);
  if (!noted) co_return noted.error();
  co_return (*kept)->deployer->enqueue(request);
}

Awaitable<Result<PlanReport>> Supervisor::plan(DeployRequest request) {
  if (!request.services.empty()) {
    Deploy wanted;
    wanted.stack = request.stack;
    wanted.canonical = request.canonical;
    wanted.source = request.source;
    wanted.services = request.services;
    auto found = kept_.find(request.stack);
    const std::int64_t current = found == kept_.end() ? 0 : found->second.keeper->record().current_release;
    Result<std::string> merged = with_rest_of_release(edges_.store, wanted, current);
    if (!merged) co_return merged.error();
    request.canonical = *merged;
  }
  Result<std::shared_ptr<const Stack>> stack = bind_canonical(request.canonical, request.source);
  if (!stack) co_return stack.error();
  Result<void> origin = check_origin(request);
  if (!origin) co_return origin.error();
  if (link_ != EngineLink::connected) {
    Error away{ErrorKind::unavailable, "the engine is away" + (engine_error_ ? ": " + *engine_error_ : "")};
    co_return away;
  }
  Result<std::map<std::string, ImageRecord>> images = co_await look_up_images(edges_, *stack);
  if (!images) co_return images.error();
  Result<Observed> observed = co_await observe(edges_.engine, *stack);
  if (!observed) co_return observed.error();
  PlanInput input{request.stack, request.canonical, *stack, *images, *observed};
  auto found = kept_.find(request.stack);
  const StackKeeper* keeper = found == kept_.end() ? nullptr : found->second.keeper.get();
  co_return plan_deploy(edges_, keeper, std::move(input));
}

Awaitable<Result<Deploy>> Supervisor::deploy_status(std::string deploy_id) {
  Result<std::optional<Deploy>> deploy = edges_.store.deploy(deploy_id);
  if (!deploy) co_return deploy.error();
  if (!*deploy) {
    Error none{ErrorKind::not_found, "there is no deploy " + deploy_id};
    co_return none;
  }
  Deploy found = std::move(**deploy);
  found.canonical.clear();
  co_return found;
}

Awaitable<OpenedStream<DeployProgress>> Supervisor::follow_deploy(std::string deploy_id) {
  Result<std::optional<Deploy>> deploy = edges_.store.deploy(deploy_id);
  if (!deploy) co_return deploy.error();
  if (!*deploy) {
    Error none{ErrorKind::not_found, "there is no deploy " + deploy_id};
    co_return none;
  }
  Result<Kept*> kept = find((*deploy)->stack);
  if (!kept) co_return kept.error();
  co_return (*kept)->deployer->follow(deploy_id);
}

// Orders.

void Supervisor::note_request(const std::string& stack, const std::string& user, const std::string& text) {
  JournalEntry entry;
  entry.at = edges_.clock.wall();
  entry.stack = stack;
  entry.kind = "request";
  entry.text = (user.empty() ? std::string() : user + ": ") + text;
  Result<void> stored = edges_.store.add_journal(entry);
  if (!stored) log(LogLevel::error, LogSubject{stack}, stored.error().message);
  log(LogLevel::info, LogSubject{stack}, entry.text);
  journal_.publish(std::move(entry));
}

Awaitable<Result<void>> Supervisor::start(ServicesRequest request) {
  Result<Kept*> kept = find(request.stack);
  if (!kept) co_return kept.error();
  Result<void> done = (*kept)->keeper->start_services(request.services);
  if (done) note_request(request.stack, request.user, "start " + names_of(request.services));
  co_return done;
}

Awaitable<Result<void>> Supervisor::stop(ServicesRequest request) {
  Result<Kept*> kept = find(request.stack);
  if (!kept) co_return kept.error();
  Result<void> done = (*kept)->keeper->stop_services(request.services);
  if (done) note_request(request.stack, request.user, "stop " + names_of(request.services));
  co_return done;
}

Awaitable<Result<void>> Supervisor::restart(ServicesRequest request) {
  Result<Kept*> kept = find(request.stack);
  if (!kept) co_return kept.error();
  Result<void> done = (*kept)->keeper->restart_services(request.services);
  if (done) note_request(request.stack, request.user, "restart " + names_of(request.services));
  co_return done;
}

Awaitable<Result<void>> Supervisor::down(DownRequest request) {
  Result<Kept*> kept = find(request.stack);
  if (!kept) co_return kept.error();
  Result<void> done = (*kept)->keeper->take_down(request.volumes);
  if (done) note_request(request.stack, request.user, request.volumes ? "down, with volumes" : "down");
  co_return done;
}

// Coming and going.

Awaitable<Result<AdoptReport>> Supervisor::adopt(DeployRequest request) {
  if (keeps(request.stack)) {
    Error kept{ErrorKind::conflict, "stack " + request.stack + " is kept already"};
    co_return kept;
  }
  Result<std::shared_ptr<const Stack>> stack = bind_canonical(request.canonical, request.source);
  if (!stack) co_return stack.error();
  Result<Adoption> adoption = co_await look_for_adoption(edges_, *stack);
  if (!adoption) co_return adoption.error();
  Result<Kept*> kept = find_or_add(request);
  if (!kept) co_return kept.error();
  StackKeeper& keeper = *(*kept)->keeper;
  Result<void> noted = keeper.note_origin(request.source);
  if (!noted) co_return noted.error();
  Result<std::int64_t> number = record_adoption(edges_, request, *adoption);
  if (!number) co_return number.error();
  Result<decide::Desired> desired = load_desired(edges_.store, request.stack, *number);
  if (!desired) co_return desired.error();
  Result<void> current = keeper.make_current(std::move(*desired), true);
  if (!current) co_return current.error();
  Result<void> live = keeper.note_live();
  if (!live) co_return live.error();
  note_request(request.stack, request.source.user, "adopt");
  AdoptReport report = adoption->report;
  report.release = *number;
  co_return report;
}

Awaitable<Result<void>> Supervisor::hand_back(std::string stack, std::string user) {
  Result<Kept*> kept = find(stack);
  if (!kept) co_return kept.error();
  const StackKeeper& keeper = *(*kept)->keeper;
  std::shared_ptr<const Stack> desired;
  if (keeper.has_release()) desired = keeper.state().desired.stack;
  note_request(stack, user, "hand back");
  Kept leaving = std::move(**kept);
  kept_.erase(stack);
  co_await leaving.deployer->stop();
  co_await leaving.keeper->stop();
  Result<void> restored;
  if (desired) restored = co_await restore_policies(edges_, desired);
  if (!restored) {
    StackRecord record = leaving.keeper->record();
    add(std::move(record), {});
    co_return restored;
  }
  co_return edges_.store.forget_stack(stack);
}

Awaitable<Result<void>> Supervisor::forget(std::string stack, std::string user) {
  co_return co_await hand_back(std::move(stack), std::move(user));
}

}  // namespace stackd::daemon
