// People's orders: start, stop, down, and taking a project over from Docker Compose and giving it back.
#include "base/check.h"
#include "base/log.h"
#include "base/text.h"
#include "daemon/deploy/adopt.h"
#include "daemon/deploy/keep_release.h"
#include "daemon/ledger/records.h"
#include "daemon/logs/kept_logs.h"
#include "daemon/supervisor/supervisor.h"

namespace stackd::daemon {
namespace {

std::string names_of(const std::vector<std::string>& services) {
  return services.empty() ? std::string("everything") : join(services, ", ");
}

void store_late(StackKeeper& keeper, store::Store& store, const Deploy& deploy) {
  keeper.late().put("deploy " + deploy.id, "deploy " + deploy.id,
                    [&store, deploy] { return store.put_deploy(deploy); });
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
  Result<Kept*> kept = find_to_order(request.stack);
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
  Result<Kept*> kept = find_to_order(request.stack);
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
  Result<Kept*> kept = find_to_order(request.stack);
  if (!kept) co_return kept.error();
  Result<void> done = (*kept)->keeper->orders().restart_services(request.services);
  if (done) note_request(request.stack, request.user, "restart " + names_of(request.services));
  co_return done;
}

Awaitable<Result<void>> Supervisor::down(DownRequest request) {
  if (Result<void> record = check_store(); !record) co_return record.error();
  Result<Kept*> kept = find_to_order(request.stack);
  if (!kept) co_return kept.error();
  Result<bool> that_is_all = ends_with_its_deploy(**kept, "the stack was taken down");
  if (!that_is_all) co_return that_is_all.error();
  Result<void> done;
  if (!*that_is_all) done = (*kept)->keeper->orders().take_down(request.volumes);
  if (done) note_request(request.stack, request.user, request.volumes ? "down, with volumes" : "down");
  co_return done;
}

// Coming and going.

Supervisor::Passage::Passage(std::shared_ptr<Passages> under_way, std::string stack, std::string what)
    : under_way_(std::move(under_way)), stack_(std::move(stack)) {
  STACKD_CHECK(under_way_->count(stack_) == 0);
  under_way_->emplace(stack_, std::move(what));
}

Supervisor::Passage::~Passage() {
  under_way_->erase(stack_);
}

Result<void> Supervisor::check_passage(const std::string& stack) const {
  const auto found = passages_->find(stack);
  if (found == passages_->end()) return {};
  return Error{ErrorKind::conflict,
               "stack " + stack + " is being " + found->second + ": try again when that is done"};
}

Result<Supervisor::Kept*> Supervisor::find_to_order(const std::string& stack) {
  if (Result<void> passage = check_passage(stack); !passage) return passage.error();
  return find(stack);
}

Result<void> Supervisor::check_adoptable(const std::string& stack) const {
  if (Result<void> record = check_store(); !record) return record;
  if (Result<void> passage = check_passage(stack); !passage) return passage;
  if (keeps(stack)) return Error{ErrorKind::conflict, "stack " + stack + " is kept already"};
  const auto found = kept_.find(stack);
  if (found == kept_.end() || !found->second.deployer->is_at_work()) return {};
  return Error{ErrorKind::conflict,
               "a deploy of " + stack + " is on its way: wait for it, or `stackctl cancel`"};
}

Awaitable<Result<AdoptReport>> Supervisor::adopt(DeployRequest request) {
  if (Result<void> possible = check_adoptable(request.stack); !possible) co_return possible.error();
  const Passage passage(passages_, request.stack, "adopted");
  Result<std::shared_ptr<const Stack>> stack = bind_canonical(request.canonical, request.source);
  if (!stack) co_return stack.error();
  Result<Adoption> adoption = co_await look_for_adoption(edges_, *stack);
  if (!adoption) co_return adoption.error();
  if (Result<void> origin = check_origin(request, **stack); !origin) co_return origin.error();
  Result<Kept*> kept = find_or_add(request.stack);
  if (!kept) co_return kept.error();
  Result<void> noted = (*kept)->keeper->orders().note_origin(request.source);
  if (!noted) co_return noted.error();
  Result<Deploy> deploy = record_adoption(edges_, request, *adoption);
  if (!deploy) co_return deploy.error();
  co_await tag_images(edges_, request.stack, deploy->release, adoption->images);
  Result<decide::Target> target = load_target(edges_.store, request.stack, deploy->release);
  if (!target) co_return target.error();
  StackKeeper& keeper = *kept_.at(request.stack).keeper;
  Result<void> taken = keeper.rollout().take_over(std::move(*target), adoption->found.left_down);
  if (!taken) co_return taken.error();
  deploy->state = DeployState::live;
  deploy->cause.clear();
  store_late(keeper, edges_.store, *deploy);
  note_request(request.stack, request.source.user, "adopt");
  AdoptReport report = report_of(*adoption);
  report.release = deploy->release;
  co_return report;
}

namespace {

// The engine would go on with it after the stack was let go, whoever keeps it then.
Result<void> no_stop_under_way(const std::string& stack, const StackKeeper& keeper) {
  if (!keeper.has_release()) return {};
  const std::string container = decide::being_stopped(keeper.state());
  if (container.empty()) return {};
  return Error{ErrorKind::conflict,
               container + " of stack " + stack +
                   " is being stopped, and the engine ends it whoever keeps the stack then: "
                   "try again when it has stopped"};
}

}  // namespace

// Until the record is gone the stack is kept: whatever fails before that, it goes on being kept.
Awaitable<Result<void>> Supervisor::hand_back(std::string stack, std::string user) {
  if (Result<void> record = check_store(); !record) co_return record.error();
  Result<Kept*> kept = find_to_order(stack);
  if (!kept) co_return kept.error();
  if (link_ != EngineLink::connected && (*kept)->keeper->has_release()) {
    Error away{ErrorKind::unavailable,
               "the engine is away, so it can't be told how containers are restarted without stackd; "
               "try again when it is back"};
    co_return away;
  }
  if (Result<void> ended = no_stop_under_way(stack, *(*kept)->keeper); !ended) co_return ended.error();
  // Of the release that is current in the end, then of one that is given up.
  std::vector<std::shared_ptr<const Stack>> stacks;
  if ((*kept)->keeper->has_release()) stacks.push_back((*kept)->keeper->state().desired.stack);
  Result<bool> withdrawn = (*kept)->deployer->withdraw("the stack is handed back");
  if (!withdrawn) co_return withdrawn.error();
  const Passage passage(passages_, stack, "handed back");
  if ((*kept)->keeper->has_release()) stacks.insert(stacks.begin(), (*kept)->keeper->state().desired.stack);
  std::set<std::string> mounted;
  for (const std::int64_t release : (*kept)->keeper->files().releases_mounted())
    mounted.insert(KeptFiles::key_of(release));
  note_request(stack, user, "hand back");
  co_await kept_.at(stack).deployer->stop();
  co_await kept_.at(stack).keeper->stop();
  Result<void> done;
  if (!stacks.empty()) done = co_await restore_policies(edges_, stacks);
  Result<std::vector<Release>> releases = edges_.store.releases(stack, true);
  if (done) done = edges_.store.forget_stack(stack);
  if (!done) {
    keep_again(stack);
    co_return done;
  }
  kept_.erase(stack);
  file_news_.forget(stack);
  remove_what_is_kept_of(stack, mounted);
  if (releases) co_await let_images_go(edges_, stack, *std::move(releases));
  co_return Result<void>();
}

// With what the record says of its deploys: one that could not be ended goes on.
void Supervisor::keep_again(const std::string& stack) {
  StackRecord record = kept_.at(stack).keeper->record();
  kept_.erase(stack);
  Result<std::vector<Deploy>> unfinished = edges_.store.unfinished_deploys();
  if (!unfinished) log(LogLevel::error, LogSubject{stack}, unfinished.error().message);
  std::vector<Deploy> own;
  if (unfinished) own = *std::move(unfinished);
  std::erase_if(own, [&](const Deploy& deploy) { return deploy.stack != stack; });
  add(std::move(record), std::move(own));
}

// Beside the store.
void Supervisor::remove_what_is_kept_of(const std::string& stack,
                                        const std::set<std::string>& mounted) const {
  const std::string left = edges_.kept == nullptr ? std::string() : edges_.kept->let_go(stack, mounted);
  if (!left.empty())
    log(LogLevel::warning, LogSubject{stack},
        "some of its containers mount files of " + left +
            ", which stay there for them; made anew they mount those of the project");
  if (edges_.logs != nullptr) edges_.logs->remove(stack);
}

Awaitable<Result<void>> Supervisor::forget(std::string stack, std::string user) {
  co_return co_await hand_back(std::move(stack), std::move(user));
}

}  // namespace stackd::daemon
