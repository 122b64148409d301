// Words to tell a story by hand: stacks, what happens to them, and what came of it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sim/world.h"

namespace stackd::sim::telling {

using namespace std::chrono_literals;
using enum stackd::DependencyCondition;

inline ServiceDraft service(std::string name, std::string restart = "always", bool has_check = true) {
  ServiceDraft draft;
  draft.name = std::move(name);
  draft.restart = std::move(restart);
  draft.has_check = has_check;
  draft.interval = 2s;
  return draft;
}

/// A database, a migration, and what needs both; the worker has no restart policy.
inline StackDraft chain() {
  ServiceDraft postgres = service("postgres");
  postgres.volumes = {"data:/data"};
  ServiceDraft migrate = service("migrate", "", false);
  migrate.depends_on = {{"postgres", waits_for(healthy)}};
  ServiceDraft web = service("web");
  web.depends_on = {{"migrate", waits_for(completed)}, {"postgres", waits_for(healthy)}};
  ServiceDraft worker = service("worker", "");
  worker.depends_on = {{"migrate", waits_for(completed)}};
  return {"shop", {postgres, migrate, web, worker}};
}

/// Two in the network of a third.
inline StackDraft sharers() {
  ServiceDraft vpn = service("vpn");
  ServiceDraft torrent = service("torrent");
  torrent.network_of = "vpn";
  torrent.depends_on = {{"vpn", waits_for(healthy, true)}};
  ServiceDraft indexer = service("indexer", "always", false);
  indexer.network_of = "vpn";
  return {"shop", {vpn, torrent, indexer}};
}

/// Deployed at once, then left alone for a minute; what goes wrong is added by the story.
inline Scenario quiet(StackDraft stack) {
  Scenario scenario;
  scenario.generations = {std::move(stack)};
  scenario.requests = {Request{}};
  scenario.faults_end = 1min;
  scenario.deploy_at_end = false;
  return scenario;
}

inline Incident incident(Duration at, IncidentKind kind, std::string name = {}, Duration lasts = 2s) {
  Incident incident;
  incident.at = at;
  incident.kind = kind;
  incident.service = std::move(name);
  incident.lasts = lasts;
  return incident;
}

inline Request request(Duration at, RequestKind kind, std::vector<std::string> services = {}) {
  Request request;
  request.at = at;
  request.kind = kind;
  request.services = std::move(services);
  return request;
}

/// Deploys what is drawn last, once the first is up.
inline void deploy_last(Scenario& scenario, Duration at = 20s) {
  Request last = request(at, RequestKind::deploy);
  last.generation = scenario.generations.size() - 1;
  scenario.requests.push_back(last);
}

/// The same stack with every service changed, and its deploy.
inline StackDraft& deploy_changed(Scenario& scenario, Duration at = 20s) {
  scenario.generations.push_back(scenario.generations.front());
  StackDraft& changed = scenario.generations.back();
  for (ServiceDraft& draft : changed.services) draft.generation = "1";
  deploy_last(scenario, at);
  return changed;
}

/// The promise that was broken, "" when all were kept.
inline std::string broken_in(const Scenario& scenario) {
  Trace trace;
  Marks marks;
  World world(scenario, trace, marks);
  return world.run().broken.value_or("");
}

/// The same, and whether a deploy failed or was put back.
inline std::string failed_in(const Scenario& scenario) {
  Trace trace;
  Marks marks;
  World world(scenario, trace, marks);
  const std::string broken = world.run().broken.value_or("");
  return marks["a deploy failed"] > 0 ? "a deploy failed" : broken;
}

}  // namespace stackd::sim::telling
