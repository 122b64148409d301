// What people want of the stack, as far as a bystander can know it: orders to stackd that it confirmed, and
// what other hands did on the engine, which stackd may or may not have seen.
//
//   order, confirmed   stack         services
//   deploy             up            all up but those that `stop SERVICE` named
//     that failed      up, or as before it: a gate leaves things as they were
//     SERVICE          up            the named ones and what they need up; the rest stays down if it was
//     --no-start       (as before)   what is new is down
//   start              up            up, those named before by stop: either
//     SERVICE          up            the named ones up; the rest stays down if it was
//   rollback           as a deploy, of a generation that nobody outside knows
//   cancel             (as before)   of a generation that nobody outside knows
//   resume             (as before)
//   stop, down         stopped/down  –
//   stop SERVICE       –             the named ones down
//   restart            –             the named ones as before; what was stopped outside: either
//   adopt              up            up if it worked
//   hand-back, forget  nothing is wanted any more, and nothing is remembered
//   docker stop, kill  –             down if stackd was certainly looking, else either
//   compose down       either        either
//
// Of requests that were made at once nobody knows which came first: what their orders would differ in is
// either.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/scenario.h"

namespace stackd::sim {

enum class Wanted { up, down, either };

class Expectation {
 public:
  explicit Expectation(const Story& story);

  /// `may_join`: a deploy is on its way, and what this one asks for is perhaps joined with what waits behind
  /// it.
  void sent(std::uint64_t number, const Request& request, bool may_join);
  void answered(std::uint64_t number, bool accepted);
  /// `seen`: nothing kept stackd from seeing it.
  void other_hand(IncidentKind kind, const std::string& service, bool seen);
  /// A stop by other hands may have been taken for something else after all.
  void doubt_stop(const std::string& service);
  /// It ended by a stop that had begun before the last start was ordered.
  void doubt_start(const std::string& service);
  /// Whether it ran when it was adopted nobody knows.
  void doubt_adopted(const std::string& service) { places_[service].wanted = Wanted::either; }

  /// stackd forgot what it could not store.
  void doubt_all() { now_.stack = Wanted::either; }
  /// Nobody outside knows how far it had come.
  void last_deploy_failed();

  [[nodiscard]] Wanted stack() const;
  [[nodiscard]] Wanted service(const std::string& name) const;
  /// The stack is down rather than stopped.
  [[nodiscard]] bool is_down() const { return now_.down; }
  [[nodiscard]] bool is_deployed() const { return now_.deployed; }
  /// stackd was told to keep it no longer.
  [[nodiscard]] bool is_let_go() const { return batch_.empty() && now_.let_go; }
  [[nodiscard]] bool may_remove_volumes() const { return volumes_may_go_; }
  /// Of the last deploy.
  [[nodiscard]] std::size_t generation() const { return now_.generation; }
  /// A deploy was refused since the last one: its files lie there, and who starts again reads them.
  [[nodiscard]] bool was_refused() const { return now_.refused; }
  /// Since the last deploy, which was of all services, nobody has rolled back or cancelled.
  [[nodiscard]] bool is_generation_certain() const { return now_.generation_certain; }
  /// The last deploy named others, and needs it not: its job is not run for that.
  [[nodiscard]] bool is_left_alone(const std::string& service) const {
    return batch_.empty() && places_.at(service).left_alone;
  }
  /// It was part of a deploy: what was not is nobody's, whatever runs there.
  [[nodiscard]] bool is_kept(const std::string& service) const { return places_.at(service).is_kept; }
  /// Somebody started it by hand, and it has read what was there then. Of a stack
  /// that is only made, nobody said that it is to be down.
  [[nodiscard]] bool is_by_hand(const std::string& service) const { return places_.at(service).by_hand; }
  /// The service as it was deployed last; nothing when that is not certain.
  [[nodiscard]] const ServiceDraft* ordered(const std::string& service) const;

 private:
  struct Place {
    Wanted wanted = Wanted::up;
    bool by_order = false;     // down by `stop SERVICE`
    bool was_stopped = false;  // before a deploy, which forgets that only once its gate is behind it
    bool left_alone = false;   // by the last deploy
    bool is_kept = false;      // some deploy since it is kept was about it
    bool by_hand = false;      // somebody started it since the last deploy
    bool was_first = false;    // the first of them was: every release has it
    std::optional<std::size_t> generation;
  };
  struct Model {
    Wanted stack = Wanted::up;
    Wanted stack_before_deploy = Wanted::up;
    bool down = false;
    bool refused = false;
    bool deployed = false;
    bool let_go = false;
    bool fresh = true;  // no order about it was ever accepted, or it was let go since
    std::size_t generation = 0;
    bool generation_certain = true;
  };
  struct Pending {
    std::uint64_t number = 0;
    Request request;
    std::optional<bool> accepted;
    bool may_join = false;
  };

  void apply_all(const std::vector<Pending>& batch);
  void apply(const Request& request, bool accepted);
  void apply_deploy(const Request& request);
  void apply_start(const Request& request);
  void apply_stop(const Request& request);
  void let_go();
  void merge(const Expectation& other);
  /// A start of some services on a stack that is not up leaves the rest as it is.
  void leave_rest(const std::set<std::string>& started);
  [[nodiscard]] std::set<std::string> with_needed(const Request& request) const;

  const Story* story_;
  std::set<std::string> jobs_;
  std::vector<Pending> batch_;  // that are not all answered
  Model now_;
  std::map<std::string, Place> places_;
  bool volumes_may_go_ = false;
};

}  // namespace stackd::sim
