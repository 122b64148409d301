#include "decide/keep/restart.h"

#include <vector>

#include "decide/replace/compare.h"
#include "decide/replace/rollout.h"

namespace stackd::decide {
namespace {

bool is_restartable(const State& state, const ObservedContainer& container) {
  const Stack& stack = *state.desired.stack;
  const auto service = stack.services.find(container.service);
  if (container.oneoff || service == stack.services.end() || is_job(stack, service->second)) return false;
  return state.learnt.former_jobs.count(container.id) == 0;
}

// Those of the stack that share a namespace with one of these, or with one that does.
std::set<std::string> with_sharers(const Stack& stack, std::set<std::string> services) {
  for (std::size_t before = 0; before != services.size();) {
    before = services.size();
    for (const auto& [name, service] : stack.services) {
      for (const std::string& owner : namespace_owners(service)) {
        if (services.count(owner) > 0) services.insert(name);
      }
    }
  }
  return services;
}

// Its successor is on the way: that is a new beginning too, and nobody would start this one again.
bool is_being_replaced(const State& state, const ObservedContainer& container) {
  const auto service = state.desired.stack->services.find(container.service);
  return service != state.desired.stack->services.end() &&
         !must_be_replaced(state, service->second, container).empty();
}

// The run goes on, or is about to begin, or nobody knows yet why it ended.
bool is_open(const State& state, const ObservedContainer& container, const std::optional<WallTime>& run) {
  if (!run) return may_be_up(state, container);
  if (is_up(container)) return container.started_at == *run;
  const ContainerMemory* memory = memory_of(state, container.id);
  return memory != nullptr && memory->running && memory->run_started_at == *run;
}

}  // namespace

void order_restart(RestartOrders& orders, const State& state, const std::set<std::string>& services,
                   bool is_seen) {
  const std::set<std::string> all = with_sharers(*state.desired.stack, services);
  if (!is_seen) {
    orders.services.insert(all.begin(), all.end());
    return;
  }
  for (const auto& [id, container] : state.observed.containers) {
    if (all.count(container.service) == 0 || !is_restartable(state, container)) continue;
    if (is_up(container)) {
      orders.runs[id] = container.started_at;
    } else if (may_be_up(state, container)) {
      orders.runs[id] = std::nullopt;
    }
  }
}

bool settle_restarts(RestartOrders& orders, const State& state) {
  bool changed = false;
  if (!orders.services.empty()) {
    const std::set<std::string> waiting = std::move(orders.services);
    orders.services.clear();
    order_restart(orders, state, waiting, true);
    changed = true;
  }
  for (auto it = orders.runs.begin(); it != orders.runs.end();) {
    const auto seen = state.observed.containers.find(it->first);
    const bool there = seen != state.observed.containers.end() && is_restartable(state, seen->second);
    if (there && !it->second && is_up(seen->second)) {
      it->second = seen->second.started_at;
      changed = true;
    }
    const bool open =
        there && is_open(state, seen->second, it->second) && !is_being_replaced(state, seen->second);
    changed = changed || !open;
    it = open ? std::next(it) : orders.runs.erase(it);
  }
  return changed;
}

void take_back_restarts(RestartOrders& orders, const Observed& observed,
                        const std::set<std::string>& services) {
  for (const std::string& name : services) orders.services.erase(name);
  std::erase_if(orders.runs, [&](const auto& order) {
    const auto container = observed.containers.find(order.first);
    return container == observed.containers.end() || services.count(container->second.service) > 0;
  });
}

// A job that runs can't be restarted, and what it stands on is not taken away under it.
void begin_restarts(Planner& planner, const State& state, StopOrder order) {
  for (const auto& [id, container] : state.observed.containers) {
    if (!container.oneoff && is_run_of_job(state, container)) order.add(container);
  }
  for (const auto& [id, container] : state.observed.containers) {
    if (!is_to_be_restarted(state, container) || order.must_wait(container.service)) continue;
    StopContainer stop{id, container.service, StopPurpose::restart};
    planner.step(stop, "a restart was asked for");
  }
}

}  // namespace stackd::decide
