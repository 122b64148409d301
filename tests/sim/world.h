// A whole run: a host, an engine, a database and people, for as long as the scenario lasts, and in their
// midst a stackd that dies and comes back. Everything here but stackd outlives stackd.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/deploy/kept_files.h"
#include "runtime/random.h"
#include "sim/oracle.h"
#include "sim/scenario.h"
#include "sim/trace.h"
#include "store/store.h"
#include "support/memory_files.h"
#include "support/sim_clock.h"
#include "support/sim_engine.h"
#include "support/sim_host.h"
#include "support/sim_http.h"

namespace stackd::sim {

struct Outcome {
  std::optional<std::string> broken;  // the first promise that was, in a sentence
  std::uint64_t hash = 0;
  std::uint64_t events = 0;
  Duration simulated{};
};

class World {
 public:
  World(const Scenario& scenario, Trace& trace, Marks& marks);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  Outcome run();

 private:
  class Life;  // of stackd
  struct Order;

  void make_host();
  Program program_of(const std::string& project, const std::string& service, std::int64_t run);
  void plan_faults();
  void plan_requests();
  void run_until(Time end);
  void run_daemon();
  void step();
  void begin_life();
  void end_life();
  void crash(Duration away);
  void count_await();
  void happen(const Incident& incident);
  void people(const Incident& incident);
  [[nodiscard]] std::vector<std::string> containers_of(const std::string& service) const;
  Fate fate_of(const Call& call);
  Duration delay_of_page();
  void edit_folders(std::size_t generation);
  [[nodiscard]] std::string read_folder(const std::string& folder) const;
  EventFate fate_of(const EngineEvent& event);
  [[nodiscard]] const Noise* noise() const;
  void say(const std::string& text);
  void next_request();
  void answer_request(bool accepted, const std::string& text);
  Record record();
  void settle();
  void check_rollback_runs_no_job(const HostContainer& container);
  void check_plan();
  void check_failed_deploy(const std::string& text);
  void check_live_deploy(const std::string& text);
  void shut_down();

  const Scenario& scenario_;
  Trace& trace_;
  Marks& marks_;
  runtime::Random fates_;
  SimClock clock_;
  SimHost host_;
  SimEngine engine_;
  SimHttp http_;
  std::string kept_folder_;
  daemon::KeptFiles kept_;
  test::MemoryFiles files_;  // on the host
  Oracle oracle_;
  std::string store_name_;
  Time turns_at_{};
  int turns_ = 0;             // of the daemon, at that moment
  bool end_refused_ = false;  // the last order to stop everything
  int disks_full_ = 0;
  std::unique_ptr<store::Store> store_keeper_;
  std::unique_ptr<Life> life_;
  std::uint64_t lives_ = 0;
  std::optional<std::int64_t> awaits_to_crash_;
  Duration crash_lasts_{};
  bool crash_now_ = false;
  bool faults_over_ = false;
  int orders_in_flight_ = 0;
  std::vector<Request> waiting_;
  bool request_in_hand_ = false;
  std::uint64_t wakes_ = 0;
  std::map<std::string, std::int64_t> runs_;  // by service
};

}  // namespace stackd::sim
