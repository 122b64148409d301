#include "decide/picture/hands.h"

#include <algorithm>
#include <string>
#include <vector>

#include "decide/picture/order.h"

namespace stackd::decide {
namespace {

// In the order in which they start, the first that is not restored yet.
std::string first_to_restore(const State& state) {
  for (const std::vector<std::string>& level : levels(*state.desired.stack)) {
    for (const std::string& name : level) {
      if (state.memory.restoring.count(name) > 0) return name;
    }
  }
  return {};
}

}  // namespace

std::optional<Time> restoration_waits(const State& state, const ObservedContainer& container) {
  const ContainerMemory* memory = memory_of(state, container.id);
  if (memory == nullptr) return std::nullopt;
  if (memory->hands.foreign) {
    const bool started = container.started_at != WallTime{};
    const Time until = started ? std::max(memory->hands.seen_at, memory->run_seen_at) + hands_rest
                               : memory->hands.seen_at + hands_rest_before_start;
    if (state.now < until) return until;
  }
  if (state.memory.restoring.count(container.service) == 0) return std::nullopt;
  return first_to_restore(state) == container.service ? std::nullopt : std::optional<Time>(Time{});
}

}  // namespace stackd::decide
