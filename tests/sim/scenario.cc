#include "sim/scenario.h"

#include <algorithm>

namespace stackd::sim {

std::string_view to_string(IncidentKind kind) {
  switch (kind) {
    case IncidentKind::crash_stackd:
      return "stackd crashes";
    case IncidentKind::kill_engine:
      return "the engine is killed";
    case IncidentKind::stop_engine:
      return "the engine is stopped";
    case IncidentKind::reboot:
      return "the host reboots";
    case IncidentKind::cut_events:
      return "the event stream is cut";
    case IncidentKind::jump_wall:
      return "the calendar's clock jumps";
    case IncidentKind::person_stops:
      return "docker stop";
    case IncidentKind::person_kills:
      return "docker kill";
    case IncidentKind::person_starts:
      return "docker start";
    case IncidentKind::person_removes:
      return "docker rm -f";
    case IncidentKind::person_restarts:
      return "docker restart";
    case IncidentKind::person_pauses:
      return "docker pause";
    case IncidentKind::person_sets_policy:
      return "docker update --restart always";
    case IncidentKind::compose_down:
      return "docker compose down";
    case IncidentKind::process_crashes:
      return "a process crashes";
    case IncidentKind::process_hangs:
      return "a process hangs";
    case IncidentKind::disk_fills:
      return "the disk is full";
  }
  return "";
}

std::string_view to_string(RequestKind kind) {
  switch (kind) {
    case RequestKind::deploy:
      return "deploy";
    case RequestKind::start:
      return "start";
    case RequestKind::stop:
      return "stop";
    case RequestKind::restart:
      return "restart";
    case RequestKind::down:
      return "down";
    case RequestKind::rollback:
      return "rollback";
    case RequestKind::cancel:
      return "cancel";
    case RequestKind::resume:
      return "resume";
    case RequestKind::adopt:
      return "adopt";
    case RequestKind::hand_back:
      return "hand back";
    case RequestKind::forget:
      return "forget";
  }
  return "";
}

namespace {

std::string to_text(const Request& request) {
  std::string text = "  " + to_go_string(request.at) + " " + std::string(to_string(request.kind));
  if (request.kind == RequestKind::deploy || request.kind == RequestKind::adopt)
    text += " generation " + std::to_string(request.generation);
  for (const std::string& service : request.services) text += " " + service;
  if (!request.start) text += " --no-start";
  if (request.volumes) text += " --volumes";
  if (request.to) text += " --to " + std::to_string(*request.to);
  if (request.force) text += " --force";
  if (request.current_environment) text += " --current-env";
  if (request.at_once) text += " at once";
  return text + "\n";
}

std::string to_text(const Story& story) {
  std::string text = " stack " + story.name() + (story.deploy_at_end ? ", with a deploy at the end\n" : "\n");
  for (const ServiceDraft& service : story.generations.front().services) {
    text += "  service " + service.name + (service.restart.empty() ? "" : " restart " + service.restart);
    for (const auto& [name, dependency] : service.depends_on) text += " after " + name;
    if (!service.network_of.empty()) text += " in the network of " + service.network_of;
    if (const auto temper = story.tempers.find(service.name); temper != story.tempers.end()) {
      const Temper& t = temper->second;
      text += " ready after " + to_go_string(t.ready_after);
      if (t.bad_runs > 0) text += " bad runs " + std::to_string(t.bad_runs);
      if (t.ignores_term) text += " ignores SIGTERM";
    }
    text += "\n";
  }
  for (const Request& request : story.requests) text += to_text(request);
  for (const Duration& at : story.questions) text += "  " + to_go_string(at) + " questions\n";
  return text;
}

std::string to_text(const Incident& incident) {
  return "  " + to_go_string(incident.at) + " " + std::string(to_string(incident.kind)) + " " +
         incident.stack + " " + incident.service + " number " + std::to_string(incident.number) + " lasts " +
         to_go_string(incident.lasts) + (incident.live_restore ? " live restore" : "") + "\n";
}

std::string to_text(const Noise& noise) {
  return "  noise from " + to_go_string(noise.from) + " until " + to_go_string(noise.until) +
         " lost before " + std::to_string(noise.lost_before_effect) + " after " +
         std::to_string(noise.lost_after_effect) + " refused " + std::to_string(noise.refused) + " slow " +
         std::to_string(noise.slow) + " events lost " + std::to_string(noise.events_lost) + " doubled " +
         std::to_string(noise.events_doubled) + " late " + std::to_string(noise.events_late) + "\n";
}

}  // namespace

std::string to_text(const Scenario& scenario) {
  std::string text = "seed " + std::to_string(scenario.seed) + "\n";
  if (scenario.generations.front().has_backstage)
    text += std::string("  a second network, ") +
            (scenario.connects_one ? "by a call of its own\n" : "at once\n");
  for (const Story* story : stories(scenario)) text += to_text(*story);
  for (const Incident& incident : scenario.incidents) text += to_text(incident);
  for (const Noise& noise : scenario.noises) text += to_text(noise);
  return text + "  faults end " + to_go_string(scenario.faults_end) + "\n";
}

bool is_job(const Story& story, const std::string& service) {
  const auto& all = story.generations;
  return std::any_of(all.begin(), all.end(), [&](const StackDraft& draft) { return draft.is_job(service); });
}

std::vector<const Story*> stories(const Scenario& scenario) {
  std::vector<const Story*> all{&scenario};
  if (scenario.neighbour) all.push_back(&*scenario.neighbour);
  return all;
}

const Story* story_of(const Scenario& scenario, const std::string& stack) {
  if (stack.empty()) return &scenario;
  for (const Story* story : stories(scenario)) {
    if (story->name() == stack) return story;
  }
  return nullptr;
}

}  // namespace stackd::sim
