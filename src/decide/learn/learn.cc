#include "decide/learn/learn.h"

#include <utility>

#include "base/check.h"
#include "decide/learn/end_words.h"
#include "decide/learn/learner.h"
#include "decide/learn/outside.h"
#include "decide/picture/strangers.h"
#include "decide/picture/wanted.h"
#include "decide/replace/health.h"
#include "decide/replace/rollout.h"

namespace stackd::decide {

std::vector<Fact> Learner::run() {
  note_strangers(memory_, input_.observed, input_.now);
  for (const auto& [name, service] : input_.target.desired.stack->services) {
    for (const ObservedContainer* container : containers_of(input_.observed, name)) look(service, *container);
  }
  for (const auto& [id, job] : input_.target.learnt.former_jobs) look_at_former_job(id, job.release);
  learn_changes(memory_, input_, facts_);
  forget_vanished();
  return std::move(facts_);
}

void Learner::say(FactKind kind, const ContainerMemory& m, const std::string& id, const std::string& what,
                  std::int64_t exit_code) {
  const std::string name = m.service + "-" + std::to_string(m.number);
  facts_.push_back({kind, m.service, m.number, id, exit_code, name + " " + what});
}

void Learner::look(const Service& service, const ObservedContainer& container) {
  ContainerMemory& m = memory_.containers[container.id];
  m.service = service.name;
  m.number = container.number;
  const bool first_sight = !m.known;
  m.known = true;
  if (first_sight && m.stop.is_inherited() && m.stop.inherited_of != container.started_at) {
    m.stop.by = StopMemory::By::nobody;  // it did end, and was started again
    m.stop.purpose = StopPurpose::leave_down;
  }
  if (first_sight) m.stop.inherited_until = input_.now + patience_for_signal(container);
  if (m.stop.is_inherited() && input_.now > m.stop.inherited_until) m.stop.by = StopMemory::By::nobody;
  if (runs(container)) {
    if (!m.running || m.run_started_at != container.started_at) begin_run(m, container, first_sight);
    look_at_pause(m, container);
    if (!m.paused) look_at_health(m, container, first_sight);
    tell_out_of_memory(m, container);
  } else if (m.running) {
    end_run(service, m, container);
  } else if (first_sight && container.started_at != WallTime{}) {
    found_ended(service, m, container);
  } else if (container.started_at != WallTime{} && container.started_at != m.run_started_at) {
    // A whole run passed between two looks.
    const ContainerMemory before = m;
    begin_run(m, container, first_sight);
    m.killed_outside_at = before.killed_outside_at;
    m.asked_to_stop_outside = before.asked_to_stop_outside;
    m.stop = before.stop;  // ordered since the last end that was seen: it was for this run
    end_run(service, m, container);
  } else if (m.end == EndCause::itself && container.oom_killed && m.run_started_at == container.started_at) {
    replica(m).last_end = end_words(container, true);  // the event of its end did not say so
  } else if (m.outside_settles_at && input_.engine_restarted) {
    put_down_to_engine(m, container);
  } else if (m.outside_settles_at && input_.now >= *m.outside_settles_at) {
    settle_outside(m, container);
  }
  if (container.started_at != WallTime{}) replica(m).was_filled = true;
}

void Learner::look_at_former_job(const std::string& id, std::int64_t release) {
  const auto container = input_.observed.containers.find(id);
  if (container == input_.observed.containers.end()) return;
  if (container->second.started_at != WallTime{} && !runs(container->second)) {
    const ObservedContainer& ended = container->second;
    facts_.push_back(
        {FactKind::former_job_ended, ended.service, ended.number, id, ended.exit_code,
         ended.service + " of release " + std::to_string(release) + " " + end_words(ended, false)});
  }
  if (input_.target.desired.stack->services.count(container->second.service) > 0) return;
  ContainerMemory& m = memory_.containers[id];
  const bool same_run = m.running && m.run_started_at == container->second.started_at;
  if (!same_run) m.run_seen_at = input_.now;
  m.service = container->second.service;
  m.number = container->second.number;
  m.run_started_at = container->second.started_at;
  m.running = runs(container->second);
}

void Learner::begin_run(ContainerMemory& m, const ObservedContainer& container, bool first_sight) {
  if (m.running) {  // it ended and started between two looks: not by an order of ours
    replica(m).last_end = "was restarted outside stackd";
  }
  ContainerMemory fresh;
  fresh.service = m.service;
  fresh.number = m.number;
  fresh.known = true;
  fresh.run_started_at = container.started_at;
  fresh.run_seen_at = input_.now;
  fresh.running = true;
  fresh.stop_signal = container.stop_signal;
  fresh.removal_is_ours = m.removal_is_ours;
  fresh.hands = m.hands;
  fresh.under_way = m.under_way;
  if (first_sight || m.under_way == UnderWay::stop) fresh.stop = m.stop;  // it concerns this run as well
  // An engine that came back starts what carries a policy of its own; nobody asked for that.
  const bool by_engine = input_.engine_restarted && has_engine_policy(container);
  const bool by_others = !m.start_is_ours && !by_engine;
  const bool renews = begins_anew(m, container, first_sight);
  if (std::exchange(replica(m).restart_is_due, false) && m.start_is_ours) ++replica(m).restarts;
  m = fresh;
  replica(m).next_try.reset();
  if (renews) replica(m).started_by_us = container.started_at;
  if (is_job(*input_.target.desired.stack, input_.target.desired.stack->services.at(m.service))) {
    note_job_running(m, container);
    return;
  }
  const bool down = input_.wishes.stack == StackWish::stopped_outside ||
                    (input_.wishes.stopped.count(m.service) > 0 && !first_sight);
  // A start that is learnt of late does not undo the order to stop that came after it.
  const bool overruled = was_before_unwanted(memory_, m.service, container.started_at, input_.now);
  if (down && by_others && !overruled) {
    say(FactKind::started_outside, m, container.id, "was started outside stackd");
  } else if (!first_sight) {
    say(FactKind::started, m, container.id, "started");
  }
}

bool Learner::begins_anew(const ContainerMemory& m, const ObservedContainer& container, bool first_sight) {
  if (!replica(m).was_filled) return false;
  const Service& service = input_.target.desired.stack->services.at(m.service);
  if (first_sight)
    return is_rolling(input_.target.rollout) && is_changed(state(), m.service) &&
           !is_outdated(service, container);
  const bool put_back = is_going_back(input_.target.rollout) && m.end == EndCause::ours;
  return m.run_started_at == WallTime{} || put_back || m.stop.purpose == StopPurpose::restart;
}

void Learner::note_job_running(const ContainerMemory& m, const ObservedContainer& container) {
  auto run = input_.target.learnt.jobs.find(m.service);
  const bool ours = run != input_.target.learnt.jobs.end() && run->second.container_id == container.id;
  const bool over = run != input_.target.learnt.jobs.end() && run->second.state == JobState::succeeded;
  if (ours && !over && run->second.state != JobState::running) {
    say(FactKind::job_running, m, container.id, "runs");
  }
}

void Learner::look_at_health(ContainerMemory& m, const ObservedContainer& container, bool first_sight) {
  ReadinessMemory& readiness = m.readiness;
  const bool probed_ready = readiness.is_ready();
  if (container.health == HealthState::healthy) readiness.engine_said_healthy = true;
  const Service& service = input_.target.desired.stack->services.at(m.service);
  if (!service.post_start.empty() && m.under_way == UnderWay::start) return;  // its hooks belong to its start
  const bool ours_to_ask = !service.extension.probe_by_engine;
  const bool too_soon = ours_to_ask && !readiness.was_ready() && passes_too_soon(container);
  if (!has_health_check(container) || (container.health == HealthState::healthy && !too_soon)) {
    readiness.state = ReadinessMemory::State::ready;
  } else if (container.health == HealthState::unhealthy && !is_behind(m, container, input_.now)) {
    readiness.lose();
  }
  if (readiness.is_ready() && readiness.told != ReadinessMemory::Told::ready) {
    if (!probed_ready) readiness.at = input_.now;
    readiness.told_at = input_.wall;
    const bool again = readiness.told != ReadinessMemory::Told::nothing;
    readiness.told = ReadinessMemory::Told::ready;
    m.probe.next_at.reset();
    m.probe.failures = 0;
    replica(m).never_ready = 0;
    if (first_sight || is_job(*input_.target.desired.stack, service)) return;
    say(again ? FactKind::recovered : FactKind::ready, m, container.id,
        again ? "is healthy again" : "is ready after " + to_human(m.readiness.at - m.run_seen_at));
  } else if (!readiness.is_ready() && readiness.told == ReadinessMemory::Told::ready) {
    readiness.told = ReadinessMemory::Told::taken_back;
    const std::string words = check_words(m, container);
    say(FactKind::unhealthy, m, container.id, "is unhealthy" + (words.empty() ? words : ": " + words));
  }
  tell_failing_check(m, container);
}

void Learner::look_at_pause(ContainerMemory& m, const ObservedContainer& container) {
  const bool paused = container.state == ContainerState::paused;
  // An engine that calls it unhealthy and has failed no check had it paused while nobody looked.
  const bool was_paused = m.paused || (container.health == HealthState::unhealthy && !m.resumed_at &&
                                       container.failed_checks == std::optional<std::int64_t>(0));
  m.paused = paused;
  if (was_paused && !paused) note_standstill(m, input_.now);
}

void Learner::tell_failing_check(ContainerMemory& m, const ObservedContainer& container) {
  if (m.readiness.was_ready() || m.probe.told || m.probe.failures == 0) return;
  const bool missing = m.probe.missing >= check_told_after;
  const Duration taken = input_.now - counts_from(m);
  if (!missing && taken < failing_check_told_after) return;
  m.probe.told = true;
  const std::string words = check_words(m, container);
  std::string what = missing ? broken_check_text(m, container) : "its health check fails";
  if (!missing && !words.empty()) what += ": " + words;
  say(FactKind::check_fails, m, container.id, "is not ready after " + to_human(taken) + ": " + what);
}

void Learner::tell_out_of_memory(ContainerMemory& m, const ObservedContainer& container) {
  if (!m.out_of_memory_at || m.out_of_memory_told) return;
  if (input_.now - *m.out_of_memory_at <= out_of_memory_settles) return;
  m.out_of_memory_told = true;
  say(FactKind::out_of_memory, m, container.id,
      "lives on, but a process in it was killed" + out_of_memory_words(container));
}

void Learner::forget_vanished() {
  for (auto it = memory_.containers.begin(); it != memory_.containers.end();) {
    const ContainerMemory& m = it->second;
    if (input_.observed.containers.count(it->first) > 0 || !m.known) {
      ++it;
      continue;
    }
    if (!m.removal_is_ours) {
      const bool wanted_down = m.asked_to_stop_outside && m.killed_outside_at &&
                               !has_successor(input_.observed, m.service, it->first);
      if (wanted_down && input_.wishes.stopped.count(m.service) == 0) {
        say(FactKind::stopped_outside, m, it->first, "was stopped and removed outside stackd");
      } else {
        say(FactKind::removed_outside, m, it->first, "was changed outside stackd: it was removed");
      }
    }
    it = memory_.containers.erase(it);
  }
}

std::vector<Fact> learn(Memory& memory, const LearnInput& input) {
  STACKD_CHECK(input.target.desired.stack != nullptr);
  return Learner(memory, input).run();
}

}  // namespace stackd::decide
