#include "decide/picture/strangers.h"

#include <algorithm>
#include <array>

namespace stackd::decide {
namespace {

std::string sharing(const std::string& stranger) {
  return "it shares a namespace with container " + stranger;
}

bool was_started_after(const State& state, const std::string& name, const ObservedStranger& stranger,
                       const ObservedContainer& container) {
  const auto memory = state.memory.strangers.find(name);
  const ContainerMemory* own = memory_of(state, container.id);
  const bool remembered = memory != state.memory.strangers.end() && own != nullptr &&
                          own->run_started_at == container.started_at &&
                          memory->second.started_at == stranger.started_at;
  if (remembered && memory->second.seen_at != own->run_seen_at)
    return memory->second.seen_at > own->run_seen_at;
  return stranger.started_at > container.started_at;
}

}  // namespace

void note_strangers(Memory& memory, const Observed& observed, Time now) {
  for (const auto& [name, stranger] : observed.strangers) {
    StrangerMemory& known = memory.strangers[name];
    if (known.id == stranger.id && known.started_at == stranger.started_at) continue;
    known = {stranger.id, stranger.started_at, now};
  }
}

std::vector<AbsentStranger> absent_strangers(const State& state, const Service& service) {
  using Key = std::pair<const char*, const std::string*>;
  const std::array<Key, 3> keys = {Key{"network_mode", &service.network_mode}, Key{"ipc", &service.ipc},
                                   Key{"pid", &service.pid}};
  std::vector<AbsentStranger> found;
  for (const auto& [key, mode] : keys) {
    const std::string name = shared_container(*mode);
    if (name.empty()) continue;
    const auto stranger = state.observed.strangers.find(name);
    const bool gone = stranger == state.observed.strangers.end();
    if (!gone && stranger->second.running) continue;
    const std::string shares = "container " + name + ", whose namespace it shares, ";
    found.push_back({key, shares + (gone ? "does not exist" : "is not running"), gone});
  }
  return found;
}

std::string lost_stranger(const State& state, const Service& service, const ObservedContainer& container) {
  for (const std::string& name : namespace_strangers(service)) {
    const auto stranger = state.observed.strangers.find(name);
    if (stranger == state.observed.strangers.end()) return sharing(name) + ", which is gone";
    if (!stranger->second.running) return sharing(name) + ", which is not running";
    if (was_started_after(state, name, stranger->second, container))
      return sharing(name) + ", which was started after it";
  }
  return {};
}

std::string replaced_stranger(const State& state, const Service& service,
                              const ObservedContainer& container) {
  using Mode = std::pair<const std::string*, const std::string*>;
  const std::array<Mode, 3> modes = {Mode{&service.network_mode, &container.network_mode},
                                     Mode{&service.ipc, &container.ipc_mode},
                                     Mode{&service.pid, &container.pid_mode}};
  for (const auto& [wanted, made] : modes) {
    const std::string name = shared_container(*wanted);
    const auto stranger = state.observed.strangers.find(name);
    const std::string other = shared_container(*made);
    if (stranger == state.observed.strangers.end() || other.empty()) continue;
    if (other != name && other != stranger->second.id) return sharing(name) + ", which was made anew";
  }
  return {};
}

}  // namespace stackd::decide
