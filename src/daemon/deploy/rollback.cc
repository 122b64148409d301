#include "daemon/deploy/rollback.h"

#include "daemon/ledger/records.h"
#include "decide/deploy/rollback_target.h"

namespace stackd::daemon {
namespace {

// A job of the release, marked as not reversible, has really run for it, or does now; "" when none has.
Result<std::string> irreversible_job(store::Store& store, const std::string& stack, const Release& brief) {
  if (brief.copied_from != 0) return std::string();
  Result<std::optional<Release>> release = store.release(stack, brief.number);
  if (!release) return release.error();
  if (!*release) return std::string();
  Result<std::vector<JobRun>> runs = store.job_runs(stack, brief.number);
  if (!runs) return runs.error();
  Result<std::shared_ptr<const Stack>> bound = bind_canonical((*release)->canonical, (*release)->source);
  if (!bound) return bound.error();
  for (const JobRun& run : *runs) {
    auto service = (*bound)->services.find(run.service);
    const bool marked =
        service != (*bound)->services.end() && !service->second.extension.migration_reversible;
    const bool ran = run.state == JobState::succeeded || run.state == JobState::running;
    if (marked && ran) return run.service;
  }
  return std::string();
}

}  // namespace

Result<void> check_reversible(store::Store& store, const std::string& stack, std::int64_t target) {
  Result<std::vector<Release>> releases = store.releases(stack, true);
  if (!releases) return releases.error();
  std::vector<decide::IrreversibleRun> runs;
  for (const Release& later : *releases) {
    if (later.number <= target) continue;
    Result<std::string> job = irreversible_job(store, stack, later);
    if (!job) return job.error();
    if (!job->empty()) runs.push_back({later.number, *job});
  }
  return decide::check_reversible(runs, target);
}

Result<std::int64_t> find_rollback_target(store::Store& store, const StackRecord& stack,
                                          const RollbackRequest& request, bool is_overtaken) {
  Result<std::vector<Release>> releases = store.releases(stack.name, true);
  if (!releases) return releases.error();
  decide::RollbackQuestion question;
  question.stack = stack.name;
  question.current = stack.current_release;
  question.releases = std::move(*releases);
  question.to = request.to;
  question.is_overtaken = is_overtaken;
  Result<std::int64_t> target = decide::rollback_target(question);
  if (!target || request.force) return target;
  Result<void> reversible = check_reversible(store, stack.name, *target);
  if (!reversible) return reversible.error();
  return target;
}

runtime::Task<Result<void>> bring_back_images(Edges edges, std::map<std::string, ImageRecord> images,
                                              OnImageProgress on_progress) {
  for (const auto& [service, image] : images) {
    if (image.id.empty()) continue;
    Result<ObservedImage> there = co_await edges.engine.inspect_image(image.id);
    if (there) continue;
    if (there.error().kind != ErrorKind::not_found) co_return there.error();
    const std::string name = service;
    Error gone{ErrorKind::invalid, "image " + image.reference + " of service " + name + " (" +
                                       image.id.substr(0, 19) + ") is not on this host any more"};
    if (image.digest.empty()) {
      gone.message += " and was built here: it can't be had again";
      co_return gone;
    }
    auto report = [on_progress, name](const std::string& text) { on_progress(name, text); };
    Result<void> pulled = co_await edges.engine.pull_image(image.digest, {}, report);
    if (pulled) continue;
    gone.message += ", and " + image.digest + " can't be pulled: " + pulled.error().message;
    co_return gone;
  }
  co_return Result<void>();
}

Result<void> count_jobs_as_done(Edges edges, const Deploy& deploy, const std::set<std::string>& jobs) {
  for (const std::string& name : jobs) {
    JobRun run{deploy.stack, deploy.release, name};
    run.state = JobState::succeeded;
    run.changed_at = edges.clock.wall();
    Result<void> stored = edges.store.put_job_run(run);
    if (!stored) return stored;
  }
  return {};
}

}  // namespace stackd::daemon
