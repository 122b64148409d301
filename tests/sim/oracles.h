// The oracles of all stacks, and the promises that concern all of them alike:
//   foreign containers, networks and volumes are untouched; volumes are not removed
//   orders per minute stay under their limit
//   when all is settled nobody does anything any more
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/oracle.h"

namespace stackd::sim {

class Oracles {
 public:
  Oracles(const Scenario& scenario, SimClock& clock, SimHost& host, Marks& marks);

  /// In the order of the scenario's stories.
  [[nodiscard]] const std::vector<std::unique_ptr<Oracle>>& all() const { return all_; }
  /// Nothing for a stack that is in no story.
  [[nodiscard]] Oracle* find(const std::string& stack) const;

  void called(const std::string& text, bool order);
  void happened(const Happening& happening);
  void begin_blind();
  void end_blind();
  void wall_went_back();
  void event_missed(const std::string& container_id);
  void forgot();
  void stackd_died();

  /// From now on nothing may be ordered of the engine.
  void begin_quiet() { quiet_ = true; }
  void end_quiet() { quiet_ = false; }

  void break_promise(const std::string& sentence);
  /// The first promise that was broken.
  [[nodiscard]] const std::optional<std::string>& broken() const { return broken_; }

 private:
  void check_foreign(const Happening& happening);

  SimClock& clock_;
  std::optional<std::string> broken_;
  std::vector<std::unique_ptr<Oracle>> all_;
  std::deque<Time> orders_;
  bool quiet_ = false;
};

}  // namespace stackd::sim
