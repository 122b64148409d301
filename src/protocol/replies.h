// What stackd answers, as plain data: records in which every field is always there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "model/observed.h"
#include "model/release.h"
#include "model/service_state.h"

namespace stackd::protocol {

struct ContainerStatus {
  std::string id;
  std::string name;
  std::int64_t number = 0;
  ContainerState state = ContainerState::created;
  HealthState health = HealthState::none;  // the engine's own view
  std::string image;                       // as the create call named it
  std::string image_id;
  std::int64_t release = 0;  // that created it; 0: none of ours
  WallTime created_at;
  std::optional<WallTime> started_at;
  std::optional<WallTime> finished_at;    // of its last end
  std::optional<std::int64_t> exit_code;  // of its last end
};

struct ServiceStatus {
  std::string name;
  bool job = false;
  ServiceState state = ServiceState::unknown;
  HealthState health = HealthState::none;
  std::string image;          // as the current release names it
  std::int64_t restarts = 0;  // by stackd, since the current release or the last start by a person
  bool changed_outside = false;
  /// Where it is to be it will hardly come by itself: the engine refuses that, or what it waits for is down.
  bool stuck = false;
  std::optional<std::string> why;           // one sentence; absent when all is as it should be
  std::optional<WallTime> next_try;         // when it is started again, or its job, by itself
  std::vector<ContainerStatus> containers;  // by number, the successor of a rollout last
};

enum class EngineLink { connecting, connected, away };
std::string_view to_string(EngineLink link);
EngineLink engine_link_from(std::string_view name);

struct StackStatus {
  std::string name;
  StackWish wish = StackWish::running;
  std::int64_t release = 0;      // the current one; 0: none yet
  std::optional<Deploy> deploy;  // in progress or waiting, else the last one; no configuration, no variables
  EngineLink engine = EngineLink::connecting;
  std::optional<std::string> engine_error;  // why the engine can't be reached
  std::optional<bool> file_changed =
      false;                          // the files on disk differ from the current release; null: not known
  std::optional<std::string> hold;    // the reason given
  std::optional<std::string> parked;  // why stackd does nothing more for this stack by itself
  std::string working_dir;
  std::vector<std::string> config_files;
  std::vector<std::string> environment_files;
  std::vector<std::string> profiles;
  std::vector<std::string> warnings;    // orphans, what other hands changed, what could not be compared
  std::vector<ServiceStatus> services;  // in start order
};

/// Whether an earlier release can be put back.
struct WayBack {
  std::int64_t release = 0;
  std::string obstacle;  // why not, for a person; "" when it can
};

struct PlannedStep {
  std::string service;  // "" for networks and volumes
  std::string text;     // "start web"
  std::string cause;
};

struct PlanReport {
  std::int64_t release = 0;  // the current one, that the plan starts from
  bool differs = false;      // whether a deploy would make a new release
  std::vector<PlannedStep> steps;
  std::vector<std::string> warnings;
  std::vector<std::string>
      obstacles;  // why the deploy would be refused; each begins with its place in the file
};

struct DeployProgress {
  WallTime at;
  DeployState state = DeployState::queued;
  std::string service;  // "" when it is about the deploy
  std::string text;     // "waits for postgres", "pulling 40%", "ready"
};

struct LogLine {
  std::string service;
  std::string container;     // its name
  std::string container_id;  // the first 12 characters
  std::optional<WallTime> at;
  bool error_stream = false;
  bool notice = false;  // stackd's own words about this log, not the container's
  std::string text;     // without the line's end
};

struct AdoptReport {
  std::int64_t release = 0;
  std::vector<std::string> kept;       // containers by name, untouched
  std::vector<std::string> differing;  // services whose containers a deploy would replace or make
  std::vector<std::string> untold;     // the same, of which can't be told whether they are as the files say
  std::vector<std::string> left_down;  // services that do not run, and are left so
  std::vector<std::string> orphans;    // containers by name, of no service in the files
};

struct VersionReport {
  std::string stackd;
  std::optional<std::string> engine;  // absent while the engine can't be reached
  std::optional<std::string> engine_api;
  std::optional<std::string> engine_platform;  // "linux/amd64"
};

/// More attempts than anybody reads; the records of older ones stay.
inline constexpr std::int64_t deploys_listed_max = 500;
inline constexpr std::size_t ways_back_max = 10;

}  // namespace stackd::protocol
