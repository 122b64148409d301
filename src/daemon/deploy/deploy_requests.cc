// How a deploy, or a rollback, comes to its turn.
#include <utility>

#include "daemon/deploy/canonical.h"
#include "daemon/deploy/deploy.h"
#include "daemon/deploy/rollback.h"
#include "daemon/deploy/variables_back.h"
#include "daemon/ledger/records.h"

namespace stackd::daemon {
namespace {

constexpr std::size_t id_digits = 12;

// The contents of the secrets that it now has.
Result<MountedFiles> take_current_environment(const Edges& edges, const StackRecord& stack, Deploy& deploy) {
  Result<BoundRelease> now = load_bound(edges.store, stack.name, stack.current_release);
  if (!now) return now.error();
  Result<std::shared_ptr<const Stack>> target = bind_canonical(deploy.canonical, deploy.source);
  if (!target) return target.error();
  Result<std::string> mixed = with_environment_of(deploy.canonical, now->release.canonical);
  if (!mixed) return mixed.error();
  deploy.canonical = *std::move(mixed);
  deploy.fingerprints =
      with_secrets_of({**target, deploy.fingerprints}, {*now->stack, now->release.fingerprints});
  MountedFiles secrets;
  if (edges.kept != nullptr) secrets = kept_secrets(*edges.kept, *now->stack, now->release.number);
  return secrets;
}

}  // namespace

Result<std::string> Deployer::enqueue(const DeployRequest& request) {
  Deploy deploy;
  deploy.stack = request.stack;
  deploy.kind = "deploy";
  deploy.canonical = request.canonical;
  deploy.source = request.source;
  deploy.services = request.services;
  deploy.start = request.start;
  MountedFiles files = request.files;
  const std::vector<std::string> warnings =
      take_over_unreadable(files, edges_.store, request, keeper_.record().current_release);
  // Whatever becomes of the deploy: that is what the host has now.
  keeper_.files().note_host_files(files_by_service(files.fingerprints));
  files = files_of_named(std::move(files), request.canonical, request.services);
  deploy.fingerprints = files.fingerprints;
  Result<std::string> id = accept(std::move(deploy), files);
  if (id) {
    for (const std::string& warning : warnings)
      feeds_.publish(*id, {edges_.clock.wall(), DeployState::queued, {}, "warning: " + warning});
  }
  return id;
}

Result<std::string> Deployer::accept(Deploy deploy, const MountedFiles& files) {
  deploy.id = edges_.random.hex_id(id_digits);
  if (edges_.kept != nullptr) {
    Result<void> kept = edges_.kept->put(deploy.stack, deploy.id, files);
    if (!kept) {
      edges_.kept->remove(deploy.stack, deploy.id);
      return kept.error();
    }
  }
  deploy.former = keeper_.record().current_release;
  deploy.requested_at = edges_.clock.wall();
  Result<void> stored = edges_.store.put_deploy(deploy);
  if (!stored) {  // nobody would ever take them away
    if (edges_.kept != nullptr) edges_.kept->remove(deploy.stack, deploy.id);
    return stored.error();
  }
  feeds_.open(deploy.id);
  if (current_) {
    const std::string before = "waits for deploy " + current_->deploy().id + ", which is " +
                               std::string(to_string(current_->deploy().state)) +
                               "; `stackctl cancel` gives that one up";
    feeds_.publish(deploy.id, {deploy.requested_at, DeployState::queued, {}, before});
  }
  std::string id = deploy.id;
  wait_in_line(std::move(deploy), "deploy " + id + " came while it waited");
  bell_.ring();
  return id;
}

Result<std::string> Deployer::enqueue_rollback(const RollbackRequest& request) {
  const std::string cause = request.user + " rolled it back";
  if (is_paused() && (!request.to || *request.to == current_->deploy().former)) {
    const std::string paused = current_->deploy().id;
    if (request.current_environment)
      return Error{
          ErrorKind::conflict,
          "deploy " + paused +
              " is paused, and what ran before it is put back as it was; --current-env is possible after "
              "`stackctl cancel`, or with --to"};
    Result<void> ordered = current_->order(decide::DeployEvent::roll_back, cause);
    if (!ordered) return ordered.error();
    return paused;
  }
  Result<Deploy> deploy = rollback_of(request);
  if (!deploy) return deploy.error();
  MountedFiles secrets;
  if (request.current_environment) {
    Result<MountedFiles> kept = take_current_environment(edges_, keeper_.record(), *deploy);
    if (!kept) return kept.error();
    secrets = *std::move(kept);
  }
  Result<std::string> id = accept(*std::move(deploy), secrets);
  if (id && request.force) forced_.insert(*id);
  if (id && is_paused()) {  // it is this one's turn then
    Result<void> ordered = current_->order(decide::DeployEvent::roll_back, cause);
    if (!ordered) return ordered.error();
  }
  return id;
}

Result<Deploy> Deployer::rollback_of(const RollbackRequest& request) const {
  const std::int64_t current = keeper_.record().current_release;
  const bool is_overtaken = is_on_its_way() && current_->deploy().release != current && current != 0;
  Result<std::int64_t> target = find_rollback_target(edges_.store, keeper_.record(), request, is_overtaken);
  if (!target) return target.error();
  Result<std::optional<Release>> release = edges_.store.release(keeper_.name(), *target);
  if (!release) return release.error();
  Deploy deploy;
  deploy.stack = keeper_.name();
  deploy.kind = "rollback";
  deploy.copied_from = *target;
  deploy.canonical = (*release)->canonical;
  deploy.source = (*release)->source;
  deploy.source.kind = "rollback";
  deploy.source.set_before.clear();
  deploy.source.user = request.user;
  deploy.fingerprints = (*release)->fingerprints;
  return deploy;
}

}  // namespace stackd::daemon
