// How the keeper comes to its picture of the stack: what the engine shows, looked at again where an event or
// a step gave a reason, and everywhere now and then.
#include <iterator>
#include <utility>

#include "daemon/keep/observe.h"
#include "daemon/keep/stack_keeper.h"

namespace stackd::daemon {
namespace {

constexpr Duration look_again_after_failure = std::chrono::seconds(1);
/// Events are hints and may get lost: though nothing is told, the list of containers is compared with what is
/// believed this often, and everything looked at this often. An idle stackd wakes for nothing else.
constexpr Duration glance_every = std::chrono::minutes(2);
constexpr Duration look_at_all_every = std::chrono::minutes(15);

}  // namespace

runtime::Task<Result<void>> StackKeeper::look() {
  if (look_at_all_) {
    std::shared_ptr<const Stack> stack = desired_->stack;
    dirty_.clear();
    told_dead_.clear();
    look_at_all_ = false;
    look_at_resources_ = false;
    glance_ = false;
    Result<Observed> observed = co_await observe(edges_.engine, stack);
    if (!observed) {
      look_at_all_ = true;
      co_return observed.error();
    }
    leave_out_unfinished(*observed);
    observed_ = std::move(*observed);
    glance_due_ = edges_.clock.now() + glance_every;
    all_due_ = edges_.clock.now() + look_at_all_every;
  }
  if (glance_) {
    Result<void> glanced = co_await glance();
    if (!glanced) co_return glanced;
  }
  // What steps touched and events told of meanwhile: a decision on the older picture would repeat the step.
  while (!dirty_.empty() || look_at_resources_) {
    Result<void> looked = co_await look_at_dirty();
    if (!looked) co_return looked;
  }
  co_return Result<void>();
}

/// What an order of ours makes is not there before the order has been answered: some engines connect it to
/// its networks by further calls, and until then it looks like something that others made, and made wrong.
bool StackKeeper::is_unfinished(const ObservedContainer& container) const {
  return !container.oneoff && observed_.containers.count(container.id) == 0 &&
         decide::is_being_made(memory_, container.service, container.number);
}

void StackKeeper::leave_out_unfinished(Observed& seen) {
  for (auto it = seen.containers.begin(); it != seen.containers.end();) {
    const bool unfinished = is_unfinished(it->second);
    if (unfinished) unfinished_.insert(it->first);
    it = unfinished ? seen.containers.erase(it) : std::next(it);
  }
}

/// Marks what is not as believed, by one call.
runtime::Task<Result<void>> StackKeeper::glance() {
  Result<std::vector<engine::ContainerSummary>> listed = co_await edges_.engine.list_containers(record_.name);
  if (!listed) co_return listed.error();
  glance_ = false;
  glance_due_ = edges_.clock.now() + glance_every;
  std::set<std::string> gone;
  for (const auto& [id, container] : observed_.containers) gone.insert(id);
  for (const engine::ContainerSummary& summary : *listed) {
    gone.erase(summary.id);
    auto believed = observed_.containers.find(summary.id);
    const bool same = believed != observed_.containers.end() && believed->second.state == summary.state &&
                      (summary.state != ContainerState::running || believed->second.health == summary.health);
    if (!same) dirty_.insert(summary.id);
  }
  dirty_.insert(gone.begin(), gone.end());
  co_return Result<void>();
}

runtime::Task<Result<void>> StackKeeper::look_at_dirty() {
  while (!dirty_.empty()) {
    const std::string id = *dirty_.begin();
    dirty_.erase(dirty_.begin());
    told_dead_.erase(id);
    Result<ObservedContainer> container = co_await edges_.engine.inspect_container(id);
    if (container && is_unfinished(*container)) {
      unfinished_.insert(id);
    } else if (container && container->project == record_.name) {
      observed_.containers[id] = *container;
    } else if (container || container.error().kind == ErrorKind::not_found) {
      observed_.containers.erase(id);
    } else {
      dirty_.insert(id);
      co_return container.error();
    }
  }
  if (look_at_resources_) {
    look_at_resources_ = false;
    std::shared_ptr<const Stack> stack = desired_->stack;
    Observed resources;
    Result<void> looked = co_await observe_resources(edges_.engine, stack, resources);
    if (!looked) {
      look_at_resources_ = true;
      co_return looked;
    }
    observed_.networks = std::move(resources.networks);
    observed_.volumes = std::move(resources.volumes);
  }
  co_return Result<void>();
}

void StackKeeper::look_later() {
  next_look_ = edges_.clock.now() + look_again_after_failure;
  glance_due_ = edges_.clock.now() + glance_every;
  all_due_ = edges_.clock.now() + look_at_all_every;
}

}  // namespace stackd::daemon
