// What the supervisor answers: nothing here changes anything.
#include <algorithm>
#include <utility>

#include "base/text.h"
#include "daemon/deploy/blame.h"
#include "daemon/deploy/ways_back.h"
#include "daemon/logs/journal_stream.h"
#include "daemon/logs/kept_logs.h"
#include "daemon/logs/last_words.h"
#include "daemon/logs/logs.h"
#include "daemon/supervisor/log_sources.h"
#include "daemon/supervisor/report.h"
#include "daemon/supervisor/supervisor.h"
#include "decide/tell/causes.h"
#include "decide/tell/explain.h"
#include "model/identity.h"

namespace stackd::daemon {
namespace {

constexpr std::int64_t why_lines = 5;
constexpr std::int64_t why_logs_max = 3;  // nearest causes first
constexpr const char* never_seen = "nothing was seen of it since stackd started";
/// Of the newest attempts, which may wait or be superseded, to find the last that came to something.
constexpr std::int64_t attempts_looked_at = 20;
constexpr std::int64_t journal_read_max = 100'000;

Error no_release(const std::string& stack, std::int64_t number) {
  return Error{ErrorKind::not_found, "stack " + stack + " has no release " + std::to_string(number)};
}

Error no_containers(const LogsRequest& request) {
  return Error{ErrorKind::not_found,
               "release " + std::to_string(*request.release) + " of " + request.stack + " has no container" +
                   (request.services.empty() ? "" : " for " + join(request.services, ", ")) +
                   " any more, and no log of one is kept; `stackctl show " +
                   std::to_string(*request.release) + "` has the last words of what failed"};
}

}  // namespace

StackStatus Supervisor::status_of(const Kept& kept) const {
  StackStatus status = report_status(*kept.keeper, edges_.clock.wall());
  status.engine = link_;
  status.engine_error = engine_error_;
  if (!kept.keeper->view().is_up_to_date()) {
    for (ServiceStatus& service : status.services) {
      const bool seen = kept.keeper->view().has_ever_seen();
      service.why = seen ? "last seen " + state_words(service.state) + ", before the engine was away"
                         : std::string(never_seen);
      service.state = ServiceState::unknown;
      service.next_try.reset();
      service.stuck = false;
    }
  }
  status.file_changed = file_news_.changed(kept.keeper->name(), kept.keeper->record().current_release);
  if (Result<void> record = check_store(); !record) {
    status.warnings.insert(status.warnings.begin(), record.error().message);
    if (kept.keeper->has_release()) status.release = kept.keeper->state().desired.release;
  }
  Result<std::vector<Deploy>> deploys = edges_.store.deploys(kept.keeper->name(), attempts_looked_at);
  const Deploy* told = deploys ? attempt_to_tell(*deploys) : nullptr;
  if (told != nullptr) {
    status.deploy = *told;
    status.deploy->canonical.clear();
    status.deploy->source.variables.clear();  // any of them may be secret
    status.deploy->source.set.clear();
  }
  return status;
}

Awaitable<Result<std::vector<StackStatus>>> Supervisor::stacks() {
  if (Result<void> record = check_store(); !record && kept_.empty()) co_return record.error();
  std::map<std::string, std::int64_t> releases;
  for (const auto& [name, kept] : kept_) releases[name] = kept.keeper->record().current_release;
  co_await file_news_.look(std::move(releases));
  std::vector<StackStatus> all;
  for (const auto& [name, kept] : kept_) all.push_back(status_of(kept));
  co_return all;
}

Awaitable<Result<StackStatus>> Supervisor::status(std::string stack) {
  Result<Kept*> asked = find(stack);
  if (!asked) co_return asked.error();
  std::map<std::string, std::int64_t> releases;
  releases[stack] = (*asked)->keeper->record().current_release;
  co_await file_news_.look(std::move(releases));
  const Result<Kept*> kept = find(stack);  // it may be forgotten by now
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
  if (!keeper.has_release()) co_return keeper.without_release();
  const decide::State state = keeper.state();
  auto found = state.desired.stack->services.find(service);
  const std::string blamed = blame_of_last_deploy(stack, service);
  const std::vector<std::string> behind = decide::behind_the_gate(state);
  if (std::find(behind.begin(), behind.end(), service) != behind.end()) {
    std::vector<std::string> waits{service + " waits: " + decide::gate_words(state) + "."};
    for (const auto& [name, other] : state.desired.stack->services) {
      if (!is_job(*state.desired.stack, other)) continue;
      for (const decide::Cause& cause : decide::causal_chain(state, other)) waits.push_back(cause.sentence);
    }
    co_return waits;
  }
  if (found == state.desired.stack->services.end() && !blamed.empty()) {
    std::vector<std::string> only_failed{service + " is not in the current release.", blamed};
    co_return only_failed;
  }
  if (found == state.desired.stack->services.end()) {
    std::vector<std::string> names;
    for (const auto& [name, other] : state.desired.stack->services) names.push_back(name);
    std::string meant = nearest(service, names);
    Error unknown{ErrorKind::not_found, "stack " + stack + " has no service " + service +
                                            (meant.empty() ? "" : "; did you mean " + meant + "?")};
    co_return unknown;
  }
  const bool away = link_ != EngineLink::connected;
  std::vector<std::string> chain;
  if (away) chain.push_back("T" + engine_is_away().message.substr(1) + ".");
  if (!keeper.view().has_ever_seen()) {
    chain.push_back(service + " is unknown: " + never_seen + ".");
    add_blame(chain, blamed);
    co_return chain;
  }
  const std::vector<decide::Cause> causes = decide::causal_chain(state, found->second);
  std::int64_t logs_asked = 0;
  for (const decide::Cause& cause : causes) {
    chain.push_back(cause.sentence);
    const bool tells = !away && !cause.log_of.empty() && ++logs_asked <= why_logs_max;
    std::string words;
    if (tells) words = co_await last_words_of(edges_.engine, cause.log_of, why_lines);
    if (!words.empty()) chain.push_back(decide::last_lines_text(words));
  }
  add_blame(chain, blamed);
  if (away) co_return chain;
  if (std::string where = kept_words(stack, service); !blamed.empty() && !where.empty())
    chain.push_back(std::move(where));
  co_return chain;
}

// Where the whole log is of what the last deploy failed for.
std::string Supervisor::kept_words(const std::string& stack, const std::string& service) const {
  Result<std::vector<Deploy>> deploys = edges_.store.deploys(stack, attempts_looked_at);
  const Deploy* last = deploys ? last_attempt(*deploys) : nullptr;
  if (last == nullptr || last->release == 0 || edges_.logs == nullptr) return {};
  const std::vector<KeptLog> logs = edges_.logs->of_release(stack, last->release);
  const bool kept =
      std::any_of(logs.begin(), logs.end(), [&](const KeptLog& log) { return log.service == service; });
  if (!kept) return {};
  return "Its whole log: `stackctl logs --release " + std::to_string(last->release) + " " + service + "`.";
}

std::string Supervisor::blame_of_last_deploy(const std::string& stack, const std::string& service) const {
  Result<std::vector<Deploy>> deploys = edges_.store.deploys(stack, attempts_looked_at);
  const Deploy* last = deploys ? last_attempt(*deploys) : nullptr;
  return last == nullptr ? std::string() : blame(*last, service);
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

Result<std::vector<LogSource>> Supervisor::logs_now(const LogsRequest& request, bool with_kept) {
  Result<Kept*> kept = find(request.stack);
  if (!kept) return kept.error();
  const StackKeeper& keeper = *(*kept)->keeper;
  if (!keeper.has_release()) return Error{ErrorKind::unavailable, keeper.without_release().message};
  const decide::State state = keeper.state();
  const KeptLogs* logs = with_kept ? edges_.logs : nullptr;
  std::vector<LogSource> sources = find_log_sources(state, request, logs);
  const bool from_record = request.release && !request.follow;
  if (!keeper.view().is_up_to_date() && !from_record) return engine_is_away();
  const bool may_come = !request.release || *request.release == state.desired.release;
  if (sources.empty() && !may_come) return no_containers(request);
  return sources;
}

Awaitable<OpenedStream<LogLine>> Supervisor::logs(LogsRequest request) {
  Result<Kept*> kept = find(request.stack);
  if (!kept) co_return kept.error();
  const StackKeeper& keeper = *(*kept)->keeper;
  if (!keeper.has_release()) co_return keeper.without_release();
  const decide::State state = keeper.state();
  for (const std::string& name : request.services) {
    if (request.release || state.desired.stack->services.count(name) > 0) continue;
    Error unknown{ErrorKind::not_found, "stack " + request.stack + " has no service " + name};
    co_return unknown;
  }
  if (request.release && find_log_sources(state, request, edges_.logs).empty()) {
    Result<std::optional<Release>> there = edges_.store.release(request.stack, *request.release);
    if (!there) co_return there.error();
    co_return *there ? no_containers(request) : no_release(request.stack, *request.release);
  }
  engine::LogOptions options;
  options.follow = request.follow;
  options.since = request.since;
  options.tail = request.tail;
  OpenLog open = [engine = &edges_.engine](std::string id, engine::LogOptions how) {
    return engine->open_logs(std::move(id), how);
  };
  // What was kept does not change: it is looked for once.
  FindLogs find_logs = [this, request, is_first = true]() mutable {
    return logs_now(request, std::exchange(is_first, false));
  };
  LogPlace place{edges_.executor, edges_.clock, std::move(open)};
  co_return open_log_lines(std::move(place), std::move(find_logs), options);
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

Awaitable<Result<std::vector<Deploy>>> Supervisor::deploys(std::string stack) {
  if (Result<void> record = check_store(); !record) co_return record.error();
  Result<Kept*> kept = find(stack);
  if (!kept) co_return kept.error();
  Result<std::vector<Deploy>> all = edges_.store.deploys(stack, deploys_listed_max);
  if (!all) co_return all.error();
  for (Deploy& deploy : *all) deploy.canonical.clear();
  co_return all;
}

Awaitable<Result<std::vector<WayBack>>> Supervisor::ways_back(std::string stack) {
  if (Result<void> record = check_store(); !record) co_return record.error();
  Result<Kept*> kept = find(stack);
  if (!kept) co_return kept.error();
  StackRecord record = (*kept)->keeper->record();
  co_return co_await find_ways_back(edges_, std::move(record));
}

Awaitable<Result<std::vector<Release>>> Supervisor::history(std::string stack) {
  if (Result<void> record = check_store(); !record) co_return record.error();
  Result<Kept*> kept = find(stack);
  if (!kept) co_return kept.error();
  co_return edges_.store.releases(stack, false);
}

Awaitable<Result<Release>> Supervisor::release(std::string stack, std::int64_t number) {
  if (Result<void> record = check_store(); !record) co_return record.error();
  Result<Kept*> kept = find(stack);
  if (!kept) co_return kept.error();
  Result<std::optional<Release>> found = edges_.store.release(stack, number);
  if (!found) co_return found.error();
  if (!*found) co_return no_release(stack, number);
  co_return **found;
}

Awaitable<Result<std::vector<JobRun>>> Supervisor::jobs(std::string stack, std::int64_t number) {
  Result<Release> there = co_await release(stack, number);
  if (!there) co_return there.error();
  co_return edges_.store.job_runs(stack, number);
}

}  // namespace stackd::daemon
