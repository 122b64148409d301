#include "daemon/deploy/course.h"

#include <utility>

#include "base/check.h"
#include "daemon/deploy/deploy_record.h"
#include "daemon/ledger/records.h"
#include "decide/replace/rollout.h"

namespace stackd::daemon {
namespace {

constexpr Duration tidy_patience = std::chrono::seconds(10);

}  // namespace

Outcome outcome(decide::DeployEvent event, std::string text) {
  Outcome came;
  came.event = event;
  came.why.cause = std::move(text);
  return came;
}

Outcome failed(std::string cause) {
  return outcome(decide::DeployEvent::failed, std::move(cause));
}

Course::Course(Edges edges_of, StackKeeper& keeper_of, runtime::TaskGroup& tasks_of, DeployFeeds& feeds_of,
               Deploy deploy_of)
    : edges(edges_of), keeper(keeper_of), tasks(tasks_of), feeds(feeds_of), deploy(std::move(deploy_of)) {}

decide::DeployScope Course::scope() const {
  const bool is_up = keeper.has_release() && keeper.record().wish == StackWish::running;
  return {deploy.start || is_up, deploy.services};
}

Outcome Course::ordered() const {
  STACKD_CHECK(order.has_value());
  return outcome(order->event, order->cause);
}

// A pull may take its time: nobody who gives the deploy up waits for it.
runtime::Task<void> Course::until_given_up() {
  while (!is_given_up()) co_await bell.wait();
}

void Course::say(const std::string& service, const std::string& text) {
  feeds.publish(deploy.id, {edges.clock.wall(), deploy.state, service, text});
}

bool Course::tell_of_jobs() {
  const std::string text = decide::waits_for_jobs(keeper.state());
  if (!text.empty() && std::exchange(told_of_jobs, text) != text) say({}, text);
  return !text.empty();
}

runtime::Task<void> Course::tidy_up() {
  keeper.rollout().settle();
  const Time until = now() + tidy_patience;
  while (!is_withdrawn && now() < until) {
    if (keeper.view().is_fit_to_judge() && decide::is_tidy(keeper.state())) co_return;
    co_await bell.wait_until(edges.clock, until);
  }
}

void Course::enter(DeployState state, const std::string& text) {
  STACKD_CHECK(decide::may_follow(deploy.state, state));
  deploy.state = state;
  record();
  const std::string because = text.empty() ? "" : ": " + text;
  static_cast<void>(note_deploy(keeper, deploy, std::string(to_string(state)) + because).ok());
  say({}, text);
}

void Course::record() {
  record_deploy(edges, keeper, deploy);
}

void Course::record_current() {
  keeper.late().put("current", "which release is current",
                    [&kept = keeper] { return kept.rollout().store_current(); });
}

bool Course::was_live(std::int64_t release) const {
  Result<std::optional<Release>> found = edges.store.release(deploy.stack, release);
  return found && *found && (*found)->live_at;
}

decide::Past Course::past() const {
  decide::Past past;
  past.release = deploy.release;
  past.former = deploy.former;
  past.current = keeper.record().current_release;
  past.copied_from = deploy.copied_from;
  past.former_was_live = deploy.former != 0 && was_live(deploy.former);
  return past;
}

Result<decide::Target> Course::load(std::int64_t release, decide::Rollout rollout) const {
  Result<decide::Target> target = load_target(edges.store, keeper.name(), release);
  if (target) target->rollout = std::move(rollout);
  return target;
}

Result<decide::Target> Course::load_replacing(std::int64_t release, std::int64_t other,
                                              decide::Replacing::Way way) const {
  STACKD_CHECK(other != 0);
  Result<decide::Target> former = load_target(edges.store, keeper.name(), other);
  if (!former) return former;
  auto replaced = std::make_shared<const decide::Desired>(std::move(former->desired));
  return load(release, decide::Replacing{std::move(replaced), way, {}});
}

}  // namespace stackd::daemon
