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
#include "decide/picture/target.h"
#include "model/observed.h"
#include "model/release.h"
#include "model/stack.h"

namespace stackd::decide {

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

/// References: whatever it is made from outlives it.
struct State {
  State(const Target& target, const Wishes& wishes_of, const Observed& observed_of, const Memory& memory_of,
        const std::set<std::string>& busy_of, Time now_of)
      : desired(target.desired),
        learnt(target.learnt),
        rollout(target.rollout),
        wishes(wishes_of),
        observed(observed_of),
        memory(memory_of),
        busy(busy_of),
        now(now_of) {}

  const Desired& desired;
  const Learnt& learnt;
  const Rollout& rollout;
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

/// It was taken over as it is, and is right whatever its configuration.
bool is_right_as_found(const State& state, const ObservedContainer& container);

/// It runs, or the engine is about to start it again: it has to be stopped before it can be removed.
bool is_up(const ObservedContainer& container);

/// Whether the run of `container` began after that of `other`. Told by our own clock where we saw both begin:
/// the engine's calendar may have been set in between.
bool started_after(const State& state, const ObservedContainer& container, const ObservedContainer& other);

/// Somebody in the place is ready and stays so, if only the one that is to be replaced.
bool is_replica_ready(const State& state, const Service& service, std::int64_t number);

/// In every place of the service.
bool is_ready(const State& state, const Service& service);

/// The numbers that the replicas of a service bear. Where nothing can be made (Rescuing) only
/// those that are there count.
std::vector<std::int64_t> replica_numbers(const State& state, const Service& service);

/// The container belongs to a job of this release or of another.
bool is_run_of_job(const State& state, const ObservedContainer& container);

JobState job_state(const State& state, const std::string& service);

/// While a release is rolled out only after a minute of failures: what the old one held may take a moment to
/// be free.
bool is_crash_looping(const Rollout& rollout, const ReplicaMemory& replica, Time now);

}  // namespace stackd::decide
