#include "daemon/supervisor/report.h"

#include <algorithm>

#include "base/text.h"
#include "decide/picture/order.h"
#include "decide/picture/wanted.h"
#include "decide/replace/compare.h"
#include "decide/replace/replica.h"
#include "decide/tell/causes.h"
#include "decide/tell/explain.h"
#include "model/identity.h"

namespace stackd::daemon {
namespace {

ContainerStatus report_container(const ObservedContainer& container) {
  ContainerStatus status;
  status.id = container.id;
  status.name = container.name;
  status.number = container.number;
  status.state = container.state;
  if (decide::runs(container)) status.health = container.health;  // else it is that of a run that is over
  status.image = container.image_reference;
  status.image_id = container.image_id;
  status.created_at = container.created_at;
  status.release = decide::release_of(container);
  if (container.started_at != WallTime{}) status.started_at = container.started_at;
  const bool ended = container.finished_at != WallTime{} && container.finished_at >= container.started_at;
  if (ended) {
    status.finished_at = container.finished_at;
    status.exit_code = container.exit_code;
  }
  return status;
}

// A container that is to be replaced although no deploy asks for that: neither one of the release that is
// being rolled out, nor what a release that failed has left, nor what is remade when it is to be up again.
bool is_changed_outside(const decide::State& state, const Service& service,
                        const ObservedContainer& container, std::int64_t made_by) {
  if (former_of(state.rollout) != nullptr || made_by > state.desired.release) return false;
  if (made_by < state.desired.release && !decide::is_wanted(state, service.name)) return false;
  return !is_job(*state.desired.stack, service) &&
         (!decide::is_another(state, service, container).empty() ||
          !decide::missing_network(state, service, container).empty());
}

ServiceStatus report_service(const decide::State& state, const Service& service, WallTime wall) {
  ServiceStatus status;
  status.name = service.name;
  status.job = is_job(*state.desired.stack, service);
  status.image = service.image;
  const decide::Explanation explanation = decide::explain(state, service);
  status.state = explanation.state;
  if (!explanation.why.empty()) status.why = explanation.why;
  status.stuck = decide::is_stuck(state, service);
  if (explanation.next_try && *explanation.next_try > state.now) {
    status.next_try = wall + (*explanation.next_try - state.now);
  }
  status.restarts = decide::restarts_of(state, service.name);
  for (const ObservedContainer* container : decide::containers_of(state.observed, service.name)) {
    status.containers.push_back(report_container(*container));
    const HealthState health = status.containers.back().health;
    const bool tells = health != HealthState::none;
    const bool runs = container->state == ContainerState::running;
    if (tells && (runs || status.health == HealthState::none)) status.health = health;
    const bool changed = is_changed_outside(state, service, *container, status.containers.back().release);
    status.changed_outside = status.changed_outside || changed;
  }
  return status;
}

ServiceStatus report_waiting(const decide::State& state, const Stack& stack, const Service& service) {
  ServiceStatus status;
  status.name = service.name;
  status.job = is_job(stack, service);
  status.image = service.image;
  status.state = status.job ? ServiceState::job_waiting : ServiceState::waiting;
  status.why = decide::gate_words(state);
  return status;
}

}  // namespace

StackStatus report_status(const StackKeeper& keeper, WallTime wall) {
  StackStatus status;
  const StackRecord& record = keeper.record();
  status.name = record.name;
  status.wish = record.wish;
  status.release = record.current_release;
  status.parked = keeper.parked();
  status.warnings = keeper.warnings();
  if (const std::string trouble = keeper.late().trouble(); !trouble.empty())
    status.warnings.insert(status.warnings.begin(), trouble);
  if (!record.hold_reason.empty()) status.hold = record.hold_reason;
  status.working_dir = record.working_dir;
  status.config_files = record.config_files;
  status.profiles = record.profiles;
  if (!keeper.has_release()) return status;
  const decide::State state = keeper.state();
  status.environment_files = state.desired.stack->source.environment_files;
  for (const std::vector<std::string>& level : decide::levels(*state.desired.stack)) {
    for (const std::string& name : level) {
      status.services.push_back(report_service(state, state.desired.stack->services.at(name), wall));
    }
  }
  for (const std::string& name : decide::behind_the_gate(state)) {
    const Stack& next = *std::get<decide::Gating>(state.rollout).next;
    status.services.push_back(report_waiting(state, next, next.services.at(name)));
  }
  return status;
}

}  // namespace stackd::daemon
