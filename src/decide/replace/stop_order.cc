#include "decide/replace/stop_order.h"

#include <vector>

#include "base/mutation.h"
#include "decide/picture/order.h"
#include "model/identity.h"

namespace stackd::decide {
namespace {

// Of a service that is in the stack no more, what its container says of itself.
std::vector<std::string> needs_by_label(const ObservedContainer& container) {
  std::vector<std::string> names;
  const auto label = container.labels.find(std::string(label::depends_on));
  if (label == container.labels.end()) return names;
  for (const auto& [name, dependency] : dependencies_of_label(label->second)) names.push_back(name);
  return names;
}

bool is_refused(const State& state, const ObservedContainer& container) {
  const auto step = state.memory.failed_steps.find("container " + container.id);
  return step != state.memory.failed_steps.end() && step->second.failures >= refusals_max;
}

bool is_to_end(const State& state, const ObservedContainer& container) {
  if (state.wishes.stack == StackWish::stopped || state.wishes.stack == StackWish::down) return true;
  return state.wishes.stopped.count(container.service) > 0 || is_leaving(state, container);
}

}  // namespace

void StopOrder::add(const ObservedContainer& container) {
  if (!may_be_up(state_, container) || is_refused(state_, container)) return;
  if (!added_.insert(container.service).second) return;
  const Stack& stack = *state_.desired.stack;
  std::vector<std::string> first{container.service};
  if (stack.services.count(container.service) == 0) first = needs_by_label(container);
  std::set<std::string> needed = with_dependencies(stack, first);
  needed.insert(first.begin(), first.end());
  needed.erase(container.service);
  held_.merge(needed);
}

bool StopOrder::must_wait(const std::string& service) const {
  return held_.count(service) > 0 && !mutated("all-stops-at-once");
}

StopOrder stop_order(const State& state) {
  StopOrder order(state);
  for (const auto& [id, container] : state.observed.containers) {
    if (!container.oneoff && is_to_end(state, container)) order.add(container);
  }
  return order;
}

}  // namespace stackd::decide
