// One run of the simulated world, written down before it begins: the stack and its changes, what people
// order, what goes wrong and when. A seed draws one; a hand-written test builds one; shrinking takes parts
// away. Together with its seed, which gives delays and single misfortunes, it determines every event.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "support/builders.h"

namespace stackd::sim {

enum class IncidentKind {
  crash_stackd,  // at the `number`-th await from then on; it is back after `lasts`
  kill_engine,   // kill -9; back after `lasts`
  stop_engine,   // asked to end; back after `lasts`
  reboot,        // engine and stackd too; the engine is back after `lasts`, stackd at the same time
  cut_events,
  jump_wall,       // by `lasts`, which may be negative
  person_stops,    // docker stop
  person_kills,    // docker kill
  person_starts,   // docker start
  person_removes,  // docker rm -f
  person_restarts,
  person_pauses,  // and unpauses after `lasts`
  person_sets_policy,
  compose_down,
  process_crashes,
  process_hangs,
  disk_fills,  // nothing can be stored; there is room again after `lasts`
};
std::string_view to_string(IncidentKind kind);

struct Incident {
  Duration at{};
  IncidentKind kind = IncidentKind::crash_stackd;
  Duration lasts{};
  std::string stack;        // "": the scenario's own
  std::string service;      // of the stack; its first container is meant
  std::int64_t number = 0;  // awaits, or an exit code
  bool live_restore = false;
};

/// Misfortunes of single calls and events between two moments, each in a thousand.
struct Noise {
  Duration from{};
  Duration until{};
  std::uint64_t lost_before_effect = 0;
  std::uint64_t lost_after_effect = 0;
  std::uint64_t refused = 0;
  std::uint64_t refused_orders = 0;  // of the calls that change something
  std::uint64_t slow = 0;
  Duration slow_max = std::chrono::seconds(5);
  std::uint64_t events_lost = 0;
  std::uint64_t events_doubled = 0;
  std::uint64_t events_late = 0;
};

enum class RequestKind {
  deploy,
  start,
  stop,
  restart,
  down,
  rollback,
  cancel,
  resume,
  adopt,
  hand_back,
  forget,
};
std::string_view to_string(RequestKind kind);

/// What somebody orders of stackd; again until it is answered.
struct Request {
  Duration at{};
  RequestKind kind = RequestKind::deploy;
  std::size_t generation = 0;         // deploy, adopt: which of the story's drafts
  std::vector<std::string> services;  // deploy, start, stop, restart; empty: all
  bool at_once = false;               // it does not wait for the answer to the one before
  bool start = true;                  // deploy; false: --no-start
  bool volumes = false;               // down
  std::optional<std::int64_t> to;     // rollback
  bool force = false;                 // rollback
  bool current_environment = false;   // rollback
};

/// How the processes of a service behave while things go wrong; afterwards they are well.
struct Temper {
  Duration ready_after = std::chrono::milliseconds(500);
  std::int64_t bad_runs = 0;  // so many runs end too soon
  Duration bad_after = std::chrono::milliseconds(200);
  std::int64_t bad_code = 1;
  Duration job_takes = std::chrono::seconds(2);
  Duration stop_takes = std::chrono::milliseconds(300);
  std::int64_t stop_code = 0;
  bool ignores_term = false;
  std::string needs;
};

/// One stack: its releases, how its processes behave, what people order of it.
struct Story {
  std::vector<StackDraft> generations;
  std::map<std::string, Temper> tempers;  // by service
  std::vector<Request> requests;
  std::vector<Duration> questions;  // moments at which somebody asks all there is to ask
  bool deploy_at_end = true;        // somebody deploys the last generation once more when the faults are over

  [[nodiscard]] const std::string& name() const { return generations.front().name; }
};

struct Scenario : Story {
  std::uint64_t seed = 0;
  std::optional<Story> neighbour;  // another stack of the same stackd, on the same engine
  std::vector<Incident> incidents;
  std::vector<Noise> noises;
  Duration faults_end = std::chrono::minutes(3);
  bool real_exit_codes = true;
  bool keeps_health = false;
  bool connects_one = false;
  bool forbids_exec = false;
};

/// In any of its generations.
bool is_job(const Story& story, const std::string& service);

/// The scenario's own one, then the neighbour's.
std::vector<const Story*> stories(const Scenario& scenario);
/// Nothing when the scenario has no such stack; "" is its own.
const Story* story_of(const Scenario& scenario, const std::string& stack);

/// What this seed stands for.
Scenario draw(std::uint64_t seed);

/// For people, one line a part.
std::string to_text(const Scenario& scenario);

}  // namespace stackd::sim
