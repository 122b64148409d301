// People's orders: start, stop, down, and taking a project over from Docker Compose and giving it back.
#include "base/log.h"
#include "base/text.h"
#include "daemon/deploy/keep_release.h"
#include "daemon/keep/adopt.h"
#include "daemon/ledger/records.h"
#include "daemon/logs/kept_logs.h"
#include "daemon/supervisor/supervisor.h"

namespace stackd::daemon {
namespace {

std::string names_of(const std::vector<std::string>& services) {
  return services.empty() ? std::string("everything") : join(services, ", ");
}

}  // namespace

void Supervisor::note_request(const std::string& stack, const std::string& user, const std::string& text) {
  JournalEntry entry;
  entry.at = edges_.clock.wall();
  entry.stack = stack;
  entry.kind = "request";
  entry.text = (user.empty() ? std::string() : user + ": ") + text;
  Result<void> stored = edges_.store.add_journal(entry);
  if (!stored) log(LogLevel::error, LogSubject{stack}, stored.error().message);
  log(LogLevel::info, LogSubject{stack}, entry.text);
  journal_.publish(std::move(entry));
}

Awaitable<Result<void>> Supervisor::start(ServicesRequest request) {
  Result<Kept*> kept = find(request.stack);
  if (!kept) co_return kept.error();
  Result<void> done = (*kept)->keeper->orders().start_services(request.services);
  if (done) note_request(request.stack, request.user, "start " + names_of(request.services));
  co_return done;
}

/// A deploy on its way must not start again what is ordered to end. True: there is nothing else to end.
Result<bool> Supervisor::ends_with_its_deploy(Kept& kept, const std::string& cause) {
  Result<bool> withdrawn = kept.deployer->withdraw(cause);
  if (!withdrawn) return withdrawn;
  return *withdrawn && !kept.keeper->has_release();
}

Awaitable<Result<void>> Supervisor::stop(ServicesRequest request) {
  Result<Kept*> kept = find(request.stack);
  if (!kept) co_return kept.error();
  Result<bool> that_is_all = false;
  if (request.services.empty()) that_is_all = ends_with_its_deploy(**kept, "the stack was stopped");
  if (!that_is_all) co_return that_is_all.error();
  Result<void> done;
  if (!*that_is_all) done = (*kept)->keeper->orders().stop_services(request.services);
  if (done) note_request(request.stack, request.user, "stop " + names_of(request.services));
  co_return done;
}

Awaitable<Result<void>> Supervisor::restart(ServicesRequest request) {
  Result<Kept*> kept = find(request.stack);
  if (!kept) co_return kept.error();
  Result<void> done = (*kept)->keeper->orders().restart_services(request.services);
  if (done) note_request(request.stack, request.user, "restart " + names_of(request.services));
  co_return done;
}

Awaitable<Result<void>> Supervisor::down(DownRequest request) {
  if (Result<void> record = check_store(); !record) co_return record.error();
  Result<Kept*> kept = find(request.stack);
  if (!kept) co_return kept.error();
  Result<bool> that_is_all = ends_with_its_deploy(**kept, "the stack was taken down");
  if (!that_is_all) co_return that_is_all.error();
  Result<void> done;
  if (!*that_is_all) done = (*kept)->keeper->orders().take_down(request.volumes);
  if (done) note_request(request.stack, request.user, request.volumes ? "down, with volumes" : "down");
  co_return done;
}

// Coming and going.

Awaitable<Result<AdoptReport>> Supervisor::adopt(DeployRequest request) {
  if (Result<void> record = check_store(); !record) co_return record.error();
  if (keeps(request.stack)) {
    Error kept{ErrorKind::conflict, "stack " + request.stack + " is kept already"};
    co_return kept;
  }
  Result<std::shared_ptr<const Stack>> stack = bind_canonical(request.canonical, request.source);
  if (!stack) co_return stack.error();
  Result<Adoption> adoption = co_await look_for_adoption(edges_, *stack);
  if (!adoption) co_return adoption.error();
  if (Result<void> origin = check_origin(request, **stack); !origin) co_return origin.error();
  Result<Kept*> kept = find_or_add(request);
  if (!kept) co_return kept.error();
  StackKeeper& keeper = *(*kept)->keeper;
  Result<void> noted = keeper.orders().note_origin(request.source);
  if (!noted) co_return noted.error();
  Result<std::int64_t> number = record_adoption(edges_, request, *adoption);
  if (!number) co_return number.error();
  co_await tag_images(edges_, request.stack, *number, adoption->images);
  Result<decide::Desired> desired = load_desired(edges_.store, request.stack, *number);
  if (!desired) co_return desired.error();
  Result<void> current = keeper.rollout().make_current(std::move(*desired), decide::DeployScope());
  if (!current) co_return current.error();
  Result<void> left = keeper.orders().leave_down(adoption->found.left_down);
  if (!left) co_return left.error();
  keeper.rollout().note_live();
  Result<void> live = keeper.rollout().store_current();
  if (!live) co_return live.error();
  note_request(request.stack, request.source.user, "adopt");
  AdoptReport report = report_of(*adoption);
  report.release = *number;
  co_return report;
}

Awaitable<Result<void>> Supervisor::hand_back(std::string stack, std::string user) {
  if (Result<void> record = check_store(); !record) co_return record.error();
  Result<Kept*> kept = find(stack);
  if (!kept) co_return kept.error();
  const StackKeeper& keeper = *(*kept)->keeper;
  std::shared_ptr<const Stack> desired;
  if (keeper.has_release()) desired = keeper.state().desired.stack;
  note_request(stack, user, "hand back");
  Kept leaving = std::move(**kept);
  kept_.erase(stack);
  co_await leaving.deployer->stop();
  co_await leaving.keeper->stop();
  Result<void> restored;
  if (desired) restored = co_await restore_policies(edges_, desired);
  if (!restored) {
    StackRecord record = leaving.keeper->record();
    add(std::move(record), {});
    co_return restored;
  }
  co_await let_images_go(edges_, stack);
  if (edges_.kept != nullptr) edges_.kept->remove(stack);
  if (edges_.logs != nullptr) edges_.logs->remove(stack);
  co_return edges_.store.forget_stack(stack);
}

Awaitable<Result<void>> Supervisor::forget(std::string stack, std::string user) {
  co_return co_await hand_back(std::move(stack), std::move(user));
}

}  // namespace stackd::daemon
