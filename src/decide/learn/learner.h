// One pass over what was observed: what begins and runs (learn.cc), and what ended and why (learn_end.cc).
// Its parts share what they found through it; nobody but learn() makes one.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "decide/learn/learn.h"

namespace stackd::decide {

class Learner {
 public:
  Learner(Memory& memory, const LearnInput& input) : memory_(memory), input_(input) {}

  std::vector<Fact> run();

 private:
  ReplicaMemory& replica(const ContainerMemory& m) { return memory_.replicas[{m.service, m.number}]; }
  void say(FactKind kind, const ContainerMemory& m, const std::string& id, const std::string& what,
           std::int64_t exit_code = 0);
  void look(const Service& service, const ObservedContainer& container);
  // Of a job that is in the stack no more only this matters: since when it runs, and how it ends.
  void look_at_former_job(const std::string& id, std::int64_t release);
  // The signals that looked like a person's were the engine's own, on its way down.
  void put_down_to_engine(ContainerMemory& m, const ObservedContainer& container);
  void begin_run(ContainerMemory& m, const ObservedContainer& container, bool first_sight);
  // Somebody ran in its place before, and an order of ours put this run there instead. What a rollout changes
  // was put there by it also where the stackd before this one gave the order.
  bool begins_anew(const ContainerMemory& m, const ObservedContainer& container, bool first_sight);
  void note_job_running(const ContainerMemory& m, const ObservedContainer& container);
  void look_at_health(ContainerMemory& m, const ObservedContainer& container, bool first_sight);
  void end_run(const Service& service, ContainerMemory& m, const ObservedContainer& container);
  // A signal that was ignored long ago is not why it ended now.
  [[nodiscard]] bool killed_outside(const ContainerMemory& m, const ObservedContainer& container) const;
  static Duration patience_for_signal(const ObservedContainer& container);
  // Whoever asked for it since did so because it was down.
  [[nodiscard]] bool ended_before_wanted(const ContainerMemory& m, const ObservedContainer& container) const;
  // It only came before our stop.
  [[nodiscard]] bool was_to_be_restarted(const ContainerMemory& m, const ObservedContainer& container) const;
  void settle_end(const Service& service, ContainerMemory& m, const ObservedContainer& container);
  void settle_outside(ContainerMemory& m, const ObservedContainer& container);
  void look_at_pause(ContainerMemory& m, const ObservedContainer& container);
  // While it has not been ready yet, people are told once in a run what its check says.
  void tell_failing_check(ContainerMemory& m, const ObservedContainer& container);
  // It lives on: its first process was not the one that was killed.
  void tell_out_of_memory(ContainerMemory& m, const ObservedContainer& container);
  [[nodiscard]] std::string end_sentence(const ContainerMemory& m, const ObservedContainer& container) const;
  [[nodiscard]] bool was_good(const ContainerMemory& m, const ObservedContainer& container) const;
  // A run of a service ended: when is the next try, or is there none? `failure` is false for a restart that
  // somebody asked for.
  void count_failure(const Service& service, ContainerMemory& m, const ObservedContainer& container,
                     bool failure);
  State state() const {
    return {input_.target, input_.wishes, input_.observed, memory_, nothing_busy_, input_.now};
  }
  [[nodiscard]] bool is_outdated(const Service& service, const ObservedContainer& container) const;
  // It is the service that ended for good only when nothing of it runs, and no other place is to be filled or
  // started.
  [[nodiscard]] FactKind end_kind(const Service& service, const ObservedContainer& ended) const;
  // Seen for the first time, and it is not running.
  void found_ended(const Service& service, ContainerMemory& m, const ObservedContainer& container);
  void end_job(const Service& service, ContainerMemory& m, const ObservedContainer& container,
               const std::string& how);
  void forget_vanished();

  Memory& memory_;
  const LearnInput& input_;
  std::vector<Fact> facts_;
  const std::set<std::string> nothing_busy_;
};

}  // namespace stackd::decide
