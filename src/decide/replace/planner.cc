#include "decide/replace/planner.h"

#include <utility>

namespace stackd::decide {

void Planner::step(Action action, std::string cause) {
  const std::string resource = resource_of(action);
  if (is_busy(resource)) return;
  for (const Step& planned : plan_.steps) {
    if (resource_of(planned.action) == resource) return;
  }
  const auto* stop = std::get_if<StopContainer>(&action);
  if (stop != nullptr && stop->purpose != StopPurpose::restart_of_a_failure && held_.count(stop->service) > 0)
    return;
  auto failed = state_.memory.failed_steps.find(resource);
  if (failed != state_.memory.failed_steps.end() && state_.now < failed->second.next_try) {
    look_again(failed->second.next_try);
    return;
  }
  plan_.steps.push_back({std::move(action), std::move(cause)});
}

void Planner::warn(std::string text) {
  plan_.warnings.push_back(std::move(text));
}

void Planner::look_again(Time at) {
  if (!plan_.next_look || at < *plan_.next_look) plan_.next_look = at;
}

}  // namespace stackd::decide
