#include "sim/faults.h"

namespace stackd::sim {

using namespace std::chrono_literals;

Faults::Faults(Surroundings& around, Oracles& oracles)
    : around_(around),
      oracles_(oracles),
      people_(around, oracles),
      fates_(around.scenario.seed * 1000003 + 6) {
  around.engine.fates = [this](const Call& call) { return fate_of(call); };
  around.engine.event_fates = [this](const EngineEvent& event) { return fate_of(event); };
  around.http.delays = [this] { return delay_of_page(); };
}

void Faults::plan() {
  for (const Incident& incident : around_.scenario.incidents) {
    around_.clock.call_at(Time(incident.at), [this, &incident] {
      if (!around_.faults_over) happen(incident);
    });
  }
  for (const Noise& noise : around_.scenario.noises) {
    around_.clock.call_at(Time(noise.from), [this] { oracles_.begin_blind(); });
    around_.clock.call_at(Time(noise.until + look_after_crash), [this] { oracles_.end_blind(); });
  }
}

// Of single calls.

const Noise* Faults::noise() const {
  if (around_.faults_over) return nullptr;
  const Duration now = around_.clock.now().time_since_epoch();
  for (const Noise& noise : around_.scenario.noises) {
    if (now >= noise.from && now < noise.until) return &noise;
  }
  return nullptr;
}

Fate Faults::fate_of(const Call& call) {
  Fate fate;
  const bool heavy = call.text.rfind("start ", 0) == 0;
  fate.until_effect = 200us + fates_.up_to(heavy ? Duration(80ms) : Duration(2ms));
  fate.until_answer = 100us + fates_.up_to(heavy ? Duration(120ms) : Duration(1ms));
  const Noise* now = noise();
  if (now == nullptr) return fate;
  if (struck(now->slow)) fate.until_effect += fates_.up_to(now->slow_max);
  if (struck(now->slow)) fate.until_answer += fates_.up_to(now->slow_max);
  if (struck(now->lost_before_effect)) {
    fate.trouble = Trouble::lost_before_effect;
    ++around_.marks["an answer lost before the effect"];
  } else if (struck(now->lost_after_effect)) {
    fate.trouble = Trouble::lost_after_effect;
    ++around_.marks["an answer lost after the effect"];
  } else if (struck(now->refused) || (call.order && struck(now->refused_orders))) {
    fate.trouble = Trouble::refused;
    ++around_.marks["the engine answered 500"];
  }
  return fate;
}

EventFate Faults::fate_of(const EngineEvent& event) {
  EventFate fate;
  fate.delay = 100us + fates_.up_to(1ms);
  const Noise* now = noise();
  if (now == nullptr) return fate;
  fate.lost = struck(now->events_lost);
  fate.doubled = struck(now->events_doubled);
  if (struck(now->events_late)) fate.delay += fates_.up_to(now->slow_max);
  if (fate.lost) {
    ++around_.marks["an event lost"];
    oracles_.event_missed(event.id);
  }
  if (fate.doubled) ++around_.marks["an event doubled"];
  return fate;
}

Duration Faults::delay_of_page() {
  const Duration usual = 1ms + fates_.up_to(50ms);
  const Noise* now = noise();
  if (now == nullptr || !struck(now->slow)) return usual;
  return usual + fates_.up_to(now->slow_max);
}

// The death of stackd.

void Faults::count_await() {
  if (!awaits_to_crash_) return;
  if (--*awaits_to_crash_ > 0) return;
  awaits_to_crash_.reset();
  crash_now_ = true;
}

std::optional<Duration> Faults::take_crash() {
  if (!crash_now_) return std::nullopt;
  crash_now_ = false;
  awaits_to_crash_.reset();
  return crash_lasts_;
}

void Faults::end() {
  awaits_to_crash_.reset();
}

// Whatever else happens.

void Faults::start_engine_later(const Incident& incident, Duration after) {
  around_.clock.call_in(after, [this, &incident] { around_.host.start_engine(incident.live_restore); });
}

void Faults::happen_to_process(const Incident& incident) {
  const Story* story = story_of(around_.scenario, incident.stack);
  if (story == nullptr) return;
  const auto ids = around_.containers_of(story->name(), incident.service);
  if (ids.empty()) return;
  if (incident.kind == IncidentKind::process_crashes)
    around_.host.crash_process(ids.front(), incident.number);
  if (incident.kind == IncidentKind::process_hangs) around_.host.hang_process(ids.front());
}

void Faults::happen(const Incident& incident) {
  around_.say("! " + std::string(to_string(incident.kind)) + " " + incident.service);
  ++around_.marks[std::string(to_string(incident.kind))];
  switch (incident.kind) {
    case IncidentKind::crash_stackd:
      if (!stackd_lives()) break;
      awaits_to_crash_ = incident.number;
      crash_lasts_ = incident.lasts;
      break;
    case IncidentKind::kill_engine:
      if (!around_.host.engine_up()) break;
      around_.host.kill_engine();
      start_engine_later(incident, incident.lasts);
      break;
    case IncidentKind::stop_engine:
      if (!around_.host.engine_up()) break;
      around_.host.stop_engine(incident.live_restore);
      start_engine_later(incident,
                         incident.lasts + 12s);  // it takes its time to stop every container
      break;
    case IncidentKind::reboot:
      around_.host.lose_power();
      if (stackd_lives()) {
        crash_now_ = true;
        crash_lasts_ = incident.lasts;
      }
      start_engine_later(incident, incident.lasts);
      break;
    case IncidentKind::cut_events:
      around_.engine.cut_events();
      oracles_.begin_blind();
      around_.clock.call_in(look_after_crash, [this] { oracles_.end_blind(); });
      break;
    case IncidentKind::jump_wall:
      around_.clock.jump_wall(incident.lasts);
      if (incident.lasts < Duration::zero()) oracles_.wall_went_back();
      oracles_.begin_blind();
      around_.clock.call_in(look_after_jump, [this] { oracles_.end_blind(); });
      break;
    case IncidentKind::disk_fills:
      ++around_.disks_full;
      ++around_.marks["the disk was full"];
      around_.clock.call_in(incident.lasts, [this] {
        if (around_.disks_full > 0 && --around_.disks_full == 0) around_.say("there is room on the disk");
      });
      break;
    case IncidentKind::process_crashes:
    case IncidentKind::process_hangs:
      happen_to_process(incident);
      break;
    case IncidentKind::person_stops:
    case IncidentKind::person_kills:
    case IncidentKind::person_starts:
    case IncidentKind::person_removes:
    case IncidentKind::person_restarts:
    case IncidentKind::person_pauses:
    case IncidentKind::person_sets_policy:
    case IncidentKind::compose_down:
      if (around_.host.engine_up() && around_.host.accepts_calls()) people_.act(incident);
      break;
  }
}

}  // namespace stackd::sim
