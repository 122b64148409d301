#include "decide/deploy/preflight_memory.h"

#include <algorithm>

#include "base/text.h"
#include "decide/picture/wanted.h"
#include "decide/replace/compare.h"
#include "decide/replace/update_order.h"

namespace stackd::decide {

std::vector<const ObservedContainer*> doubled(const State& next, const Service& service) {
  std::vector<const ObservedContainer*> found;
  for (const ObservedContainer* container : containers_of(next.observed, service.name)) {
    if (!runs(*container) || container->number > service.scale) continue;
    const auto image = next.desired.images.find(service.name);
    const bool unknown = image != next.desired.images.end() && image->second.id.empty();
    if (!unknown && must_be_replaced(next, service, *container).empty()) continue;
    if (update_order(next, service, container).start_first) found.push_back(container);
  }
  const std::int64_t at_once = update_config(next, service).parallelism;
  if (at_once > 0 && found.size() > static_cast<std::size_t>(at_once))
    found.resize(static_cast<std::size_t>(at_once));
  return found;
}

MemoryVerdict memory_verdict(const State& next, const Surroundings& around) {
  if (!around.memory_bytes) return {};
  std::int64_t reserved = 0;
  std::int64_t likely = 0;
  std::vector<std::string> names;
  for (const auto& [name, service] : next.desired.stack->services) {
    if (is_job(*next.desired.stack, service) || !is_wanted(next, name)) continue;
    const std::vector<const ObservedContainer*> twice = doubled(next, service);
    if (!twice.empty()) names.push_back(name);
    for (const ObservedContainer* container : twice) {
      const auto used = around.in_use.find(container->id);
      const std::int64_t now = used == around.in_use.end() ? 0 : used->second;
      reserved += service.memory_reservation_bytes;
      likely += std::max(service.memory_reservation_bytes, now);
    }
  }
  const std::string beside = "what starts beside its predecessor (" + join(names, ", ") + ") ";
  const std::string there = size_text(*around.memory_bytes) + " of memory are available";
  const std::string advice = ": `order: stop-first` in update_config replaces one after the other";
  if (reserved > *around.memory_bytes)
    return {beside + "reserves " + size_text(reserved) + ", and only " + there + advice, {}};
  if (likely > *around.memory_bytes)
    return {{}, beside + "uses " + size_text(likely) + " now, and only " + there + advice};
  return {};
}

}  // namespace stackd::decide
