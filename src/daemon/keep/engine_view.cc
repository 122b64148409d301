#include "daemon/keep/engine_view.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>
#include <vector>

#include "base/mutation.h"
#include "daemon/keep/observe.h"
#include "decide/learn/learn.h"
#include "runtime/lanes.h"

namespace stackd::daemon {
namespace {

constexpr Duration look_again_after_failure = std::chrono::seconds(1);
/// Events are hints and may get lost: though nothing is told, the list of containers is compared with what is
/// believed this often, and everything looked at this often. An idle stackd wakes for nothing else.
constexpr Duration glance_every = std::chrono::minutes(2);
constexpr Duration look_at_all_every = std::chrono::minutes(15);
constexpr std::size_t events_max = 10'000;

}  // namespace

void EngineView::note_connected() {
  connected_ = true;
  learnt_since_connected_ = false;
  look_at_all_ = !mutated("reconnecting-without-a-look") || stack_.observed.containers.empty();
  events_.clear();
}

void EngineView::note_event(const EngineEvent& event) {
  if (events_.size() >= events_max) {  // nobody has taken them for long: look at everything instead
    events_.clear();
    look_at_all_ = true;
  }
  events_.push_back(event);
}

// By which name they are called now, only a look can tell.
bool EngineView::note_stranger_event(const EngineEvent& event) {
  const bool matters =
      event.kind == EventKind::container_started || event.kind == EventKind::container_died ||
      event.kind == EventKind::container_renamed || event.kind == EventKind::container_removed;
  if (!matters) return false;
  const auto& services = stack_.target->desired.stack->services;
  const bool shares = std::any_of(services.begin(), services.end(), [](const auto& entry) {
    return !namespace_strangers(entry.second).empty();
  });
  look_at_resources_ = look_at_resources_ || shares;
  return shares;
}

bool EngineView::take_events() {
  bool urgent = false;
  while (!events_.empty()) {
    const EngineEvent event = events_.front();
    events_.pop_front();
    decide::note_event(stack_.memory, event, edges_.clock.now());
    if (event.kind == EventKind::network_changed || event.kind == EventKind::volume_changed) {
      look_at_resources_ = true;
      if (stack_.observed.containers.count(event.container_id) > 0) dirty_.insert(event.container_id);
      continue;
    }
    if (event.kind == EventKind::image_changed) continue;
    if (event.kind == EventKind::container_started) starting_.erase(event.id);
    const auto before = stack_.observed.containers.find(event.id);
    const bool ran = before != stack_.observed.containers.end() && decide::runs(before->second);
    const bool look = decide::apply_event(stack_.observed, event);
    if (look) dirty_.insert(event.id);
    const auto after = stack_.observed.containers.find(event.id);
    if (!ran || after == stack_.observed.containers.end() || decide::runs(after->second)) continue;
    told_dead_.insert(event.id);
    urgent = true;
  }
  return urgent;
}

void EngineView::note_due() {
  if (edges_.clock.now() >= all_due_) look_at_all_ = true;
  if (edges_.clock.now() >= glance_due_) glance_ = true;
}

void EngineView::look_at(const std::string& container_id) {
  dirty_.insert(container_id);
  told_dead_.erase(container_id);
  starting_.erase(container_id);
}

void EngineView::look_at_unfinished() {
  dirty_.merge(std::exchange(unfinished_, {}));
}

std::set<std::string> EngineView::in_doubt() const {
  std::set<std::string> found;
  for (const std::string& id : dirty_) {
    if (told_dead_.count(id) == 0) found.insert("container " + id);
  }
  return found;
}

runtime::Task<Result<void>> EngineView::look() {
  if (look_at_all_) {
    std::shared_ptr<const Stack> stack = stack_.target->desired.stack;
    dirty_.clear();
    told_dead_.clear();
    look_at_all_ = false;
    look_at_resources_ = false;
    glance_ = false;
    const std::set<std::string> not_asked = starting_;
    Result<Observed> observed = co_await observe(edges_.engine, stack, not_asked);
    if (!observed) {
      look_at_all_ = true;
      co_return observed.error();
    }
    leave_out_unfinished(*observed);
    believe_further(not_asked, *observed);
    stack_.observed = std::move(*observed);
    glance_due_ = edges_.clock.now() + glance_every;
    all_due_ = edges_.clock.now() + look_at_all_every;
  }
  if (glance_) {
    Result<void> glanced = co_await glance();
    if (!glanced) co_return glanced;
  }
  // What steps touched and events told of meanwhile: a decision on the older picture would repeat the step.
  while (true) {
    std::vector<std::string> ids = take_dirty();
    if (ids.empty() && !look_at_resources_) break;
    Result<void> looked = co_await look_at_containers(std::move(ids));
    if (!looked) co_return looked;
    if (!look_at_resources_) continue;
    looked = co_await look_at_networks_and_volumes();
    if (!looked) co_return looked;
  }
  co_return Result<void>();
}

/// What an order of ours makes is not there before the order has been answered: some engines connect it to
/// its networks by further calls, and until then it looks like something that others made, and made wrong.
bool EngineView::is_unfinished(const ObservedContainer& container) const {
  return !container.oneoff && stack_.observed.containers.count(container.id) == 0 &&
         decide::is_being_made(stack_.memory, container.service, container.number);
}

void EngineView::leave_out_unfinished(Observed& seen) {
  for (auto it = seen.containers.begin(); it != seen.containers.end();) {
    const bool unfinished = is_unfinished(it->second);
    if (unfinished) unfinished_.insert(it->first);
    it = unfinished ? seen.containers.erase(it) : std::next(it);
  }
}

/// What was not asked for is as it was until it is looked at.
void EngineView::believe_further(const std::set<std::string>& not_asked, Observed& seen) {
  for (const std::string& id : not_asked) {
    const auto believed = stack_.observed.containers.find(id);
    if (believed != stack_.observed.containers.end()) seen.containers.insert(*believed);
    dirty_.insert(id);
  }
}

/// Marks what is not as believed, by one call.
runtime::Task<Result<void>> EngineView::glance() {
  Result<std::vector<engine::ContainerSummary>> listed =
      co_await edges_.engine.list_containers(stack_.record.name);
  if (!listed) co_return listed.error();
  glance_ = false;
  glance_due_ = edges_.clock.now() + glance_every;
  std::set<std::string> gone;
  for (const auto& [id, container] : stack_.observed.containers) gone.insert(id);
  for (const engine::ContainerSummary& summary : *listed) {
    gone.erase(summary.id);
    auto believed = stack_.observed.containers.find(summary.id);
    const bool same = believed != stack_.observed.containers.end() &&
                      believed->second.state == summary.state &&
                      (summary.state != ContainerState::running || believed->second.health == summary.health);
    if (!same) dirty_.insert(summary.id);
  }
  dirty_.insert(gone.begin(), gone.end());
  co_return Result<void>();
}

/// What is seen counts at once, before the others have been looked at.
runtime::Task<void> EngineView::look_at_container(std::string id, std::optional<Error>& failed) {
  if (failed) {
    dirty_.insert(id);
    co_return;
  }
  told_dead_.erase(id);
  Result<ObservedContainer> container = co_await edges_.engine.inspect_container(id);
  if (container && is_unfinished(*container)) {
    unfinished_.insert(id);
  } else if (container && container->project == stack_.record.name) {
    stack_.observed.containers[id] = *container;
  } else if (container || container.error().kind == ErrorKind::not_found) {
    stack_.observed.containers.erase(id);
  } else {
    dirty_.insert(id);
    failed = container.error();
  }
}

std::vector<std::string> EngineView::take_dirty() {
  std::vector<std::string> taken;
  std::set<std::string> left;
  for (const std::string& id : dirty_) {
    if (starting_.count(id) > 0) {
      left.insert(id);
    } else {
      taken.push_back(id);
    }
  }
  dirty_ = std::move(left);
  return taken;
}

runtime::Task<Result<void>> EngineView::look_at_containers(std::vector<std::string> ids) {
  std::optional<Error> failed;
  std::function<runtime::Task<void>(std::size_t)> one = [this, &ids, &failed](std::size_t number) {
    return look_at_container(ids[number], failed);
  };
  co_await runtime::in_lanes(questions_max, ids.size(), std::move(one));
  if (failed) co_return *failed;
  co_return Result<void>();
}

runtime::Task<Result<void>> EngineView::look_at_networks_and_volumes() {
  look_at_resources_ = false;
  std::shared_ptr<const Stack> stack = stack_.target->desired.stack;
  Observed resources;
  Result<void> looked = co_await observe_resources(edges_.engine, stack, resources);
  if (!looked) {
    look_at_resources_ = true;
    co_return looked;
  }
  stack_.observed.networks = std::move(resources.networks);
  stack_.observed.volumes = std::move(resources.volumes);
  stack_.observed.strangers = std::move(resources.strangers);
  co_return Result<void>();
}

Time EngineView::look_later() {
  const Time now = edges_.clock.now();
  glance_due_ = now + glance_every;
  all_due_ = now + look_at_all_every;
  return now + look_again_after_failure;
}

}  // namespace stackd::daemon
