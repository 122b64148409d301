// What goes wrong.
#include <algorithm>

#include "sim/draw.h"

namespace stackd::sim {

using namespace std::chrono_literals;

void draw_close_calls(Scenario& scenario, Dice& dice) {
  for (std::uint64_t more = dice.below(3); more > 0; --more) {
    const Request& request = dice.any(scenario.requests);
    Incident incident;
    incident.at = request.at + dice.between(1ms, dice.once_in(2) ? Duration(300ms) : Duration(5s));
    incident.service = dice.any(scenario.generations.front().services).name;
    incident.kind = dice.once_in(5) ? IncidentKind::kill_engine : IncidentKind::crash_stackd;
    incident.number = static_cast<std::int64_t>(dice.below(20));
    incident.lasts = dice.between(10ms, 2s);
    if (incident.at < scenario.faults_end - 1s) scenario.incidents.push_back(incident);
  }
}

Incident draw_incident(const Scenario& scenario, Dice& dice, bool extreme) {
  Incident incident;
  incident.at = dice.between(500ms, scenario.faults_end - 1s);
  incident.service = dice.any(scenario.generations.front().services).name;
  incident.live_restore = dice.once_in(2);
  switch (dice.below(20)) {
    case 0:
    case 1:
    case 2:
    case 3:
      incident.kind = IncidentKind::crash_stackd;
      incident.number = static_cast<std::int64_t>(dice.below(40));
      incident.lasts = dice.between(10ms, dice.once_in(4) ? Duration(30s) : Duration(2s));
      break;
    case 4:
      incident.kind = IncidentKind::kill_engine;
      incident.lasts = dice.between(500ms, extreme ? Duration(90s) : Duration(10s));
      break;
    case 5:
      incident.kind = IncidentKind::stop_engine;
      incident.lasts = dice.between(500ms, extreme ? Duration(90s) : Duration(10s));
      break;
    case 6:
      incident.kind = IncidentKind::reboot;
      incident.lasts = dice.between(5s, 40s);
      break;
    case 7:
      incident.kind = IncidentKind::cut_events;
      break;
    case 8:
      incident.kind = IncidentKind::jump_wall;
      incident.lasts = dice.between(-2h, 2h);
      break;
    case 9:
      incident.kind = IncidentKind::person_stops;
      break;
    case 10:
      incident.kind = IncidentKind::person_kills;
      break;
    case 11:
      incident.kind = IncidentKind::person_starts;
      break;
    case 12:
      incident.kind = IncidentKind::person_removes;
      break;
    case 13:
      incident.kind = IncidentKind::person_restarts;
      break;
    case 14:
      incident.kind = IncidentKind::person_pauses;
      incident.lasts = dice.between(100ms, 20s);
      break;
    case 15:
      incident.kind = IncidentKind::person_sets_policy;
      break;
    case 16:
      incident.kind = dice.once_in(3) ? IncidentKind::compose_down : IncidentKind::process_crashes;
      incident.number = 1;
      break;
    case 17:
      incident.kind = IncidentKind::process_crashes;
      incident.number = dice.any<std::int64_t>({0, 1, 137, 139});
      break;
    case 18:
      incident.kind = IncidentKind::disk_fills;
      incident.lasts = dice.between(100ms, extreme ? Duration(90s) : Duration(10s));
      break;
    default:
      incident.kind = IncidentKind::process_hangs;
      break;
  }
  return incident;
}

void draw_noise(Scenario& scenario, Dice& dice) {
  const auto rate = [&dice](bool strong) {
    if (dice.once_in(2)) return std::uint64_t{0};
    return dice.below(strong ? 400 : 60);
  };
  const std::uint64_t windows = dice.below(4);
  for (std::uint64_t i = 0; i < windows; ++i) {
    const bool steady = i == 0 && dice.once_in(2);
    const bool strong = !steady && dice.once_in(3);
    Noise noise;
    noise.from = steady ? Duration(0s) : dice.between(0s, scenario.faults_end - 2s);
    noise.until =
        steady ? scenario.faults_end : std::min(scenario.faults_end, noise.from + dice.between(1s, 30s));
    noise.lost_before_effect = rate(strong);
    noise.lost_after_effect = rate(strong);
    noise.refused = rate(strong);
    noise.slow = rate(strong);
    noise.slow_max = dice.between(50ms, 20s);
    noise.events_lost = rate(strong);
    noise.events_doubled = rate(strong);
    noise.events_late = rate(strong);
    scenario.noises.push_back(noise);
  }
}

}  // namespace stackd::sim
