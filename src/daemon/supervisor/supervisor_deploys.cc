// How deploys come to the stack that they concern.
#include <algorithm>
#include <functional>

#include "base/log.h"
#include "base/text.h"
#include "daemon/deploy/canonical.h"
#include "daemon/deploy/images.h"
#include "daemon/deploy/plan_deploy.h"
#include "daemon/deploy/preflight.h"
#include "daemon/keep/look_inside.h"
#include "daemon/keep/observe.h"
#include "daemon/ledger/host_files.h"
#include "daemon/ledger/records.h"
#include "daemon/logs/kept_logs.h"
#include "daemon/supervisor/stack_file.h"
#include "daemon/supervisor/supervisor.h"
#include "runtime/aside.h"

namespace stackd::daemon {
namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool has_same_services(const Stack& one, const Stack& other) {
  return std::equal(one.services.begin(), one.services.end(), other.services.begin(), other.services.end(),
                    [](const auto& a, const auto& b) { return a.first == b.first; });
}

// `moved_from`: "" when it is still there.
Error is_kept_as(const std::string& name, const std::string& moved_from, const DeployRequest& request) {
  const bool moved = !moved_from.empty();
  std::string message = "this folder is kept as stack " + name;
  if (moved)
    message = "stack " + name + " is kept from " + moved_from + ", which is gone, and its services are here";
  message += "; as " + request.stack + " they would be a second stack beside " + name +
             ", with networks and volumes of their own\n  to go on with " + name +
             ": give it its name back, or `stackctl -p " + name + " deploy" + (moved ? " --moved" : "") +
             "`\n  to rename it: `stackctl -p " + name + " down`, then `stackctl -p " + name +
             " forget`, then deploy; its volumes keep their names, so the file has to name them"
             "\n  to have both: --second-stack";
  return Error{ErrorKind::conflict, message};
}

constexpr Duration stack_file_patience = std::chrono::seconds(5);

// It may outlive whoever asks: it has everything by value.
std::function<Result<DeployRequest>()> reading_file(const compose::Files* given, std::string path,
                                                    std::map<std::string, std::string> environment) {
  return [given, path = std::move(path), environment = std::move(environment)] {
    const compose::RealFiles own;
    return read_stack_file(given == nullptr ? own : *given, path, environment);
  };
}

}  // namespace

Awaitable<Result<void>> Supervisor::keep_file(std::string path,
                                              std::map<std::string, std::string> environment) {
  std::function<Result<DeployRequest>()> work = reading_file(edges_.files, path, std::move(environment));
  std::optional<Result<DeployRequest>> read = co_await runtime::run_aside<Result<DeployRequest>>(
      edges_.aside, std::move(work), edges_.clock.now() + stack_file_patience);
  if (!read) {
    Error hangs{ErrorKind::timeout,
                path + " does not answer; once it does, a reload of stackd reads it again"};
    co_return hangs;
  }
  Result<DeployRequest> request = *std::move(read);
  if (!request) co_return request.error();
  if (keeps(request->stack)) {
    log(LogLevel::info, LogSubject{request->stack},
        "has a release already; " + path + " is read at the next deploy");
    co_return Result<void>();
  }
  Result<std::string> deploy_id = co_await deploy(*request);
  if (!deploy_id) co_return deploy_id.error();
  co_return Result<void>();
}

Result<void> Supervisor::check_folder(const DeployRequest& request, const Stack& stack) const {
  if (request.second_stack || request.source.working_dir.empty()) return {};
  for (const auto& [name, kept] : kept_) {
    const StackKeeper& keeper = *kept.keeper;
    const std::string& folder = keeper.record().working_dir;
    if (folder == request.source.working_dir || contains(request.kept_here, name))
      return is_kept_as(name, {}, request);
    // Its folder is gone, and here are its services: it was renamed, or moved.
    const bool is_gone = contains(request.kept_gone, name) && keeper.has_release();
    if (is_gone && has_same_services(stack, *keeper.state().desired.stack))
      return is_kept_as(name, folder, request);
  }
  return {};
}

Result<void> Supervisor::check_origin(const DeployRequest& request, const Stack& stack) const {
  auto found = kept_.find(request.stack);
  if (found == kept_.end()) return check_folder(request, stack);
  const StackRecord& record = found->second.keeper->record();
  if (!record.hold_reason.empty()) {
    return Error{ErrorKind::conflict, "stack " + request.stack + " is held: " + record.hold_reason};
  }
  if (record.current_release == 0) return {};
  if (record.working_dir != request.source.working_dir && !request.moved) {
    return Error{ErrorKind::conflict,
                 "stack " + request.stack + " is kept from " + record.working_dir + ", not from " +
                     request.source.working_dir +
                     "; say --moved if the folder moved, or choose another name with -p"};
  }
  if (record.config_files != request.source.config_files && !request.replace_files && !request.moved) {
    return Error{ErrorKind::conflict, "stack " + request.stack + " is kept from " +
                                          join(record.config_files, ", ") + ", not from " +
                                          join(request.source.config_files, ", ") +
                                          "; say --replace-files to change that"};
  }
  return {};
}

Result<Supervisor::Kept*> Supervisor::find_or_add(const std::string& stack) {
  auto found = kept_.find(stack);
  if (found != kept_.end()) return &found->second;
  StackRecord record;
  record.name = stack;
  Result<void> stored = edges_.store.put_stack(record);
  if (!stored) return stored.error();
  // Of a stack of that name that was forgotten by a stackd that was killed meanwhile; its releases had the
  // same numbers.
  if (edges_.logs != nullptr) edges_.logs->remove(stack);
  return &add(std::move(record), {});
}

Awaitable<Result<std::string>> Supervisor::deploy(DeployRequest request) {
  if (Result<void> record = check_store(); !record) co_return record.error();
  Result<std::shared_ptr<const Stack>> stack = bind_canonical(request.canonical, request.source);
  if (!stack) co_return stack.error();
  MountedFiles files = co_await read_unreadable(edges_, *stack, std::move(request.files));
  request.files = std::move(files);
  if (Result<void> passage = check_passage(request.stack); !passage) co_return passage.error();
  if ((*stack)->name != request.stack) {
    Error other{ErrorKind::invalid,
                "the configuration is of stack " + (*stack)->name + ", not of " + request.stack};
    co_return other;
  }
  Result<void> origin = check_origin(request, **stack);
  if (!origin) co_return origin.error();
  for (const std::string& service : request.services) {
    if ((*stack)->services.count(service) > 0) continue;
    Error unknown{ErrorKind::invalid, "no such service: " + service};
    co_return unknown;
  }
  Result<Kept*> kept = find_or_add(request.stack);
  if (!kept) co_return kept.error();
  StackKeeper& keeper = *(*kept)->keeper;
  if (!request.start && keeper.has_release() && keeper.record().wish == StackWish::running) {
    Error runs{
        ErrorKind::conflict,
        "stack " + request.stack + " runs: --no-start is for one that does not; `stackctl stop` it first"};
    co_return runs;
  }
  if (keeper.record().current_release == 0) {  // else they change with the release
    Result<void> noted = keeper.orders().note_origin(request.source);
    if (!noted) co_return noted.error();
  }
  co_return (*kept)->deployer->enqueue(request);
}

Awaitable<Result<std::string>> Supervisor::rollback(RollbackRequest request) {
  if (Result<void> record = check_store(); !record) co_return record.error();
  Result<Kept*> kept = find_to_order(request.stack);
  if (!kept) co_return kept.error();
  Result<std::string> id = (*kept)->deployer->enqueue_rollback(request);
  if (id)
    note_request(request.stack, request.user,
                 "rollback" + (request.to ? " to release " + std::to_string(*request.to) : std::string()));
  co_return id;
}

Awaitable<Result<void>> Supervisor::resume(std::string stack, std::string user) {
  if (Result<void> record = check_store(); !record) co_return record.error();
  Result<Kept*> kept = find_to_order(stack);
  if (!kept) co_return kept.error();
  Result<void> done = (*kept)->deployer->resume();
  if (done) note_request(stack, user, "resume");
  co_return done;
}

Awaitable<Result<void>> Supervisor::cancel(std::string stack, std::string user) {
  if (Result<void> record = check_store(); !record) co_return record.error();
  Result<Kept*> kept = find_to_order(stack);
  if (!kept) co_return kept.error();
  const std::string cause = "cancelled" + (user.empty() ? std::string() : " by " + user);
  Result<void> done = (*kept)->deployer->cancel(cause);
  if (done) note_request(stack, user, "cancel");
  co_return done;
}

Awaitable<Result<PlanReport>> Supervisor::plan(DeployRequest request) {
  if (Result<void> record = check_store(); !record) co_return record.error();
  Images rest;
  auto found = kept_.find(request.stack);
  const std::int64_t current = found == kept_.end() ? 0 : found->second.keeper->record().current_release;
  if (!request.files.unreadable.empty()) {
    Result<std::shared_ptr<const Stack>> asked = bind_canonical(request.canonical, request.source);
    if (asked) {
      MountedFiles files = co_await read_unreadable(edges_, *asked, std::move(request.files));
      request.files = std::move(files);
    }
  }
  const std::vector<std::string> unreadable =
      take_over_unreadable(request.files, edges_.store, request, current);
  if (!request.services.empty()) {
    Deploy wanted;
    wanted.stack = request.stack;
    wanted.canonical = request.canonical;
    wanted.source = request.source;
    wanted.services = request.services;
    wanted.fingerprints = request.files.fingerprints;
    Result<Completed> whole = with_rest_of_release(edges_.store, wanted, current);
    if (!whole) co_return whole.error();
    request.canonical = whole->canonical;
    request.files.fingerprints = whole->fingerprints;
    rest = whole->images;
  }
  Result<std::shared_ptr<const Stack>> stack = bind_canonical(request.canonical, request.source);
  if (!stack) co_return stack.error();
  Result<void> origin = check_origin(request, **stack);
  if (!origin) co_return origin.error();
  if (link_ != EngineLink::connected) co_return engine_is_away();
  Result<std::map<std::string, ImageRecord>> images = co_await look_up_images(edges_, *stack, rest);
  if (!images) co_return images.error();
  Result<Observed> observed = co_await observe(edges_.engine, *stack);
  if (!observed) co_return observed.error();
  PreflightRequest ahead{request.stack, *stack, *images, request.files.fingerprints, 0};
  Result<decide::Preflight> met = co_await look_ahead(edges_, std::move(ahead));
  if (!met) co_return met.error();
  PlanInput input{request.stack,     request.canonical, *stack,
                  *images,           *observed,         request.files.fingerprints,
                  request.source.set};
  input.scope = {request.start, request.services};
  input.lost_mounts = co_await find_lost_mounts(edges_, *stack, input.observed);
  found = kept_.find(request.stack);
  const StackKeeper* keeper = found == kept_.end() ? nullptr : found->second.keeper.get();
  Result<PlanReport> report = plan_deploy(edges_, keeper, std::move(input));
  if (!report) co_return report;
  report->warnings.insert(report->warnings.end(), unreadable.begin(), unreadable.end());
  report->warnings.insert(report->warnings.end(), met->warnings.begin(), met->warnings.end());
  if (report->differs) report->obstacles = std::move(met->obstacles);
  co_return report;
}

Awaitable<Result<Deploy>> Supervisor::deploy_status(std::string deploy_id) {
  Result<std::optional<Deploy>> deploy = edges_.store.deploy(deploy_id);
  if (!deploy) co_return deploy.error();
  if (!*deploy) {
    Error none{ErrorKind::not_found, "there is no deploy " + deploy_id};
    co_return none;
  }
  Deploy found = std::move(**deploy);
  found.canonical.clear();
  co_return found;
}

Awaitable<OpenedStream<DeployProgress>> Supervisor::follow_deploy(std::string deploy_id) {
  Result<std::optional<Deploy>> deploy = edges_.store.deploy(deploy_id);
  if (!deploy) co_return deploy.error();
  if (!*deploy) {
    Error none{ErrorKind::not_found, "there is no deploy " + deploy_id};
    co_return none;
  }
  Result<Kept*> kept = find((*deploy)->stack);
  if (!kept) co_return kept.error();
  co_return (*kept)->deployer->follow(deploy_id);
}

}  // namespace stackd::daemon
