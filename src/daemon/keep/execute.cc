#include "daemon/keep/execute.h"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "base/log.h"
#include "daemon/keep/collision.h"
#include "daemon/keep/hooks.h"
#include "daemon/keep/pre_start.h"
#include "daemon/keep/reload.h"
#include "daemon/ledger/host_files.h"
#include "daemon/logs/keep_log.h"
#include "decide/keep/inherit.h"
#include "decide/picture/made_with.h"
#include "decide/replace/compare.h"
#include "engine/content_files.h"
#include "model/fingerprint.h"
#include "model/identity.h"

namespace stackd::daemon {
namespace {

constexpr Duration stop_grace_default = std::chrono::seconds(10);
constexpr Duration hooks_max = std::chrono::minutes(10);

using Containers = std::map<std::string, std::string>;

runtime::Task<Result<std::string>> image_to_name(Edges edges, ImageRecord image) {
  Result<ObservedImage> local = co_await edges.engine.inspect_image(image.reference);
  if (local && (image.id.empty() || local->id == image.id)) co_return image.reference;
  if (!local && local.error().kind != ErrorKind::not_found) co_return local.error();
  if (image.id.empty()) co_return local.error();
  co_return image.id;
}

// The stack with the copies of a release in the place of the host's files, which are others now. What is not
// kept (too large, or a folder too full) stays the host's.
std::shared_ptr<const Stack> with_kept_files(const KeptFiles& kept, const decide::Desired& desired,
                                             const std::string& name, const std::set<std::string>& data) {
  auto stack = std::make_shared<Stack>(*desired.stack);
  const std::string key = KeptFiles::key_of(decide::copies_of(desired, name));
  Service& service = stack->services.at(name);
  for (Mount& mount : service.mounts) {
    if (mount.type != MountType::bind || data.count(mount.source) > 0) continue;
    const std::string copy = kept.path_of(stack->name, key, mount.source);
    if (!copy.empty()) mount.source = copy;
  }
  for (auto* definitions : {&stack->secrets, &stack->configs}) {
    for (auto& [source, definition] : *definitions) {
      if (definition.file.empty()) continue;
      const std::string copy = kept.path_of(stack->name, key, definition.file);
      if (!copy.empty()) definition.file = copy;
    }
  }
  return stack;
}

runtime::Task<Result<std::string>> create(Edges edges, decide::Desired desired, Containers containers,
                                          CreateContainer action, Copies copies) {
  const Service& service = desired.stack->services.at(action.service);
  ImageRecord image;
  auto recorded = desired.images.find(action.service);
  if (recorded != desired.images.end()) image = recorded->second;
  if (image.reference.empty()) image.reference = service.image;
  Result<std::string> name = co_await image_to_name(edges, image);
  if (!name) co_return name.error().while_doing("image of " + action.service);
  engine::ContainerSpec spec;
  spec.stack = desired.stack;
  if (copies.needed) spec.stack = with_kept_files(*edges.kept, desired, action.service, copies.data);
  spec.service = action.service;
  spec.name = action.name;
  spec.final_name = action.final_name;
  spec.number = action.number;
  spec.release = action.release;
  spec.role = is_job(*desired.stack, service) ? "job" : "service";
  spec.image = *name;
  spec.image_id = image.id;
  spec.containers = containers;
  spec.compose_version = action.compose_version;
  if (!action.inherited.empty()) {
    Result<ObservedImage> made_of = co_await edges.engine.inspect_image(*name);
    if (!made_of) co_return made_of.error().while_doing("image of " + action.service);
    spec.inherited = decide::taken_over(service, *made_of, action.inherited);
  }
  spec.replaces = action.replaces;
  auto id_of = [&](std::string_view other) {
    auto found = containers.find(std::string(other));
    return found == containers.end() ? std::string() : found->second;
  };
  spec.config_hash = config_hash(service, id_of, dialect_of(action.compose_version));
  Result<std::string> id = co_await edges.engine.create_container(std::move(spec));
  co_return id;
}

// What the engine answers may be older than what its events have told meanwhile.
Result<bool> is_still_intended(Edges& edges, const JobRun& run) {
  Result<std::vector<JobRun>> recorded = edges.store.job_runs(run.stack, run.release);
  if (!recorded) return recorded.error();
  return std::none_of(recorded->begin(), recorded->end(), [&](const JobRun& one) {
    return one.service == run.service && one.state != JobState::intended;
  });
}

runtime::Task<Result<void>> start(Edges edges, decide::Desired desired, StartContainer action) {
  const Service& service = desired.stack->services.at(action.service);
  if (is_job(*desired.stack, service)) {  // the intent is on disk before the job can run
    JobRun run{desired.stack->name, desired.release, action.service, action.container_id};
    run.state = JobState::intended;
    run.changed_at = edges.clock.wall();
    Result<void> stored = edges.store.put_job_run(run);
    if (!stored) co_return stored.error().while_doing("store the intent to run " + action.service);
    // An order that a stackd before this one gave may have come into effect only now: then it is not given
    // twice.
    Result<ObservedContainer> container = co_await edges.engine.inspect_container(action.container_id);
    if (!container) co_return container.error();
    Result<bool> intended = is_still_intended(edges, run);
    if (!intended) co_return intended.error();
    if (!*intended || decide::runs(*container) || container->started_at != action.last_run) {
      Error ran{ErrorKind::conflict, "it was started meanwhile"};
      co_return ran;
    }
  }
  Result<std::vector<engine::ContainerFile>> files = engine::content_files(*desired.stack, service);
  if (!files) co_return files.error();
  for (const engine::ContainerFile& file : *files) {  // as Compose does, just before each start
    Result<void> put = co_await edges.engine.put_file(action.container_id, file);
    if (!put) co_return put.error().while_doing("put " + file.path + " into " + action.service);
  }
  Result<void> started = co_await edges.engine.start_container(action.container_id);
  co_return started;
}

runtime::Task<Result<void>> join_network(Edges edges, decide::Desired desired, JoinNetwork action) {
  Result<ObservedContainer> container = co_await edges.engine.inspect_container(action.container_id);
  if (!container) co_return container.error();
  const Service& service = desired.stack->services.at(action.service);
  const std::string name =
      container_name(desired.stack->name, service.name, service.container_name, container->number);
  co_return co_await edges.engine.connect_network(desired.stack, action.network, action.container_id,
                                                  action.service, name);
}

std::optional<Duration> grace_of(const decide::Desired& desired, const std::string& service) {
  auto found = desired.stack->services.find(service);
  if (found == desired.stack->services.end()) return std::nullopt;
  return found->second.stop_grace_period;
}

runtime::Task<Result<void>> after_start(Edges edges, decide::Desired desired, StartContainer action) {
  std::vector<Hook> hooks = desired.stack->services.at(action.service).post_start;
  if (hooks.empty()) co_return Result<void>();
  const Time until = edges.clock.now() + hooks_max;
  co_return co_await run_hooks(edges, action.container_id, hooks, "post_start of " + action.service, until);
}

// A hook that fails is no reason to keep running what is to be stopped.
runtime::Task<void> before_stop(Edges edges, decide::Desired desired, StopContainer action) {
  auto service = desired.stack->services.find(action.service);
  if (service == desired.stack->services.end() || service->second.pre_stop.empty()) co_return;
  std::vector<Hook> hooks = service->second.pre_stop;
  const Time until = edges.clock.now() + service->second.stop_grace_period.value_or(stop_grace_default);
  Result<void> ran =
      co_await run_hooks(edges, action.container_id, hooks, "pre_stop of " + action.service, until);
  const bool gone =
      !ran && (ran.error().kind == ErrorKind::not_found || ran.error().kind == ErrorKind::conflict);
  if (!ran && !gone)
    log(LogLevel::warning, LogSubject{desired.stack->name, action.service}, ran.error().message);
}

// One action, with what it needs; lives in the frame of `execute`.
class Execution {
 public:
  Execution(Edges edges, Assignment assignment)
      : edges_(std::move(edges)),
        desired_(std::move(assignment.desired)),
        release_there_(assignment.release_there),
        containers_(std::move(assignment.containers)),
        turn_(std::move(assignment.turn)),
        copies_(std::move(assignment.copies)) {}

  runtime::Task<Done> carry_out(CreateNetwork action) {
    Result<std::string> id = co_await edges_.engine.create_network(desired_.stack, action.network);
    Done done;
    done.resources = true;
    if (!id) {
      Error refusal = co_await with_holder(edges_, desired_.stack, std::string(), action.network, id.error());
      done.outcome = refusal.while_doing("create network " + action.network);
    }
    co_return done;
  }

  runtime::Task<Done> carry_out(RemoveNetwork action) {
    Done done;
    done.resources = true;
    done.outcome = co_await edges_.engine.remove_network(action.network_id);
    co_return done;
  }

  runtime::Task<Done> carry_out(CreateVolume action) {
    Done done;
    done.resources = true;
    done.outcome = co_await edges_.engine.create_volume(desired_.stack, action.volume);
    co_return done;
  }

  runtime::Task<Done> carry_out(RemoveVolume action) {
    Done done;
    done.resources = true;
    done.outcome = co_await edges_.engine.remove_volume(action.name);
    co_return done;
  }

  runtime::Task<Done> carry_out(CreateContainer action) {
    Done done;
    done.kept_files = copies_.needed;
    Result<std::string> id = co_await create(edges_, desired_, containers_, action, copies_);
    if (id) done.container_id = *id;
    if (!id) {
      Error refusal = co_await with_holder(edges_, desired_.stack, action.service, std::string(), id.error());
      done.outcome = refusal.while_doing("create " + action.name);
    }
    co_return done;
  }

  runtime::Task<Done> carry_out(StartContainer action) {
    Done done = on(action.container_id);
    if (action.reads_host_files)
      done.kept_files = (co_await look_for_copies(edges_, desired_, action.service)).needed;
    if (done.kept_files) {  // it would find what nobody has deployed
      done.host_files = co_await look_at_host_files(edges_, desired_);
      done.outcome =
          Error{ErrorKind::conflict,
                "start " + action.service + ": the host's files are not those of the release any more"};
      co_return done;
    }
    Result<void> started = co_await run_pre_start(edges_, desired_, containers_, action);
    if (started) started = co_await start(edges_, desired_, action);
    turn_.give_back();  // hooks may take minutes
    if (!started) {
      Error refusal =
          co_await with_holder(edges_, desired_.stack, action.service, std::string(), started.error());
      done.outcome = refusal.while_doing("start " + action.service);
      co_return done;
    }
    done.outcome = co_await after_start(edges_, desired_, action);
    done.hook_failed = !done.outcome.ok();
    co_return done;
  }

  runtime::Task<Done> carry_out(StopContainer action) {
    Done done = on(action.container_id);
    co_await before_stop(edges_, desired_, action);
    done.outcome =
        co_await edges_.engine.stop_container(action.container_id, grace_of(desired_, action.service));
    co_return done;
  }

  runtime::Task<Done> carry_out(RemoveContainer action) {
    Done done = on(action.container_id);
    co_await keep_log(edges_, desired_.stack, release_there_, action.container_id);
    done.outcome =
        co_await edges_.engine.remove_container(action.container_id, false, action.with_anonymous_volumes);
    co_return done;
  }

  runtime::Task<Done> carry_out(RenameContainer action) {
    Done done = on(action.container_id);
    done.outcome = co_await edges_.engine.rename_container(action.container_id, action.name);
    co_return done;
  }

  runtime::Task<Done> carry_out(SetRestartPolicy action) {
    Done done = on(action.container_id);
    done.outcome = co_await edges_.engine.set_restart_policy(action.container_id, action.policy);
    co_return done;
  }

  runtime::Task<Done> carry_out(JoinNetwork action) {
    Done done = on(action.container_id);
    done.outcome = co_await join_network(edges_, desired_, action);
    co_return done;
  }

  runtime::Task<Done> carry_out(LeaveNetwork action) {
    Done done = on(action.container_id);
    const std::string left = desired_.stack->networks.at(action.network).name;
    done.outcome = co_await edges_.engine.disconnect_network(left, action.container_id, false);
    co_return done;
  }

  runtime::Task<Done> carry_out(ReloadContainer action) {
    Done done = on(action.container_id);
    done.kept_files = (co_await look_for_copies(edges_, desired_, action.service)).needed;
    if (done.kept_files) {  // it would read what nobody has deployed
      done.host_files = co_await look_at_host_files(edges_, desired_);
      co_return done;
    }
    Reloaded reloaded = co_await reload(edges_, desired_.stack, action);
    done.refusal = std::move(reloaded.refusal);
    done.in_doubt = reloaded.in_doubt;
    if (!reloaded.outcome) done.outcome = reloaded.outcome.error().while_doing("reload " + action.service);
    co_return done;
  }

  // Not for here (probe.h).
  runtime::Task<Done> carry_out(ProbeContainer) { co_return Done{}; }

 private:
  static Done on(const std::string& container_id) {
    Done done;
    done.container_id = container_id;
    return done;
  }

  Edges edges_;
  decide::Desired desired_;
  std::int64_t release_there_;
  Containers containers_;
  Turns::Turn turn_;
  Copies copies_;
};

}  // namespace

runtime::Task<Done> execute(Edges edges, Assignment assignment) {
  Action action = std::move(assignment.action);
  Execution execution(edges, std::move(assignment));
  runtime::Task<Done> work =
      std::visit([&](auto& one) { return execution.carry_out(std::move(one)); }, action);
  co_return co_await std::move(work);
}

}  // namespace stackd::daemon
