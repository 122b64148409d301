// What an engine says of its own accord. Only what a supervisor uses: the noise of exec and attach is
// filtered before it becomes an Event. An event is a hint that wakes; what holds is what is observed.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"
#include "model/observed.h"

namespace stackd {

enum class EventKind {
  container_created,
  container_started,
  container_died,    // exit_code
  container_killed,  // signal: sent through the engine, by us or by other hands
  container_paused,
  container_unpaused,
  container_renamed,
  container_updated,
  container_removed,
  container_health,  // health
  container_oom,
  network_changed,  // created, removed, connected, disconnected
  volume_changed,
  image_changed,
};

struct EngineEvent {
  EventKind kind = EventKind::container_created;
  WallTime at;
  std::string id;       // of the container, network or image; the name of a volume
  std::string project;  // Compose's label; "" where the event carries none
  std::string service;
  std::string container_id;  // network_changed: who joined or left; "" where the event does not say
  std::int64_t exit_code = 0;
  std::string signal;  // as the engine says it: "15"
  HealthState health = HealthState::none;
};

}  // namespace stackd
