#include "daemon/supervisor/log_sources.h"

#include <algorithm>

#include "daemon/logs/kept_logs.h"
#include "decide/replace/replica.h"
#include "model/identity.h"

namespace stackd::daemon {
namespace {

bool is_asked(const LogsRequest& request, const std::string& service) {
  return request.services.empty() ||
         std::find(request.services.begin(), request.services.end(), service) != request.services.end();
}

LogSource source_of(const ObservedContainer& container) {
  LogSource source;
  source.container_id = container.id;
  source.container_name = container.name;
  source.service = container.service;
  source.started_at = container.started_at;
  source.runs = decide::runs(container);
  return source;
}

std::vector<LogSource> sources_of_current(const decide::State& state, const LogsRequest& request) {
  std::vector<LogSource> sources;
  for (const auto& [name, service] : state.desired.stack->services) {
    if (!is_asked(request, name)) continue;
    for (const ObservedContainer* container : decide::containers_of(state.observed, name)) {
      sources.push_back(source_of(*container));
    }
  }
  return sources;
}

// Of containers that are gone, or about to be: the engine may have removed one that was seen a moment ago.
void add_kept(std::vector<LogSource>& sources, const KeptLogs* logs, const decide::State& state,
              const LogsRequest& request) {
  if (logs == nullptr) return;
  for (const KeptLog& log : logs->of_release(request.stack, *request.release)) {
    if (!is_asked(request, log.service)) continue;
    auto same = std::find_if(sources.begin(), sources.end(), [&](const LogSource& source) {
      return short_id(source.container_id) == log.container;
    });
    if (same != sources.end()) {
      if (!same->runs) same->kept_path = log.path;
      continue;
    }
    auto service = state.desired.stack->services.find(log.service);
    const bool known = service != state.desired.stack->services.end();
    const std::string own_name = known ? service->second.container_name : std::string();
    LogSource source;
    source.container_id = log.container;
    source.container_name = container_name(request.stack, log.service, own_name, log.number);
    source.service = log.service;
    source.kept_path = log.path;
    sources.push_back(std::move(source));
  }
}

// Also of services that the current release has no more.
std::vector<LogSource> sources_of_release(const decide::State& state, const LogsRequest& request) {
  std::vector<LogSource> sources;
  for (const auto& [id, container] : state.observed.containers) {
    if (decide::release_of(container) != *request.release) continue;
    if (is_asked(request, container.service)) sources.push_back(source_of(container));
  }
  return sources;
}

}  // namespace

std::vector<LogSource> find_log_sources(const decide::State& state, const LogsRequest& request,
                                        const KeptLogs* logs) {
  if (!request.release) return sources_of_current(state, request);
  std::vector<LogSource> sources = sources_of_release(state, request);
  add_kept(sources, logs, state, request);
  return sources;
}

}  // namespace stackd::daemon
