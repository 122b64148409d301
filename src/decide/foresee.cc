#include "decide/foresee.h"

#include "decide/compare.h"
#include "decide/learn.h"
#include "decide/reconcile.h"
#include "model/fingerprint.h"

namespace stackd::decide {
namespace {

constexpr int rounds_max = 200;
constexpr Duration a_moment = std::chrono::milliseconds(1);

ObservedContainer container_after(const Observed& observed, const Desired& desired,
                                  const CreateContainer& create, WallTime at) {
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
  auto id_of = [&](std::string_view other) -> std::string {
    for (const auto& [id, there] : observed.containers) {
      if (there.service == other && !there.oneoff) return id;
    }
    return {};
  };
  container.config_hash = config_hash(service, id_of);
  for (const auto& [key, attachment] : service.networks) {
    auto network = desired.stack->networks.find(key);
    if (network == desired.stack->networks.end()) continue;
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
void run_to_end(Observed& observed, Desired& desired, const StartContainer& start, WallTime at) {
  ObservedContainer& container = observed.containers[start.container_id];
  container.state = ContainerState::exited;
  container.finished_at = at;
  JobRun& run = desired.jobs[start.service];
  run.service = start.service;
  run.container_id = start.container_id;
  run.state = JobState::succeeded;
}

}  // namespace

void apply_effect(Observed& observed, Memory& memory, Desired& desired, const Step& step, WallTime at) {
  if (const auto* network = std::get_if<CreateNetwork>(&step.action)) {
    const NetworkDefinition& definition = desired.stack->networks.at(network->network);
    observed.networks[definition.name] = {
        "planned-" + definition.name, definition.name, {}, definition.internal};
  } else if (const auto* gone = std::get_if<RemoveNetwork>(&step.action)) {
    observed.networks.erase(gone->name);
  } else if (const auto* volume = std::get_if<CreateVolume>(&step.action)) {
    const VolumeDefinition& definition = desired.stack->volumes.at(volume->volume);
    observed.volumes[definition.name] = {definition.name, {}, definition.driver};
  } else if (const auto* lost = std::get_if<RemoveVolume>(&step.action)) {
    observed.volumes.erase(lost->name);
  } else if (const auto* create = std::get_if<CreateContainer>(&step.action)) {
    ObservedContainer made = container_after(observed, desired, *create, at);
    observed.containers[made.id] = made;
  } else if (const auto* start = std::get_if<StartContainer>(&step.action)) {
    ObservedContainer& container = observed.containers[start->container_id];
    container.state = ContainerState::running;
    container.started_at = at;
    container.health = HealthState::healthy;
    if (is_job(*desired.stack, desired.stack->services.at(start->service)))
      run_to_end(observed, desired, *start, at);
  } else if (const auto* stop = std::get_if<StopContainer>(&step.action)) {
    ObservedContainer& container = observed.containers[stop->container_id];
    container.state = ContainerState::exited;
    container.finished_at = at;
    memory.containers[stop->container_id].stop_is_ours = true;
  } else if (const auto* remove = std::get_if<RemoveContainer>(&step.action)) {
    observed.containers.erase(remove->container_id);
  } else if (const auto* policy = std::get_if<SetRestartPolicy>(&step.action)) {
    observed.containers[policy->container_id].restart_policy = policy->policy;
  }
}

Foresight foresee(const State& state) {
  Foresight found;
  Desired desired = state.desired;
  Observed observed = state.observed;
  Memory memory = state.memory;
  memory.failed_steps.clear();
  Time now = state.now;
  WallTime wall{std::chrono::hours(24 * 365 * 80)};  // later than anything observed
  for (int round = 0; round < rounds_max; ++round) {
    const std::set<std::string> nothing_busy;
    LearnInput input{desired, state.wishes, observed, now, wall};
    std::vector<Fact> facts = learn(memory, input);
    for (auto& [place, slot] : memory.slots) slot.next_try.reset();
    for (auto& [id, seen] : memory.containers) seen.hands.foreign = false;  // what is to be, not when
    memory.restoring.clear();
    Plan plan = reconcile({desired, state.wishes, observed, memory, nothing_busy, now});
    if (round == 0) found.warnings = plan.warnings;
    bool acted = false;
    for (const Step& step : plan.steps) {
      if (std::holds_alternative<ProbeContainer>(step.action)) continue;
      wall += a_moment;
      note_order(memory, step);
      apply_effect(observed, memory, desired, step, wall);
      found.steps.push_back(step);
      acted = true;
    }
    if (!acted) return found;
    now += a_moment;
  }
  found.ends = false;
  return found;
}

}  // namespace stackd::decide
