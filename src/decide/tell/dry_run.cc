#include "decide/tell/dry_run.h"

#include "decide/keep/reconcile.h"
#include "decide/keep/wish.h"
#include "decide/learn/learn.h"
#include "decide/picture/made_with.h"
#include "decide/replace/compare.h"
#include "decide/replace/gate.h"
#include "decide/replace/replica.h"
#include "decide/replace/rollout.h"
#include "decide/replace/update_order.h"
#include "model/fingerprint.h"
#include "model/identity.h"

namespace stackd::decide {
namespace {

constexpr int rounds_max = 200;
constexpr Duration a_moment = std::chrono::milliseconds(1);

ObservedContainer container_after(const Observed& observed, const Target& target, const Memory& memory,
                                  const CreateContainer& create, WallTime at) {
  const Desired& desired = target.desired;
  const Service& service = desired.stack->services.at(create.service);
  ObservedContainer container;
  container.id = "planned-" + create.name;
  container.name = create.name;
  container.image_id = create.image_id;
  container.created_at = at;
  container.restart_policy = "no";
  container.project = desired.stack->name;
  container.service = create.service;
  container.number = create.number;
  const Wishes no_wishes;
  const std::set<std::string> nothing_busy;
  const State state{target, no_wishes, observed, memory, nothing_busy, {}};
  auto id_of = [&](std::string_view other) { return container_id_of(state, std::string(other)); };
  container.config_hash = config_hash(service, id_of);
  auto predecessor = observed.containers.find(create.replaces);
  if (predecessor != observed.containers.end()) container.health_check = predecessor->second.health_check;
  for (const auto& [key, attachment] : service.networks) {
    auto network = desired.stack->networks.find(key);
    if (network == desired.stack->networks.end() || network->second.join_when_ready) continue;
    auto there = observed.networks.find(network->second.name);
    if (there != observed.networks.end())
      container.networks[network->second.name].network_id = there->second.id;
  }
  for (const Mount& mount : service.mounts) {
    auto volume = desired.stack->volumes.find(mount.source);
    if (mount.type != MountType::volume || volume == desired.stack->volumes.end()) continue;
    container.mounts.push_back({"volume", volume->second.name, "", mount.target, true});
  }
  return container;
}

// Whether its container would end by itself, and well.
void run_to_end(Observed& observed, Learnt& learnt, const StartContainer& start, WallTime at) {
  ObservedContainer& container = observed.containers[start.container_id];
  container.state = ContainerState::exited;
  container.finished_at = at;
  JobRun& run = learnt.jobs[start.service];
  run.service = start.service;
  run.container_id = start.container_id;
  run.state = JobState::succeeded;
}

}  // namespace

void apply_effect(Observed& observed, Memory& memory, Target& target, const Step& step, WallTime at) {
  const Desired& desired = target.desired;
  if (const auto* network = std::get_if<CreateNetwork>(&step.action)) {
    const NetworkDefinition& definition = desired.stack->networks.at(network->network);
    ObservedNetwork made{"planned-" + definition.name, definition.name, {}, definition.internal};
    made.labels = {{std::string(label::project), desired.stack->name},
                   {std::string(label::config_hash), definition.config_hash}};
    observed.networks[definition.name] = std::move(made);
  } else if (const auto* gone = std::get_if<RemoveNetwork>(&step.action)) {
    observed.networks.erase(gone->name);
  } else if (const auto* volume = std::get_if<CreateVolume>(&step.action)) {
    const VolumeDefinition& definition = desired.stack->volumes.at(volume->volume);
    observed.volumes[definition.name] = {definition.name, {}, definition.driver};
  } else if (const auto* lost = std::get_if<RemoveVolume>(&step.action)) {
    observed.volumes.erase(lost->name);
  } else if (const auto* create = std::get_if<CreateContainer>(&step.action)) {
    ObservedContainer made = container_after(observed, target, memory, *create, at);
    observed.containers[made.id] = made;
    memory.made_with[made.id] =
        made_with_now(desired, create->service, host_files_differ(desired, target.learnt, create->service));
  } else if (const auto* start = std::get_if<StartContainer>(&step.action)) {
    ObservedContainer& container = observed.containers[start->container_id];
    container.state = ContainerState::running;
    container.started_at = at;
    container.health = HealthState::healthy;
    if (is_job(*desired.stack, desired.stack->services.at(start->service)))
      run_to_end(observed, target.learnt, *start, at);
  } else if (const auto* stop = std::get_if<StopContainer>(&step.action)) {
    ObservedContainer& container = observed.containers[stop->container_id];
    container.state = ContainerState::exited;
    container.finished_at = at;
    memory.containers[stop->container_id].stop.by = StopMemory::By::this_stackd;
  } else if (const auto* remove = std::get_if<RemoveContainer>(&step.action)) {
    observed.containers.erase(remove->container_id);
  } else if (const auto* rename = std::get_if<RenameContainer>(&step.action)) {
    observed.containers[rename->container_id].name = rename->name;
  } else if (const auto* joining = std::get_if<JoinNetwork>(&step.action)) {
    const std::string& name = desired.stack->networks.at(joining->network).name;
    observed.containers[joining->container_id].networks[name].network_id = observed.networks[name].id;
  } else if (const auto* leaving = std::get_if<LeaveNetwork>(&step.action)) {
    const std::string& name = desired.stack->networks.at(leaving->network).name;
    observed.containers[leaving->container_id].networks.erase(name);
  } else if (const auto* reload = std::get_if<ReloadContainer>(&step.action)) {
    MadeWith& made = memory.made_with[reload->container_id];
    const MadeWith now = made_with_now(desired, reload->service, false);
    made.files = now.files;
    made.alone = now.alone;
    made.in_doubt = false;
  } else if (const auto* policy = std::get_if<SetRestartPolicy>(&step.action)) {
    observed.containers[policy->container_id].restart_policy = policy->policy;
  }
}

namespace {

// A picture of the world in which every step succeeds, moved on step by step.
class Outlook {
 public:
  explicit Outlook(const State& state)
      : target{state.desired, state.learnt, state.rollout},
        wishes(state.wishes),
        observed_(state.observed),
        memory_(state.memory),
        now_(state.now) {
    memory_.failed_steps.clear();
  }

  /// Until nothing is left to do.
  void run() {
    for (int round = 0; round < rounds_max; ++round) {
      LearnInput input{target, wishes, observed_, now_, wall_};
      learn(memory_, input);
      for (auto& [key, replica] : memory_.replicas) replica.next_try.reset();
      memory_.creations.clear();  // what is made is there at once
      for (auto& [id, seen] : memory_.containers) {
        seen.hands.foreign = false;          // what is to be, not when
        seen.under_way = UnderWay::nothing;  // every order is answered, and hooks have ended
      }
      memory_.restoring.clear();
      const Plan plan = reconcile(state());
      if (first_) found_.warnings = plan.warnings;
      first_ = false;
      if (!take(plan) && !wait(plan) && !end_jobs()) return;
      now_ += a_moment;
    }
    found_.ends = false;
  }

  [[nodiscard]] State state() const { return {target, wishes, observed_, memory_, nothing_busy_, now_}; }
  void warn(std::string text) { found_.warnings.push_back(std::move(text)); }
  DryRun result() { return std::move(found_); }

  Target target;
  Wishes wishes;

 private:
  bool take(const Plan& plan) {
    bool acted = false;
    for (const Step& step : plan.steps) {
      if (std::holds_alternative<ProbeContainer>(step.action)) continue;
      wall_ += a_moment;
      note_order(memory_, step);
      apply_effect(observed_, memory_, target, step, wall_);
      found_.steps.push_back(step);
      acted = true;
    }
    return acted;
  }

  // What is new has to stay good for a while.
  bool wait(const Plan& plan) {
    if (!is_rolling(target.rollout) || !plan.next_look || *plan.next_look <= now_) return false;
    now_ = *plan.next_look;
    return true;
  }

  // What runs already, for whichever release, ends well too.
  bool end_jobs() {
    bool any = false;
    for (auto& [id, container] : observed_.containers) {
      if (!runs(container) || !is_run_of_job(state(), container)) continue;
      container.state = ContainerState::exited;
      container.exit_code = 0;
      container.finished_at = wall_ += a_moment;
      memory_.containers[id].death_announced = true;
      const auto run = target.learnt.jobs.find(container.service);
      if (run != target.learnt.jobs.end() && run->second.container_id == id)
        run->second.state = JobState::succeeded;
      any = true;
    }
    return any;
  }

  Observed observed_;
  Memory memory_;
  Time now_;
  WallTime wall_{std::chrono::hours(24 * 365 * 80)};  // later than anything observed
  const std::set<std::string> nothing_busy_;
  DryRun found_;
  bool first_ = true;
};

// "at most 20s, then 1.2s the last time": from its stop until its successor is ready.
std::string absence_of(const State& state, const Service& service, const ObservedContainer& container) {
  const Duration grace = service.stop_grace_period.value_or(std::chrono::seconds(10));
  std::string text = "its stop may take " + to_human(grace);
  const ContainerMemory* memory = memory_of(state, container.id);
  if (memory != nullptr && memory->readiness.was_ready() && memory->readiness.at > memory->run_seen_at)
    text += ", its last start took " + to_human(memory->readiness.at - memory->run_seen_at);
  return text;
}

void warn_of_absences(Outlook& outlook, const State& state) {
  for (const auto& [name, service] : state.desired.stack->services) {
    if (is_job(*state.desired.stack, service)) continue;
    const Place place = place_of(state, service, 1);
    if (place.predecessor == nullptr) continue;
    const UpdateOrderChoice order = update_order(state, service, place.predecessor);
    if (order.start_first) continue;
    outlook.warn(name + " is away while it is replaced (" + absence_of(state, service, *place.predecessor) +
                 "): it stops first, because " + order.because);
  }
}

}  // namespace

DryRun dry_run(const State& state) {
  Outlook outlook(state);
  outlook.run();
  return outlook.result();
}

namespace {

void run_gate(Outlook& outlook, const Replaced& replaced, const Target& next, const Wishes& after) {
  GateScope scope{replaced.is_up, left_out_of_gate(after, *next.desired.stack, replaced.scope), {}};
  outlook.target = gate_view(replaced.target, next, scope);
  scope.brought_forward = to_bring_forward(outlook.state(), next);
  outlook.target = gate_view(replaced.target, next, scope);
  outlook.wishes = wishes_in_gate(replaced.wishes, after, *outlook.target.desired.stack);
  outlook.run();
  outlook.wishes = after;
}

}  // namespace

DryRun dry_run_of_deploy(const Replaced* replaced, const State& next) {
  Outlook outlook(next);
  if (replaced != nullptr) {
    Target rolling{next.desired, next.learnt, next.rollout};
    run_gate(outlook, *replaced, rolling, next.wishes);
    for (const auto& [name, run] : outlook.target.learnt.jobs) rolling.learnt.jobs[name] = run;
    auto former = std::make_shared<const Desired>(replaced->target.desired);
    rolling.rollout = Replacing{std::move(former), Replacing::Way::onward, {}};
    outlook.target = std::move(rolling);
    warn_of_absences(outlook, outlook.state());
    outlook.run();
    outlook.target.rollout = Settled{};
  }
  outlook.run();
  return outlook.result();
}

}  // namespace stackd::decide
