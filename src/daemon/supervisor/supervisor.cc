#include "daemon/supervisor/supervisor.h"

#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "daemon/keep/observe.h"
#include "decide/keep/rescue.h"

namespace stackd::daemon {
namespace {

constexpr std::size_t journal_kept_max = 1'000;
constexpr Duration journal_age_max = std::chrono::hours(24 * 30);
constexpr Duration trim_journal_every = std::chrono::hours(24);
constexpr Duration rescue_pause = std::chrono::seconds(5);

}  // namespace

Supervisor::Supervisor(Edges edges, std::string broken_store)
    : edges_(edges),
      broken_store_(std::move(broken_store)),
      journal_(journal_kept_max),
      file_news_(edges),
      tasks_(edges.executor, runtime::log_bug),
      watch_(edges, *this) {}

Supervisor::~Supervisor() = default;

Result<void> Supervisor::start() {
  Result<std::vector<StackRecord>> records = edges_.store.stacks();
  if (!records) return records.error();
  Result<std::vector<Deploy>> unfinished = edges_.store.unfinished_deploys();
  if (!unfinished) return unfinished.error();
  for (StackRecord& record : *records) {
    std::vector<Deploy> own;
    for (const Deploy& deploy : *unfinished) {
      if (deploy.stack == record.name) own.push_back(deploy);
    }
    add(std::move(record), std::move(own));
  }
  tasks_.spawn("engine watch", watch_.run());
  tasks_.spawn("journal", keep_journal_short());
  return {};
}

runtime::Task<void> Supervisor::keep_journal_short() {
  while (true) {
    Result<void> trimmed = edges_.store.trim_journal(edges_.clock.wall() - journal_age_max);
    if (!trimmed) log(LogLevel::warning, "the journal could not be trimmed: " + trimmed.error().message);
    co_await runtime::sleep_for(edges_.clock, trim_journal_every);
  }
}

runtime::Task<void> Supervisor::stop() {
  co_await tasks_.stop();
  co_await file_news_.stop();
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
  if (edges_.kept != nullptr) edges_.kept->note_stack(name);
  kept.deployer->start(std::move(unfinished));
  kept.keeper->start();
  if (link_ == EngineLink::connected) kept.keeper->engine_connected(engine_info_->boot_id, false);
  return kept;
}

Error Supervisor::engine_is_away() const {
  return {ErrorKind::unavailable, "the engine is away" + (engine_error_ ? ": " + *engine_error_ : "")};
}

bool Supervisor::keeps(const std::string& stack) const {
  auto found = kept_.find(stack);
  return found != kept_.end() && found->second.keeper->record().current_release > 0;
}

Result<Supervisor::Kept*> Supervisor::find(const std::string& stack) {
  auto found = kept_.find(stack);
  if (found != kept_.end()) return &found->second;
  if (Result<void> record = check_store(); !record) return record.error();
  std::vector<std::string> names;
  for (const auto& [name, kept] : kept_) names.push_back(name);
  std::string meant = nearest(stack, names);
  return Error{ErrorKind::not_found, "no stack " + stack + " is kept here" +
                                         (meant.empty() ? "" : "; did you mean " + meant + "?")};
}

// Without a record.

Result<void> Supervisor::check_store() const {
  if (broken_store_.empty()) return {};
  return Error{ErrorKind::unavailable,
               "stackd can't read its store and only keeps up the containers that are there: " +
                   broken_store_ + "; mend the file or bring a copy of it back, then start stackd again"};
}

runtime::Task<void> Supervisor::rescue() {
  Result<Observed> observed = co_await observe_all(edges_.engine);
  while (!observed) {
    log(LogLevel::warning, "what is there can't be seen: " + observed.error().message);
    co_await runtime::sleep_for(edges_.clock, rescue_pause);
    observed = co_await observe_all(edges_.engine);
  }
  std::set<std::string> kept;
  if (edges_.kept != nullptr) kept = edges_.kept->stacks();
  auto found = decide::target_of_what_is_there(*observed, kept);
  if (found.empty()) log(LogLevel::warning, "no container of a stack that stackd keeps is there");
  for (auto& [project, target] : found) {
    if (kept_.count(project) > 0) continue;
    StackRecord record;
    record.name = project;
    Result<void> stored = edges_.store.put_stack(record);
    if (!stored) log(LogLevel::error, LogSubject{project}, stored.error().message);
    log(LogLevel::warning, LogSubject{project, {}, target.desired.release},
        "is kept up as it is, without a record");
    add(std::move(record), {}).keeper->rollout().resume_rollout(std::move(target));
  }
  rescuing_ = false;
}

// What the engine says.

void Supervisor::engine_connected(const engine::EngineInfo& info, bool was_gone) {
  link_ = EngineLink::connected;
  const bool another = was_gone || !engine_info_ || engine_info_->boot_id != info.boot_id;
  if (another) edges_.limits->exec_forbidden.clear();
  engine_info_ = info;
  engine_error_.reset();
  log(LogLevel::info, "connected to the engine " + info.version + ", API " + info.api_version);
  for (auto& [name, kept] : kept_) kept.keeper->engine_connected(info.boot_id, was_gone);
  const bool to_rescue = !broken_store_.empty() && kept_.empty();
  if (to_rescue && !std::exchange(rescuing_, true)) tasks_.spawn("rescue", rescue());
}

void Supervisor::engine_lost(const Error& error) {
  if (link_ != EngineLink::away) log(LogLevel::warning, "the engine is away: " + error.message);
  link_ = EngineLink::away;
  engine_error_ = error.message;
  for (auto& [name, kept] : kept_) kept.keeper->engine_lost();
}

void Supervisor::engine_event(const EngineEvent& event) {
  for (auto& [name, kept] : kept_) {
    if (name != event.project) kept.keeper->stranger_event(event);
  }
  if (!event.project.empty()) {
    auto found = kept_.find(event.project);
    if (found != kept_.end()) found->second.keeper->engine_event(event);
    return;
  }
  for (auto& [name, kept] : kept_) kept.keeper->engine_event(event);
}

}  // namespace stackd::daemon
