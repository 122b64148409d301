// What the engine reported at one moment. Nothing is chosen or judged here: containers of other hands, of
// older releases and half-made ones all stand side by side.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "model/service.h"

namespace stackd {

enum class ContainerState { created, running, paused, restarting, removing, exited, dead };
enum class HealthState { none, starting, healthy, unhealthy };

std::string_view to_string(ContainerState state);
std::string_view to_string(HealthState state);

/// The health check that is in force on a container or stands in an image; defaults filled in.
struct EffectiveHealthCheck {
  std::vector<std::string> test;  // CMD … or CMD-SHELL …; empty: none
  Duration interval = std::chrono::seconds(30);
  Duration timeout = std::chrono::seconds(30);
  Duration start_period = Duration::zero();
  std::int64_t retries = 3;
};

/// One run of the health check by the engine.
struct EngineCheck {
  WallTime ended_at;
  std::int64_t exit_code = 0;
  std::string output;
};

struct ObservedMount {
  std::string type;    // bind, volume, tmpfs …
  std::string name;    // of a volume
  std::string source;  // host path
  std::string target;
  bool read_write = true;
};

struct ObservedEndpoint {
  std::string network_id;
  std::vector<std::string> aliases;
  std::string ip_address;
};

struct ObservedContainer {
  std::string id;
  std::string name;  // without the leading slash
  std::string image_id;
  std::string image_reference;  // what the create call was given
  std::string platform;
  ContainerState state = ContainerState::created;
  HealthState health = HealthState::none;
  std::optional<std::int64_t> failed_checks;  // by the engine, in a row; absent: not told
  std::optional<EngineCheck> last_check;      // by the engine
  std::vector<WallTime> failed_checks_began;  // the latest of those in a row, as many as the engine tells
  std::int64_t exit_code = 0;
  bool oom_killed = false;
  std::int64_t memory_limit_bytes = 0;  // 0: none
  std::int64_t processes_max = 0;       // 0: no limit
  std::string error;                    // why the last start failed, in the engine's words
  std::int64_t pid = 0;
  WallTime created_at;
  WallTime started_at;   // WallTime{}: never
  WallTime finished_at;  // WallTime{}: never
  Labels labels;
  std::string restart_policy;  // "no", "always", "on-failure:3" …
  std::string network_mode;
  std::string ipc_mode;
  std::string pid_mode;
  std::map<std::string, ObservedEndpoint> networks;  // by network name
  std::vector<ObservedMount> mounts;
  EffectiveHealthCheck health_check;
  Environment environment;
  std::vector<std::string> shell;  // the image's SHELL, empty: /bin/sh -c
  std::string user;
  std::string stop_signal;  // "" means SIGTERM
  std::optional<std::int64_t> stop_timeout_seconds;

  // Compose's labels, read out; empty or 0 where a label is absent.
  std::string project;
  std::string service;
  std::int64_t number = 0;
  bool oneoff = false;  // also true of a hook's container
  std::string hook;     // "pre_start"; "" for what is none
  std::string config_hash;
};

struct NetworkMember {
  std::string name;                    // of the container
  std::vector<std::string> addresses;  // IPv4 and IPv6, without the length of their network
};

struct ObservedNetwork {
  std::string id;
  std::string name;
  Labels labels;
  bool internal = false;
  std::vector<std::string> subnets;                 // "10.77.31.0/24"
  std::map<std::string, NetworkMember> containers;  // by id, of those that run; only where one is inspected
};

struct ObservedVolume {
  std::string name;
  Labels labels;
  std::string driver;
};

struct ObservedImage {
  std::string id;  // "sha256:…"
  std::vector<std::string> tags;
  std::vector<std::string> digests;  // repository@sha256:…
  EffectiveHealthCheck health_check;
  std::vector<std::string> volumes;  // VOLUME paths
  std::vector<std::string> shell;
  std::string user;
  std::string os;
  std::string architecture;
};

/// A container of somebody else, whose namespace a service shares.
struct ObservedStranger {
  std::string id;
  bool running = false;
  WallTime started_at;
};

/// One stack on one engine at one moment.
struct Observed {
  std::map<std::string, ObservedContainer> containers;  // by id; those with the stack's project label
  std::map<std::string, ObservedNetwork> networks;      // by name; the stack's and the external ones it names
  std::map<std::string, ObservedVolume> volumes;        // by name
  std::map<std::string, ObservedStranger> strangers;    // by the name or id that the stack calls them
};

}  // namespace stackd
