// What a seed stands for.
#include "sim/draw.h"

#include <algorithm>

namespace stackd::sim {

using namespace std::chrono_literals;

Scenario draw(std::uint64_t seed) {
  Dice stacks(seed, 1);
  Dice tempers(seed, 2);
  Dice requests(seed, 3);
  Dice faults(seed, 4);
  Dice noise(seed, 5);
  Dice kind(seed, 6);
  Dice pages(seed, 7);
  Dice folders(seed, 8);
  Dice networks(seed, 9);
  Dice backstage(seed, 10);
  Dice turns(seed, 11);
  Dice sharing(seed, 15);
  Dice close_calls(seed, 16);
  Dice files(seed, 17);

  Scenario scenario;
  scenario.seed = seed;
  scenario.generations = {draw_stack(stacks)};
  scenario.faults_end = faults.between(40s, 3min);
  scenario.deploy_at_end = requests.once_in(2);
  scenario.real_exit_codes = faults.once_in(2);
  scenario.keeps_health = faults.once_in(2);
  draw_tempers(scenario, tempers);
  draw_requests(scenario, scenario.faults_end, requests);
  draw_turns(scenario, scenario.faults_end, turns);
  draw_pages(scenario, pages);
  draw_folders(scenario, folders);
  draw_files(scenario, files);
  draw_networks(scenario, networks);
  draw_backstage(scenario, backstage);
  draw_neighbour(scenario, seed);
  const bool extreme = faults.once_in(6);
  const std::uint64_t incidents = faults.below(extreme ? 14 : 7);
  for (std::uint64_t i = 0; i < incidents; ++i)
    scenario.incidents.push_back(draw_incident(scenario, faults, extreme));
  draw_close_calls(scenario, close_calls);
  std::stable_sort(scenario.incidents.begin(), scenario.incidents.end(),
                   [](const Incident& a, const Incident& b) { return a.at < b.at; });
  share_incidents(scenario, sharing);
  if (!faults.once_in(10)) draw_noise(scenario, noise);
  switch (kind.below(12)) {
    case 0:
    case 1:
    case 2:
      make_calm(scenario, kind, turns);
      break;
    case 3:
      make_refusing(scenario, kind);
      break;
    default:
      break;
  }
  return scenario;
}

}  // namespace stackd::sim
