// Of a run that ended: whose doing it was, and whether and when there is another.
#include <algorithm>

#include "base/mutation.h"
#include "decide/learn/end_words.h"
#include "decide/learn/learner.h"
#include "decide/picture/backoff.h"
#include "decide/picture/wanted.h"
#include "decide/replace/compare.h"
#include "decide/replace/health.h"
#include "decide/replace/rollout.h"

namespace stackd::decide {
namespace {

/// Beyond the stop grace, what may pass between a signal and the end that it caused.
constexpr Duration signal_slack = std::chrono::seconds(10);

}  // namespace

void Learner::put_down_to_engine(ContainerMemory& m, const ObservedContainer& container) {
  m.outside_settles_at.reset();
  m.end = EndCause::engine_down;
  replica(m).last_end = "ended with the engine";
  replica(m).next_try = input_.now;
  say(FactKind::interrupted, m, container.id, "ended with the engine");
}

void Learner::end_run(const Service& service, ContainerMemory& m, const ObservedContainer& container) {
  if (!m.exit_seen_at) m.exit_seen_at = input_.now;
  const bool cause_known =
      m.stop.is_ours() || killed_outside(m, container) || m.death_announced || input_.engine_restarted;
  if (!cause_known && input_.now - *m.exit_seen_at < event_patience) return;
  m.running = false;
  m.exit_seen_at.reset();
  m.readiness.lose();
  if (m.readiness.told == ReadinessMemory::Told::ready) m.readiness.told = ReadinessMemory::Told::taken_back;
  m.probe.running = false;
  m.probe.next_at.reset();
  settle_end(service, m, container);
}

bool Learner::killed_outside(const ContainerMemory& m, const ObservedContainer& container) const {
  return m.killed_outside_at && input_.now - *m.killed_outside_at <= patience_for_signal(container);
}

Duration Learner::patience_for_signal(const ObservedContainer& container) {
  return std::chrono::seconds(container.stop_timeout_seconds.value_or(10)) + signal_slack;
}

bool Learner::ended_before_wanted(const ContainerMemory& m, const ObservedContainer& container) const {
  return was_before_wanted(memory_, m.service, container.finished_at, input_.now);
}

bool Learner::was_to_be_restarted(const ContainerMemory& m, const ObservedContainer& container) const {
  const auto order = input_.wishes.restarts.runs.find(container.id);
  return order != input_.wishes.restarts.runs.end() && order->second == m.run_started_at;
}

void Learner::settle_end(const Service& service, ContainerMemory& m, const ObservedContainer& container) {
  const std::string how = end_sentence(m, container);
  replica(m).last_end = how;
  if (mutated("an-end-of-the-engine-is-an-end-of-its-own")) {
    m.end = EndCause::itself;
  } else if (input_.engine_restarted && !m.stop.is_ours()) {
    m.end = EndCause::engine_down;
  } else if (m.stop.is_ours()) {
    m.end = EndCause::ours;
  } else if (killed_outside(m, container)) {
    m.end = EndCause::outside;
  } else {
    m.end = EndCause::itself;
  }
  if (is_job(*input_.target.desired.stack, service)) {
    end_job(service, m, container, how);
    return;
  }
  const bool begins_anew = m.end == EndCause::itself && was_to_be_restarted(m, container);
  if (begins_anew || (m.end != EndCause::engine_down && ended_before_wanted(m, container))) {
    m.end = EndCause::ours;
    m.stop.purpose = StopPurpose::restart;
  }
  switch (m.end) {
    case EndCause::ours:
      if (m.stop.purpose != StopPurpose::leave_down)
        count_failure(service, m, container, m.stop.purpose == StopPurpose::restart_of_a_failure);
      break;
    case EndCause::engine_down:
      replica(m).next_try = input_.now;
      say(FactKind::interrupted, m, container.id, "ended with the engine");
      break;
    case EndCause::outside:
      replica(m).last_end = "was stopped outside stackd";
      m.outside_settles_at = input_.now + (m.asked_to_stop_outside ? engine_end_patience : removal_patience);
      break;
    case EndCause::itself:
      say(FactKind::ended, m, container.id, how, container.exit_code);
      // What is on its way out says nothing about its successor.
      if (!is_outdated(service, container)) count_failure(service, m, container, true);
      break;
    case EndCause::none:
      break;
  }
  m.stop.by = StopMemory::By::nobody;
}

void Learner::settle_outside(ContainerMemory& m, const ObservedContainer& container) {
  m.outside_settles_at.reset();
  say(FactKind::stopped_outside, m, container.id, "was stopped outside stackd", container.exit_code);
}

std::string Learner::end_sentence(const ContainerMemory& m, const ObservedContainer& container) const {
  const bool just_told = m.out_of_memory_at && input_.now - *m.out_of_memory_at <= out_of_memory_settles;
  return end_words(container, just_told);
}

bool Learner::was_good(const ContainerMemory& m, const ObservedContainer& container) const {
  Duration ran = std::max<Duration>(input_.now - m.run_seen_at, container.finished_at - container.started_at);
  auto service = input_.target.desired.stack->services.find(m.service);
  Duration needed = good_run;
  if (service != input_.target.desired.stack->services.end() && service->second.restart.window) {
    needed = *service->second.restart.window;
  }
  return ran >= needed && (m.readiness.was_ready() || !has_health_check(container));
}

void Learner::count_failure(const Service& service, ContainerMemory& m, const ObservedContainer& container,
                            bool failure) {
  ReplicaMemory& remembered = replica(m);
  if (!failure) {
    remembered.next_try = input_.now;
    return;
  }
  End end;
  end.good = was_good(m, container);
  end.unhealthy = m.end == EndCause::ours;
  if (end.unhealthy && !m.readiness.was_ready()) ++remembered.never_ready;
  if (end.good && !end.unhealthy) remembered.attempts = 0;
  remembered.quick_failures = end.good ? 0 : remembered.quick_failures + 1;
  const bool looped = is_crash_looping(input_.target.rollout, remembered, input_.now);
  remembered.failures.push_back(input_.now);
  while (input_.now - remembered.failures.front() > crash_loop_window) remembered.failures.pop_front();
  end.exit_code = container.exit_code;
  end.quick_failures = remembered.quick_failures;
  end.attempts = remembered.attempts;
  end.crash_looping = is_crash_looping(input_.target.rollout, remembered, input_.now);
  Verdict verdict = next_attempt(service.restart, end, input_.jitter + facts_.size());
  if (const auto* never = std::get_if<Never>(&verdict)) {
    remembered.next_try.reset();
    say(end_kind(service, container), m, container.id, "stays down: " + never->because, container.exit_code);
    return;
  }
  ++remembered.attempts;
  remembered.restart_is_due = true;
  remembered.next_try = input_.now + std::get<TryAgain>(verdict).pause;
  if (end.crash_looping && !looped) {
    say(FactKind::crash_looping, m, container.id,
        "is crash-looping: " + std::to_string(remembered.failures.size()) + " failures in " +
            to_human(crash_loop_window) + ", the last one " + remembered.last_end);
  }
}

bool Learner::is_outdated(const Service& service, const ObservedContainer& container) const {
  return !must_be_replaced(state(), service, container).empty();
}

FactKind Learner::end_kind(const Service& service, const ObservedContainer& ended) const {
  const State now = state();
  for (const ObservedContainer* other : containers_of(input_.observed, service.name)) {
    if (runs(*other)) return FactKind::ended;
  }
  for (std::int64_t number = 1; number <= service.scale; ++number) {
    const ObservedContainer* other = place_of(now, service, number).fitting;
    const bool over = other != nullptr && stays_down(now, service, *other);
    if (number != ended.number && !over) return FactKind::ended;
  }
  return FactKind::ended_for_good;
}

void Learner::found_ended(const Service& service, ContainerMemory& m, const ObservedContainer& container) {
  m.run_started_at = container.started_at;
  m.run_seen_at = input_.now;
  const bool settled =
      input_.wishes.stopped.count(service.name) > 0 || input_.wishes.ended.count(service.name) > 0;
  if (is_job(*input_.target.desired.stack, service)) {
    m.end = input_.engine_restarted ? EndCause::engine_down : EndCause::itself;
    end_job(service, m, container, end_words(container, false));
    return;
  }
  replica(m).last_end = end_words(container, false);
  if (settled || input_.wishes.stack != StackWish::running) return;
  if (is_outdated(service, container)) return;  // it was on its way out when stackd ended
  if (!input_.engine_restarted && (m.stop.is_ours() || ended_before_wanted(m, container))) {
    m.end = EndCause::ours;
    m.stop.by = StopMemory::By::nobody;
    replica(m).next_try = input_.now;
    return;
  }
  m.end = input_.engine_restarted ? EndCause::engine_down : EndCause::itself;
  replica(m).next_try = input_.now;
  if (m.end != EndCause::itself) return;
  End end;
  end.exit_code = container.exit_code;
  end.good = true;
  Verdict verdict = next_attempt(service.restart, end, input_.jitter);
  if (const auto* never = std::get_if<Never>(&verdict)) {
    replica(m).next_try.reset();
    say(end_kind(service, container), m, container.id,
        "ended with " + std::to_string(container.exit_code) +
            " while stackd was away and stays down: " + never->because,
        container.exit_code);
  }
}

void Learner::end_job(const Service& service, ContainerMemory& m, const ObservedContainer& container,
                      const std::string& how) {
  m.stop.by = StopMemory::By::nobody;
  auto run = input_.target.learnt.jobs.find(service.name);
  const bool this_run = run != input_.target.learnt.jobs.end() && run->second.container_id == container.id;
  if (!this_run || run->second.state == JobState::succeeded || run->second.state == JobState::failed) return;
  if (container.exit_code == 0) {
    say(FactKind::job_succeeded, m, container.id, "succeeded", 0);
    return;
  }
  ReplicaMemory& remembered = replica(m);
  if (m.end == EndCause::engine_down) {
    remembered.next_try = input_.now;
    say(FactKind::interrupted, m, container.id, "was interrupted by the end of the engine and runs again");
    return;
  }
  ++remembered.quick_failures;
  End end{container.exit_code, false, false, remembered.quick_failures, remembered.attempts, false};
  Verdict verdict = next_attempt(service.restart, end, input_.jitter);
  const bool retries = service.restart.condition == RestartCondition::on_failure && m.end == EndCause::itself;
  if (retries && std::holds_alternative<TryAgain>(verdict)) {
    ++remembered.attempts;
    remembered.next_try = input_.now + std::get<TryAgain>(verdict).pause;
    say(FactKind::ended, m, container.id, how + " and is tried again", container.exit_code);
    return;
  }
  say(FactKind::job_failed, m, container.id, "failed: it " + how, container.exit_code);
}

}  // namespace stackd::decide
