// What people want of the stack, as far as a bystander can know it: orders to stackd that it confirmed, and
// what other hands did on the engine, which stackd may or may not have seen.
//
//   order, confirmed   stack         services
//   deploy             up            all up but those that `stop SERVICE` named
//     that failed      up, or as before it: a gate leaves things as they were
//   start              up            up, those named before by stop: either
//   start SERVICE      (either)      the named ones up
//   rollback           as a deploy, of a generation that nobody outside knows
//   cancel             (as before)   of a generation that nobody outside knows
//   stop, down         stopped/down  –
//   stop SERVICE       –             the named ones down
//   restart            –             the named ones as before; what was stopped outside: either
//   docker stop, kill  –             down if stackd was certainly looking, else either
//   compose down       either        either
#pragma once

#include <map>
#include <set>
#include <string>

#include "sim/scenario.h"

namespace stackd::sim {

enum class Wanted { up, down, either };

class Expectation {
 public:
  explicit Expectation(const StackDraft& stack);

  void sent(const Request& request);
  void answered(const Request& request, bool accepted);
  /// `seen`: nothing kept stackd from seeing it.
  void other_hand(IncidentKind kind, const std::string& service, bool seen);
  /// A stop by other hands may have been taken for something else after all.
  void doubt_stop(const std::string& service);
  /// It ended by a stop that had begun before the last start was ordered.
  void doubt_start(const std::string& service);

  /// stackd forgot what it could not store.
  void doubt_all() { stack_ = Wanted::either; }
  /// Nobody outside knows how far it had come.
  void last_deploy_failed();

  [[nodiscard]] Wanted stack() const;
  [[nodiscard]] Wanted service(const std::string& name) const;
  /// The stack is down rather than stopped.
  [[nodiscard]] bool is_down() const { return down_; }
  [[nodiscard]] bool is_deployed() const { return deployed_; }
  [[nodiscard]] std::size_t generation() const { return generation_; }
  /// A deploy was refused since the last one: its files lie there, and who starts again reads them.
  [[nodiscard]] bool was_refused() const { return refused_; }
  /// Since the last deploy nobody has rolled back or cancelled.
  [[nodiscard]] bool is_generation_certain() const { return generation_certain_; }

 private:
  std::set<std::string> jobs_;
  bool pending_ = false;
  Wanted stack_ = Wanted::up;
  Wanted stack_before_deploy_ = Wanted::up;
  bool down_ = false;
  bool refused_ = false;
  bool deployed_ = false;
  std::size_t generation_ = 0;
  bool generation_certain_ = true;
  struct Place {
    Wanted wanted = Wanted::up;
    bool by_order = false;     // down by `stop SERVICE`
    bool was_stopped = false;  // before a deploy, which forgets that only once its gate is behind it
  };
  std::map<std::string, Place> places_;
};

}  // namespace stackd::sim
