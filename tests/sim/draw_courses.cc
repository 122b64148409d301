// Scenarios in which little happens: there hardly anything excuses stackd.
#include "sim/draw.h"

namespace stackd::sim {

using namespace std::chrono_literals;

namespace {

/// Something that happens alone.
Incident lone_incident(const Scenario& scenario, Dice& dice) {
  Incident incident;
  incident.service = dice.any(scenario.generations.front().services).name;
  for (const ServiceDraft& draft : scenario.generations.front().services) {
    if (!draft.network_of.empty() && dice.once_in(4)) incident.service = draft.network_of;
  }
  switch (dice.below(7)) {
    case 0:
      incident.kind = IncidentKind::crash_stackd;
      incident.number = 1;
      incident.lasts = dice.between(10ms, 20s);
      break;
    case 1:
      incident.kind = IncidentKind::process_hangs;
      break;
    case 2:
      incident.kind = dice.once_in(2) ? IncidentKind::person_stops : IncidentKind::person_kills;
      break;
    case 3:
      incident.kind = IncidentKind::person_sets_policy;
      break;
    default:
      incident.kind = IncidentKind::process_crashes;
      incident.number = dice.any<std::int64_t>({1, 2, 137});
      break;
  }
  return incident;
}

void make_quiet(Story& story) {
  story.requests.resize(1);
  story.requests.front().services.clear();
  story.requests.front().start = true;
  story.generations.resize(1);
  for (auto& [name, temper] : story.tempers) temper.bad_runs = 0;
}

/// Nothing but the first deploys is left.
void make_quiet(Scenario& scenario) {
  scenario.noises.clear();
  scenario.incidents.clear();
  make_quiet(static_cast<Story&>(scenario));
  if (scenario.neighbour) make_quiet(*scenario.neighbour);
}

}  // namespace

/// One thing at a time, each long after the one before: here every promise is owed in full, as hardly
/// anything excuses stackd. Half of the time it ends with a stop, and a crash that must not undo it.
void make_calm(Scenario& scenario, Dice& dice, Dice& turns) {
  make_quiet(scenario);
  scenario.faults_end = 15min;
  Duration at = 150s;
  std::vector<Duration> moments;
  for (; at < 8min; at += dice.between(140s, 160s)) {
    if (turns.once_in(2)) {
      moments.push_back(at);
      continue;
    }
    scenario.incidents.push_back(lone_incident(scenario, dice));
    scenario.incidents.back().at = at;
    if (scenario.incidents.back().kind != IncidentKind::person_sets_policy) continue;
    // Before it is taken back: the engine comes again and starts by that policy.
    Incident kill;
    kill.kind = IncidentKind::kill_engine;
    kill.at = at;
    kill.lasts = dice.between(500ms, 20s);
    scenario.incidents.push_back(kill);
  }
  draw_calm_turns(scenario, moments, turns);
  scenario.deploy_at_end = dice.once_in(2);
  if (scenario.deploy_at_end) return;
  Request stop;
  stop.kind = RequestKind::stop;
  stop.at = at;
  if (!dice.once_in(3)) stop.services = {dice.any(scenario.generations.front().services).name};
  scenario.requests.push_back(stop);
  Incident crash;
  crash.kind = IncidentKind::crash_stackd;
  crash.number = 1;
  crash.lasts = dice.between(10ms, 20s);
  crash.at = at + dice.between(20s, 60s);
  scenario.incidents.push_back(crash);
}

/// The engine answers and refuses every order, for longer than any pause may grow. What crashed meanwhile
/// must be up soon after.
void make_refusing(Scenario& scenario, Dice& dice) {
  make_quiet(scenario);
  scenario.faults_end = dice.between(25min, 40min);
  scenario.deploy_at_end = false;
  Noise refusing;
  refusing.from = 95s;
  refusing.until = scenario.faults_end;
  refusing.refused_orders = 1000;
  scenario.noises = {refusing};
  for (const ServiceDraft& draft : scenario.generations.front().services) {
    Incident crash;
    crash.kind = IncidentKind::process_crashes;
    crash.number = 1;
    crash.service = draft.name;
    crash.at = dice.between(100s, 200s);
    scenario.incidents.push_back(crash);
  }
}

}  // namespace stackd::sim
