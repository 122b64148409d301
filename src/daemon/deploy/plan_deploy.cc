#include "daemon/deploy/plan_deploy.h"

#include <algorithm>

#include "daemon/ledger/records.h"
#include "daemon/supervisor/report.h"
#include "decide/deploy/verify.h"
#include "decide/replace/gate.h"

namespace stackd::daemon {

bool differs_from(const Release& release, const std::string& canonical,
                  const std::map<std::string, ImageRecord>& images,
                  const std::map<std::string, std::string>& set) {
  if (release.canonical != canonical || release.source.set != set || !as_found(release).empty()) return true;
  return std::any_of(images.begin(), images.end(), [&](const auto& image) {
    auto before = release.images.find(image.first);
    return before == release.images.end() || before->second.id != image.second.id;
  });
}

namespace {

// What the release that is current leaves behind.
void take_over_former(const decide::Desired& now, bool differs, decide::Desired& desired) {
  desired.former_services = now.former_services;
  desired.former_jobs = now.former_jobs;
  for (const auto& [job, run] : now.jobs) {
    if (differs && run.state == JobState::running)
      desired.former_jobs.emplace(run.container_id, decide::FormerJob{run.release, std::nullopt});
  }
  desired.former_services.merge(decide::pre_deploy_jobs(*desired.stack));
  for (const auto& [service, definition] : now.stack->services) {
    if (desired.stack->services.count(service) == 0) desired.former_services.insert(service);
  }
}

}  // namespace

Result<PlanReport> plan_deploy(Edges edges, const StackKeeper* keeper, PlanInput input) {
  const std::int64_t current = keeper == nullptr ? 0 : keeper->record().current_release;
  bool differs = true;
  if (current > 0) {
    Result<std::optional<Release>> release = edges.store.release(input.stack_name, current);
    if (!release) return release.error();
    differs = !*release || differs_from(**release, input.canonical, input.images, input.set) ||
              (*release)->fingerprints != input.fingerprints;
  }
  std::set<std::string> emptied;
  if (keeper != nullptr && !input.jobs_are_done) emptied = keeper->rollout().emptied_volumes(input.observed);
  if (!emptied.empty()) differs = true;
  decide::Desired desired;
  desired.stack = input.stack;
  desired.release = current;
  desired.images = input.images;
  desired.files = desired.host_files = files_by_service(input.fingerprints);
  desired.file_parts = file_parts(*input.stack, input.fingerprints);
  decide::Wishes wishes;
  decide::Memory memory;
  const decide::Desired* former = nullptr;
  for (const auto& [name, service] : input.stack->services) {
    if (input.jobs_are_done && is_job(*input.stack, service)) desired.jobs[name].state = JobState::succeeded;
  }
  if (keeper != nullptr && keeper->has_release()) {
    const decide::State now = keeper->state();
    memory = now.memory;
    if (differs) former = &now.desired;
    for (const auto& [service, stop] : now.wishes.stopped) {
      if (stop == ServiceStop::person) wishes.stopped.emplace(service, stop);
    }
    memory.failed_steps.clear();  // a deploy tries what failed again
    if (!differs) desired.jobs = now.desired.jobs;
    std::erase_if(desired.jobs, [](const auto& job) { return job.second.state == JobState::failed; });
    take_over_former(now.desired, differs, desired);
  }
  const std::set<std::string> busy;
  const decide::State next{desired, wishes, input.observed, memory, busy, edges.clock.now()};
  PlanReport report = report_plan(former, next);
  report.release = current;
  report.differs = differs;
  for (const Verify& address : input.stack->extension.verify) {
    if (differs)
      report.steps.push_back({"", "ask " + decide::verify_name(address),
                              "it " + decide::verify_demand(address) + ", or the release is no good"});
  }
  for (const auto& [service, image] : input.images) {
    if (image.id.empty())
      report.warnings.push_back("image " + image.reference + " of " + service + " is not here yet");
  }
  for (const auto& [service, stop] : wishes.stopped) {
    if (differs && input.stack->services.count(service) > 0)
      report.warnings.push_back(service + " was stopped by order and stays so; `stackctl start " + service +
                                "` starts it");
  }
  for (const std::string& volume : emptied) report.warnings.push_back(emptied_volume_text(volume));
  return report;
}

std::string emptied_volume_text(const std::string& volume) {
  return "volume " + volume + " is gone or was made anew, so the jobs run again";
}

std::string to_text(const PlanReport& plan) {
  std::string text;
  for (const PlannedStep& step : plan.steps) text += step.text + ": " + step.cause + "\n";
  for (const std::string& warning : plan.warnings) text += "warning: " + warning + "\n";
  return text;
}

}  // namespace stackd::daemon
