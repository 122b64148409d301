// What is asked of the world when the faults are over.
#include "base/check.h"
#include "sim/record.h"
#include "sim/world.h"

namespace stackd::sim {
namespace {

using namespace std::chrono_literals;

/// The bound of every liveness promise: the longest pause (60 s, and a patience of four times that for what
/// hung while it started), one look of stackd's own accord, one deadline of a call.
constexpr Duration settle_span = 420s;
constexpr Duration quiet_span = 90s;
constexpr std::uint64_t wakes_while_quiet_max = 60;
constexpr Duration shutdown_max = 15s;

}  // namespace

void World::settle() {
  if (oracle_.broken()) return;
  around_.say("the faults are over");
  make_well();
  if (around_.scenario.deploy_at_end) deploy_once_more();
  run_until(around_.clock.now() + settle_span);
  if (oracle_.broken()) return;
  check_settled();
  if (rolls_) return shut_down();
  check_quiet();
  if (oracle_.broken()) return;
  check_plan();
  shut_down();
}

void World::make_well() {
  SimHost& host = around_.host;
  around_.faults_over = true;
  around_.disks_full = 0;
  faults_.end();
  host.start_engine(true);
  begin_life();
  std::vector<std::string> paused;
  std::vector<std::string> hanging_jobs;  // nothing but a hand from outside ends them
  for (const auto& [id, container] : host.containers()) {
    if (container.seen.state == ContainerState::paused) paused.push_back(id);
    if (container.hung && around_.scenario.generations.front().is_job(container.seen.service))
      hanging_jobs.push_back(id);
  }
  for (const std::string& id : hanging_jobs) host.crash_process(id, 1);
  for (const std::string& id : paused)
    static_cast<void>(host.unpause(id, Order{Hand::person, around_.clock.now()}).ok());
}

void World::deploy_once_more() {
  Request deploy;
  for (const Request& request : around_.scenario.requests) {
    if (request.kind == RequestKind::deploy) deploy.generation = request.generation;
  }
  around_.clock.call_in(1s, [this, deploy] { orders_.add(deploy); });
}

void World::check_settled() {
  if (!orders_.all_answered()) oracle_.break_promise("an order was never answered");
  const Record found = read_record(*around_.store, around_.scenario, oracle_.expectation().generation());
  if (found.endless && oracle_.all_works())
    oracle_.break_promise("a deploy never ended: it is " + std::string(to_string(*found.endless)));
  oracle_.check_settled(found);
  rolls_ = found.rolls;
}

void World::check_quiet() {
  const std::uint64_t wakes_before = wakes_;
  run_until(around_.clock.now() + quiet_span);
  oracle_.check_quiet();
  if (wakes_ - wakes_before <= wakes_while_quiet_max) return;
  oracle_.break_promise("stackd woke " + std::to_string(wakes_ - wakes_before) +
                        " times in a minute and a half in which nothing happened");
}

bool World::plan_is_certain() const {
  const Expectation& expectation = oracle_.expectation();
  if (!around_.scenario.deploy_at_end || expectation.stack() != Wanted::up) return false;
  if (!expectation.is_deployed() || !expectation.is_generation_certain()) return false;
  for (const ServiceDraft& draft : around_.scenario.generations.front().services) {
    if (expectation.service(draft.name) != Wanted::up || oracle_.may_stay_down(draft)) return false;
  }
  for (const auto& [id, container] : around_.host.containers()) {
    if (container.seen.restart_policy != "no") return false;  // a change that no event told; judged elsewhere
  }
  return true;
}

void World::check_plan() {
  if (!plan_is_certain()) return;
  const auto told = std::make_shared<bool>(false);
  life_->plan(oracle_.expectation().generation(), [this, told](const Result<daemon::PlanReport>& plan) {
    *told = true;
    if (!plan) return oracle_.break_promise("the plan can't be told: " + plan.error().message);
    if (plan->differs) oracle_.break_promise("a deploy of what is live is planned as a new release");
    if (plan->steps.empty()) return;
    oracle_.break_promise("all is as ordered, and the plan has steps: " + plan->steps.front().text + " " +
                          plan->steps.front().service);
  });
  run_until(around_.clock.now() + 10s);
  if (!*told) oracle_.break_promise("the plan was never told");
}

void World::shut_down() {
  life_->stop();
  run_until(around_.clock.now() + shutdown_max);
  if (!life_->stopped) oracle_.break_promise("stackd did not end in time when asked to");
}

}  // namespace stackd::sim
