#include "sim/people.h"

namespace stackd::sim {

using namespace std::chrono_literals;

void People::act(const Incident& incident) {
  const Story* story = story_of(around_.scenario, incident.stack);
  if (story == nullptr) return;
  const auto ids = around_.containers_of(story->name(), incident.service);
  if (ids.empty() && incident.kind != IncidentKind::compose_down) return;
  const std::string id = ids.empty() ? std::string() : ids.front();
  const bool runs = !ids.empty() && around_.host.containers().at(id).seen.state == ContainerState::running;
  if (!would_change(incident, runs)) return;
  oracles_.find(story->name())->other_hand(incident);
  act_on(id, *story, incident);
}

// What changes nothing is not even an event.
bool People::would_change(const Incident& incident, bool runs) const {
  const bool to_a_running_one =
      incident.kind == IncidentKind::person_stops || incident.kind == IncidentKind::person_kills ||
      incident.kind == IncidentKind::person_pauses || incident.kind == IncidentKind::person_restarts;
  if (to_a_running_one) return runs;
  return incident.kind != IncidentKind::person_starts || !runs;
}

void People::act_on(const std::string& id, const Story& story, const Incident& incident) {
  SimHost& host = around_.host;
  const Order order{Hand::person, around_.clock.now()};
  switch (incident.kind) {
    case IncidentKind::person_stops:
      host.stop(id, std::nullopt, order, [](const Result<void>&) {});
      break;
    case IncidentKind::person_kills:
      static_cast<void>(host.kill(id, "KILL", order).ok());
      break;
    case IncidentKind::person_starts:
      static_cast<void>(host.start(id, order).ok());
      break;
    case IncidentKind::person_removes:
      static_cast<void>(host.remove(id, true, order).ok());
      break;
    case IncidentKind::person_restarts:
      restart(id, order);
      break;
    case IncidentKind::person_pauses:
      pause(id, incident.lasts, order);
      break;
    case IncidentKind::person_sets_policy:
      static_cast<void>(host.set_policy(id, "always", order).ok());
      break;
    case IncidentKind::compose_down:
      take_down(story, order);
      break;
    case IncidentKind::crash_stackd:
    case IncidentKind::kill_engine:
    case IncidentKind::stop_engine:
    case IncidentKind::reboot:
    case IncidentKind::cut_events:
    case IncidentKind::jump_wall:
    case IncidentKind::process_crashes:
    case IncidentKind::process_hangs:
    case IncidentKind::disk_fills:
      break;
  }
}

void People::restart(const std::string& id, const Order& order) {
  around_.host.stop(id, std::nullopt, order, [this, id, order](const Result<void>& stopped) {
    if (!stopped) return;
    around_.clock.call_in(1ms, [this, id, order] {
      if (around_.host.engine_up()) static_cast<void>(around_.host.start(id, order).ok());
    });
  });
}

void People::pause(const std::string& id, Duration lasts, const Order& order) {
  static_cast<void>(around_.host.pause(id, order).ok());
  around_.clock.call_in(lasts, [this, id, order] {
    if (around_.host.engine_up()) static_cast<void>(around_.host.unpause(id, order).ok());
  });
}

void People::take_down(const Story& story, const Order& order) {
  for (const ServiceDraft& draft : story.generations.front().services) {
    for (const std::string& each : around_.containers_of(story.name(), draft.name)) {
      around_.host.stop(each, std::nullopt, order, [this, each, order](const Result<void>& stopped) {
        if (stopped) static_cast<void>(around_.host.remove(each, true, order).ok());
      });
    }
  }
}

}  // namespace stackd::sim
