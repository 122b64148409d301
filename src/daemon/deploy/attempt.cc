#include "daemon/deploy/attempt.h"

#include <utility>

#include "base/check.h"
#include "daemon/deploy/deploy_record.h"
#include "decide/deploy/pick_up.h"

namespace stackd::daemon {

using decide::DeployEffect;
using decide::DeployEvent;
using decide::DeployMove;

Attempt::Attempt(Edges edges, StackKeeper& keeper, runtime::TaskGroup& tasks, DeployFeeds& feeds,
                 Deploy deploy, bool is_forced)
    : course_(edges, keeper, tasks, feeds, std::move(deploy)),
      preparation_(course_, is_forced),
      gate_(course_),
      rollout_(course_),
      way_back_(course_),
      state_(course_.deploy.state),
      begins_(course_.deploy.release == 0 ? DeployEvent::turn : DeployEvent::restarted) {}

void Attempt::pick_up() {
  STACKD_CHECK(course_.deploy.release != 0);
  why_.cause = course_.deploy.cause;
  why_.last_words = course_.deploy.last_words;
  const decide::Past past = course_.past();
  begins_ = decide::restart_event(state_, past, course_.was_live(past.release));
  switch (decide::pick_up(state_, past)) {
    case decide::PickUp::current:
      return;
    case decide::PickUp::gate:
      return gate_.pick_up();
    case decide::PickUp::rolling:
      return course_.scope().start ? rollout_.pick_up(decide::Replacing::Way::onward)
                                   : rollout_.pick_up_first();
    case decide::PickUp::first:
      return rollout_.pick_up_first();
    case decide::PickUp::paused:
      return rollout_.pick_up(decide::Replacing::Way::paused);
    case decide::PickUp::reverting:
      return way_back_.pick_up();
  }
}

runtime::Task<bool> Attempt::run() {
  if (course_.deploy.release == 0) course_.deploy.former = course_.keeper.record().current_release;
  Outcome came = outcome(begins_);
  while (!course_.is_withdrawn) {
    const DeployMove next = move_on(std::move(came));
    if (next.effect == DeployEffect::end) break;
    came = co_await carry_out(next.effect);
  }
  finish();
  co_return state_ == DeployState::live;
}

// What is told of a way back comes beside the failure that led there.
DeployMove Attempt::move_on(Outcome came) {
  const decide::WayBack back = way_back(came);
  const DeployMove next = decide::next_move(state_, came.event, back);
  if (state_ == DeployState::reverting || is_final(state_)) {
    why_.cause += came.why.cause;
  } else if (state_ != DeployState::paused) {  // what a person orders then is no other reason
    why_ = std::move(came.why);
  }
  if (next.state == DeployState::reverting && state_ != next.state) goes_back_ = came.event;
  state_ = next.state;
  const std::string text = entering(next, why_.cause);
  // A stackd that was killed may have come further than it could record.
  if (next.effect == DeployEffect::complete_record) course_.deploy.state = state_;
  if (text.empty()) return next;
  const bool went_wrong = state_ == DeployState::reverting || state_ == DeployState::paused;
  if (went_wrong) {
    course_.deploy.cause = why_.cause;
    course_.deploy.last_words = why_.last_words;
  }
  course_.enter(state_, text);
  return next;
}

decide::WayBack Attempt::way_back(Outcome& came) const {
  const bool is_replacing = state_ == DeployState::rolling || state_ == DeployState::watching;
  const bool has_replaced = state_ == DeployState::paused || state_ == DeployState::reverting;
  if (!is_replacing && !has_replaced) return decide::WayBack::none;
  if (came.event != DeployEvent::failed) return decide::way_back(course_.past());
  if (!course_.keeper.has_release()) return decide::WayBack::none;
  const decide::WayBackChoice choice =
      decide::way_back_after_failure(course_.keeper.state(), course_.past(), came.why.services);
  if (!choice.why.empty()) came.why.cause += "; " + choice.why;
  return choice.way;
}

// What is said as it begins; "": nothing, and nothing new is recorded.
std::string Attempt::entering(const DeployMove& move, const std::string& told) const {
  const Deploy& deploy = course_.deploy;
  const bool is_rollback = deploy.copied_from != 0;
  switch (move.effect) {
    case DeployEffect::resolve:
      return "reading the configuration";
    case DeployEffect::fetch:
      return is_rollback ? "looking for the images of release " + std::to_string(deploy.copied_from)
                         : "looking for images";
    case DeployEffect::pass_gate:
      return "release " + std::to_string(deploy.release) + ": its jobs come first";
    case DeployEffect::roll_out:
      return deploy.state == move.state ? "" : "release " + std::to_string(deploy.release);
    case DeployEffect::roll_on:
      return "resumed";
    case DeployEffect::keep_up:
      return "nothing to do";
    case DeployEffect::watch:
    case DeployEffect::ask:
      return told;
    case DeployEffect::put_back:
      return told + "; release " + std::to_string(deploy.former) + " is put back";
    case DeployEffect::await_person:
      return told + "; it is paused: `stackctl resume`, `stackctl rollback` or `stackctl cancel`";
    case DeployEffect::complete_record:
    case DeployEffect::empty_gate:
    case DeployEffect::leave_gate:
    case DeployEffect::go_live:
    case DeployEffect::tidy_up:
    case DeployEffect::step_back:
    case DeployEffect::let_stay:
    case DeployEffect::end:
      return {};
  }
  return {};
}

runtime::Task<Outcome> Attempt::carry_out(DeployEffect effect) {
  Outcome came;
  switch (effect) {
    case DeployEffect::resolve:
      came = co_await preparation_.resolve();
      if (course_.order) came = course_.ordered();
      break;
    case DeployEffect::fetch:
      came = co_await preparation_.fetch();
      if (course_.order) came = course_.ordered();
      break;
    case DeployEffect::complete_record:
      came = co_await complete_record();
      break;
    case DeployEffect::pass_gate:
      came = co_await gate_.pass();
      break;
    case DeployEffect::empty_gate:
      came = co_await gate_.empty();
      break;
    case DeployEffect::roll_out:
      came = co_await rollout_.roll_out();
      break;
    case DeployEffect::roll_on:
      came = co_await rollout_.roll_on();
      break;
    case DeployEffect::watch:
      came = co_await rollout_.watch();
      break;
    case DeployEffect::ask:
      came = co_await rollout_.ask();
      break;
    case DeployEffect::keep_up:
      came = co_await rollout_.keep_up();
      break;
    case DeployEffect::go_live:
      came = co_await rollout_.go_live();
      break;
    case DeployEffect::tidy_up:
      came = co_await rollout_.tidy_up();
      break;
    case DeployEffect::put_back:
      came = co_await way_back_.put_back();
      if (came.event == DeployEvent::put_back && goes_back_ == DeployEvent::cancel)
        came.event = DeployEvent::put_back_by_order;
      break;
    case DeployEffect::await_person:
      came = co_await way_back_.await_person();
      break;
    case DeployEffect::leave_gate:
    case DeployEffect::step_back:
    case DeployEffect::let_stay:
    case DeployEffect::end:
      carry_out_at_once(effect);
      break;
  }
  co_return came;
}

runtime::Task<Outcome> Attempt::complete_record() {
  Result<void> whole = co_await preparation_.complete_record();
  if (course_.order) co_return course_.ordered();
  if (!whole) co_return failed(whole.error().message);
  co_return gate_.look();
}

void Attempt::carry_out_at_once(DeployEffect effect) {
  if (effect == DeployEffect::leave_gate) way_back_.leave_gate();
  if (effect == DeployEffect::step_back) way_back_.step_back();
  if (effect == DeployEffect::let_stay) way_back_.let_stay();
}

Result<void> Attempt::order(DeployEvent event, const std::string& cause) {
  const decide::DeployAnswer answer = decide::answer(state_, event, decide::WayBack::open);
  if (const auto* refused = std::get_if<decide::DeployRefusal>(&answer))
    return Error{ErrorKind::conflict, "deploy " + course_.deploy.id + " " + std::string(refused->why)};
  course_.order = Course::Order{event, cause};
  wake();
  return {};
}

Result<void> Attempt::withdraw(const std::string& cause) {
  Result<void> noted = note_deploy(course_.keeper, course_.deploy, "given up: " + cause);
  if (!noted) return noted;
  if (course_.is_withdrawn) return {};
  Outcome given_up = outcome(DeployEvent::withdraw);
  const DeployMove next = decide::next_move(state_, DeployEvent::withdraw, way_back(given_up));
  state_ = next.state;
  why_ = decide::DeployFailure(cause);
  course_.is_withdrawn = true;
  carry_out_at_once(next.effect);
  Deploy end = course_.deploy;
  record_end(course_.edges, course_.keeper, end, state_, why_);
  wake();
  return {};
}

void Attempt::tell_withdrawn() {
  if (!course_.is_withdrawn) return;
  course_.deploy.state = state_;
  say({}, why_.cause);
}

void Attempt::finish() {
  record_end(course_.edges, course_.keeper, course_.deploy, state_, why_);
  const Deploy& deploy = course_.deploy;
  if (course_.edges.kept != nullptr) course_.edges.kept->remove(deploy.stack, deploy.id);
  const bool well = state_ == DeployState::live || state_ == DeployState::cancelled;
  const std::string because = deploy.cause.empty() ? "" : ": " + deploy.cause;
  static_cast<void>(note_deploy(course_.keeper, deploy, std::string(to_string(state_)) + because,
                                well ? LogLevel::info : LogLevel::error)
                        .ok());
  say({}, deploy.cause + (deploy.last_words.empty() ? "" : "; its last words:\n" + deploy.last_words));
  course_.feeds.close(deploy.id);
}

}  // namespace stackd::daemon
