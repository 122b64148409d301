// What is owed at the end of a deploy, and for the release that one made: checked against the store.
#pragma once

#include <string>

#include "sim/oracle.h"
#include "sim/surroundings.h"

namespace stackd::sim {

class DeployPromises {
 public:
  DeployPromises(Surroundings& around, Oracle& oracle) : around_(around), oracle_(oracle) {}

  /// stackd has said this.
  void said(const std::string& text);
  void happened(const Happening& happening);
  /// Of all services.
  /// `alone`: no other order was under way or answered in the same moment.
  void end_answered(bool accepted, bool alone) { end_refused_ = !accepted && alone; }
  void request_sent() { end_refused_ = false; }
  /// The stack is not kept; or by a release that was taken from what ran.
  [[nodiscard]] bool is_gone() const;
  [[nodiscard]] bool is_adopted() const;
  /// A deploy is on its way.
  [[nodiscard]] bool rolls() const;
  /// What was forgotten is gone from the store.
  void check_forgotten();

 private:
  void check_failed(const std::string& text);
  void check_cancelled(const Deploy& deploy);
  void check_live(const std::string& text);
  void started(const HostContainer& container);

  Surroundings& around_;
  Oracle& oracle_;
  bool end_refused_ = false;  // the last order to stop everything
  bool emptied_ = false;      // a volume was removed since all of a release was live
};

}  // namespace stackd::sim
