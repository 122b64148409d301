// What a keeper has learnt that the engine does not tell: how runs ended, what it asked for itself, what its
// probes found. Volatile: a stackd that starts anew begins with an empty one and must come to no worse
// decisions than to try a thing once more.
//
//   a run begins when a container is seen running with a start time that is not the remembered one
//   a run ends   by itself | ours (we asked) | outside (others asked the engine) | engine_down
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "model/action.h"
#include "model/made_with.h"
#include "model/observed.h"

namespace stackd::decide {

/// Runs at least this long count as good, where they were ready if they can tell: the next start after one
/// has no pause.
inline constexpr Duration good_run = std::chrono::seconds(10);
/// So many failures within the window make a service crash-looping.
inline constexpr std::size_t crash_loop_failures = 5;
inline constexpr Duration crash_loop_window = std::chrono::minutes(5);
inline constexpr Duration crash_loop_pause = std::chrono::seconds(60);
/// An exit that was found by looking waits this long for the event that says who caused it.
inline constexpr Duration event_patience = std::chrono::milliseconds(300);
/// A container that others killed outright may be about to vanish (`docker rm -f`): then it is made again.
inline constexpr Duration removal_patience = std::chrono::milliseconds(700);
/// So much later an event may come than what it tells of. Only as long is it asked whether it was before an
/// order: the calendar's clock, by which alone that can be told, may be set back.
inline constexpr Duration event_delay_max = std::chrono::minutes(1);
/// An engine that is asked to end stops its containers with the same signals as `docker stop`, for up to 15 s
/// (Docker's default), before its connection breaks. Until then nobody knows whose hand it was: the container
/// stays down, but that is not yet recorded as an order.
inline constexpr Duration engine_end_patience = std::chrono::seconds(16);

/// What was never ready gets at least this long before it is restarted as unhealthy.
inline constexpr Duration start_patience_min = std::chrono::seconds(60);
/// An engine call that failed so often in a row is not a passing trouble.
inline constexpr std::int64_t refusals_max = 3;
/// An end so soon after the engine told that a process was killed for want of memory is put down to that.
inline constexpr Duration out_of_memory_settles = std::chrono::seconds(2);

enum class EndCause { none, itself, ours, outside, engine_down };

struct ProbeMemory {
  bool running = false;
  bool stuck = false;  // past its timeout, and its process has not ended yet
  std::optional<Time> next_at;
  std::int64_t count = 0;     // of this run
  std::int64_t failures = 0;  // in a row
  std::int64_t missing = 0;   // in a row: the command is not there
  std::optional<Time> missing_since;
  bool left_to_engine = false;  // the container has no room for further ones
  bool told = false;            // that it fails, in this run
  std::string last_output;
};

/// It did not take in its configuration: why, and what it said.
struct ReloadRefusal {
  std::string why;  // "ended with 1"
  std::string output;
};

/// Of the run that is remembered.
struct ReloadMemory {
  std::optional<Time> done_at;
  std::optional<ReloadRefusal> refused;
};

/// Of the run that is remembered.
struct ReadinessMemory {
  enum class State { not_yet, ready, lost };
  /// What the facts said last. A probe that passed is told of by the next look.
  enum class Told { nothing, ready, taken_back };

  [[nodiscard]] bool is_ready() const { return state == State::ready; }
  [[nodiscard]] bool was_ready() const { return state != State::not_yet; }  // at some time
  void lose() {
    if (is_ready()) state = State::lost;
  }

  State state = State::not_yet;
  Told told = Told::nothing;
  bool engine_said_healthy = false;  // at some time
  Time at;                           // it became so, the last time
  WallTime told_at;                  // that it did, by the clock that the engine's checks are told by
};

/// Who ordered the run that is remembered to end.
struct StopMemory {
  enum class By {
    nobody,
    this_stackd,
    the_one_before,  // perhaps without effect
  };

  [[nodiscard]] bool is_ours() const { return by != By::nobody; }
  [[nodiscard]] bool is_inherited() const { return by == By::the_one_before; }

  By by = By::nobody;
  WallTime inherited_of;  // start time of the run that was to end by the order of the one before …
  Time inherited_until;   // … which has had no effect if it runs then
  StopPurpose purpose = StopPurpose::leave_down;  // of the last stop of ours
};

/// An order of ours about a container that has not been answered.
enum class UnderWay { nothing, start, stop };

/// Whose hands a container shows; over all its runs.
struct Hands {
  bool made_here = false;
  bool judged = false;
  bool foreign = false;
  bool told = false;  // that it was changed
  bool policy_was_no = false;
  std::int64_t right_for = 0;  // the release that it was seen to be right for; 0: none
  Time seen_at{};              // first
};

struct ContainerMemory {
  std::string service;
  std::int64_t number = 0;
  bool known = false;       // observed at least once
  WallTime run_started_at;  // the engine's start time of the run that this speaks of
  Time run_seen_at;         // when we first saw it
  bool running = false;
  ReadinessMemory readiness;
  bool paused = false;
  std::optional<Time> resumed_at;  // it stood still before that; absent: nothing that counts now is so old
  std::optional<Time> out_of_memory_at;  // a process in it was killed for that, in this run
  bool out_of_memory_told = false;
  ProbeMemory probe;
  ReloadMemory reload;
  EndCause end = EndCause::none;     // of the last run
  std::optional<Time> exit_seen_at;  // an end whose cause is not settled yet
  bool death_announced = false;      // the engine's event for this end has come
  bool start_is_ours = false;        // we ordered it, and no run was seen since
  StopMemory stop;
  UnderWay under_way = UnderWay::nothing;
  bool removal_is_ours = false;
  std::string stop_signal;  // the container's own; "" is SIGTERM
  std::optional<Time> killed_outside_at;
  bool asked_to_stop_outside = false;  // by a signal other than KILL
  std::optional<Time> outside_settles_at;
  Hands hands;
};

/// One replica's place in its service, over the containers that fill it.
struct ReplicaMemory {
  std::deque<Time> failures;        // within crash_loop_window
  std::int64_t quick_failures = 0;  // in a row, each after less than good_run
  std::int64_t attempts = 0;        // since the last good run
  std::int64_t restarts = 0;        // by us, after a failure
  bool restart_is_due = false;      // it failed, and no run has begun since
  std::int64_t never_ready = 0;     // restarts in a row of something that never became ready
  std::optional<Time> next_try;
  std::string last_end;                   // "ended with 137": "it" goes in front
  std::optional<WallTime> started_by_us;  // start time of the last run that an order of ours began anew
  bool was_filled = false;                // somebody ran in it before
};

/// A step that failed, by its resource: it is tried again later and later.
struct FailedStep {
  std::int64_t failures = 0;
  Time next_try;
  std::string error;
};

/// By the calendar, to be compared with what the engine tells; by our clock when it was this process that was
/// asked.
struct Wanted {
  WallTime wall;
  std::optional<Time> at;
};

using ReplicaKey = std::pair<std::string, std::int64_t>;  // service and number

/// A container of somebody else: the run of it that was seen last, and since when.
struct StrangerMemory {
  std::string id;
  WallTime started_at;
  Time seen_at{};
};

struct Memory {
  std::map<std::string, MadeWith> made_with;          // by container id; absent: not known
  std::map<std::string, std::string> lost_mounts;     // by container id: a folder of the host that it mounts
                                                      // no more, as another lies at that path now
  std::map<std::string, ContainerMemory> containers;  // by id
  std::map<ReplicaKey, ReplicaMemory> replicas;
  std::map<std::string, FailedStep> failed_steps;  // by resource
  std::map<std::string, Wanted> wanted;            // by service: when somebody last asked for it to run
  std::map<std::string, Wanted> unwanted;          // … and for it to be stopped, if that was later
  std::set<ReplicaKey> creations;                  // under way: what they make is not in the picture yet
  std::set<ReplicaKey> perhaps_made;               // their answers were lost
  std::map<ReplicaKey, std::vector<ObservedMount>> anonymous_volumes;  // of containers removed to be replaced
  std::map<std::string, std::optional<Time>>
      restoring;                                    // services changed by others; since when as it should be
  std::map<std::string, StrangerMemory> strangers;  // by the name that the stack calls them
  bool looked_for_changes = false;
  std::string
      probes_forbidden;   // why none of ours can be held on this engine; "": they can, as far as is known
  bool old_news = false;  // what is learnt now happened while nobody looked: before that, perhaps
};

}  // namespace stackd::decide
