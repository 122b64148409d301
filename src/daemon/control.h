// The way in for whoever asks or orders something: the API's handlers, and tests in their place. Requests
// and replies are plain data. Nothing here opens a file, and no order waits until its effect is complete:
// it returns when the order is on disk; status and events show what comes of it.
//
// Errors that every call may give: not_found (no such stack, service, deploy or release; the text names it
// and, where one is near, what was probably meant), unavailable (the store can't be read or written).
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/observed.h"
#include "model/release.h"
#include "model/service_state.h"

namespace stackd::daemon {

template <typename T>
using Awaitable = boost::asio::awaitable<T>;

/// Values that come one after the other. Ends with an empty optional; destroying it ends what feeds it.
/// One reader at a time.
template <typename T>
class Stream {
 public:
  virtual ~Stream() = default;
  virtual Awaitable<Result<std::optional<T>>> next() = 0;
};

template <typename T>
using OpenedStream = Result<std::unique_ptr<Stream<T>>>;

using stackd::service_state_from;
using stackd::ServiceState;
using stackd::to_string;

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
  bool file_changed = false;                // the files on disk differ from the current release
  std::optional<std::string> hold;          // the reason given
  std::optional<std::string> parked;        // why stackd does nothing more for this stack by itself
  std::string working_dir;
  std::vector<std::string> config_files;
  std::vector<std::string> environment_files;
  std::vector<std::string> profiles;
  std::vector<std::string> warnings;    // orphans, what other hands changed, what could not be compared
  std::vector<ServiceStatus> services;  // in start order
};

/// What a deploy is to make live. The caller read the files; stackd reads none for it.
struct DeployRequest {
  std::string stack;
  std::string canonical;              // the canonical configuration as JSON (compose/node_json.h)
  ReleaseSource source;               // `user` is the socket's peer, whatever the request said
  std::vector<std::string> services;  // these and what they wait for; empty: all
  bool start = true;                  // false: create, start nothing
  bool replace_files = false;         // the stack may be kept from other files than before
  bool moved = false;                 // … or from another folder
  MountedFiles files;                 // what its services see of the host's files
};

struct RollbackRequest {
  std::string stack;
  std::optional<std::int64_t> to;    // absent: the last one that was live before the current one
  bool force = false;                // also over a migration that can't be undone
  bool current_environment = false;  // variables and secrets stay as they are now
  std::string user;
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

/// An order about some services, or all when none is named.
struct ServicesRequest {
  std::string stack;
  std::vector<std::string> services;
  std::string user;  // who asks, for the journal
};

struct DownRequest {
  std::string stack;
  bool volumes = false;  // the stack's own volumes too; never external ones
  std::string user;
};

struct LogsRequest {
  std::string stack;
  std::vector<std::string> services;  // empty: all
  bool follow = false;                // also containers that come later
  std::optional<WallTime> since;
  std::optional<std::int64_t> tail;     // last lines of each container; absent: all
  std::optional<std::int64_t> release;  // only containers that this one made
};

struct LogLine {
  std::string service;
  std::string container;  // its name
  std::optional<WallTime> at;
  bool error_stream = false;
  std::string text;  // without the line's end
};

struct EventsRequest {
  std::string stack;  // "": of every stack
  bool follow = false;
  std::optional<std::int64_t> after;  // entries with a greater id
  std::int64_t tail = 100;            // the newest so many, when `after` is absent
};

struct AdoptReport {
  std::int64_t release = 0;
  std::vector<std::string> kept;       // containers by name, untouched
  std::vector<std::string> differing;  // services whose containers a deploy would replace or make
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

class Control {
 public:
  virtual ~Control() = default;

  /// By name.
  virtual Awaitable<Result<std::vector<StackStatus>>> stacks() = 0;
  virtual Awaitable<Result<StackStatus>> status(std::string stack) = 0;

  /// What deploy() would do. Errors: invalid, as of deploy(); unavailable while the engine is away.
  virtual Awaitable<Result<PlanReport>> plan(DeployRequest request) = 0;

  /// Returns the deploy's id as soon as it is stored; what it waits for or fails at, the deploy itself says.
  /// Errors: invalid (the configuration, or a service that it does not have), conflict (held, or kept from
  /// other files or another folder without leave to change that).
  virtual Awaitable<Result<std::string>> deploy(DeployRequest request) = 0;
  /// Puts an earlier release back, from the record alone; a paused deploy is reverted. Returns the deploy's
  /// id. Errors: not_found (no such release), conflict (there is none to go back to, or a migration between
  /// them can't be undone).
  virtual Awaitable<Result<std::string>> rollback(RollbackRequest request) = 0;
  /// Of the newest `ways_back_max` releases that were live and are not current, newest first. What the engine
  /// can't tell at the moment is no obstacle.
  virtual Awaitable<Result<std::vector<WayBack>>> ways_back(std::string stack) = 0;
  /// A paused deploy goes on. Errors: conflict.
  virtual Awaitable<Result<void>> resume(std::string stack, std::string user) = 0;
  /// The deploy that is on its way, or waits, is given up; what it replaced is put back. Errors: conflict.
  virtual Awaitable<Result<void>> cancel(std::string stack, std::string user) = 0;
  /// Without its canonical text.
  virtual Awaitable<Result<Deploy>> deploy_status(std::string deploy_id) = 0;
  /// What happened so far, then what happens, until the deploy has ended or is paused.
  virtual Awaitable<OpenedStream<DeployProgress>> follow_deploy(std::string deploy_id) = 0;

  /// The causal chain, one sentence each, nearest cause first; never empty.
  virtual Awaitable<Result<std::vector<std::string>>> why(std::string stack, std::string service) = 0;

  virtual Awaitable<Result<void>> start(ServicesRequest request) = 0;
  virtual Awaitable<Result<void>> stop(ServicesRequest request) = 0;
  virtual Awaitable<Result<void>> restart(ServicesRequest request) = 0;
  virtual Awaitable<Result<void>> down(DownRequest request) = 0;

  /// Lines of each container in their order; those of different containers by time as far as they are there.
  virtual Awaitable<OpenedStream<LogLine>> logs(LogsRequest request) = 0;
  virtual Awaitable<OpenedStream<JournalEntry>> events(EventsRequest request) = 0;

  /// The attempts, newest first, at most `deploys_listed_max`, without their canonical texts.
  virtual Awaitable<Result<std::vector<Deploy>>> deploys(std::string stack) = 0;
  /// Newest first, without canonical texts.
  virtual Awaitable<Result<std::vector<Release>>> history(std::string stack) = 0;
  virtual Awaitable<Result<Release>> release(std::string stack, std::int64_t number) = 0;
  /// The runs of the release's jobs so far, by service.
  virtual Awaitable<Result<std::vector<JobRun>>> jobs(std::string stack, std::int64_t number) = 0;

  /// Records release 1 from what runs. Errors: conflict when the stack is kept already.
  virtual Awaitable<Result<AdoptReport>> adopt(DeployRequest request) = 0;
  /// Puts the files' own restart policies back, then forgets the stack; its containers stay as they are.
  virtual Awaitable<Result<void>> hand_back(std::string stack, std::string user) = 0;
  /// The same when the stack has containers; else only forgets it.
  virtual Awaitable<Result<void>> forget(std::string stack, std::string user) = 0;

  virtual Awaitable<Result<VersionReport>> version() = 0;
};

}  // namespace stackd::daemon
