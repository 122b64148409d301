// People who use the engine past stackd.
#pragma once

#include "sim/oracles.h"
#include "sim/surroundings.h"

namespace stackd::sim {

class People {
 public:
  People(Surroundings& around, Oracles& oracles) : around_(around), oracles_(oracles) {}

  /// Does what the incident says, by the engine, which is there. Nothing when that would change nothing.
  void act(const Incident& incident);

 private:
  [[nodiscard]] bool would_change(const Incident& incident, bool runs) const;
  void act_on(const std::string& id, const Story& story, const Incident& incident);
  void restart(const std::string& id, const Order& order);
  void pause(const std::string& id, Duration lasts, const Order& order);
  void take_down(const Story& story, const Order& order);

  Surroundings& around_;
  Oracles& oracles_;
};

}  // namespace stackd::sim
