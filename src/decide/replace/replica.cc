#include "decide/replace/replica.h"

#include <algorithm>
#include <cstdlib>
#include <tuple>
#include <utility>

#include "decide/picture/made_with.h"
#include "decide/replace/compare.h"
#include "model/identity.h"

namespace stackd::decide {

const ObservedContainer* replica_at(const State& state, const Service& service, std::int64_t number) {
  std::vector<const ObservedContainer*> there = containers_of(state.observed, service.name);
  there.erase(std::remove_if(there.begin(), there.end(),
                             [&](const ObservedContainer* container) {
                               return container->number != number ||
                                      container->state == ContainerState::removing;
                             }),
              there.end());
  if (there.empty()) return nullptr;
  if (there.size() == 1) return there.front();
  const std::string name =
      container_name(state.desired.stack->name, service.name, service.container_name, number);
  auto rank = [&](const ObservedContainer* container) {
    const bool fits = must_be_replaced(state, service, *container).empty();
    return std::make_tuple(runs(*container), fits, container->name == name);
  };
  return *std::max_element(there.begin(), there.end(), [&](const auto* a, const auto* b) {
    return rank(a) < rank(b) || (rank(a) == rank(b) && a->created_at < b->created_at);
  });
}

std::string container_id_of(const State& state, const std::string& service) {
  auto found = state.desired.stack->services.find(service);
  if (found == state.desired.stack->services.end()) return {};
  const ObservedContainer* container = replica_at(state, found->second, 1);
  return container == nullptr ? std::string() : container->id;
}

std::int64_t release_of(const ObservedContainer& container) {
  const auto label = container.labels.find(std::string(label::release));
  return label == container.labels.end() ? 0 : std::atoll(label->second.c_str());
}

const ObservedContainer* holder_of(const Observed& observed, const std::string& name) {
  for (const auto& [id, container] : observed.containers) {
    if (container.name == name) return &container;
  }
  return nullptr;
}

NewName name_for_new(const State& state, const Service& service, std::int64_t number) {
  NewName made;
  made.final_name = container_name(state.desired.stack->name, service.name, service.container_name, number);
  made.name = made.final_name;
  while (const ObservedContainer* holder = holder_of(state.observed, made.name)) {
    std::string next = replacement_name(holder->id, made.final_name);
    made.name = next == made.name ? next + "_" : std::move(next);  // of two ids that begin alike
    if (made.replaces.empty()) made.replaces = holder->id;
  }
  return made;
}

std::vector<std::string> services_in_doubt(const State& state) {
  std::vector<std::string> found;
  for (const auto& [name, service] : state.desired.stack->services) {
    if (is_job(*state.desired.stack, service)) continue;
    const std::vector<std::int64_t> numbers = replica_numbers(state, service);
    const bool doubtful = std::any_of(numbers.begin(), numbers.end(), [&](std::int64_t number) {
      const ObservedContainer* container = replica_at(state, service, number);
      return container != nullptr &&
             (is_unknown(state, service, *container) || !lost_mount(state, *container).empty());
    });
    if (doubtful) found.push_back(name);
  }
  return found;
}

}  // namespace stackd::decide
