#include "daemon/deploy/plan_deploy.h"

#include <algorithm>
#include <optional>

#include "daemon/ledger/records.h"
#include "decide/deploy/difference.h"
#include "decide/deploy/verify.h"
#include "decide/learn/learn.h"
#include "decide/replace/gate.h"
#include "decide/replace/replica.h"
#include "decide/tell/dry_run.h"

namespace stackd::daemon {

namespace {

// What the release that is current leaves behind.
void take_over_former(const decide::Target& now, bool differs, decide::Target& next) {
  next.learnt.former_services = now.learnt.former_services;
  next.learnt.former_jobs = now.learnt.former_jobs;
  for (const auto& [job, run] : now.learnt.jobs) {
    if (differs && run.state == JobState::running)
      next.learnt.former_jobs.emplace(run.container_id, decide::FormerJob{run.release, std::nullopt});
  }
  const Stack& stack = *next.desired.stack;
  next.learnt.former_services.merge(decide::pre_deploy_jobs(stack));
  for (const auto& [service, definition] : now.desired.stack->services) {
    if (stack.services.count(service) == 0) next.learnt.former_services.insert(service);
  }
}

std::string service_of(const Action& action) {
  if (const auto* create = std::get_if<CreateContainer>(&action)) return create->service;
  if (const auto* start = std::get_if<StartContainer>(&action)) return start->service;
  if (const auto* stop = std::get_if<StopContainer>(&action)) return stop->service;
  if (const auto* remove = std::get_if<RemoveContainer>(&action)) return remove->service;
  if (const auto* reload = std::get_if<ReloadContainer>(&action)) return reload->service;
  return {};
}

// Steps as people read them; `next` is where they begin, `replaced` is null where nothing is.
PlanReport report_plan(const decide::Replaced* replaced, const decide::State& next) {
  PlanReport report;
  decide::DryRun found = decide::dry_run_of_deploy(replaced, next);
  report.warnings = std::move(found.warnings);
  for (const Step& step : found.steps) {
    std::string text = to_text(step.action);
    const std::size_t planned = text.find(" (planned-");
    if (planned != std::string::npos) text.erase(planned, text.find(')', planned) + 1 - planned);
    report.steps.push_back({service_of(step.action), std::move(text), step.cause});
  }
  return report;
}

// A deploy makes it anew although nothing differs.
bool is_any_in_doubt(const decide::State& now, const PlanInput& input) {
  const decide::Target target{now.desired, now.learnt, now.rollout};
  decide::Memory known = now.memory;
  known.lost_mounts = input.lost_mounts;
  return !decide::services_in_doubt({target, now.wishes, input.observed, known, now.busy, now.now}).empty();
}

Result<bool> differs_from(const Edges& edges, std::int64_t current, const PlanInput& input,
                          const std::set<std::string>& emptied) {
  if (current == 0) return true;
  Result<std::optional<Release>> release = edges.store.release(input.stack_name, current);
  if (!release) return release.error();
  const decide::Asked asked{input.canonical, input.images, input.set, input.fingerprints, emptied};
  return !*release || decide::differs(**release, asked);
}

decide::Target target_of(const PlanInput& input, std::int64_t current) {
  decide::Target target;
  decide::Desired& desired = target.desired;
  desired.stack = input.stack;
  desired.release = current;
  desired.images = input.images;
  desired.files = target.learnt.host_files = files_by_service(input.fingerprints);
  desired.file_parts = file_parts(*input.stack, input.fingerprints);
  for (const auto& [name, service] : input.stack->services) {
    if (input.jobs_are_done && is_job(*input.stack, service))
      target.learnt.jobs[name].state = JobState::succeeded;
  }
  return target;
}

// What is remembered once the deploy has been ordered: see KeeperOrders::keep_deployed, or, where it differs,
// KeeperRollout::make_current.
decide::Memory memory_after_order(const decide::State& now, const PlanInput& input,
                                  const decide::Wishes& wishes, bool differs, WallTime wall) {
  decide::Memory memory = now.memory;
  memory.lost_mounts = input.lost_mounts;
  if (differs) decide::forget_failures_of_release(memory);
  if (!input.scope.start) return memory;
  std::set<std::string> asked;
  if (!differs) asked = decide::named_services(*input.stack, input.scope.services);
  if (!differs) decide::forget_failures(memory, asked);
  decide::note_wanted(memory, decide::wanted_services(wishes, *input.stack, asked), now.now, wall);
  return memory;
}

// While a gate is under way the release that it stands before, without it.
Result<decide::Target> current_target(const Edges& edges, const StackKeeper& keeper) {
  const decide::State now = keeper.state();
  if (decide::is_gating(now.rollout))
    return load_target(edges.store, keeper.name(), keeper.record().current_release);
  return decide::Target{now.desired, now.learnt, now.rollout};
}

// What is asked in the end, and what people should know.
void tell_around(PlanReport& report, const PlanInput& input, const decide::Wishes& wishes) {
  for (const Verify& address : input.stack->extension.verify) {
    if (report.differs && decide::left_down(wishes).empty())
      report.steps.push_back({"", "ask " + decide::verify_name(address),
                              "it " + decide::verify_demand(address) + ", or the release is no good"});
  }
  for (const auto& [service, image] : input.images) {
    if (image.id.empty())
      report.warnings.push_back("image " + image.reference + " of " + service + " is not here yet");
  }
  for (const auto& [service, stop] : wishes.stopped) {
    if (report.differs && stop == ServiceStop::person && input.stack->services.count(service) > 0)
      report.warnings.push_back(service + " was stopped by order and stays so; `stackctl start " + service +
                                "` starts it");
  }
}

}  // namespace

Result<PlanReport> plan_deploy(Edges edges, const StackKeeper* keeper, PlanInput input) {
  const std::int64_t current = keeper == nullptr ? 0 : keeper->record().current_release;
  std::set<std::string> emptied;
  if (keeper != nullptr && !input.jobs_are_done) emptied = keeper->rollout().emptied_volumes(input.observed);
  const bool has_release = keeper != nullptr && keeper->has_release();
  Result<bool> differs = differs_from(edges, current, input, emptied);
  if (!differs) return differs.error();
  if (has_release) *differs = *differs || is_any_in_doubt(keeper->state(), input);
  decide::Target target = target_of(input, current);
  const decide::Wishes none;
  const bool is_up = has_release && keeper->record().wish == StackWish::running;
  const decide::Wishes wishes =
      decide::wishes_after_deploy(has_release ? keeper->wishes() : none, *input.stack, input.scope, is_up);
  decide::Memory memory;
  std::optional<decide::Replaced> replaced;
  if (has_release) {
    Result<decide::Target> found = current_target(edges, *keeper);
    if (!found) return found.error();
    replaced = decide::Replaced{*std::move(found), keeper->wishes(), is_up, input.scope};
    memory = memory_after_order(keeper->state(), input, wishes, *differs, edges.clock.wall());
    if (!*differs) target.learnt.jobs = replaced->target.learnt.jobs;
    const std::set<std::string> asked = decide::named_services(*input.stack, input.scope.services);
    std::erase_if(target.learnt.jobs, [&](const auto& job) {
      return job.second.state == JobState::failed && (asked.empty() || asked.count(job.first) > 0);
    });
    take_over_former(replaced->target, *differs, target);
    for (const std::string& job : decide::jobs_left_alone(*input.stack, replaced->target.learnt, input.scope))
      target.learnt.jobs[job] = replaced->target.learnt.jobs.at(job);
  }
  const decide::Replaced* former = replaced && *differs ? &*replaced : nullptr;
  if (*differs && former == nullptr) target.rollout = decide::FirstStart{};
  const std::set<std::string> busy;
  const decide::State next{target, wishes, input.observed, memory, busy, edges.clock.now()};
  PlanReport report = report_plan(former, next);
  report.release = current;
  report.differs = *differs;
  tell_around(report, input, wishes);
  for (const std::string& volume : emptied) report.warnings.push_back(decide::emptied_volume_text(volume));
  return report;
}

std::string to_text(const PlanReport& plan) {
  std::string text;
  for (const PlannedStep& step : plan.steps) text += step.text + ": " + step.cause + "\n";
  for (const std::string& warning : plan.warnings) text += "warning: " + warning + "\n";
  return text;
}

}  // namespace stackd::daemon
