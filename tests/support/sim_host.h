// A host with a container engine and what lives on it: containers and their processes, networks, volumes,
// images. It survives stackd, and most of it survives the engine. It answers as Docker does: who asks by
// which way, and what goes wrong on the way, is sim_engine's and the test's business.
//
// Every call has its effect when it is made. Those that take time (a stop waits for the process) tell
// their end through `done`. Whatever happens is reported to `on_happening`, whoever caused it.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "model/event.h"
#include "model/observed.h"
#include "runtime/random.h"
#include "support/sim_clock.h"
#include "support/sim_program.h"

namespace stackd::sim {

/// What the engine gives a container that names no grace.
inline constexpr Duration default_grace = std::chrono::seconds(10);
/// 128 and SIGKILL.
inline constexpr std::int64_t ended_by_kill = 137;

/// Who is behind a happening.
enum class Hand { stackd, person, engine, process };
std::string_view to_string(Hand hand);

struct Order {
  Hand hand = Hand::person;
  Time asked{};  // when it left the one who gives it
};

struct HostContainer {
  ObservedContainer seen;  // what the engine says when asked
  Program program;
  bool alive = false;  // its process, whether or not the engine is there to see it
  bool hung = false;
  std::uint64_t run = 0;  // counts the starts of this container
  Time process_since{};
  Time process_until{};              // of the last run, when it is not alive
  std::int64_t ended_with = 0;       // what the process itself said
  std::int64_t probes_failed = 0;    // in a row
  bool stopped_by_hand = false;      // the engine's memory, for its own restart policies
  std::int64_t engine_restarts = 0;  // in a row
  std::string namespace_of;          // id of the container whose network it shares
  std::uint64_t namespace_run = 0;   // the run of that one which it joined
  std::vector<std::string> host_ports;
  std::vector<std::string> folders;   // of the host, and files, that it mounts
  std::vector<std::string> has_read;  // what was in them when its process began or was told to look again
  std::vector<std::function<void()>> at_end;  // called once when the process ends
};

enum class HappeningKind {
  created,
  started,
  stop_asked,
  kill_asked,
  died,
  removed,
  renamed,
  policy_changed,
  paused,
  unpaused,
  health_changed,
  network_created,
  network_removed,
  network_joined,
  network_left,
  volume_created,
  volume_removed,
  image_changed,
  probed,
  engine_went,
  engine_came,
};
std::string_view to_string(HappeningKind kind);

struct Happening {
  HappeningKind kind = HappeningKind::created;
  Order order;
  const HostContainer* container = nullptr;  // alive until the call returns
  std::string name;                          // of a network, a volume, an image, an engine's life
};

/// What a container is on from the first: names of networks, with its aliases there.
std::map<std::string, std::vector<std::string>> networks_at_start(const engine::ContainerSpec& spec);

class SimHost {
 public:
  using Done = std::function<void(Result<void>)>;

  SimHost(SimClock& clock, std::uint64_t seed);

  // --- the test's side
  std::function<void(const Happening&)> on_happening;
  Script script;
  std::function<std::string(const std::string& path)> read_folder;  // or a file; absent: they are empty
  bool real_exit_codes = true;  // of what died while the engine was away; else 255, as newer engines say
  bool keeps_health = false;    // over a live restore, as 20.10 does; else it begins again
  bool forbids_exec = false;    // as a proxy in front of the engine's socket may
  bool connects_one = false;    // a new container to its first network only, as before 25
  void add_image(ObservedImage image);
  /// It is in a registry, not here yet.
  void publish_image(ObservedImage image);
  [[nodiscard]] const std::map<std::string, HostContainer>& containers() const { return containers_; }
  [[nodiscard]] const std::map<std::string, ObservedNetwork>& networks() const { return networks_; }
  [[nodiscard]] const std::map<std::string, ObservedVolume>& volumes() const { return volumes_; }
  /// The process is up to its work at this moment, which is what its health check asks.
  [[nodiscard]] bool works(const HostContainer& container) const;
  /// It has its network: what it shares one with has not ended since.
  [[nodiscard]] bool has_network(const HostContainer& container) const;
  void crash_process(const std::string& id, std::int64_t exit_code);
  void hang_process(const std::string& id);

  // --- the engine as a program
  [[nodiscard]] bool engine_up() const { return up_; }
  /// False also while it is on its way down.
  [[nodiscard]] bool accepts_calls() const { return accepting_; }
  [[nodiscard]] std::string engine_boot_id() const;
  /// kill -9 of the engine: processes go on, connections break.
  void kill_engine();
  /// It is asked to end: no new calls; without live restore it stops every container first and its events
  /// still say so.
  void stop_engine(bool live_restore);
  void start_engine(bool live_restore);
  /// Everything on the host ends at once.
  void lose_power();
  /// Calls `cut` when the engine goes away; forgotten with the handle.
  std::shared_ptr<void> on_cut(std::function<void()> cut);
  /// Events from now on; kept ones of this engine's life since `since` are given at once.
  std::shared_ptr<void> subscribe(std::optional<WallTime> since,
                                  std::function<void(const EngineEvent&)> subscriber);

  // --- what the engine is asked
  engine::EngineInfo info() const;
  Result<ObservedContainer> inspect(const std::string& id_or_name) const;
  std::vector<engine::ContainerSummary> list(const std::string& project) const;
  Result<std::string> create(const engine::ContainerSpec& spec, const Order& order);
  Result<void> start(const std::string& id, const Order& order);
  void stop(const std::string& id, std::optional<Duration> grace, const Order& order, Done done);
  Result<void> kill(const std::string& id, const std::string& signal, const Order& order);
  Result<void> remove(const std::string& id, bool force, const Order& order);
  Result<void> rename(const std::string& id, const std::string& name, const Order& order);
  Result<void> set_policy(const std::string& id, const std::string& policy, const Order& order);
  Result<void> pause(const std::string& id, const Order& order);
  Result<void> unpause(const std::string& id, const Order& order);

  Result<std::string> create_exec(const engine::ExecSpec& spec);
  /// `done` comes when the command has closed its output, perhaps never.
  void run_exec(const std::string& exec_id, std::function<void(Result<std::string>)> done);
  Result<engine::ExecState> inspect_exec(const std::string& exec_id) const;

  std::vector<ObservedNetwork> list_networks(const std::string& project) const;
  Result<ObservedNetwork> inspect_network(const std::string& name_or_id) const;
  Result<std::string> create_network(const std::string& name, const Labels& labels, bool internal,
                                     const Order& order);
  Result<void> remove_network(const std::string& id, const Order& order);
  Result<void> connect(const std::string& network, const std::string& container_id,
                       std::vector<std::string> aliases, const Order& order);
  Result<void> disconnect(const std::string& network, const std::string& container_id, const Order& order);

  std::vector<ObservedVolume> list_volumes(const std::string& project) const;
  Result<ObservedVolume> inspect_volume(const std::string& name) const;
  void create_volume(const std::string& name, const Labels& labels, const Order& order);
  Result<void> remove_volume(const std::string& name, const Order& order);

  Result<ObservedImage> inspect_image(const std::string& reference) const;
  Result<void> pull_image(const std::string& reference, const Order& order);
  Result<void> tag_image(const std::string& id, const std::string& tag, const Order& order);
  Result<void> remove_image(const std::string& reference, const Order& order);

 private:
  struct Exec {
    std::string container_id;
    std::uint64_t run = 0;
    bool begun = false;
    bool running = false;
    std::int64_t exit_code = 0;
    std::function<void(Result<std::string>)> done;
  };
  struct Subscriber {
    std::function<void(const EngineEvent&)> call;
  };

  HostContainer* find(const std::string& id_or_name);
  const HostContainer* find(const std::string& id_or_name) const;
  ObservedNetwork* find_network(const std::string& name_or_id);
  [[nodiscard]] bool name_taken(const std::string& name) const;
  Result<void> can_start(const HostContainer& container) const;
  void read_folders(HostContainer& container, bool begins) const;
  void begin_process(HostContainer& container, const Order& order);
  void end_process(HostContainer& container, std::int64_t exit_code, const Order& order);
  void restart_by_policy(HostContainer& container);
  void ask_to_end(HostContainer& container, Hand hand);
  void schedule_end(const HostContainer& container, Duration after, std::int64_t exit_code, Hand hand);
  void watch_health(const HostContainer& container, Duration after);
  void begin_probe(HostContainer& container);
  void end_probe(HostContainer& container, WallTime began, bool passed);
  void set_health(HostContainer& container, HealthState health);
  void notice_end(HostContainer& container, std::int64_t exit_code);
  void cut_connections();
  void report(HappeningKind kind, const Order& order, const HostContainer* container, std::string name = {});
  void emit(EventKind kind, const HostContainer& container);
  void emit(EngineEvent event);

  SimClock& clock_;
  runtime::Random random_;
  std::map<std::string, HostContainer> containers_;  // by id
  std::map<std::string, ObservedNetwork> networks_;  // by name
  std::map<std::string, ObservedVolume> volumes_;
  std::map<std::string, ObservedImage> images_;     // by reference
  std::map<std::string, ObservedImage> published_;  // by reference
  std::map<std::string, Exec> execs_;
  std::map<std::pair<std::string, std::string>, std::int64_t> runs_;  // by project and service

  bool up_ = true;
  bool accepting_ = true;
  std::uint64_t life_ = 1;
  std::deque<EngineEvent> kept_events_;
  std::vector<std::weak_ptr<Subscriber>> subscribers_;
  std::vector<std::weak_ptr<std::function<void()>>> cuts_;
};

}  // namespace stackd::sim
