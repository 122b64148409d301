#include "sim/shrink.h"

#include <utility>

namespace stackd::sim {
namespace {

using Fails = std::function<bool(const Scenario&)>;

/// Drops single elements of one list, from the last to the first.
template <typename Owner, typename T>
bool drop_some(Scenario& scenario, std::vector<T> Owner::*list, std::size_t keep, const Fails& fails) {
  bool dropped = false;
  for (std::size_t i = (scenario.*list).size(); i > keep; --i) {
    Scenario without = scenario;
    (without.*list).erase((without.*list).begin() + static_cast<std::ptrdiff_t>(i - 1));
    if (!fails(without)) continue;
    scenario = std::move(without);
    dropped = true;
  }
  return dropped;
}

bool try_change(Scenario& scenario, const std::function<void(Scenario&)>& change, const Fails& fails) {
  Scenario changed = scenario;
  change(changed);
  if (!fails(changed)) return false;
  scenario = std::move(changed);
  return true;
}

void quieten(Scenario& scenario, const Fails& fails) {
  for (std::size_t i = 0; i < scenario.noises.size(); ++i) {
    for (const auto rate : {&Noise::lost_before_effect, &Noise::lost_after_effect, &Noise::refused,
                            &Noise::slow, &Noise::events_lost, &Noise::events_doubled, &Noise::events_late}) {
      if (scenario.noises[i].*rate == 0) continue;
      try_change(
          scenario, [&](Scenario& changed) { changed.noises[i].*rate = 0; }, fails);
    }
  }
  for (const auto& [service, temper] : Scenario(scenario).tempers) {
    try_change(
        scenario, [&](Scenario& changed) { changed.tempers.erase(service); }, fails);
  }
}

}  // namespace

Scenario shrink(Scenario scenario, const Fails& fails) {
  try_change(
      scenario, [](Scenario& changed) { changed.neighbour.reset(); }, fails);
  bool smaller = true;
  while (smaller) {
    smaller = drop_some(scenario, &Scenario::incidents, 0, fails);
    smaller = drop_some(scenario, &Scenario::noises, 0, fails) || smaller;
    smaller = drop_some(scenario, &Story::requests, 1, fails) || smaller;
  }
  quieten(scenario, fails);
  return scenario;
}

}  // namespace stackd::sim
