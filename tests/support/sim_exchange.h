// How a call of the simulated engine goes there and back; for the units of SimEngine alone.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "runtime/bell.h"
#include "support/sim_engine.h"

namespace stackd::sim {

/// What the real client grants a call; a stop has its grace on top.
inline constexpr Duration call_limit = std::chrono::seconds(60);
inline constexpr Duration refusal_takes = std::chrono::microseconds(200);

/// A request on its way and back. Shared by the caller, who may give up or die, and by the world.
template <typename T>
struct SimEngine::Exchange {
  Call call;
  runtime::Bell answered;
  std::optional<Result<T>> answer;
  bool gave_up = false;  // the connection is gone: what has not had its effect never will
  std::shared_ptr<void> cut;
};

template <typename T>
void SimEngine::settle(const std::shared_ptr<Exchange<T>>& exchange, Result<T> outcome) {
  if (exchange->answer) return;
  if (on_answer) {
    std::string text = "ok";
    if (!outcome) text = std::string(to_string(outcome.error().kind)) + ": " + outcome.error().message;
    on_answer(exchange->call, text);
  }
  exchange->answer.emplace(std::move(outcome));
  exchange->cut.reset();
  exchange->answered.ring();
}

template <typename T>
engine::Awaitable<Result<T>> SimEngine::send(Call call, Duration limit, Effect<T> effect) {
  if (on_call) on_call(call);
  const auto exchange = std::make_shared<Exchange<T>>();
  exchange->call = std::move(call);
  const Order sent{Hand::stackd, clock_.now()};
  const Error away{ErrorKind::unavailable, "connect: no such file or directory"};
  const Error broken{exchange->call.order ? ErrorKind::unknown : ErrorKind::unavailable,
                     "the connection broke before the answer"};
  if (!host_.engine_up()) {
    std::function<void()> refuse = [this, exchange, away] { settle<T>(exchange, Result<T>(away)); };
    clock_.call_in(refusal_takes, std::move(refuse));
    co_await exchange->answered.wait();
    co_return std::move(*exchange->answer);
  }

  Fate fate;
  if (fates) fate = fates(exchange->call);
  const std::weak_ptr<Exchange<T>> weak = exchange;
  std::function<void()> on_cut = [this, weak, broken] {
    const auto cut_off = weak.lock();
    if (!cut_off) return;
    cut_off->gave_up = true;
    settle<T>(cut_off, Result<T>(broken));
  };
  exchange->cut = host_.on_cut(std::move(on_cut));

  std::function<void(Result<T>)> answer = [this, exchange, fate, broken](Result<T> outcome) {
    std::function<void()> arrive = [this, exchange, fate, broken, outcome] {
      if (fate.trouble == Trouble::lost_after_effect) return settle<T>(exchange, Result<T>(broken));
      settle<T>(exchange, outcome);
    };
    clock_.call_in(fate.until_answer, std::move(arrive));
  };
  const bool arrives = fate.trouble == Trouble::none || fate.trouble == Trouble::lost_after_effect;
  const std::string holds = arrives ? exchange->call.holds : "";
  if (!holds.empty()) ++held_[holds];
  std::function<void()> take_effect = [this, exchange, fate, sent, broken, away, effect, answer] {
    if (exchange->gave_up) return;
    if (!host_.accepts_calls()) return answer(Result<T>(away));
    switch (fate.trouble) {
      case Trouble::lost_before_effect:
        return answer(Result<T>(broken));
      case Trouble::refused:
        // As the client reads it: an order that is answered was refused (engine/docker_client.cc).
        return answer(Result<T>(Error{exchange->call.order ? ErrorKind::conflict : ErrorKind::unavailable,
                                      "the engine answered 500"}));
      case Trouble::none:
      case Trouble::lost_after_effect:
        return effect(sent, answer);
    }
  };
  std::function<void()> arrive = [this, holds, take_effect = std::move(take_effect)] {
    take_effect();
    if (!holds.empty()) release(holds);
  };
  clock_.call_in(fate.until_effect, std::move(arrive));
  std::function<void()> too_late = [this, weak, broken] {
    const auto waiting = weak.lock();
    if (waiting) settle<T>(waiting, Result<T>(broken));
  };
  const SimClock::Entry timer = clock_.call_in(limit, std::move(too_late));
  co_await exchange->answered.wait();
  clock_.cancel(timer);
  co_return std::move(*exchange->answer);
}

template <typename T, typename Question>
engine::Awaitable<Result<T>> SimEngine::ask(std::string text, Question question) {
  Effect<T> effect = [question](const Order&, const std::function<void(Result<T>)>& done) {
    done(question());
  };
  return send<T>(Call{std::move(text), false}, call_limit, std::move(effect));
}

template <typename T, typename Change>
engine::Awaitable<Result<T>> SimEngine::order(std::string text, Change change) {
  return order<T>(Call{std::move(text), true}, std::move(change));
}

template <typename T, typename Change>
engine::Awaitable<Result<T>> SimEngine::order(Call call, Change change) {
  Effect<T> effect = [change](const Order& order, const std::function<void(Result<T>)>& done) {
    done(change(order));
  };
  return send<T>(std::move(call), call_limit, std::move(effect));
}

}  // namespace stackd::sim
