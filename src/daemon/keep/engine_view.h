// How a keeper comes to its picture of the stack: what the engine shows, looked at again where an event or a
// step gave a reason, and everywhere now and then. Events are hints; only a look counts.
//
//   away       nothing is known of now
//   connected  everything is to be looked at
//   observed   the picture is of now, but for what is to be looked at again
#pragma once

#include <deque>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "daemon/keep/stack_state.h"
#include "model/event.h"
#include "runtime/clock.h"

namespace stackd::daemon {

/// Writes StackState::observed, and into the memory what events say; nobody else writes the former.
class EngineView {
 public:
  EngineView(Edges edges, StackState& stack) : edges_(std::move(edges)), stack_(stack) {}

  void note_connected();
  void note_lost() { connected_ = false; }
  void note_event(const EngineEvent& event);
  /// Of a container of others. True: a service shares a namespace with one, and it is looked at again.
  bool note_stranger_event(const EngineEvent& event);

  /// Applies what events told. True: something died, and that is to be acted upon before anything is looked
  /// at.
  bool take_events();
  /// Brings the picture up to date. Needs a desired release. Errors: those of the engine; it is to be tried
  /// again then, not before the moment that look_later() returns.
  runtime::Task<Result<void>> look();
  Time look_later();

  /// When something is to be looked at although nothing was told.
  [[nodiscard]] Time next_due() const { return std::min(glance_due_, all_due_); }
  /// Whatever is due by now is looked at next.
  void note_due();

  // What is to be looked at again.
  void look_at_all() { look_at_all_ = true; }
  /// Networks and volumes.
  void look_at_resources() { look_at_resources_ = true; }
  /// A step worked on it; a death that was told is past.
  void look_at(const std::string& container_id);
  /// A creation was answered: what looked unfinished is looked at again.
  void look_at_unfinished();
  /// Its start was ordered. Until that has happened the engine answers no question about it: it is looked at
  /// when an event tells that it began or the step has ended, and nobody else is kept waiting until then.
  void note_start_ordered(const std::string& container_id) { starting_.insert(container_id); }

  /// Resources that are not to be acted upon before they were looked at.
  [[nodiscard]] std::set<std::string> in_doubt() const;

  [[nodiscard]] bool is_connected() const { return connected_; }
  /// All of it at least once since the engine was last met.
  [[nodiscard]] bool is_whole() const { return !look_at_all_; }
  [[nodiscard]] bool is_observed() const { return connected_ && !look_at_all_; }
  /// Nothing was told or done that could be looked at and was not.
  [[nodiscard]] bool has_seen_all() const {
    return !connected_ || (!look_at_all_ && dirty_.empty() && events_.empty());
  }
  /// What is remembered is of the engine that is connected now, not of one that has gone.
  [[nodiscard]] bool is_up_to_date() const { return connected_ && learnt_since_connected_; }
  /// Both: a deploy may be judged by it.
  [[nodiscard]] bool is_fit_to_judge() const { return is_observed() && is_up_to_date(); }
  /// What is remembered was seen by this process, if only before the engine was away.
  [[nodiscard]] bool has_ever_seen() const { return has_ever_seen_; }
  void note_learnt() { learnt_since_connected_ = has_ever_seen_ = true; }

 private:
  runtime::Task<Result<void>> glance();
  /// Takes out of dirty_ what can be looked at now.
  std::vector<std::string> take_dirty();
  runtime::Task<Result<void>> look_at_containers(std::vector<std::string> ids);
  runtime::Task<Result<void>> look_at_networks_and_volumes();
  runtime::Task<void> look_at_container(std::string id, std::optional<Error>& failed);
  [[nodiscard]] bool is_unfinished(const ObservedContainer& container) const;
  void leave_out_unfinished(Observed& seen);
  void believe_further(const std::set<std::string>& not_asked, Observed& seen);

  Edges edges_;
  StackState& stack_;
  bool connected_ = false;
  bool learnt_since_connected_ = false;
  bool has_ever_seen_ = false;
  std::deque<EngineEvent> events_;
  std::set<std::string> dirty_;       // containers to look at again
  std::set<std::string> told_dead_;   // of those, the ones whose end an event told: they may be acted upon
  std::set<std::string> unfinished_;  // seen while one of theirs was being made: to be looked at when it is
  std::set<std::string> starting_;    // see note_start_ordered()
  bool look_at_all_ = true;
  bool look_at_resources_ = false;
  bool glance_ = false;
  Time glance_due_{};  // when the states are compared without a reason
  Time all_due_{};     // when everything is looked at without a reason
};

}  // namespace stackd::daemon
