#include "decide/replace/ports.h"

#include <algorithm>

#include "decide/picture/order.h"
#include "decide/replace/compare.h"

namespace stackd::decide {
namespace {

// Ranges, of which the engine takes what is free, are held by nobody for certain.
bool is_same(const PortMapping& a, const PortMapping& b) {
  const bool one = !a.published.empty() && a.published.find('-') == std::string::npos;
  const bool meets = meet(a.host_ip, b.host_ip);
  return one && a.published == b.published && a.protocol == b.protocol && meets;
}

// "" when none.
std::string shared_port(const Service& wants, const Service& holds) {
  for (const PortMapping& wanted : wants.ports) {
    const bool held = std::any_of(holds.ports.begin(), holds.ports.end(),
                                  [&](const PortMapping& port) { return is_same(wanted, port); });
    if (held) return wanted.published + "/" + wanted.protocol;
  }
  return {};
}

}  // namespace

bool meet(const std::string& one, const std::string& other) {
  const auto is_everywhere = [](const std::string& address) {
    return address.empty() || address == "0.0.0.0" || address == "::";
  };
  return is_everywhere(one) || is_everywhere(other) || one == other;
}

std::vector<PortHolder> port_holders(const State& state, const Service& service) {
  std::vector<PortHolder> found;
  if (former_of(state.rollout) == nullptr || service.ports.empty()) return found;
  const Stack& stack = *state.desired.stack;
  for (const auto& [name, before] : former_of(state.rollout)->stack->services) {
    const auto now = stack.services.find(name);
    if (name == service.name || now == stack.services.end()) continue;
    const std::string port = shared_port(service, before);
    if (port.empty()) continue;
    const bool waits = with_dependencies(stack, {name}).count(service.name) > 0;
    for (const ObservedContainer* container : containers_of(state.observed, name)) {
      const bool leaves = is_up(*container) && !must_be_replaced(state, now->second, *container).empty();
      if (leaves) found.push_back({container, port, waits});
    }
  }
  return found;
}

}  // namespace stackd::decide
