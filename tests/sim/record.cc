#include "sim/record.h"

#include <algorithm>

#include "base/json.h"

namespace stackd::sim {
namespace {

std::string generation_in(const json::value& canonical, const std::string& service) {
  const JsonReader root(canonical, "release");
  const JsonReader environment = root.object("services").object(service).object("environment");
  return environment.text("GENERATION");
}

/// By service: what its configuration says.
std::map<std::string, std::string> generations_in(const Release& release, const Story& story) {
  std::map<std::string, std::string> found;
  const Result<json::value> canonical = parse_json(release.canonical);
  if (!canonical) return found;
  for (const ServiceDraft& draft : story.generations.front().services) {
    const std::string generation = generation_in(*canonical, draft.name);
    if (!generation.empty()) found[draft.name] = generation;
  }
  return found;
}

std::optional<std::size_t> generation_of(const Release& release, const Story& story, std::size_t likely) {
  std::optional<std::size_t> found;
  const Result<json::value> canonical = parse_json(release.canonical);
  for (std::size_t g = 0; canonical && g < story.generations.size(); ++g) {
    const auto& services = story.generations.at(g).services;
    const bool same = std::all_of(services.begin(), services.end(), [&](const ServiceDraft& draft) {
      return generation_in(*canonical, draft.name) == draft.generation;
    });
    if (same) found = g;
    if (same && g == likely) break;
  }
  return found;
}

void read_deploys(Record& record, store::Store& store, const std::string& name) {
  const auto newest = store.deploys(name, 1);
  record.last_failed = newest && !newest->empty() && newest->front().state == DeployState::failed;
  record.last_live = newest && !newest->empty() && newest->front().state == DeployState::live;
  record.disk_was_full =
      record.last_failed && newest->front().cause.find("disk is full") != std::string::npos;
  const auto all = store.deploys(name, 100);
  record.none_failed = all && std::all_of(all->begin(), all->end(), [](const Deploy& deploy) {
                         return deploy.state == DeployState::live || deploy.state == DeployState::superseded;
                       });
  const auto unfinished = store.unfinished_deploys();
  if (!unfinished) return;
  for (const Deploy& deploy : *unfinished) {
    if (deploy.stack != name) continue;
    record.rolls = true;
    if (deploy.state != DeployState::paused && !record.endless) record.endless = deploy.state;
  }
}

}  // namespace

Record read_record(store::Store& store, const Story& story, std::size_t likely) {
  Record record;
  const std::string& name = story.name();
  const auto stack = store.stack(name);
  if (!stack || !*stack) return record;
  const std::int64_t number = (*stack)->current_release;
  const auto release = store.release(name, number);
  if (release && *release) {
    record.generations = generations_in(**release, story);
    record.was_live = (*release)->live_at.has_value();
    record.adopted = (*release)->source.kind == "adopt";
    record.generation = generation_of(**release, story, likely);
    record.files = (*release)->fingerprints;
    for (const std::string& id : as_found(**release)) {  // stands there too, and is no file
      for (auto& [service, prints] : record.files)
        std::erase_if(prints, [&id](const auto& print) { return print.second == id; });
    }
  }
  const auto jobs = store.job_runs(name, number);
  if (jobs) {
    for (const JobRun& run : *jobs) {
      if (run.state == JobState::failed) record.failed_jobs.insert(run.service);
    }
  }
  read_deploys(record, store, name);
  return record;
}

}  // namespace stackd::sim
