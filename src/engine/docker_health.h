// What the engine tells of a container's or an image's health check. For docker_read.cc
// and docker_events.cc.
#pragma once

#include <string_view>

#include "base/json.h"
#include "model/observed.h"

namespace stackd::engine {

/// RFC 3339; the beginning of time where there is none, or none that makes sense.
WallTime moment(const JsonReader& reader, std::string_view key);

/// `State.Health.Status`, or the last word of a health_status event.
HealthState health_from(std::string_view word);

/// `Config.Healthcheck`, with the engine's defaults.
EffectiveHealthCheck health_check_of(const JsonReader& config);

/// `State.Health`.
void read_health(const JsonReader& health, ObservedContainer& container);

}  // namespace stackd::engine
