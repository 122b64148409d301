// The engine as a program that comes and goes, and the events it tells.
#include <algorithm>

#include "base/check.h"
#include "support/sim_host.h"

namespace stackd::sim {
namespace {

constexpr std::size_t kept_events_max = 256;  // what Docker keeps
constexpr std::int64_t end_not_seen = 255;

}  // namespace

engine::EngineInfo SimHost::info() const {
  engine::EngineInfo info;
  info.version = "20.10.24";
  info.api_version = "1.41";
  info.os = "linux";
  info.architecture = "amd64";
  info.boot_id = engine_boot_id();
  return info;
}

std::string SimHost::engine_boot_id() const {
  return "life " + std::to_string(life_);
}

std::shared_ptr<void> SimHost::on_cut(std::function<void()> cut) {
  auto handle = std::make_shared<std::function<void()>>(std::move(cut));
  std::erase_if(cuts_, [](const auto& other) { return other.expired(); });
  cuts_.push_back(handle);
  return handle;
}

std::shared_ptr<void> SimHost::subscribe(std::optional<WallTime> since,
                                         std::function<void(const EngineEvent&)> subscriber) {
  if (since) {
    for (const EngineEvent& event : kept_events_) {
      if (event.at >= *since) subscriber(event);
    }
  }
  auto handle = std::make_shared<Subscriber>();
  handle->call = std::move(subscriber);
  std::erase_if(subscribers_, [](const auto& other) { return other.expired(); });
  subscribers_.push_back(handle);
  return handle;
}

void SimHost::emit(EventKind kind, const HostContainer& container) {
  EngineEvent event;
  event.kind = kind;
  event.id = container.seen.id;
  event.project = container.seen.project;
  event.service = container.seen.service;
  event.exit_code = container.seen.exit_code;
  event.health = container.seen.health;
  emit(std::move(event));
}

void SimHost::emit(EngineEvent event) {
  if (!up_) return;
  event.at = clock_.wall();
  kept_events_.push_back(event);
  if (kept_events_.size() > kept_events_max) kept_events_.pop_front();
  const auto subscribers = subscribers_;
  for (const auto& weak : subscribers) {
    if (const auto subscriber = weak.lock()) subscriber->call(event);
  }
}

void SimHost::cut_connections() {
  const auto cuts = std::exchange(cuts_, {});
  subscribers_.clear();
  for (const auto& weak : cuts) {
    if (const auto cut = weak.lock()) (*cut)();
  }
}

void SimHost::kill_engine() {
  if (!up_) return;
  up_ = false;
  accepting_ = false;
  report(HappeningKind::engine_went, Order{Hand::person, clock_.now()}, nullptr, engine_boot_id());
  kept_events_.clear();
  // Commands inside containers belong to the engine's client: their answers are lost, they run on.
  for (auto& [id, exec] : execs_) exec.done = nullptr;
  for (auto& [id, container] : containers_) container.at_end.clear();
  cut_connections();
}

void SimHost::stop_engine(bool live_restore) {
  if (!up_ || !accepting_) return;
  accepting_ = false;
  Duration longest = std::chrono::milliseconds(20);
  if (!live_restore) {
    for (auto& [id, container] : containers_) {
      if (!container.alive) continue;
      EngineEvent event;
      event.kind = EventKind::container_killed;
      event.id = id;
      event.project = container.seen.project;
      event.service = container.seen.service;
      event.signal = "15";
      emit(event);
      const bool stubborn = container.program.ignores_term || container.hung;
      const Duration takes = stubborn ? Duration(std::chrono::seconds(10)) : container.program.stop_takes;
      schedule_end(container, takes, stubborn ? ended_by_kill : container.program.stop_code, Hand::engine);
      longest = std::max(longest, takes + Duration(std::chrono::milliseconds(20)));
    }
  }
  const std::uint64_t life = life_;
  clock_.call_in(longest, [this, life] {
    if (life_ == life) kill_engine();
  });
}

void SimHost::start_engine(bool live_restore) {
  if (up_) return;
  up_ = true;
  accepting_ = true;
  ++life_;
  report(HappeningKind::engine_came, Order{Hand::person, clock_.now()}, nullptr, engine_boot_id());
  std::vector<std::string> again;
  for (auto& [id, container] : containers_) {
    const bool was_running =
        container.seen.state == ContainerState::running || container.seen.state == ContainerState::paused;
    if (container.alive && was_running && live_restore) {
      if (!container.seen.health_check.test.empty()) {
        if (!keeps_health) container.seen.health = HealthState::starting;
        container.probes_failed = 0;
        watch_health(container, container.seen.health_check.interval);
      }
      continue;
    }
    if (container.alive) {
      container.alive = false;
      container.hung = false;
      container.process_until = clock_.now();
      container.ended_with = ended_by_kill;
      report(HappeningKind::died, Order{Hand::engine, clock_.now()}, &container);
    }
    if (was_running) notice_end(container, real_exit_codes ? container.ended_with : end_not_seen);
    if (container.seen.state == ContainerState::restarting) container.seen.state = ContainerState::exited;
    if (container.seen.restart_policy == "always") again.push_back(id);
  }
  for (const std::string& id : again) {
    HostContainer* container = find(id);
    if (container != nullptr && !container->alive && can_start(*container))
      begin_process(*container, Order{Hand::engine, clock_.now()});
  }
}

void SimHost::lose_power() {
  kill_engine();
  for (auto& [id, container] : containers_) {
    if (!container.alive) continue;
    container.alive = false;
    container.hung = false;
    container.process_until = clock_.now();
    container.ended_with = ended_by_kill;
    report(HappeningKind::died, Order{Hand::engine, clock_.now()}, &container);
  }
  for (auto& [id, exec] : execs_) exec.running = false;
}

}  // namespace stackd::sim
