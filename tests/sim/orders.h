// What people order of stackd: one after the other unless they come at once, and again until it is
// answered.
#pragma once

#include <cstdint>
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

  /// Every request and every question has its moment from now on.
  void plan();
  void add(const Request& request);
  /// Asks all there is to ask; the answers are nobody's business.
  void ask();
  /// stackd is there, perhaps again.
  void stackd_began(Life& life);
  void stackd_ended() { life_ = nullptr; }
  [[nodiscard]] bool all_answered() const { return in_hand_.empty() && waiting_.empty(); }

 private:
  struct InHand {
    std::uint64_t number = 0;
    Request request;
    bool again = false;  // stackd crashed before it answered
  };

  void give_next();
  void take_in_hand(const Request& request);
  void give(const InHand& order);
  void answered(std::uint64_t number, const std::optional<Error>& refusal);
  [[nodiscard]] bool was_accepted(const InHand& order, const std::optional<Error>& refusal) const;

  Surroundings& around_;
  Oracle& oracle_;
  DeployPromises& deploys_;
  bool last_was_at_once_ = false;
  Life* life_ = nullptr;
  std::vector<Request> waiting_;
  std::vector<InHand> in_hand_;
  std::uint64_t numbers_ = 0;
};

}  // namespace stackd::sim
