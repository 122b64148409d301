// What people order of stackd: one after the other, and again until it is answered.
#pragma once

#include <functional>
#include <vector>

#include "sim/deploy_promises.h"
#include "sim/life.h"
#include "sim/oracle.h"
#include "sim/surroundings.h"

namespace stackd::sim {

class Orders {
 public:
  Orders(Surroundings& around, Oracle& oracle, DeployPromises& deploys)
      : around_(around), oracle_(oracle), deploys_(deploys) {}

  /// Every request has its moment from now on.
  void plan();
  void add(const Request& request);
  /// stackd is there, perhaps again.
  void stackd_began(Life& life);
  void stackd_ended() { life_ = nullptr; }
  [[nodiscard]] bool all_answered() const { return !in_hand_ && waiting_.empty(); }

 private:
  void give_next();
  void give();
  void answered(const std::optional<Error>& refusal);

  Surroundings& around_;
  Oracle& oracle_;
  DeployPromises& deploys_;
  Life* life_ = nullptr;
  std::vector<Request> waiting_;
  bool in_hand_ = false;  // the first of them
};

}  // namespace stackd::sim
