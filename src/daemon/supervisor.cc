#include "daemon/supervisor.h"

#include "base/log.h"
#include "base/text.h"

namespace stackd::daemon {
namespace {

constexpr std::size_t journal_kept_max = 1'000;
constexpr Duration journal_age_max = std::chrono::hours(24 * 30);

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
  kept.deployer->start(std::move(unfinished));
  kept.keeper->start();
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

}  // namespace stackd::daemon
