// One call to the engine, as a value. A plan is made of these; execute carries them out without opinions.
// Containers that exist are named by id, so that an action planned on an old picture can't hit a successor.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/time.h"
#include "model/observed.h"

namespace stackd {

struct CreateNetwork {
  std::string network;  // key in the stack
};

struct RemoveNetwork {
  std::string network_id;
  std::string name;
};

struct CreateVolume {
  std::string volume;  // key in the stack
};

struct RemoveVolume {
  std::string name;
};

struct CreateContainer {
  std::string service;
  std::int64_t number = 1;
  std::string name;        // final name, or the temporary one beside a predecessor
  std::string final_name;  // an alias too while the name is temporary
  std::int64_t release = 0;
  std::string image_id;                  // what the container must have; checked before it starts
  std::string compose_version;           // whose labels and hashes the project has; "": ours
  std::string replaces;                  // id of the predecessor; "" for none
  std::vector<ObservedMount> inherited;  // anonymous volumes of the predecessor, by name
};

struct StartContainer {
  std::string container_id;
  std::string service;
  WallTime last_run;  // when it was last started, as far as was known when this was decided; {}: never
  bool reads_host_files =
      false;  // it mounts what the host has now: not started where that is not the release's
};

/// What a stop is for, which says what follows it.
enum class StopPurpose {
  leave_down,           // it is not wanted, or is about to be removed
  restart,              // it is started again, whatever its policy says
  restart_of_a_failure  // … because it was no good: that counts for back-off and crash loops
};

struct StopContainer {
  std::string container_id;
  std::string service;
  StopPurpose purpose = StopPurpose::leave_down;
};

struct RemoveContainer {
  std::string container_id;
  std::string service;
  bool with_anonymous_volumes = false;
};

struct RenameContainer {
  std::string container_id;
  std::string name;
};

struct SetRestartPolicy {
  std::string container_id;
  std::string policy;  // "no", "always", "on-failure:3" …
};

struct JoinNetwork {
  std::string container_id;
  std::string service;
  std::string network;  // key in the stack
};

struct LeaveNetwork {
  std::string container_id;
  std::string service;
  std::string network;  // key in the stack
};

/// It is told to read its mounted configuration again, as its service says how.
struct ReloadContainer {
  std::string container_id;
  std::string service;
  std::int64_t number = 1;
};

/// Runs the container's effective health check once.
struct ProbeContainer {
  std::string container_id;
  std::string service;
};

using Action = std::variant<CreateNetwork, RemoveNetwork, CreateVolume, RemoveVolume, CreateContainer,
                            StartContainer, StopContainer, RemoveContainer, RenameContainer, SetRestartPolicy,
                            JoinNetwork, LeaveNetwork, ReloadContainer, ProbeContainer>;

/// What the action works on, as one key: two actions with one key never run at the same time.
/// "container web-1", "network default", "volume data".
std::string resource_of(const Action& action);

/// For people: "start web (3f2a9c01d2e4)".
std::string to_text(const Action& action);

}  // namespace stackd
