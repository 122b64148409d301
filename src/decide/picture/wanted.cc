#include "decide/picture/wanted.h"

#include <map>
#include <optional>

namespace stackd::decide {
namespace {

bool was_before(const std::map<std::string, Wanted>& asked, const Memory& memory, const std::string& service,
                WallTime when, Time now) {
  const auto found = asked.find(service);
  if (found == asked.end() || when == WallTime{} || when >= found->second.wall) return false;
  const std::optional<Time>& at = found->second.at;
  return memory.old_news || (at && now - *at < event_delay_max);
}

}  // namespace

bool is_wanted(const State& state, const std::string& service) {
  const bool up = state.wishes.stack == StackWish::running || state.wishes.stack == StackWish::created;
  return up && state.wishes.stopped.count(service) == 0 && state.wishes.ended.count(service) == 0;
}

bool is_only_made(const State& state, const std::string& service) {
  const auto stop = state.wishes.stopped.find(service);
  switch (state.wishes.stack) {
    case StackWish::running:
      return stop != state.wishes.stopped.end() && stop->second == ServiceStop::made;
    case StackWish::created:
      return stop == state.wishes.stopped.end() || stop->second == ServiceStop::made;
    case StackWish::stopped:
    case StackWish::down:
    case StackWish::stopped_outside:
      return false;
  }
  return false;
}

bool is_to_be_there(const State& state, const std::string& service) {
  return is_wanted(state, service) || is_only_made(state, service);
}

bool end_is_open(const State& state, const ObservedContainer& container) {
  const ContainerMemory* memory = memory_of(state, container.id);
  return memory != nullptr && (memory->running || memory->outside_settles_at);
}

bool stays_down(const State& state, const Service& service, const ObservedContainer& container) {
  const RestartCondition policy = service.restart.condition;
  if (policy != RestartCondition::no && policy != RestartCondition::on_failure) return false;
  const ContainerMemory* memory = memory_of(state, container.id);
  const ReplicaMemory* replica = replica_memory_of(state, service.name, container.number);
  if (runs(container) || memory == nullptr || memory->running || memory->end != EndCause::itself)
    return false;
  if (replica == nullptr || replica->next_try) return false;
  return !was_before_wanted(state.memory, service.name, container.finished_at, state.now);
}

bool was_before_wanted(const Memory& memory, const std::string& service, WallTime when, Time now) {
  return was_before(memory.wanted, memory, service, when, now);
}

bool was_before_unwanted(const Memory& memory, const std::string& service, WallTime when, Time now) {
  return was_before(memory.unwanted, memory, service, when, now);
}

}  // namespace stackd::decide
