#include "decide/learn.h"

#include <algorithm>

#include "base/plant.h"
#include "base/text.h"
#include "decide/backoff.h"
#include "decide/compare.h"
#include "decide/health.h"
#include "decide/outside.h"
#include "decide/rollout.h"
#include "decide/start.h"

namespace stackd::decide {
namespace {

/// Beyond the stop grace, what may pass between a signal and the end that it caused.
constexpr Duration signal_slack = std::chrono::seconds(10);

// One pass over what was observed; the parts of learn() share what they found through it.
class Learner {
 public:
  Learner(Memory& memory, const LearnInput& input) : memory_(memory), input_(input) {}

  std::vector<Fact> run() {
    for (const auto& [name, service] : input_.desired.stack->services) {
      for (const ObservedContainer* container : containers_of(input_.observed, name))
        look(service, *container);
    }
    for (const auto& [id, job] : input_.desired.former_jobs) look_at_former_job(id, job.release);
    learn_changes(memory_, input_, facts_);
    forget_vanished();
    return std::move(facts_);
  }

 private:
  SlotMemory& slot(const ContainerMemory& m) { return memory_.slots[{m.service, m.number}]; }

  void say(FactKind kind, const ContainerMemory& m, const std::string& id, const std::string& what,
           std::int64_t exit_code = 0) {
    const std::string name = m.service + "-" + std::to_string(m.number);
    facts_.push_back({kind, m.service, m.number, id, exit_code, name + " " + what});
  }

  void look(const Service& service, const ObservedContainer& container) {
    ContainerMemory& m = memory_.containers[container.id];
    m.service = service.name;
    m.number = container.number;
    const bool first_sight = !m.known;
    m.known = true;
    if (first_sight && m.stop_is_inherited && m.inherited_stop_of != container.started_at) {
      m.stop_is_ours = m.stop_is_inherited = false;  // it did end, and was started again
      m.restart_wanted = m.restart_is_failure = false;
    }
    if (runs(container)) {
      if (!m.running || m.run_started_at != container.started_at) begin_run(m, container, first_sight);
      look_at_health(m, container, first_sight);
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
      m.stop_is_ours = before.stop_is_ours;  // ordered since the last end that was seen: it was for this run
      m.restart_wanted = before.restart_wanted;
      m.restart_is_failure = before.restart_is_failure;
      end_run(service, m, container);
    } else if (m.outside_settles_at && input_.engine_restarted) {
      put_down_to_engine(m, container);
    } else if (m.outside_settles_at && input_.now >= *m.outside_settles_at) {
      settle_outside(m, container);
    }
    if (container.started_at != WallTime{}) slot(m).was_filled = true;
  }

  // Of a job that is in the stack no more only this matters: since when it runs, and how it ends.
  void look_at_former_job(const std::string& id, std::int64_t release) {
    const auto container = input_.observed.containers.find(id);
    if (container == input_.observed.containers.end()) return;
    if (container->second.started_at != WallTime{} && !runs(container->second)) {
      const ObservedContainer& ended = container->second;
      facts_.push_back(
          {FactKind::former_job_ended, ended.service, ended.number, id, ended.exit_code,
           ended.service + " of release " + std::to_string(release) + " " + end_sentence(ended)});
    }
    if (input_.desired.stack->services.count(container->second.service) > 0) return;
    ContainerMemory& m = memory_.containers[id];
    const bool same_run = m.running && m.run_started_at == container->second.started_at;
    if (!same_run) m.run_seen_at = input_.now;
    m.service = container->second.service;
    m.number = container->second.number;
    m.run_started_at = container->second.started_at;
    m.running = runs(container->second);
  }

  // The signals that looked like a person's were the engine's own, on its way down.
  void put_down_to_engine(ContainerMemory& m, const ObservedContainer& container) {
    m.outside_settles_at.reset();
    m.end = EndCause::engine_down;
    slot(m).last_end = "ended with the engine";
    slot(m).next_try = input_.now;
    say(FactKind::interrupted, m, container.id, "ended with the engine");
  }

  void begin_run(ContainerMemory& m, const ObservedContainer& container, bool first_sight) {
    if (m.running) {  // it ended and started between two looks: not by an order of ours
      slot(m).last_end = "was restarted outside stackd";
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
    if (first_sight || m.stop_is_under_way) {  // the order concerns this run as well
      fresh.stop_is_ours = m.stop_is_ours;
      fresh.stop_is_under_way = m.stop_is_under_way;
      fresh.stop_is_inherited = m.stop_is_inherited;
      fresh.restart_wanted = m.restart_wanted;
      fresh.restart_is_failure = m.restart_is_failure;
    }
    // An engine that came back starts what carries a policy of its own; nobody asked for that.
    const bool by_engine = input_.engine_restarted && has_engine_policy(container);
    const bool by_others = !m.start_is_ours && !by_engine;
    const bool renews = begins_anew(m, container, first_sight);
    m = fresh;
    slot(m).next_try.reset();
    if (renews) slot(m).started_by_us = container.started_at;
    if (is_job(*input_.desired.stack, input_.desired.stack->services.at(m.service))) {
      note_job_running(m, container);
      return;
    }
    const bool down = input_.wishes.stack == StackWish::stopped_outside ||
                      (input_.wishes.stopped.count(m.service) > 0 && !first_sight);
    if (down && by_others) {
      say(FactKind::started_outside, m, container.id, "was started outside stackd");
    } else if (!first_sight) {
      say(FactKind::started, m, container.id, "started");
    }
  }

  // Somebody ran in its place before, and an order of ours put this run there instead. What a rollout changes
  // was put there by it also where the stackd before this one gave the order.
  bool begins_anew(const ContainerMemory& m, const ObservedContainer& container, bool first_sight) {
    if (!slot(m).was_filled) return false;
    const Service& service = input_.desired.stack->services.at(m.service);
    if (first_sight)
      return is_rolling(input_.desired) && is_changed(input_.desired, m.service) &&
             !is_outdated(service, container);
    const bool put_back = input_.desired.phase == RolloutPhase::reverting && m.end == EndCause::ours;
    return m.run_started_at == WallTime{} || put_back || (m.restart_wanted && !m.restart_is_failure);
  }

  void note_job_running(const ContainerMemory& m, const ObservedContainer& container) {
    auto run = input_.desired.jobs.find(m.service);
    const bool ours = run != input_.desired.jobs.end() && run->second.container_id == container.id;
    const bool over = run != input_.desired.jobs.end() && run->second.state == JobState::succeeded;
    if (ours && !over && run->second.state != JobState::running) {
      say(FactKind::job_running, m, container.id, "runs");
    }
  }

  void look_at_health(ContainerMemory& m, const ObservedContainer& container, bool first_sight) {
    const bool probed_ready = m.ready;
    if (container.health == HealthState::healthy) m.engine_said_healthy = true;
    const bool ours_to_ask = !input_.desired.stack->services.at(m.service).extension.probe_by_engine;
    const bool too_soon = ours_to_ask && !m.was_ready && !m.ready && passes_too_soon(container);
    if (!has_health_check(container) || (container.health == HealthState::healthy && !too_soon)) {
      m.ready = true;
    } else if (container.health == HealthState::unhealthy && !is_behind(m, container, input_.now)) {
      m.ready = false;
    }
    if (m.ready && !m.announced_ready) {
      if (!probed_ready) m.ready_at = input_.now;
      const bool again = m.announced_once;
      m.was_ready = m.announced_ready = m.announced_once = true;
      m.probe.next_at.reset();
      m.probe.failures = 0;
      slot(m).never_ready = 0;
      if (first_sight || is_job(*input_.desired.stack, input_.desired.stack->services.at(m.service))) return;
      say(again ? FactKind::recovered : FactKind::ready, m, container.id,
          again ? "is healthy again" : "is ready after " + to_human(m.ready_at - m.run_seen_at));
    } else if (!m.ready && m.announced_ready) {
      m.announced_ready = false;
      say(FactKind::unhealthy, m, container.id, "is unhealthy");
    }
  }

  void end_run(const Service& service, ContainerMemory& m, const ObservedContainer& container) {
    if (m.stop_is_inherited && input_.now - m.run_seen_at > patience_for_signal(container))
      m.stop_is_ours = m.stop_is_inherited = false;
    if (!m.exit_seen_at) m.exit_seen_at = input_.now;
    const bool cause_known =
        m.stop_is_ours || killed_outside(m, container) || m.death_announced || input_.engine_restarted;
    if (!cause_known && input_.now - *m.exit_seen_at < event_patience) return;
    m.running = false;
    m.exit_seen_at.reset();
    m.ready = false;
    m.announced_ready = false;
    m.probe.running = false;
    m.probe.next_at.reset();
    settle_end(service, m, container);
  }

  // A signal that was ignored long ago is not why it ended now.
  bool killed_outside(const ContainerMemory& m, const ObservedContainer& container) const {
    return m.killed_outside_at && input_.now - *m.killed_outside_at <= patience_for_signal(container);
  }

  static Duration patience_for_signal(const ObservedContainer& container) {
    return std::chrono::seconds(container.stop_timeout_seconds.value_or(10)) + signal_slack;
  }

  // Whoever asked for it since did so because it was down.
  bool ended_before_wanted(const ContainerMemory& m, const ObservedContainer& container) const {
    return was_before_wanted(memory_, m.service, container.finished_at, input_.now);
  }

  void settle_end(const Service& service, ContainerMemory& m, const ObservedContainer& container) {
    const std::string how = end_sentence(container);
    slot(m).last_end = how;
    if (planted("an-end-of-the-engine-is-an-end-of-its-own")) {
      m.end = EndCause::itself;
    } else if (input_.engine_restarted && !m.stop_is_ours) {
      m.end = EndCause::engine_down;
    } else if (m.stop_is_ours) {
      m.end = EndCause::ours;
    } else if (killed_outside(m, container)) {
      m.end = EndCause::outside;
    } else {
      m.end = EndCause::itself;
    }
    if (is_job(*input_.desired.stack, service)) {
      end_job(service, m, container, how);
      return;
    }
    if (m.end != EndCause::engine_down && ended_before_wanted(m, container)) {
      m.end = EndCause::ours;
      m.restart_wanted = true;
      m.restart_is_failure = false;
    }
    switch (m.end) {
      case EndCause::ours:
        if (m.restart_wanted) count_failure(service, m, container, m.restart_is_failure);
        break;
      case EndCause::engine_down:
        slot(m).next_try = input_.now;
        say(FactKind::interrupted, m, container.id, "ended with the engine");
        break;
      case EndCause::outside:
        slot(m).last_end = "was stopped outside stackd";
        m.outside_settles_at =
            input_.now + (m.asked_to_stop_outside ? engine_end_patience : removal_patience);
        break;
      case EndCause::itself:
        say(FactKind::ended, m, container.id, how, container.exit_code);
        // What is on its way out says nothing about its successor.
        if (!is_outdated(service, container)) count_failure(service, m, container, true);
        break;
      case EndCause::none:
        break;
    }
    m.stop_is_ours = m.stop_is_inherited = false;
  }

  void settle_outside(ContainerMemory& m, const ObservedContainer& container) {
    m.outside_settles_at.reset();
    say(FactKind::stopped_outside, m, container.id, "was stopped outside stackd", container.exit_code);
  }

  static std::string end_sentence(const ObservedContainer& container) {
    std::string how = "ended with " + std::to_string(container.exit_code);
    if (container.oom_killed) how += " (out of memory)";
    if (!container.error.empty()) how += ": " + container.error;
    return how;
  }

  bool was_good(const ContainerMemory& m, const ObservedContainer& container) const {
    Duration ran =
        std::max<Duration>(input_.now - m.run_seen_at, container.finished_at - container.started_at);
    auto service = input_.desired.stack->services.find(m.service);
    Duration needed = good_run;
    if (service != input_.desired.stack->services.end() && service->second.restart.window) {
      needed = *service->second.restart.window;
    }
    return ran >= needed;
  }

  // A run of a service ended: when is the next try, or is there none? `failure` is false for a restart that
  // somebody asked for.
  void count_failure(const Service& service, ContainerMemory& m, const ObservedContainer& container,
                     bool failure) {
    SlotMemory& place = slot(m);
    if (!failure) {
      place.next_try = input_.now;
      return;
    }
    ++place.restarts;
    End end;
    end.good = was_good(m, container);
    end.unhealthy = m.end == EndCause::ours;
    if (end.unhealthy && !m.was_ready) ++place.never_ready;
    if (end.good && !end.unhealthy) place.attempts = 0;
    place.quick_failures = end.good ? 0 : place.quick_failures + 1;
    const bool looped = is_crash_looping(input_.desired, place, input_.now);
    place.failures.push_back(input_.now);
    while (input_.now - place.failures.front() > crash_loop_window) place.failures.pop_front();
    end.exit_code = container.exit_code;
    end.quick_failures = place.quick_failures;
    end.attempts = place.attempts;
    end.crash_looping = is_crash_looping(input_.desired, place, input_.now);
    Verdict verdict = next_attempt(service.restart, end, input_.chance + facts_.size());
    if (const auto* never = std::get_if<Never>(&verdict)) {
      place.next_try.reset();
      say(end_kind(service, container), m, container.id, "stays down: " + never->because,
          container.exit_code);
      return;
    }
    ++place.attempts;
    place.next_try = input_.now + std::get<TryAgain>(verdict).pause;
    if (end.crash_looping && !looped) {
      say(FactKind::crash_looping, m, container.id,
          "is crash-looping: " + std::to_string(place.failures.size()) + " failures in " +
              to_human(crash_loop_window) + ", the last one " + place.last_end);
    }
  }

  State state() const {
    return {input_.desired, input_.wishes, input_.observed, memory_, nothing_busy_, input_.now};
  }

  bool is_outdated(const Service& service, const ObservedContainer& container) const {
    return !must_be_replaced(state(), service, container).empty();
  }

  // It is the service that ended for good only when nothing of it runs, and no other place is to be filled or
  // started.
  FactKind end_kind(const Service& service, const ObservedContainer& ended) const {
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

  // Seen for the first time, and it is not running.
  void found_ended(const Service& service, ContainerMemory& m, const ObservedContainer& container) {
    m.run_started_at = container.started_at;
    m.run_seen_at = input_.now;
    const bool settled =
        input_.wishes.stopped.count(service.name) > 0 || input_.wishes.ended.count(service.name) > 0;
    if (is_job(*input_.desired.stack, service)) {
      m.end = input_.engine_restarted ? EndCause::engine_down : EndCause::itself;
      end_job(service, m, container, end_sentence(container));
      return;
    }
    slot(m).last_end = end_sentence(container);
    if (settled || input_.wishes.stack != StackWish::running) return;
    if (is_outdated(service, container)) return;  // it was on its way out when stackd ended
    if (!input_.engine_restarted && (m.stop_is_ours || ended_before_wanted(m, container))) {
      m.end = EndCause::ours;
      m.stop_is_ours = m.stop_is_inherited = false;
      slot(m).next_try = input_.now;
      return;
    }
    m.end = input_.engine_restarted ? EndCause::engine_down : EndCause::itself;
    slot(m).next_try = input_.now;
    if (m.end != EndCause::itself) return;
    End end;
    end.exit_code = container.exit_code;
    end.good = true;
    Verdict verdict = next_attempt(service.restart, end, input_.chance);
    if (const auto* never = std::get_if<Never>(&verdict)) {
      slot(m).next_try.reset();
      say(end_kind(service, container), m, container.id,
          "ended with " + std::to_string(container.exit_code) +
              " while stackd was away and stays down: " + never->because,
          container.exit_code);
    }
  }

  void end_job(const Service& service, ContainerMemory& m, const ObservedContainer& container,
               const std::string& how) {
    m.stop_is_ours = false;
    auto run = input_.desired.jobs.find(service.name);
    const bool this_run = run != input_.desired.jobs.end() && run->second.container_id == container.id;
    if (!this_run || run->second.state == JobState::succeeded || run->second.state == JobState::failed)
      return;
    if (container.exit_code == 0) {
      say(FactKind::job_succeeded, m, container.id, "succeeded", 0);
      return;
    }
    SlotMemory& place = slot(m);
    if (m.end == EndCause::engine_down) {
      place.next_try = input_.now;
      say(FactKind::interrupted, m, container.id, "was interrupted by the end of the engine and runs again");
      return;
    }
    ++place.quick_failures;
    End end{container.exit_code, false, false, place.quick_failures, place.attempts, false};
    Verdict verdict = next_attempt(service.restart, end, input_.chance);
    const bool retries =
        service.restart.condition == RestartCondition::on_failure && m.end == EndCause::itself;
    if (retries && std::holds_alternative<TryAgain>(verdict)) {
      ++place.attempts;
      place.next_try = input_.now + std::get<TryAgain>(verdict).pause;
      say(FactKind::ended, m, container.id, how + " and is tried again", container.exit_code);
      return;
    }
    say(FactKind::job_failed, m, container.id, "failed: it " + how, container.exit_code);
  }

  void forget_vanished() {
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

  Memory& memory_;
  const LearnInput& input_;
  std::vector<Fact> facts_;
  const std::set<std::string> nothing_busy_;
};

}  // namespace

std::vector<Fact> learn(Memory& memory, const LearnInput& input) {
  return Learner(memory, input).run();
}

}  // namespace stackd::decide
