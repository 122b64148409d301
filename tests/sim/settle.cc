// What is asked of the world when the faults are over.
#include <map>

#include "sim/memory.h"
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
  if (oracles_.broken()) return;
  around_.say("the faults are over");
  make_well();
  for (const auto& tenant : tenants_) {
    if (tenant->story.deploy_at_end) deploy_once_more(*tenant);
  }
  run_until(around_.clock.now() + settle_span);
  if (oracles_.broken()) return;
  for (const auto& tenant : tenants_) check_settled(*tenant);
  if (rolls_) return shut_down();
  check_quiet();
  for (const auto& tenant : tenants_) {
    if (!oracles_.broken()) check_plan(*tenant);
  }
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
    const Story* story = story_of(around_.scenario, container.seen.project);
    if (container.hung && story != nullptr && story->generations.front().is_job(container.seen.service))
      hanging_jobs.push_back(id);
  }
  for (const std::string& id : hanging_jobs) host.crash_process(id, 1);
  for (const std::string& id : paused)
    static_cast<void>(host.unpause(id, Order{Hand::person, around_.clock.now()}).ok());
}

void World::deploy_once_more(Tenant& tenant) {
  Request deploy;
  for (const Request& request : tenant.story.requests) {
    if (request.kind == RequestKind::deploy) deploy.generation = request.generation;
  }
  around_.clock.call_in(1s, [&tenant, deploy] { tenant.orders.add(deploy); });
}

void World::check_settled(Tenant& tenant) {
  Oracle& oracle = tenant.oracle;
  if (!tenant.orders.all_answered()) oracle.break_promise("an order was never answered");
  const Record found = read_record(*around_.store, tenant.story, oracle.expectation().generation());
  if (found.endless && oracle.all_works())
    oracle.break_promise("a deploy never ended: it is " + std::string(to_string(*found.endless)));
  oracle.check_settled(found);
  rolls_ = rolls_ || found.rolls;
}

void World::check_quiet() {
  if (oracles_.broken()) return;
  oracles_.begin_quiet();
  ask_everything();
  const std::uint64_t wakes_before = wakes_;
  run_until(around_.clock.now() + quiet_span);
  oracles_.end_quiet();
  if (wakes_ - wakes_before <= wakes_while_quiet_max * tenants_.size()) return;
  oracles_.break_promise("stackd woke " + std::to_string(wakes_ - wakes_before) +
                         " times in a minute and a half in which nothing happened");
}

// Whatever is asked, nothing is changed by it.
void World::ask_everything() {
  std::map<std::string, std::string> before;
  for (const auto& tenant : tenants_) {
    before[tenant->story.name()] = memory_of(*around_.store, tenant->story.name());
    tenant->orders.ask();
  }
  run_until(around_.clock.now() + 10s);
  for (const auto& [stack, memory] : before) {
    const std::string after = memory_of(*around_.store, stack);
    if (after == memory) continue;
    oracles_.break_promise("questions changed what is stored of " + stack + " from\n" + memory + "to\n" +
                           after);
  }
}

bool World::plan_is_certain(const Tenant& tenant) const {
  const Expectation& expectation = tenant.oracle.expectation();
  if (!tenant.story.deploy_at_end || expectation.stack() != Wanted::up) return false;
  if (!expectation.is_deployed() || !expectation.is_generation_certain()) return false;
  if (!read_record(*around_.store, tenant.story, expectation.generation()).last_live) return false;
  for (const ServiceDraft& draft : tenant.story.generations.front().services) {
    if (expectation.service(draft.name) != Wanted::up || tenant.oracle.may_stay_down(draft)) return false;
  }
  for (const auto& [id, container] : around_.host.containers()) {
    if (container.seen.restart_policy != "no") return false;  // a change that no event told; judged elsewhere
  }
  return true;
}

void World::check_plan(Tenant& tenant) {
  if (!plan_is_certain(tenant)) return;
  Oracle& oracle = tenant.oracle;
  const auto told = std::make_shared<bool>(false);
  const StackDraft& draft = tenant.story.generations.at(oracle.expectation().generation());
  life_->plan(draft, [&oracle, told](const Result<daemon::PlanReport>& plan) {
    *told = true;
    if (!plan) return oracle.break_promise("the plan can't be told: " + plan.error().message);
    if (plan->differs) oracle.break_promise("a deploy of what is live is planned as a new release");
    if (plan->steps.empty()) return;
    oracle.break_promise("all is as ordered, and the plan has steps: " + plan->steps.front().text + " " +
                         plan->steps.front().service);
  });
  run_until(around_.clock.now() + 10s);
  if (!*told) oracle.break_promise("the plan was never told");
}

void World::shut_down() {
  life_->stop();
  run_until(around_.clock.now() + shutdown_max);
  if (!life_->stopped) oracles_.break_promise("stackd did not end in time when asked to");
}

}  // namespace stackd::sim
