// The questions and orders we have for a container engine. One engine at a time, reached over its socket;
// implementations: Docker's API (docker.h) and the simulated one of the tests.
//
// Every call has a deadline of its own (named in docker.h) and may fail with
//   unavailable  the engine can't be reached; nothing was done
//   unknown      the order was sent and the answer lost; observe before doing anything else
//   forbidden    whoever stands before the engine lets nobody do this
//   not_found, conflict, invalid   the engine's own answer, in its words
// All references and pointers given to a call must live until it has ended; strings are taken by value.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/event.h"
#include "model/observed.h"
#include "model/stack.h"
#include "model/surroundings.h"

namespace stackd::engine {

template <typename T>
using Awaitable = boost::asio::awaitable<T>;

struct EngineInfo {
  std::string version;
  std::string api_version;  // the one in use, negotiated: the highest that both know
  std::string os;
  std::string architecture;
  std::string boot_id;  // of this run of the engine where it can be told; "" where not
};

/// Everything a create call needs. The stack lives as long as the call does.
struct ContainerSpec {
  std::shared_ptr<const Stack> stack;
  std::string service;
  std::string name;
  std::string final_name;   // among the aliases, when `name` is temporary
  std::int64_t number = 1;  // label container-number; 0 for one-offs
  std::int64_t release = 0;
  std::string role = "service";  // service, job, hook
  std::string image;             // reference or id to create from
  std::string image_id;          // what it must resolve to; label image; checked after creation
  std::string config_hash;
  std::string compose_version;  // of whoever made the project: label version; "": the one we imitate
  std::string replaces;         // id of the predecessor; "" for none
  std::map<std::string, std::string>
      containers;  // service → container id, for shared namespaces, links, volumes_from
  std::vector<ObservedMount> inherited;  // anonymous volumes to mount again
  bool oneoff = false;
  std::string slug;                                 // one-offs
  std::optional<std::vector<std::string>> command;  // instead of the service's
  /// A pre_start hook of the service instead of the service itself, with the volumes of this container.
  std::optional<Hook> hook;
  std::string volumes_of;
};

struct ContainerSummary {
  std::string id;
  std::string name;
  std::string project;
  std::string service;
  ContainerState state = ContainerState::created;
  HealthState health = HealthState::none;
};

struct EngineHoldings {
  std::string folder;            // where it keeps images and containers, as it sees it; "": it does not say
  std::vector<TakenPort> ports;  // published by the running containers of everybody
  std::vector<ContainerSummary> containers;  // of everybody, also stopped ones
};

struct ExecSpec {
  std::string container_id;
  std::vector<std::string> command;
  Environment environment;
  std::string user;
  std::string working_dir;
  bool privileged = false;
};

struct ExecState {
  bool running = false;
  std::int64_t exit_code = 0;
};

struct LogOptions {
  bool follow = false;               // until the container ends
  std::optional<std::int64_t> tail;  // entries from the end, which are fewer lines where these are long
  std::optional<WallTime> since;
};

/// What the engine kept in one piece of what a container wrote: a line, or a part of a long one.
struct LogEntry {
  bool error_stream = false;
  std::optional<WallTime> at;  // when it was written; absent where the engine does not say
  bool begins_line = true;     // false: goes on with the line of the entry before it, of the same stream
  bool ends_line = true;       // false: more of the line may follow; the last words of a run may have no end
  std::string text;            // without the line's end
};

/// Ends by an error (unavailable: reconnect, then compare). Destroying it closes the connection.
class EventStream {
 public:
  virtual ~EventStream() = default;
  virtual Awaitable<Result<EngineEvent>> next() = 0;
};

/// Ends with an empty optional. Destroying it closes the connection. Errors: unavailable (the connection
/// broke), internal (the engine can't read on, in its words).
class LogStream {
 public:
  virtual ~LogStream() = default;
  virtual Awaitable<Result<std::optional<LogEntry>>> next() = 0;
};

/// A file put into a stopped or running container.
struct ContainerFile {
  std::string path;
  std::string content;
  std::int64_t mode = 0444;
  std::int64_t uid = 0;
  std::int64_t gid = 0;
};

class Engine {
 public:
  virtual ~Engine() = default;

  virtual Awaitable<Result<EngineInfo>> info() = 0;
  /// What a deploy may collide with.
  virtual Awaitable<Result<EngineHoldings>> holdings() = 0;

  /// Events from `since` on (kept ones of this engine's life first), then live ones, filtered to EventKind.
  virtual Awaitable<Result<std::unique_ptr<EventStream>>> open_events(std::optional<WallTime> since) = 0;

  /// All containers, also stopped ones and one-offs, that carry Compose's project label; "" for every
  /// project.
  virtual Awaitable<Result<std::vector<ContainerSummary>>> list_containers(std::string project) = 0;
  virtual Awaitable<Result<ObservedContainer>> inspect_container(std::string id) = 0;
  /// Returns the new id. When anything after the creation fails, the half-made container is removed again.
  virtual Awaitable<Result<std::string>> create_container(ContainerSpec spec) = 0;
  /// Starting a running container is success.
  virtual Awaitable<Result<void>> start_container(std::string id) = 0;
  /// Stopping a stopped container is success. Absent grace: the container's own.
  virtual Awaitable<Result<void>> stop_container(std::string id, std::optional<Duration> grace) = 0;
  virtual Awaitable<Result<void>> kill_container(std::string id, std::string signal) = 0;
  /// Removing one that is gone is success. `force` kills a running one.
  virtual Awaitable<Result<void>> remove_container(std::string id, bool force, bool anonymous_volumes) = 0;
  virtual Awaitable<Result<void>> rename_container(std::string id, std::string name) = 0;
  virtual Awaitable<Result<void>> set_restart_policy(std::string id, std::string policy) = 0;
  virtual Awaitable<Result<void>> put_file(std::string id, ContainerFile file) = 0;
  /// Errors: invalid when the container's log driver keeps nothing that could be read.
  virtual Awaitable<Result<std::unique_ptr<LogStream>>> open_logs(std::string id, LogOptions options) = 0;

  virtual Awaitable<Result<std::string>> create_exec(ExecSpec spec) = 0;
  /// Runs it and returns what it wrote (at most 64 KiB), when it has closed its output.
  virtual Awaitable<Result<std::string>> run_exec(std::string exec_id) = 0;
  virtual Awaitable<Result<ExecState>> inspect_exec(std::string exec_id) = 0;

  /// Those with Compose's project label; "" for all that the engine has, whoever made them.
  virtual Awaitable<Result<std::vector<ObservedNetwork>>> list_networks(std::string project) = 0;
  /// By name, then by id. Errors: not_found.
  virtual Awaitable<Result<ObservedNetwork>> inspect_network(std::string name) = 0;
  /// Returns the id. Carries the labels that Compose gives it.
  virtual Awaitable<Result<std::string>> create_network(std::shared_ptr<const Stack> stack,
                                                        std::string key) = 0;
  virtual Awaitable<Result<void>> remove_network(std::string id) = 0;
  /// With the aliases and addresses that the service asks for.
  virtual Awaitable<Result<void>> connect_network(std::shared_ptr<const Stack> stack, std::string key,
                                                  std::string container_id, std::string service,
                                                  std::string container_name) = 0;
  virtual Awaitable<Result<void>> disconnect_network(std::string name, std::string container_id,
                                                     bool force) = 0;

  virtual Awaitable<Result<std::vector<ObservedVolume>>> list_volumes(std::string project) = 0;
  virtual Awaitable<Result<ObservedVolume>> inspect_volume(std::string name) = 0;
  virtual Awaitable<Result<void>> create_volume(std::shared_ptr<const Stack> stack, std::string key) = 0;
  virtual Awaitable<Result<void>> remove_volume(std::string name) = 0;

  /// By reference or id. Errors: not_found.
  virtual Awaitable<Result<ObservedImage>> inspect_image(std::string reference) = 0;
  /// `on_progress` gets one line a change; it is called until the call ends.
  virtual Awaitable<Result<void>> pull_image(std::string reference, std::string platform,
                                             std::function<void(std::string)> on_progress) = 0;
  virtual Awaitable<Result<void>> tag_image(std::string id, std::string repository, std::string tag) = 0;
  virtual Awaitable<Result<void>> remove_image(std::string reference) = 0;
};

}  // namespace stackd::engine
