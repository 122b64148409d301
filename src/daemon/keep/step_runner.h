// Carries out the steps of one stack beside its loop, never two on one resource. What the next stackd has to
// know is written down before the order is given; what came of it is noted, and what it touched looked at
// again.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "daemon/host/turns.h"
#include "daemon/keep/execute.h"
#include "daemon/keep/keeper_files.h"
#include "daemon/keep/keeper_parts.h"
#include "decide/replace/probe_end.h"

namespace stackd::daemon {

class StepRunner {
 public:
  StepRunner(const KeeperParts& parts, KeeperFiles& files)
      : edges_(parts.edges),
        stack_(parts.stack),
        ledgers_(parts.ledgers),
        view_(parts.view),
        files_(files),
        tasks_(parts.tasks),
        bell_(parts.bell),
        seat_(parts.edges.turns, parts.stack.record.name, [&bell = parts.bell] { bell.ring(); }) {}

  /// A new decision: what was put off before counts no more.
  void begin_round() { seat_.begin_round(); }
  /// Begins the step, unless its resource is busy or it is not this stack's turn: then nothing happens. Needs
  /// a desired release.
  void launch(Step step);
  /// When to decide anew though nothing happens: absent when nothing was put off for want of a turn.
  [[nodiscard]] std::optional<Time> next_try() const;

 private:
  void check_is_ours(const Action& action) const;
  void check_is_ours(const std::string& container_id) const;
  [[nodiscard]] Urgency urgency_of(const Action& action) const;
  void note_intent(const Action& action);
  void note_job_intent(const StartContainer& start);
  void note_own_stop(const StopContainer& stop);
  runtime::Task<void> run_step(Step step, Assignment assignment);
  runtime::Task<void> run_probe(ProbeContainer action);
  void note_probe(decide::ContainerMemory& memory, const ObservedContainer& container,
                  decide::ProbeOutcome outcome, Time began);
  void note_probes_forbidden(const std::string& words);
  [[nodiscard]] bool is_told(const Error& error, const std::string& resource) const;
  void note_done(const Step& step, const Done& done, const decide::Desired& desired);
  void note_created(const CreateContainer& create, const Done& done);
  void look_at_what_changed(const Done& done);
  [[nodiscard]] std::map<std::string, std::string> containers_by_service() const;

  Edges edges_;
  StackState& stack_;
  Ledgers& ledgers_;
  EngineView& view_;
  KeeperFiles& files_;
  runtime::TaskGroup& tasks_;
  runtime::Bell& bell_;
  Turns::Seat seat_;
};

}  // namespace stackd::daemon
