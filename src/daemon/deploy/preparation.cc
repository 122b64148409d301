#include "daemon/deploy/preparation.h"

#include "base/text.h"
#include "daemon/deploy/canonical.h"
#include "daemon/deploy/images.h"
#include "daemon/deploy/keep_release.h"
#include "daemon/deploy/plan_deploy.h"
#include "daemon/deploy/preflight.h"
#include "daemon/deploy/rollback.h"
#include "daemon/deploy/variables_back.h"
#include "daemon/keep/observe.h"
#include "daemon/ledger/host_files.h"
#include "daemon/ledger/records.h"
#include "decide/deploy/difference.h"
#include "decide/replace/replica.h"
#include "runtime/deadline.h"

namespace stackd::daemon {
namespace {

constexpr Duration engine_patience = std::chrono::minutes(10);
using ImagesFound = Result<std::map<std::string, ImageRecord>>;

bool is_away(const Error& error) {
  return error.kind == ErrorKind::unavailable;
}

// By name, never by value: a log may be read by more people than the file.
void tell_what_changes_back(Course& course, const Stack& stack) {
  Result<BoundRelease> now =
      load_bound(course.edges.store, course.keeper.name(), course.keeper.record().current_release);
  if (!now) return;
  const ChangesBack changes =
      changes_back({*now->stack, now->release.fingerprints}, {stack, course.deploy.fingerprints});
  for (const auto& [service, variables] : changes.variables)
    course.say(service, "variables that change back: " + join(variables, ", "));
  if (!changes.secrets.empty()) course.say({}, "secrets that change back: " + join(changes.secrets, ", "));
  // What the next deploy takes over, also where the containers keep today's environment.
  const std::map<std::string, std::string>& today = now->release.source.set;
  const std::map<std::string, std::string>& then = course.deploy.source.set;
  const std::vector<std::string> names = differing({today.begin(), today.end()}, {then.begin(), then.end()});
  if (!names.empty())
    course.say(
        {}, "set again as they were, for the next deploy: " + join(names, ", ") + "; --set says otherwise");
}

}  // namespace

// What of it is recorded may be completed once more: a stackd that was killed begins again.
Result<void> Preparation::complete_request() {
  rest_.clear();
  Deploy& deploy = course_.deploy;
  if (is_rollback()) {
    Result<std::optional<Release>> release = course_.edges.store.release(deploy.stack, deploy.copied_from);
    if (!release) return release.error();
    if (!*release)
      return Error{ErrorKind::not_found, "release " + std::to_string(deploy.copied_from) + " is gone"};
    if (is_forced_) return {};
    // What was on its way when it was asked for may have run one since.
    return check_reversible(course_.edges.store, deploy.stack, deploy.copied_from);
  }
  Result<void> same_set = check_set();
  if (!same_set || deploy.services.empty()) return same_set;
  Result<Completed> whole =
      with_rest_of_release(course_.edges.store, deploy, course_.keeper.record().current_release);
  if (!whole) return whole.error();
  deploy.canonical = whole->canonical;
  deploy.fingerprints = whole->fingerprints;
  rest_ = whole->images;
  return {};
}

// Its configuration has in it what `--set` gave before it was asked for. What was on its way then may have
// failed since, or others set something.
Result<void> Preparation::check_set() const {
  const std::int64_t number = course_.keeper.record().current_release;
  const std::string& before = course_.deploy.source.set_before;
  if (before.empty() || number == 0) return {};
  Result<std::optional<Release>> release = course_.edges.store.release(course_.keeper.name(), number);
  if (!release || !*release || set_fingerprint((*release)->source.set) == before) return {};
  return Error{
      ErrorKind::conflict,
      "while it waited it became another thing what earlier deploys gave by --set: deploy again, so that "
      "release " +
          std::to_string(number) + " is what it starts from"};
}

runtime::Task<Outcome> Preparation::resolve() {
  emptied_.clear();
  Result<void> whole = complete_request();
  if (!whole) co_return failed(whole.error().message);
  Result<std::shared_ptr<const Stack>> stack =
      bind_canonical(course_.deploy.canonical, course_.deploy.source);
  if (!stack) co_return failed(stack.error().message);
  stack_ = *stack;
  Result<decide::Preflight> found = co_await look_around();
  if (!found) co_return failed(found.error().message);
  obstacles_ = decide::obstacles_text(found->obstacles);
  const bool is_needed = looked_different_ || is_rollback();
  if (!obstacles_.empty() && is_needed) co_return failed(obstacles_);  // not even a pull
  co_return outcome(decide::DeployEvent::bound);
}

runtime::Task<Result<decide::Preflight>> Preparation::look_around() {
  const Time until = course_.now() + engine_patience;
  while (true) {
    Result<decide::Preflight> found = co_await look_once();
    const bool waits = !found && is_away(found.error()) && course_.now() < until && !course_.is_given_up();
    if (!waits) {
      if (found) {
        for (const std::string& warning : found->warnings) course_.say({}, "warning: " + warning);
      }
      co_return found;
    }
    course_.say({}, "waiting for the engine: " + found.error().message);
    co_await runtime::sleep_for(course_.edges.clock, std::chrono::seconds(1));
  }
}

runtime::Task<Result<decide::Preflight>> Preparation::look_once() {
  PreflightRequest request;
  request.stack_name = course_.deploy.stack;
  request.stack = stack_;
  request.fingerprints = course_.deploy.fingerprints;
  request.copied_from = course_.deploy.copied_from;
  Result<std::map<std::string, ImageRecord>> images = co_await look_up_images(course_.edges, stack_, rest_);
  if (!images) co_return images.error();
  looked_different_ = differs(*images);
  request.images = std::move(*images);
  Result<decide::Preflight> found = co_await look_ahead(course_.edges, std::move(request));
  co_return found;
}

runtime::Task<ImagesFound> Preparation::find_images() {
  auto report = [this](const std::string& service, const std::string& text) { course_.say(service, text); };
  if (course_.keeper.has_release())
    co_await name_again(course_.edges, stack_, course_.keeper.state().desired.images, report);
  const Time until = course_.now() + engine_patience;
  std::optional<ImagesFound> images = co_await runtime::unless(
      course_.until_given_up(), resolve_images(course_.edges, stack_, rest_, report));
  while (images && !*images && is_away(images->error()) && course_.now() < until) {
    course_.say({}, "waiting for the engine: " + images->error().message);
    co_await runtime::sleep_for(course_.edges.clock, std::chrono::seconds(1));
    images = co_await runtime::unless(course_.until_given_up(),
                                      resolve_images(course_.edges, stack_, rest_, report));
  }
  if (!images) images = ImagesFound(Error{ErrorKind::conflict, "it was given up"});
  co_return *std::move(images);
}

runtime::Task<ImagesFound> Preparation::bring_images_back() {
  Result<std::optional<Release>> release =
      course_.edges.store.release(course_.deploy.stack, course_.deploy.copied_from);
  if (!release) co_return release.error();
  if (!*release) {
    Error gone{ErrorKind::not_found, "release " + std::to_string(course_.deploy.copied_from) + " is gone"};
    co_return gone;
  }
  auto report = [this](const std::string& service, const std::string& text) { course_.say(service, text); };
  const std::map<std::string, ImageRecord> images = (*release)->images;
  std::optional<Result<void>> there =
      co_await runtime::unless(course_.until_given_up(), bring_back_images(course_.edges, images, report));
  if (there && !*there) co_return there->error();
  co_return images;
}

runtime::Task<Outcome> Preparation::fetch() {
  std::optional<ImagesFound> images;
  if (is_rollback()) {
    images = co_await bring_images_back();
  } else {
    images = co_await find_images();
  }
  if (!*images) co_return failed(images->error().message);
  if (course_.is_given_up()) co_return failed("it was given up");
  Result<void> looked = co_await look_for_emptied_volumes();
  if (!looked) co_return failed(looked.error().message);
  for (const std::string& volume : emptied_) course_.say({}, decide::emptied_volume_text(volume));
  co_await course_.keeper.files().look_for_lost_mounts();
  if (course_.is_given_up()) co_return failed("it was given up");
  if (!differs(**images)) co_return leave_unchanged();
  if (!obstacles_.empty()) co_return failed(obstacles_);
  if (is_rollback()) {
    decide::Desired next;
    next.stack = stack_;
    next.fingerprints = std::make_shared<const Fingerprints>(course_.deploy.fingerprints);
    std::map<std::string, std::string> host_files =
        co_await look_at_host_files(course_.edges, std::move(next));
    if (course_.is_given_up()) co_return failed("it was given up");
    course_.keeper.files().note_host_files(host_files);
    tell_what_changes_back(course_, *stack_);
  }
  note_plan(**images);
  co_return record_release(**images);
}

// A volume that is made anew has nothing in it of what the current release's jobs did.
runtime::Task<Result<void>> Preparation::look_for_emptied_volumes() {
  if (!course_.keeper.has_release()) co_return Result<void>();
  std::shared_ptr<const Stack> current = course_.keeper.state().desired.stack;
  Observed there;
  Result<void> observed = co_await observe_resources(course_.edges.engine, current, there);
  if (observed) emptied_ = course_.keeper.rollout().emptied_volumes(there);
  course_.fills_volumes = !emptied_.empty();
  looked_at_volumes_ = observed.ok();
  co_return observed;
}

bool Preparation::differs(const std::map<std::string, ImageRecord>& images) const {
  const std::int64_t number = course_.keeper.record().current_release;
  if (number == 0 || !course_.keeper.has_release()) return true;
  Result<std::optional<Release>> release = course_.edges.store.release(course_.keeper.name(), number);
  if (!release || !*release) return true;
  const Deploy& deploy = course_.deploy;
  return decide::differs(**release,
                         {deploy.canonical, images, deploy.source.set, deploy.fingerprints, emptied_}) ||
         !decide::services_in_doubt(course_.keeper.state()).empty();
}

Outcome Preparation::leave_unchanged() {
  course_.deploy.release = course_.keeper.record().current_release;
  Result<void> started = course_.keeper.orders().keep_deployed(course_.scope());
  return started ? outcome(decide::DeployEvent::unchanged) : failed(started.error().message);
}

// What it will do, as far as can be told now; goes into the record with the release.
void Preparation::note_plan(const std::map<std::string, ImageRecord>& images) {
  Deploy& deploy = course_.deploy;
  PlanInput input{deploy.stack, deploy.canonical, stack_, images, {}, deploy.fingerprints, deploy.source.set};
  input.scope = course_.scope();
  input.jobs_are_done = is_rollback() && !course_.fills_volumes;
  const StackKeeper* keeper = course_.keeper.has_release() ? &course_.keeper : nullptr;
  if (keeper != nullptr) {
    input.observed = keeper->state().observed;
    input.lost_mounts = keeper->state().memory.lost_mounts;
  }
  Result<PlanReport> plan = plan_deploy(course_.edges, keeper, std::move(input));
  if (plan) deploy.plan = to_text(*plan);
}

Outcome Preparation::record_release(const std::map<std::string, ImageRecord>& images) {
  const Deploy& deploy = course_.deploy;
  Release release;
  release.stack = deploy.stack;
  release.canonical = deploy.canonical;
  release.images = images;
  release.source = deploy.source;
  release.fingerprints = deploy.fingerprints;
  release.copied_from = deploy.copied_from;
  release.created_at = course_.edges.clock.wall();
  Result<std::int64_t> number = course_.edges.store.add_release(std::move(release), deploy.id);
  if (!number) return failed(number.error().message);
  course_.deploy.release = *number;
  return outcome(decide::DeployEvent::recorded);
}

runtime::Task<Result<void>> Preparation::complete_record() {
  Result<void> kept = keep_contents(course_.edges, course_.deploy);
  if (!kept) co_return kept;
  const Deploy& deploy = course_.deploy;
  Result<std::optional<Release>> release = course_.edges.store.release(deploy.stack, deploy.release);
  if (!release) co_return release.error();
  if (*release) co_await tag_images(course_.edges, deploy.stack, deploy.release, (*release)->images);
  if (!is_rollback() && deploy.services.empty()) co_return Result<void>();  // it runs them all
  if (!looked_at_volumes_) {                                                // a stackd before this one did
    Result<void> looked = co_await look_for_emptied_volumes();
    if (!looked) co_return looked;
  }
  if (course_.fills_volumes) co_return Result<void>();
  Result<std::set<std::string>> done = jobs_that_are_done();
  if (!done) co_return done.error();
  co_return count_jobs_as_done(course_.edges, deploy, *done);
}

// All of them where an earlier release comes back, else what a deploy of named services leaves as it is.
Result<std::set<std::string>> Preparation::jobs_that_are_done() const {
  const Deploy& deploy = course_.deploy;
  Result<std::shared_ptr<const Stack>> stack = bind_canonical(deploy.canonical, deploy.source);
  if (!stack) return stack.error();
  std::set<std::string> done;
  if (is_rollback()) {
    for (const auto& [name, service] : (*stack)->services) {
      if (is_job(**stack, service)) done.insert(name);
    }
  } else if (deploy.former != 0) {
    decide::Learnt before;
    Result<std::vector<JobRun>> runs = course_.edges.store.job_runs(deploy.stack, deploy.former);
    if (!runs) return runs.error();
    for (JobRun& run : *runs) before.jobs[run.service] = std::move(run);
    done = decide::jobs_left_alone(**stack, before, course_.scope());
  }
  return done;
}

}  // namespace stackd::daemon
