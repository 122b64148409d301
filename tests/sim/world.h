// A whole run: what lies around stackd, and in its midst a stackd that dies and comes back, for as long as
// the scenario lasts.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/faults.h"
#include "sim/life.h"
#include "sim/oracles.h"
#include "sim/scenario.h"
#include "sim/surroundings.h"
#include "sim/tenant.h"
#include "sim/trace.h"

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
  void watch();
  void happened(const Happening& happening);
  void run_until(Time end);
  void run_daemon();
  void begin_life();
  void end_life();
  void settle();
  void make_well();
  void deploy_once_more(Tenant& tenant);
  void check_settled(Tenant& tenant);
  void check_quiet();
  void ask_everything();
  void check_plan(Tenant& tenant);
  [[nodiscard]] bool plan_is_certain(const Tenant& tenant) const;
  void shut_down();

  Surroundings around_;
  Oracles oracles_;
  Faults faults_;
  std::vector<std::unique_ptr<Tenant>> tenants_;
  std::unique_ptr<Life> life_;
  std::uint64_t lives_ = 0;
  Time turns_at_{};
  int turns_ = 0;  // of the daemon, at that moment
  int orders_in_flight_ = 0;
  std::uint64_t wakes_ = 0;
  bool rolls_ = false;  // what can't work is being put back, or waits for a person
};

}  // namespace stackd::sim
