// In which order what is to end ends: who stands on others stops before them, whoever asked for it.
#pragma once

#include <map>
#include <set>
#include <string>

#include "decide/picture/state.h"

namespace stackd::decide {

class StopOrder {
 public:
  /// Nothing is to end.
  explicit StopOrder(const State& state) : state_(state) {}

  /// It is to end. What the engine refuses to stop, time after time, holds up nobody.
  void add(const ObservedContainer& container);

  /// Something that is to end stands on the service, directly or not, and is up or about to be.
  [[nodiscard]] bool must_wait(const std::string& service) const;
  [[nodiscard]] const std::set<std::string>& held() const { return held_; }

 private:
  const State& state_;
  std::set<std::string> added_;  // services
  std::set<std::string> held_;   // services that they stand on
};

/// Of all that people wish to end: the whole stack, services by their names, runs that are to begin anew; and
/// of what is on its way down already.
StopOrder stop_order(const State& state);

}  // namespace stackd::decide
