#include "daemon/ledger/anonymous_volumes.h"

#include "base/check.h"
#include "decide/keep/inherit.h"

namespace stackd::daemon {

Result<void> AnonymousVolumesLeft::load(decide::Memory& memory) {
  Result<AnonymousVolumes> stored = place_.tables.anonymous_volumes(place_.stack);
  if (!stored) return stored.error();
  memory.anonymous_volumes = *std::move(stored);
  return {};
}

void AnonymousVolumesLeft::note_removal(decide::Memory& memory, const decide::State& state,
                                        const RemoveContainer& remove) {
  STACKD_CHECK(&state.memory == &memory && !remove.container_id.empty());
  const auto container = state.observed.containers.find(remove.container_id);
  if (remove.with_anonymous_volumes || container == state.observed.containers.end()) return;
  if (!decide::leaves_a_place(state, container->second)) return;
  const Service& service = state.desired.stack->services.at(container->second.service);
  std::vector<ObservedMount> left = decide::anonymous_volumes_of(service, container->second);
  if (left.empty()) return;
  memory.anonymous_volumes[{service.name, container->second.number}] = std::move(left);
  store(memory);
}

void AnonymousVolumesLeft::note_taken_over(const decide::Memory& memory) {
  store(memory);
}

void AnonymousVolumesLeft::store(const decide::Memory& memory) {
  place_.late.put("anonymous volumes", "which anonymous volumes are on their way",
                  [this, left = memory.anonymous_volumes] {
                    return place_.tables.put_anonymous_volumes(place_.stack, left);
                  });
}

}  // namespace stackd::daemon
