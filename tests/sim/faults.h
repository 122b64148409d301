// What goes wrong, as the scenario says: the misfortunes of single calls, events and pages, and what happens
// to the engine, the host, processes and stackd.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "runtime/random.h"
#include "sim/oracles.h"
#include "sim/people.h"
#include "sim/surroundings.h"

namespace stackd::sim {

/// How long stackd may need to see again after each kind of blindness.
constexpr Duration look_after_crash = std::chrono::seconds(5);
constexpr Duration look_after_outage = std::chrono::seconds(70);
constexpr Duration look_after_jump = std::chrono::seconds(30);

class Faults {
 public:
  Faults(Surroundings& around, Oracles& oracles);

  /// Every fault has its moment from now on.
  void plan();
  /// A coroutine of stackd begins to wait: perhaps the one at which it dies.
  void count_await();
  /// stackd has to die now, and is back after the time that is returned.
  std::optional<Duration> take_crash();
  /// None of the crashes that were on their way comes about any more.
  void end();

  std::function<bool()> stackd_lives;

 private:
  Fate fate_of(const Call& call);
  EventFate fate_of(const EngineEvent& event);
  Duration delay_of_page();
  [[nodiscard]] const Noise* noise() const;
  bool struck(std::uint64_t per_mille) { return fates_.below(1000) < per_mille; }
  void happen(const Incident& incident);
  void start_engine_later(const Incident& incident, Duration after);
  void happen_to_process(const Incident& incident);

  Surroundings& around_;
  Oracles& oracles_;
  People people_;
  runtime::Random fates_;
  std::optional<std::int64_t> awaits_to_crash_;
  Duration crash_lasts_{};
  bool crash_now_ = false;
};

}  // namespace stackd::sim
