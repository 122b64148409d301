#include "daemon/keep/keeper_facts.h"

#include "base/log.h"
#include "base/text.h"
#include "daemon/logs/last_words.h"
#include "decide/picture/wanted.h"

namespace stackd::daemon {
void KeeperFacts::believe_all(const std::vector<decide::Fact>& facts) {
  for (const decide::Fact& fact : facts) believe(fact);
  if (!facts.empty()) note_all_stopped_outside();
}

void KeeperFacts::believe(const decide::Fact& fact) {
  switch (fact.kind) {
    case decide::FactKind::stopped_outside:
      stack_.wishes.stopped.emplace(fact.service, ServiceStop::outside);
      break;
    case decide::FactKind::started_outside:
      wake_from_outside();
      stack_.wishes.stopped.erase(fact.service);
      stack_.wishes.ended.erase(fact.service);
      break;
    case decide::FactKind::ended_for_good:
      stack_.wishes.ended.insert(fact.service);
      break;
    case decide::FactKind::job_running:
    case decide::FactKind::job_succeeded:
    case decide::FactKind::job_failed:
      believe_job(fact);
      break;
    case decide::FactKind::former_job_ended:
      return believe_former_job(fact);
    case decide::FactKind::started:
      stack_.wishes.ended.erase(fact.service);  // whoever started it: it is wanted again
      break;
    case decide::FactKind::ready:
    case decide::FactKind::unhealthy:
    case decide::FactKind::recovered:
    case decide::FactKind::ended:
    case decide::FactKind::crash_looping:
    case decide::FactKind::reloaded:
    case decide::FactKind::reload_refused:
    case decide::FactKind::check_fails:
    case decide::FactKind::out_of_memory:
    case decide::FactKind::interrupted:
    case decide::FactKind::changed_outside:
      break;
    case decide::FactKind::removed_outside:
      ledgers_.own_stops.forget(fact.container_id);
      break;
  }
  if (stack_.wishes.stopped != stack_.record.stopped_services ||
      stack_.wishes.ended != stack_.record.ended_services || stack_.wishes.stack != stack_.record.wish) {
    store_record_late(edges_.store, stack_, ledgers_.late);
  }
  journal_.write(fact.service, decide::to_string(fact.kind), fact.sentence);
  if (on_fact_) on_fact_(fact);
}

void KeeperFacts::believe_job(const decide::Fact& fact) {
  JobRun& run = stack_.target->learnt.jobs[fact.service];
  run.stack = stack_.record.name;
  run.release = stack_.target->desired.release;
  run.service = fact.service;
  run.container_id = fact.container_id;
  run.exit_code = fact.exit_code;
  run.changed_at = edges_.clock.wall();
  run.state = fact.kind == decide::FactKind::job_running     ? JobState::running
              : fact.kind == decide::FactKind::job_succeeded ? JobState::succeeded
                                                             : JobState::failed;
  if (decide::is_rescuing(stack_.target->rollout)) return;  // there is no release to write it to
  store_job_run(run);
  if (run.state == JobState::failed) {
    tasks_.spawn("last words of " + fact.service, fetch_last_words(fact.service, fact.container_id));
  }
}

// No deploy is told: it is not about the one on its way.
void KeeperFacts::believe_former_job(const decide::Fact& fact) {
  const auto job = stack_.target->learnt.former_jobs.find(fact.container_id);
  if (job == stack_.target->learnt.former_jobs.end()) return;
  JobRun run{stack_.record.name, job->second.release, fact.service, fact.container_id};
  run.exit_code = fact.exit_code;
  run.changed_at = edges_.clock.wall();
  run.state = fact.exit_code == 0 ? JobState::succeeded : JobState::failed;
  stack_.target->learnt.former_jobs.erase(job);
  store_job_run(run);
  JournalEntry entry;
  entry.service = fact.service;
  entry.release = run.release;
  entry.kind = decide::to_string(run.state == JobState::succeeded ? decide::FactKind::job_succeeded
                                                                  : decide::FactKind::job_failed);
  entry.text = fact.sentence;
  static_cast<void>(journal_.note(std::move(entry), LogLevel::info).ok());
}

runtime::Task<void> KeeperFacts::fetch_last_words(std::string service, std::string container_id) {
  std::string words = co_await last_words_of(edges_.engine, container_id, last_words_lines);
  if (!stack_.target) co_return;
  auto run = stack_.target->learnt.jobs.find(service);
  if (run == stack_.target->learnt.jobs.end() || run->second.container_id != container_id) co_return;
  run->second.last_words = words;
  store_job_run(run->second);
  bell_.ring();
}

// Written late, it is written as it is known by then.
void KeeperFacts::store_job_run(const JobRun& run) {
  ledgers_.late.put(
      "job run " + std::to_string(run.release) + " " + run.service, "the run of " + run.service, [this, run] {
        const bool current = stack_.target && stack_.target->desired.release == run.release;
        const auto known = current ? stack_.target->learnt.jobs.find(run.service)
                                   : decltype(stack_.target->learnt.jobs.end()){};
        return edges_.store.put_job_run(current && known != stack_.target->learnt.jobs.end() ? known->second
                                                                                             : run);
      });
}

// `docker compose down` by other hands: everything stopped, nothing left.
void KeeperFacts::note_all_stopped_outside() {
  if (stack_.wishes.stack != StackWish::running || stack_.target->desired.stack->services.empty()) return;
  bool by_others = false;
  for (const auto& [name, service] : stack_.target->desired.stack->services) {
    if (!decide::containers_of(stack_.observed, name).empty()) return;
    if (is_job(*stack_.target->desired.stack, service)) continue;
    if (decide::is_wanted(stack_.state(edges_.clock.now()), name)) return;
    auto stopped = stack_.wishes.stopped.find(name);
    by_others =
        by_others || (stopped != stack_.wishes.stopped.end() && stopped->second == ServiceStop::outside);
  }
  if (!by_others) return;
  stack_.wishes.stack = StackWish::stopped_outside;
  for (auto it = stack_.wishes.stopped.begin(); it != stack_.wishes.stopped.end();)
    it = it->second == ServiceStop::outside ? stack_.wishes.stopped.erase(it) : std::next(it);
  store_record_late(edges_.store, stack_, ledgers_.late);
  journal_.write({}, "stopped_outside", "every container was stopped and removed outside stackd");
}

// Somebody starts again what was taken down by others: that much of it is kept again.
void KeeperFacts::wake_from_outside() {
  if (stack_.wishes.stack != StackWish::stopped_outside) return;
  stack_.wishes.stack = StackWish::running;
  for (const auto& [name, service] : stack_.target->desired.stack->services) {
    if (!is_job(*stack_.target->desired.stack, service))
      stack_.wishes.stopped.emplace(name, ServiceStop::outside);
  }
}

}  // namespace stackd::daemon
