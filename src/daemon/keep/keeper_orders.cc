#include "daemon/keep/keeper_orders.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "base/mutation.h"
#include "base/text.h"
#include "decide/keep/restart.h"
#include "decide/learn/learn.h"
#include "decide/replace/rollout.h"

namespace stackd::daemon {

Result<void> KeeperOrders::check_services(const std::vector<std::string>& services) const {
  if (!stack_.target) return stack_.without_release();
  std::vector<std::string> known;
  for (const auto& [name, service] : stack_.target->desired.stack->services) known.push_back(name);
  for (const std::string& name : services) {
    if (stack_.target->desired.stack->services.count(name) > 0) continue;
    std::string meant = nearest(name, known);
    return Error{ErrorKind::not_found, "stack " + stack_.record.name + " has no service " + name +
                                           (meant.empty() ? "" : "; did you mean " + meant + "?")};
  }
  return {};
}

Result<void> KeeperOrders::start_services(const std::vector<std::string>& services) {
  Result<void> known = check_services(services);
  if (!known) return known;
  stack_.wish_at_gate.reset();
  return take_wishes(decide::wishes_after_start(stack_.wishes, *stack_.target->desired.stack, services),
                     {services.begin(), services.end()});
}

Result<void> KeeperOrders::keep_deployed(const decide::DeployScope& scope) {
  Result<void> known = check_services({});
  if (!known) return known;
  const Stack& stack = *stack_.target->desired.stack;
  const bool is_up = stack_.wishes.stack == StackWish::running;
  decide::Wishes wishes = decide::wishes_after_deploy(stack_.wishes, stack, scope, is_up);
  if (scope.start) return take_wishes(std::move(wishes), decide::named_services(stack, scope.services));
  const decide::Wishes before = std::exchange(stack_.wishes, std::move(wishes));
  Result<void> stored = store_record(edges_.store, stack_);
  if (!stored) stack_.wishes = before;
  bell_.ring();
  return stored;
}

// `asked` is empty when all is asked for.
Result<void> KeeperOrders::take_wishes(decide::Wishes wishes, const std::set<std::string>& asked) {
  const decide::Wishes before = std::exchange(stack_.wishes, std::move(wishes));
  Result<void> stored = store_record(edges_.store, stack_);
  if (!stored) {
    stack_.wishes = before;
    return stored;
  }
  for (auto& [name, run] : stack_.target->learnt.jobs) {
    const bool again = run.state == JobState::failed && (asked.empty() || asked.count(name) > 0);
    if (!again) continue;
    Result<void> kept = forget_run(run);
    if (!kept) return kept;
  }
  ledgers_.gate_stops.forget({asked.begin(), asked.end()});
  note_wanted(asked);
  decide::forget_failures(stack_.memory, asked);
  bell_.ring();
  return {};
}

void KeeperOrders::note_wanted(const std::set<std::string>& asked) {
  ledgers_.wanted.note_wanted(stack_.memory,
                              decide::wanted_services(stack_.wishes, *stack_.target->desired.stack, asked),
                              edges_.clock.now(), edges_.clock.wall());
}

Result<void> KeeperOrders::forget_run(JobRun& run) {
  run.state = JobState::none;
  run.container_id.clear();
  return edges_.store.put_job_run(run);
}

Result<void> KeeperOrders::stop_services(const std::vector<std::string>& services) {
  Result<void> known = check_services(services);
  if (!known) return known;
  const decide::Wishes before = stack_.wishes;
  if (services.empty()) stack_.wishes.stack = StackWish::stopped;
  for (const std::string& name : services) stack_.wishes.stopped[name] = ServiceStop::person;
  Result<void> stored;
  if (!mutated("stops-are-not-stored")) stored = store_record(edges_.store, stack_);
  if (!stored) stack_.wishes = before;
  if (stored) {
    stack_.memory.failed_steps.clear();  // what the engine refused so far, it may do now
    take_back_restarts(services);
    decide::note_unwanted(stack_.memory, services, edges_.clock.now(), edges_.clock.wall());
  }
  bell_.ring();
  return stored;
}

Result<void> KeeperOrders::check_restartable(const std::vector<std::string>& services) const {
  if (decide::is_paused(stack_.target->rollout)) {
    for (const std::string& name : decide::asked_services(*stack_.target->desired.stack, services)) {
      const bool named =
          services.empty() || std::find(services.begin(), services.end(), name) != services.end();
      if (named && decide::place_of(stack_.state(edges_.clock.now()),
                                    stack_.target->desired.stack->services.at(name), 1)
                           .predecessor != nullptr)
        return Error{ErrorKind::conflict,
                     name +
                         " still runs as it was before a deploy that is paused, and would not come back so: "
                         "`stackctl resume`, `stackctl rollback` or `stackctl cancel` comes first"};
    }
  }
  for (const std::string& name : services) {
    if (!is_job(*stack_.target->desired.stack, stack_.target->desired.stack->services.at(name))) continue;
    const JobState job = decide::job_state(stack_.state(edges_.clock.now()), name);
    if (job == JobState::running)
      return Error{ErrorKind::conflict,
                   name + " is a job, and runs: it is left to its end; `stackctl stop " + name + "` ends it"};
    if (job == JobState::succeeded)
      return Error{ErrorKind::conflict, name + " is a job, and done for release " +
                                            std::to_string(stack_.target->desired.release) +
                                            ": the next release runs it again"};
  }
  return {};
}

Result<void> KeeperOrders::restart_services(const std::vector<std::string>& services) {
  Result<void> possible = check_services(services);
  if (possible) possible = check_restartable(services);
  if (!possible) return possible;
  Result<void> wanted = start_services(services);
  if (!wanted) return wanted;
  std::set<std::string> named(services.begin(), services.end());
  if (named.empty()) named = decide::asked_services(*stack_.target->desired.stack, {});
  decide::order_restart(stack_.wishes.restarts, stack_.state(edges_.clock.now()), named, view_.is_observed());
  ledgers_.restarts.note(stack_.wishes.restarts);
  return {};
}

// Somebody ordered otherwise; none named: all.
void KeeperOrders::take_back_restarts(const std::vector<std::string>& services) {
  decide::RestartOrders& open = stack_.wishes.restarts;
  if (open.runs.empty() && open.services.empty()) return;
  if (services.empty()) open = {};
  decide::take_back_restarts(open, stack_.observed, {services.begin(), services.end()});
  ledgers_.restarts.note(open);
}

Result<void> KeeperOrders::take_down(bool volumes) {
  Result<void> known = check_services({});
  if (!known) return known;
  const decide::Wishes before = stack_.wishes;
  stack_.wishes.stack = StackWish::down;
  stack_.wishes.remove_volumes = volumes;
  Result<void> stored = store_record(edges_.store, stack_);
  if (!stored) stack_.wishes = before;
  if (stored && volumes) {  // what the jobs did to the data goes with it
    for (auto& [name, run] : stack_.target->learnt.jobs) {
      Result<void> forgotten = forget_run(run);
      if (!forgotten) return forgotten;
    }
  }
  if (stored) stack_.memory.failed_steps.clear();
  if (stored) take_back_restarts({});
  view_.look_at_all();
  bell_.ring();
  return stored;
}

void KeeperOrders::take_origin(const ReleaseSource& source) {
  stack_.record.working_dir = source.working_dir;
  stack_.record.config_files = source.config_files;
  stack_.record.profiles = source.profiles;
}

Result<void> KeeperOrders::note_origin(const ReleaseSource& source) {
  take_origin(source);
  return store_record(edges_.store, stack_);
}

}  // namespace stackd::daemon
