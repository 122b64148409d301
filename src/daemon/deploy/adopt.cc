#include "daemon/deploy/adopt.h"

#include "base/check.h"
#include "base/mutation.h"
#include "daemon/deploy/images.h"
#include "daemon/keep/observe.h"
#include "decide/replace/replica.h"

namespace stackd::daemon {

AdoptReport report_of(const Adoption& adoption) {
  AdoptReport report;
  report.kept = adoption.found.kept;
  report.differing = adoption.found.differing;
  report.untold = adoption.found.untold;
  report.orphans = adoption.found.orphans;
  for (const auto& [service, stop] : adoption.found.left_down) report.left_down.push_back(service);
  return report;
}

runtime::Task<Result<Adoption>> look_for_adoption(Edges edges, std::shared_ptr<const Stack> stack) {
  Images none;
  Result<Images> images = co_await look_up_images(edges, stack, none);
  if (!images) co_return images.error();
  Result<Observed> observed = co_await observe(edges.engine, stack);
  if (!observed) co_return observed.error();
  if (observed->containers.empty()) {
    Error nothing{ErrorKind::conflict,
                  "project " + stack->name + " has no containers to adopt; deploy it instead"};
    co_return nothing;
  }
  Adoption adoption;
  adoption.images = std::move(*images);
  decide::Target target;
  target.desired.stack = stack;
  const decide::Wishes wishes;
  const decide::Memory memory;
  const std::set<std::string> busy;
  for (const auto& [name, service] : stack->services) {
    const decide::State state{target, wishes, *observed, memory, busy, edges.clock.now()};
    const ObservedContainer* container = decide::replica_at(state, service, 1);
    if (container == nullptr) continue;
    adoption.images[name].id = container->image_id;
  }
  target.desired.images = adoption.images;
  adoption.found = decide::look_at_found({target, wishes, *observed, memory, busy, edges.clock.now()});
  co_return adoption;
}

Result<Deploy> record_adoption(Edges edges, const DeployRequest& request, const Adoption& adoption) {
  constexpr std::size_t id_digits = 12;
  Deploy deploy;
  deploy.id = edges.random.hex_id(id_digits);
  deploy.stack = request.stack;
  deploy.kind = "adopt";
  deploy.state = DeployState::failed;
  deploy.cause = "stackd ended while it took the project over";
  deploy.canonical = request.canonical;
  deploy.source = request.source;
  deploy.requested_at = edges.clock.wall();
  deploy.ended_at = deploy.requested_at;
  Result<void> stored = edges.store.put_deploy(deploy);
  if (!stored) return stored.error();
  Release release;
  release.stack = request.stack;
  release.canonical = request.canonical;
  release.images = adoption.images;
  release.source = request.source;
  release.source.kind = "adopt";
  release.created_at = deploy.requested_at;
  release.fingerprints = request.files.fingerprints;
  for (const auto& [service, containers] : adoption.found.as_found) {
    for (const std::string& id : containers) note_as_found(release, service, id);
  }
  Result<std::int64_t> number = edges.store.add_release(std::move(release), deploy.id);
  if (!number) return number.error();
  deploy.release = *number;
  if (edges.kept != nullptr) {
    Result<void> kept = edges.kept->put(request.stack, KeptFiles::key_of(*number), request.files);
    if (!kept) return kept.error();
  }
  for (auto [service, run] : adoption.found.jobs) {
    run.stack = request.stack;
    run.release = *number;
    Result<void> kept = edges.store.put_job_run(run);
    if (!kept) return kept.error();
  }
  return deploy;
}

namespace {

const Service* find_service(const std::vector<std::shared_ptr<const Stack>>& stacks,
                            const std::string& name) {
  for (const std::shared_ptr<const Stack>& stack : stacks) {
    const auto found = stack->services.find(name);
    if (found != stack->services.end()) return &found->second;
  }
  return nullptr;
}

}  // namespace

runtime::Task<Result<void>> restore_policies(Edges edges, std::vector<std::shared_ptr<const Stack>> stacks) {
  STACKD_CHECK(!stacks.empty());
  const std::string name = stacks.front()->name;
  Result<std::vector<engine::ContainerSummary>> listed = co_await edges.engine.list_containers(name);
  if (!listed) co_return listed.error();
  for (const engine::ContainerSummary& summary : *listed) {
    const Service* service = find_service(stacks, summary.service);
    if (service == nullptr) continue;
    Result<ObservedContainer> container = co_await edges.engine.inspect_container(summary.id);
    if (!container && container.error().kind != ErrorKind::not_found) co_return container.error();
    if (!container || container->oneoff) continue;  // a hook that failed is not to run after a reboot
    std::string policy = service->engine_restart;
    if (policy.empty() || mutated("what-is-handed-back-starts-no-more")) policy = "no";
    Result<void> set = co_await edges.engine.set_restart_policy(summary.id, policy);
    if (!set && set.error().kind != ErrorKind::not_found) {
      co_return set.error().while_doing("set the restart policy of " + summary.name);
    }
  }
  co_return Result<void>();
}

}  // namespace stackd::daemon
