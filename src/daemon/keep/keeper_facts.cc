// What a keeper has learnt, into the record, the journal and the log.
#include "base/log.h"
#include "base/text.h"
#include "daemon/keep/stack_keeper.h"
#include "daemon/ledger/records.h"
#include "decide/keep/reconcile.h"

namespace stackd::daemon {
namespace {

constexpr std::int64_t last_words_lines = 20;

}  // namespace

void StackKeeper::believe(const decide::Fact& fact) {
  switch (fact.kind) {
    case decide::FactKind::stopped_outside:
      wishes_.stopped.emplace(fact.service, ServiceStop::outside);
      break;
    case decide::FactKind::started_outside:
      wake_from_outside();
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
    case decide::FactKind::former_job_ended:
      return believe_former_job(fact);
    case decide::FactKind::started:
      wishes_.ended.erase(fact.service);  // whoever started it: it is wanted again
      break;
    case decide::FactKind::ready:
    case decide::FactKind::unhealthy:
    case decide::FactKind::recovered:
    case decide::FactKind::ended:
    case decide::FactKind::crash_looping:
    case decide::FactKind::reloaded:
    case decide::FactKind::reload_refused:
    case decide::FactKind::interrupted:
    case decide::FactKind::changed_outside:
      break;
    case decide::FactKind::removed_outside:
      ledgers_.own_stops.forget(fact.container_id);
      break;
  }
  if (wishes_.stopped != record_.stopped_services || wishes_.ended != record_.ended_services ||
      wishes_.stack != record_.wish) {
    store_wishes();
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
  if (desired_->phase == decide::RolloutPhase::rescuing) return;  // there is no release to write it to
  store_job_run(run);
  if (run.state == JobState::failed) {
    tasks_.spawn("last words of " + fact.service, fetch_last_words(fact.service, fact.container_id));
  }
}

// No deploy is told: it is not about the one on its way.
void StackKeeper::believe_former_job(const decide::Fact& fact) {
  const auto job = desired_->former_jobs.find(fact.container_id);
  if (job == desired_->former_jobs.end()) return;
  JobRun run{record_.name, job->second.release, fact.service, fact.container_id};
  run.exit_code = fact.exit_code;
  run.changed_at = edges_.clock.wall();
  run.state = fact.exit_code == 0 ? JobState::succeeded : JobState::failed;
  desired_->former_jobs.erase(job);
  store_job_run(run);
  JournalEntry entry;
  entry.service = fact.service;
  entry.release = run.release;
  entry.kind = decide::to_string(run.state == JobState::succeeded ? decide::FactKind::job_succeeded
                                                                  : decide::FactKind::job_failed);
  entry.text = fact.sentence;
  static_cast<void>(note(std::move(entry), LogLevel::info).ok());
}

runtime::Task<void> StackKeeper::fetch_last_words(std::string service, std::string container_id) {
  std::string words = co_await last_words_of(edges_.engine, container_id, last_words_lines);
  if (!desired_) co_return;
  auto run = desired_->jobs.find(service);
  if (run == desired_->jobs.end() || run->second.container_id != container_id) co_return;
  run->second.last_words = words;
  store_job_run(run->second);
  wake_now();
}

// Written late, it is written as it is known by then.
void StackKeeper::store_job_run(const JobRun& run) {
  late_.put(
      "job run " + std::to_string(run.release) + " " + run.service, "the run of " + run.service, [this, run] {
        const bool current = desired_ && desired_->release == run.release;
        const auto known = current ? desired_->jobs.find(run.service) : decltype(desired_->jobs.end()){};
        return edges_.store.put_job_run(current && known != desired_->jobs.end() ? known->second : run);
      });
}

// `docker compose down` by other hands: everything stopped, nothing left.
void StackKeeper::note_all_stopped_outside() {
  if (wishes_.stack != StackWish::running || desired_->stack->services.empty()) return;
  bool by_others = false;
  for (const auto& [name, service] : desired_->stack->services) {
    if (!decide::containers_of(observed_, name).empty()) return;
    if (is_job(*desired_->stack, service)) continue;
    if (decide::is_wanted(state(), name)) return;
    auto stopped = wishes_.stopped.find(name);
    by_others = by_others || (stopped != wishes_.stopped.end() && stopped->second == ServiceStop::outside);
  }
  if (!by_others) return;
  wishes_.stack = StackWish::stopped_outside;
  for (auto it = wishes_.stopped.begin(); it != wishes_.stopped.end();)
    it = it->second == ServiceStop::outside ? wishes_.stopped.erase(it) : std::next(it);
  store_wishes();
  write_journal({}, "stopped_outside", "every container was stopped and removed outside stackd");
}

// Somebody starts again what was taken down by others: that much of it is kept again.
void StackKeeper::wake_from_outside() {
  if (wishes_.stack != StackWish::stopped_outside) return;
  wishes_.stack = StackWish::running;
  for (const auto& [name, service] : desired_->stack->services) {
    if (!is_job(*desired_->stack, service)) wishes_.stopped.emplace(name, ServiceStop::outside);
  }
}

// What can't be stored is in the log at least.
void StackKeeper::write_journal(const std::string& service, std::string_view kind, const std::string& text) {
  JournalEntry entry;
  entry.service = service;
  entry.kind = std::string(kind);
  entry.text = text;
  static_cast<void>(note(std::move(entry), LogLevel::info).ok());
}

Result<void> StackKeeper::note(JournalEntry entry, LogLevel level) {
  entry.at = edges_.clock.wall();
  entry.stack = record_.name;
  if (entry.release == 0 && desired_) entry.release = desired_->release;
  Result<void> stored = edges_.store.add_journal(entry);
  if (!stored) log(LogLevel::error, LogSubject{record_.name}, stored.error().message);
  log(level, LogSubject{record_.name, entry.service, entry.release}, entry.text);
  journal_.publish(std::move(entry));
  return stored;
}

Result<void> StackKeeper::store_record() {
  StackRecord changed = record_;
  changed.wish = wish_at_gate_.value_or(wishes_.stack);
  changed.stopped_services = wishes_.stopped;
  changed.ended_services = wishes_.ended;
  Result<void> stored = edges_.store.put_stack(changed);
  if (stored) record_ = std::move(changed);
  return stored;
}

void StackKeeper::store_wishes() {
  late_.put("wishes", "what is to run", [this] { return store_record(); });
}

void StackKeeper::store_fact(const std::string& name, const std::string& value) {
  const std::string key = name + record_.name;
  late_.put("fact " + key, "a note about its containers",
            [this, key, value] { return edges_.store.put_fact(key, value); });
}

// The words of each line that has so many.
std::vector<std::vector<std::string>> StackKeeper::fact_lines(const std::string& name, std::size_t count) {
  std::vector<std::vector<std::string>> lines;
  Result<std::optional<std::string>> stored = edges_.store.fact(name + record_.name);
  if (!stored || !*stored) return lines;
  for (const std::string& line : split(**stored, '\n')) {
    std::vector<std::string> words = split(line, ' ');
    if (words.size() == count) lines.push_back(std::move(words));
  }
  return lines;
}

}  // namespace stackd::daemon
