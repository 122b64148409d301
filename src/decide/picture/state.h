// All that one decision looks at, and the questions that several decisions ask of it. Nothing here waits,
// asks the engine or changes anything.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "decide/picture/memory.h"
#include "model/observed.h"
#include "model/release.h"
#include "model/stack.h"

namespace stackd::decide {

/// How the release that is desired stands to another one. That is all that keeping it up has to know of a
/// deploy; its states are in decide/deploy/machine.h. As long as there is another one, what was stopped for
/// it is kept: going back starts it again at once.
enum class RolloutPhase {
  none,       // one release, nothing to go back to
  first,      // the same, and it is put up now: nobody vouches for containers that were there before
  gating,     // the current release is kept, beside it runs the gate of the next (gate.h)
  rolling,    // it replaces the former one, or has and must stay good
  reverting,  // the desired release is the one from before
  paused,     // nothing more is replaced; what runs is kept up
  rescuing,   // there is no record to go by: what is there is kept up as it is (rescue.h)
};

/// The parts of what a service mounts of the host's files.
struct MountedParts {
  std::string alone;  // fingerprint of those mounted as files: a running container never sees them anew
  std::map<std::string, std::string> by_source;  // of each file or folder that is mounted, by its path
};

/// A run of a job that belongs to another release.
struct FormerJob {
  std::int64_t release = 0;
  std::optional<Duration> timeout;
};
/// Those whose end is not known, by their containers' ids.
using FormerJobs = std::map<std::string, FormerJob>;

/// A release as the keeper works with it: its configuration bound, its images known.
struct Desired {
  std::shared_ptr<const Stack> stack;
  std::int64_t release = 0;
  std::map<std::string, ImageRecord> images;         // by service
  std::map<std::string, JobRun> jobs;                // by service; this release's
  std::set<std::string> former_services;             // of earlier releases of ours, gone from this one
  std::set<std::string> former_networks;             // by name on the engine; of the same
  FormerJobs former_jobs;                            // of other releases, which may still run
  std::shared_ptr<const Fingerprints> fingerprints;  // of what it mounts, as recorded; null: nothing is
  std::map<std::string, std::string> files;          // by service: fingerprint of what it mounts
  std::map<std::string, MountedParts> file_parts;    // by service: what that is made of
  std::map<std::string, std::string> host_files;     // the same of what the host has now, as far as is known
  std::map<std::string, std::int64_t> copies_of;  // by service: the release that its files are of; else this
  RolloutPhase phase = RolloutPhase::none;
  bool is_shut = false;                   // gating: it was given up, and no job begins any more
  bool goes_back = false;                 // rollback_config says how, instead of update_config
  std::shared_ptr<const Desired> former;  // what it replaces; null when phase is none or first
  std::set<std::string> ill_before;       // unchanged services that were not ready when the rollout began
  std::set<std::string> as_found;         // containers that are right whatever their configuration
};

/// Runs of containers that somebody asked to be ended and begun anew, and that have not ended yet.
struct RestartOrders {
  std::set<std::string> services;  // asked for before anything was seen of them
  /// By container id: when the run began that is to end; absent: it is the one that a start under way begins.
  std::map<std::string, std::optional<WallTime>> runs;
};

struct Wishes {
  StackWish stack = StackWish::running;
  bool remove_volumes = false;  // with down, and only when somebody said so
  std::map<std::string, ServiceStop> stopped;
  std::set<std::string> ended;  // by themselves, and their policy says never again
  RestartOrders restarts;
};

struct State {
  const Desired& desired;
  const Wishes& wishes;
  const Observed& observed;
  const Memory& memory;
  const std::set<std::string>& busy;  // resources that a step works on now
  Time now;
};

const ContainerMemory* memory_of(const State& state, const std::string& container_id);
/// An order of ours to make a container in this place has not been answered.
bool is_being_made(const Memory& memory, const std::string& service, std::int64_t number);
const ReplicaMemory* replica_memory_of(const State& state, const std::string& service, std::int64_t number);

/// The containers that carry the service's label, one-offs left out; in order of number, then age, then id.
std::vector<const ObservedContainer*> containers_of(const Observed& observed, const std::string& service);

/// Replicas that the release asks for; a job has one.
std::int64_t replicas(const Stack& stack, const Service& service);

/// The resource that steps about the container work on.
std::string busy_key(const ObservedContainer& container);

/// Has an effective health check (its own or its image's) that is not switched off.
bool has_health_check(const ObservedContainer& container);

/// It runs, and the hooks that belong to its start have not ended.
bool is_being_prepared(const State& state, const ObservedContainer& container);

/// Runs, is prepared, and is healthy where a health check says so.
bool is_ready(const State& state, const ObservedContainer& container);

/// Somebody asked for the run that it is in to be ended and begun anew.
bool is_to_be_restarted(const State& state, const ObservedContainer& container);

/// It is on its way down by an order of ours, or about to be: whoever waits for it can't count on it.
bool is_leaving(const State& state, const ObservedContainer& container);

/// Of a service of the stack, the name of a container that an order of ours is ending now; "" when none is.
std::string being_stopped(const State& state);

/// It is up, or an order of ours to start it has not been answered.
bool may_be_up(const State& state, const ObservedContainer& container);

/// The engine would restart it: somebody else set a policy.
bool has_engine_policy(const ObservedContainer& container);

/// Its process exists, if only paused.
bool runs(const ObservedContainer& container);

/// It runs, or the engine is about to start it again: it has to be stopped before it can be removed.
bool is_up(const ObservedContainer& container);

/// Whether the run of `container` began after that of `other`. Told by our own clock where we saw both begin:
/// the engine's calendar may have been set in between.
bool started_after(const State& state, const ObservedContainer& container, const ObservedContainer& other);

/// Somebody in the place is ready and stays so, if only the one that is to be replaced.
bool is_replica_ready(const State& state, const Service& service, std::int64_t number);

/// In every place of the service.
bool is_ready(const State& state, const Service& service);

/// The numbers that the replicas of a service bear. Where nothing can be made (RolloutPhase::rescuing) only
/// those that are there count.
std::vector<std::int64_t> replica_numbers(const State& state, const Service& service);

/// The container belongs to a job of this release or of another.
bool is_run_of_job(const State& state, const ObservedContainer& container);

JobState job_state(const State& state, const std::string& service);

/// While a release is rolled out only after a minute of failures: what the old one held may take a moment to
/// be free.
bool is_crash_looping(const Desired& desired, const ReplicaMemory& replica, Time now);

}  // namespace stackd::decide
