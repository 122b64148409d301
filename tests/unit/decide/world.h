// A stack, an observation and a memory to decide about, with steps carried out as if the engine obeyed.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "decide/keep/reconcile.h"
#include "decide/learn/learn.h"
#include "decide/learn/outside.h"
#include "decide/replace/compare.h"
#include "decide/replace/health.h"
#include "decide/replace/settled.h"
#include "decide/tell/causes.h"
#include "decide/tell/dry_run.h"
#include "decide/tell/explain.h"
#include "model/fingerprint.h"

namespace stackd::decide::testing {

using namespace std::chrono_literals;

class World {
 public:
  World() {
    now = Time(1h);
    wall = WallTime(std::chrono::hours(24 * 365 * 50));
    target.desired.release = 1;
  }

  Service& service(const std::string& name) {
    Service& made = stack.services[name];
    made.name = name;
    made.image = name + ":1";
    made.hash_text = "{\"image\":\"" + name + ":1\"}";
    made.restart.condition = RestartCondition::always;
    return made;
  }

  void needs(const std::string& name, const std::string& other, DependencyCondition condition,
             bool restart = false) {
    stack.services.at(name).depends_on[other] = {condition, restart, true};
  }

  State state() {
    target.desired.stack = std::make_shared<const Stack>(stack);
    return {target, wishes, observed, memory, busy, now};
  }

  Plan plan() { return reconcile(state()); }

  std::string plan_text() { return to_text(plan()); }

  std::vector<Fact> learn_now(bool engine_restarted = false) {
    target.desired.stack = std::make_shared<const Stack>(stack);
    LearnInput input{target, wishes, observed, now, wall, engine_restarted, 0};
    std::vector<Fact> facts = learn(memory, input);
    for (const Fact& fact : facts) believe(fact);
    return facts;
  }

  /// What is desired from now on takes the place of what was desired so far.
  void replace_release() {
    target.rollout = Replacing{std::make_shared<const Desired>(target.desired), Replacing::Way::onward, {}};
  }

  /// The former release is desired again.
  void go_back() {
    const Desired former = *former_of(target.rollout);
    target.rollout = Replacing{std::make_shared<const Desired>(target.desired), Replacing::Way::back, {}};
    target.desired = former;
    stack = *former.stack;
  }

  /// Carries out every step of the plan, once. Nothing becomes healthy by itself.
  void obey() {
    for (const Step& step : plan().steps) {
      if (std::holds_alternative<ProbeContainer>(step.action)) continue;
      pass(1ms);
      note_order(memory, step);
      if (const auto* start = std::get_if<StartContainer>(&step.action)) {
        JobRun& run = target.learnt.jobs[start->service];
        if (is_job(stack, stack.services.at(start->service))) {
          run.service = start->service;
          run.container_id = start->container_id;
          run.state = JobState::intended;
        } else {
          target.learnt.jobs.erase(start->service);
        }
        ObservedContainer& container = observed.containers.at(start->container_id);
        container.state = ContainerState::running;
        container.started_at = wall;
        container.health = has_health_check(container) ? HealthState::starting : HealthState::none;
        note_outcome(memory, step.action, {}, now, 0);
        continue;
      }
      apply_effect(observed, memory, target, step, wall);
      note_outcome(memory, step.action, {}, now, 0);
      if (const auto* create = std::get_if<CreateContainer>(&step.action)) {
        ObservedContainer& container = of(create->service, create->number);
        note_made(memory, container.id);
        const Service& made = stack.services.at(create->service);
        if (made.health_check) container.health_check.test = made.health_check->test;
        if (made.health_check && made.health_check->start_period) {
          container.health_check.start_period = *made.health_check->start_period;
        }
      }
    }
    learn_now();
  }

  /// Obeys until nothing is left to do, everything becoming healthy and every job succeeding.
  void settle() {
    for (int round = 0; round < 50; ++round) {
      for (auto& [id, container] : observed.containers) {
        if (container.state != ContainerState::running) continue;
        if (is_job(stack, stack.services.at(container.service))) {
          container.state = ContainerState::exited;
          container.exit_code = 0;
          container.finished_at = wall;
          memory.containers[id].death_announced = true;
        } else if (has_health_check(container)) {
          container.health = HealthState::healthy;
        }
      }
      learn_now();
      if (plan().steps.empty()) return;
      obey();
    }
  }

  /// One of a service that no plan makes runs; its id is the service's name.
  ObservedContainer& runs_already(const std::string& service) {
    ObservedContainer& there = observed.containers[service];
    there.id = there.service = service;
    there.name = "shop-" + service + "-1";
    there.number = 1;
    there.state = ContainerState::running;
    there.started_at = wall;
    return there;
  }

  ObservedContainer& of(const std::string& service, std::int64_t number = 1) {
    for (auto& [id, container] : observed.containers) {
      if (container.service == service && container.number == number) return container;
    }
    throw std::runtime_error("no container of " + service);
  }

  /// The names of those that run.
  std::vector<std::string> up(const std::string& service) {
    std::vector<std::string> names;
    for (const auto& [id, container] : observed.containers) {
      if (container.service == service && container.state == ContainerState::running)
        names.push_back(container.name);
    }
    return names;
  }

  bool has(const std::string& service) {
    return std::any_of(observed.containers.begin(), observed.containers.end(),
                       [&](const auto& entry) { return entry.second.service == service; });
  }

  void pass(Duration span) {
    now += span;
    wall += span;
  }

  /// Its process ends by itself, and the engine says so.
  std::vector<Fact> dies(const std::string& service, std::int64_t exit_code) {
    return event(service, EventKind::container_died, exit_code, "");
  }

  /// `docker stop` and the like, by other hands.
  std::vector<Fact> stopped_by_hand(const std::string& service, const std::string& signal) {
    event(service, EventKind::container_killed, 0, signal);
    return event(service, EventKind::container_died, 137, "");
  }

  std::vector<Fact> event(const std::string& service, EventKind kind, std::int64_t exit_code,
                          const std::string& signal) {
    EngineEvent said;
    said.kind = kind;
    said.id = of(service).id;
    said.at = wall;
    said.exit_code = exit_code;
    said.signal = signal;
    note_event(memory, said, now);
    apply_event(observed, said);
    return learn_now();
  }

  static bool says(const std::vector<Fact>& facts, FactKind kind) {
    return std::any_of(facts.begin(), facts.end(), [&](const Fact& fact) { return fact.kind == kind; });
  }

  Stack stack = [] {
    Stack made;
    made.name = "shop";
    return made;
  }();
  Target target;
  Wishes wishes;
  Observed observed;
  Memory memory;
  std::set<std::string> busy;
  Time now;
  WallTime wall;

 private:
  void believe(const Fact& fact) {
    if (fact.kind == FactKind::stopped_outside) wishes.stopped[fact.service] = ServiceStop::outside;
    if (fact.kind == FactKind::started_outside) wishes.stopped.erase(fact.service);
    if (fact.kind == FactKind::ended_for_good) wishes.ended.insert(fact.service);
    const bool job = fact.kind == FactKind::job_running || fact.kind == FactKind::job_succeeded ||
                     fact.kind == FactKind::job_failed;
    if (!job) return;
    JobRun& run = target.learnt.jobs[fact.service];
    run.service = fact.service;
    run.container_id = fact.container_id;
    run.exit_code = fact.exit_code;
    run.state = fact.kind == FactKind::job_running     ? JobState::running
                : fact.kind == FactKind::job_succeeded ? JobState::succeeded
                                                       : JobState::failed;
  }
};

/// postgres ← migrate (a job) ← web; what most people have.
inline World shop() {
  World world;
  world.service("postgres").health_check = HealthCheck{false, {"CMD", "pg_isready", "-h", "localhost"}};
  world.service("migrate").restart.condition = RestartCondition::no;
  world.service("web").health_check = HealthCheck{false, {"CMD-SHELL", "curl -f localhost"}};
  world.needs("migrate", "postgres", DependencyCondition::healthy);
  world.needs("web", "postgres", DependencyCondition::healthy);
  world.needs("web", "migrate", DependencyCondition::completed);
  return world;
}

}  // namespace stackd::decide::testing
