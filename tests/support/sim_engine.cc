#include "support/sim_engine.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "base/check.h"
#include "model/identity.h"
#include "runtime/bell.h"

namespace stackd::sim {

using engine::Awaitable;

namespace {

/// What the real client grants a call; a stop has its grace on top.
constexpr Duration call_limit = std::chrono::seconds(60);
constexpr Duration default_grace = std::chrono::seconds(10);
constexpr Duration refusal_takes = std::chrono::microseconds(200);

std::string outcome_text(const Error& error) {
  return std::string(to_string(error.kind)) + ": " + error.message;
}

Labels compose_labels(const Stack& stack, std::string_view kind, const std::string& key, const Labels& own) {
  Labels labels = own;
  labels.insert_or_assign(std::string(label::project), stack.name);
  labels.insert_or_assign(std::string(kind), key);
  labels.insert_or_assign(std::string(label::version), std::string(label::compose_version));
  return labels;
}

}  // namespace

/// A request on its way and back. Shared by the caller, who may give up or die, and by the world.
template <typename T>
struct SimEngine::Exchange {
  Call call;
  runtime::Bell answered;
  std::optional<Result<T>> answer;
  bool gave_up = false;  // the connection is gone: what has not had its effect never will
  std::shared_ptr<void> cut;
};

SimEngine::SimEngine(SimClock& clock, SimHost& host) : clock_(clock), host_(host) {}

template <typename T>
void SimEngine::settle(const std::shared_ptr<Exchange<T>>& exchange, Result<T> outcome) {
  if (exchange->answer) return;
  if (on_answer) {
    std::string text = "ok";
    if (!outcome) text = outcome_text(outcome.error());
    on_answer(exchange->call, text);
  }
  exchange->answer.emplace(std::move(outcome));
  exchange->cut.reset();
  exchange->answered.ring();
}

template <typename T>
Awaitable<Result<T>> SimEngine::send(Call call, Duration limit, Effect<T> effect) {
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

void SimEngine::release(const std::string& id) {
  if (--held_[id] > 0) return;
  held_.erase(id);
  const auto [begin, end] = questions_.equal_range(id);
  std::vector<std::function<void()>> now;
  for (auto it = begin; it != end; ++it) now.push_back(std::move(it->second));
  questions_.erase(begin, end);
  for (const std::function<void()>& answer : now) answer();
}

template <typename T, typename Question>
Awaitable<Result<T>> SimEngine::ask(std::string text, Question question) {
  Effect<T> effect = [question](const Order&, const std::function<void(Result<T>)>& done) {
    done(question());
  };
  return send<T>(Call{std::move(text), false}, call_limit, std::move(effect));
}

template <typename T, typename Change>
Awaitable<Result<T>> SimEngine::order(std::string text, Change change) {
  return order<T>(Call{std::move(text), true}, std::move(change));
}

template <typename T, typename Change>
Awaitable<Result<T>> SimEngine::order(Call call, Change change) {
  Effect<T> effect = [change](const Order& order, const std::function<void(Result<T>)>& done) {
    done(change(order));
  };
  return send<T>(std::move(call), call_limit, std::move(effect));
}

// --- events and logs

class SimEngine::Events final : public engine::EventStream {
 public:
  explicit Events(SimEngine& owner) : state_(std::make_shared<State>()) {
    const std::weak_ptr<State> weak = state_;
    state_->cut = std::make_shared<std::function<void()>>([weak] {
      if (const auto state = weak.lock()) {
        state->broken = true;
        state->bell.ring();
      }
    });
    owner.open_events_.push_back(state_->cut);
  }

  void begin(SimEngine& owner, std::optional<WallTime> since) {
    state_->host_cut = owner.host_.on_cut(*state_->cut);
    const std::weak_ptr<State> weak = state_;
    SimEngine* engine = &owner;
    state_->subscription = owner.host_.subscribe(since, [engine, weak](const EngineEvent& event) {
      if (const auto state = weak.lock()) state->deliver(*engine, state, event);
    });
  }

  Awaitable<Result<EngineEvent>> next() override {
    const std::shared_ptr<State> state = state_;
    for (;;) {
      if (!state->arrived.empty()) {
        EngineEvent event = state->arrived.front();
        state->arrived.pop_front();
        co_return event;
      }
      if (state->broken) {
        Error broken{ErrorKind::unavailable, "the event stream broke"};
        co_return broken;
      }
      co_await state->bell.wait();
    }
  }

 private:
  struct State {
    std::deque<EngineEvent> arrived;
    runtime::Bell bell;
    bool broken = false;
    Time last_arrival{};
    std::shared_ptr<std::function<void()>> cut;
    std::shared_ptr<void> host_cut;
    std::shared_ptr<void> subscription;

    /// A stream keeps its order, whatever the single delays.
    void deliver(SimEngine& engine, const std::shared_ptr<State>& self, const EngineEvent& event) {
      EventFate fate;
      if (engine.event_fates) fate = engine.event_fates(event);
      if (fate.lost) return;
      last_arrival = std::max(last_arrival, runtime::later(engine.clock_.now(), fate.delay));
      const std::weak_ptr<State> weak = self;
      for (int copy = 0; copy < (fate.doubled ? 2 : 1); ++copy) {
        engine.clock_.call_at(last_arrival, [weak, event] {
          const auto state = weak.lock();
          if (!state || state->broken) return;
          state->arrived.push_back(event);
          state->bell.ring();
        });
      }
    }
  };

  std::shared_ptr<State> state_;
};

void SimEngine::cut_events() {
  const auto open = std::exchange(open_events_, {});
  for (const auto& weak : open) {
    if (const auto cut = weak.lock()) (*cut)();
  }
}

Awaitable<Result<std::unique_ptr<engine::EventStream>>> SimEngine::open_events(
    std::optional<WallTime> since) {
  auto events = std::make_shared<std::unique_ptr<Events>>(std::make_unique<Events>(*this));
  Effect<bool> begin = [this, events, since](const Order&, const std::function<void(Result<bool>)>& done) {
    if (*events) (*events)->begin(*this, since);
    done(true);
  };
  Call call{"events", false};
  const Result<bool> opened = co_await send<bool>(std::move(call), call_limit, std::move(begin));
  if (!opened) co_return opened.error();
  std::unique_ptr<engine::EventStream> stream = std::move(*events);
  co_return stream;
}

class SimEngine::Logs final : public engine::LogStream {
 public:
  explicit Logs(std::string text) : text_(std::move(text)) {}

  Awaitable<Result<std::optional<engine::LogEntry>>> next() override {
    if (std::exchange(told_, true)) co_return std::optional<engine::LogEntry>();
    engine::LogEntry entry;
    entry.text = text_;
    co_return std::optional<engine::LogEntry>(entry);
  }

 private:
  std::string text_;
  bool told_ = false;
};

Awaitable<Result<std::unique_ptr<engine::LogStream>>> SimEngine::open_logs(std::string id,
                                                                           engine::LogOptions) {
  // Named one by one: g++ 12 destroys such temporaries of a coroutine twice.
  std::string text = "logs " + short_id(id);
  std::function<Result<ObservedContainer>()> question = [this, id] { return host_.inspect(id); };
  Awaitable<Result<ObservedContainer>> asked = ask<ObservedContainer>(std::move(text), std::move(question));
  const Result<ObservedContainer> seen = co_await std::move(asked);
  if (!seen) co_return seen.error();
  std::unique_ptr<engine::LogStream> stream = std::make_unique<Logs>("the last words of " + seen->name);
  co_return stream;
}

// --- one line of wire a call

Awaitable<Result<engine::EngineInfo>> SimEngine::info() {
  return ask<engine::EngineInfo>("info", [this] { return host_.info(); });
}

Awaitable<Result<engine::EngineHoldings>> SimEngine::holdings() {
  return ask<engine::EngineHoldings>("holdings", [this] {
    engine::EngineHoldings held;
    held.containers = host_.list("");
    return Result<engine::EngineHoldings>(std::move(held));
  });
}

Awaitable<Result<std::vector<engine::ContainerSummary>>> SimEngine::list_containers(std::string project) {
  return ask<std::vector<engine::ContainerSummary>>("list containers " + project,
                                                    [this, project] { return host_.list(project); });
}

Awaitable<Result<ObservedContainer>> SimEngine::inspect_container(std::string id) {
  Effect<ObservedContainer> effect = [this, id](const Order&,
                                                std::function<void(Result<ObservedContainer>)> done) {
    if (held_.count(id) == 0) return done(host_.inspect(id));
    questions_.emplace(id, [this, id, done = std::move(done)] { done(host_.inspect(id)); });
  };
  return send<ObservedContainer>(Call{"inspect " + short_id(id), false}, call_limit, std::move(effect));
}

Awaitable<Result<std::string>> SimEngine::create_container(engine::ContainerSpec spec) {
  std::map<std::string, std::vector<std::string>> further;
  if (host_.connects_one) further = networks_at_start(spec);
  if (!further.empty()) further.erase(further.begin());
  Result<std::string> id = co_await create(std::move(spec));
  if (!id) co_return id;
  for (const auto& [network, aliases] : further) {
    const Result<void> connected = co_await connect(network, *id, aliases);
    if (connected) continue;
    co_await remove_container(*id, true, true);
    co_return connected.error();
  }
  co_return id;
}

Awaitable<Result<std::string>> SimEngine::create(engine::ContainerSpec spec) {
  std::string text = "create " + spec.name;
  return order<std::string>(std::move(text), [this, spec = std::move(spec)](const Order& order) {
    return host_.create(spec, order);
  });
}

Awaitable<Result<void>> SimEngine::connect(const std::string& network, const std::string& id,
                                           const std::vector<std::string>& aliases) {
  return order<void>("connect " + short_id(id) + " " + network,
                     [this, network, id, aliases](const Order& order) {
                       return host_.connect(network, id, aliases, order);
                     });
}

Awaitable<Result<void>> SimEngine::start_container(std::string id) {
  return order<void>(Call{"start " + short_id(id), true, id},
                     [this, id](const Order& order) { return host_.start(id, order); });
}

Awaitable<Result<void>> SimEngine::stop_container(std::string id, std::optional<Duration> grace) {
  Effect<void> effect = [this, id, grace](const Order& order, std::function<void(Result<void>)> done) {
    host_.stop(id, grace, order, std::move(done));
  };
  Call call{"stop " + short_id(id), true};
  return send<void>(std::move(call), call_limit + grace.value_or(default_grace), std::move(effect));
}

Awaitable<Result<void>> SimEngine::kill_container(std::string id, std::string signal) {
  return order<void>("kill " + short_id(id) + " " + signal,
                     [this, id, signal](const Order& order) { return host_.kill(id, signal, order); });
}

Awaitable<Result<void>> SimEngine::remove_container(std::string id, bool force, bool) {
  return order<void>("remove " + short_id(id),
                     [this, id, force](const Order& order) { return host_.remove(id, force, order); });
}

Awaitable<Result<void>> SimEngine::rename_container(std::string id, std::string name) {
  return order<void>("rename " + short_id(id) + " " + name,
                     [this, id, name](const Order& order) { return host_.rename(id, name, order); });
}

Awaitable<Result<void>> SimEngine::set_restart_policy(std::string id, std::string policy) {
  return order<void>("update " + short_id(id) + " " + policy,
                     [this, id, policy](const Order& order) { return host_.set_policy(id, policy, order); });
}

Awaitable<Result<void>> SimEngine::put_file(std::string id, engine::ContainerFile file) {
  return order<void>("put " + short_id(id) + " " + file.path, [this, id](const Order&) -> Result<void> {
    const Result<ObservedContainer> seen = host_.inspect(id);
    if (!seen) return seen.error();
    return {};
  });
}

Awaitable<Result<std::string>> SimEngine::create_exec(engine::ExecSpec spec) {
  std::string text = "exec " + short_id(spec.container_id);
  return order<std::string>(std::move(text),
                            [this, spec = std::move(spec)](const Order&) { return host_.create_exec(spec); });
}

Awaitable<Result<std::string>> SimEngine::run_exec(std::string exec_id) {
  Effect<std::string> effect = [this, exec_id](const Order&, std::function<void(Result<std::string>)> done) {
    host_.run_exec(exec_id, std::move(done));
  };
  Call call{"run exec " + short_id(exec_id), true};
  return send<std::string>(std::move(call), call_limit, std::move(effect));
}

Awaitable<Result<engine::ExecState>> SimEngine::inspect_exec(std::string exec_id) {
  return ask<engine::ExecState>("inspect exec " + short_id(exec_id),
                                [this, exec_id] { return host_.inspect_exec(exec_id); });
}

Awaitable<Result<std::vector<ObservedNetwork>>> SimEngine::list_networks(std::string project) {
  return ask<std::vector<ObservedNetwork>>("list networks " + project,
                                           [this, project] { return host_.list_networks(project); });
}

Awaitable<Result<ObservedNetwork>> SimEngine::inspect_network(std::string name) {
  return ask<ObservedNetwork>("inspect network " + name,
                              [this, name] { return host_.inspect_network(name); });
}

Awaitable<Result<std::string>> SimEngine::create_network(std::shared_ptr<const Stack> stack,
                                                         std::string key) {
  return order<std::string>("create network " + key, [this, stack, key](const Order& order) {
    const NetworkDefinition& network = stack->networks.at(key);
    Labels labels = compose_labels(*stack, label::network, key, network.labels);
    labels[std::string(label::config_hash)] = network.config_hash;
    return host_.create_network(network.name, labels, network.internal, order);
  });
}

Awaitable<Result<void>> SimEngine::remove_network(std::string id) {
  return order<void>("remove network " + short_id(id),
                     [this, id](const Order& order) { return host_.remove_network(id, order); });
}

Awaitable<Result<void>> SimEngine::connect_network(std::shared_ptr<const Stack> stack, std::string key,
                                                   std::string container_id, std::string service,
                                                   std::string container_name) {
  return order<void>("connect " + short_id(container_id) + " " + key,
                     [this, stack, key, container_id, service, container_name](const Order& order) {
                       std::vector<std::string> aliases{container_name, service};
                       const auto& networks = stack->services.at(service).networks;
                       if (const auto own = networks.find(key); own != networks.end()) {
                         const auto& more = own->second.aliases;
                         aliases.insert(aliases.end(), more.begin(), more.end());
                       }
                       return host_.connect(stack->networks.at(key).name, container_id, std::move(aliases),
                                            order);
                     });
}

Awaitable<Result<void>> SimEngine::disconnect_network(std::string name, std::string container_id, bool) {
  return order<void>(
      "disconnect " + short_id(container_id) + " " + name,
      [this, name, container_id](const Order& order) { return host_.disconnect(name, container_id, order); });
}

Awaitable<Result<std::vector<ObservedVolume>>> SimEngine::list_volumes(std::string project) {
  return ask<std::vector<ObservedVolume>>("list volumes " + project,
                                          [this, project] { return host_.list_volumes(project); });
}

Awaitable<Result<ObservedVolume>> SimEngine::inspect_volume(std::string name) {
  return ask<ObservedVolume>("inspect volume " + name, [this, name] { return host_.inspect_volume(name); });
}

Awaitable<Result<void>> SimEngine::create_volume(std::shared_ptr<const Stack> stack, std::string key) {
  return order<void>("create volume " + key, [this, stack, key](const Order& order) -> Result<void> {
    const VolumeDefinition& volume = stack->volumes.at(key);
    host_.create_volume(volume.name, compose_labels(*stack, label::volume, key, volume.labels), order);
    return {};
  });
}

Awaitable<Result<void>> SimEngine::remove_volume(std::string name) {
  return order<void>("remove volume " + name,
                     [this, name](const Order& order) { return host_.remove_volume(name, order); });
}

Awaitable<Result<ObservedImage>> SimEngine::inspect_image(std::string reference) {
  return ask<ObservedImage>("inspect image " + reference,
                            [this, reference] { return host_.inspect_image(reference); });
}

Awaitable<Result<void>> SimEngine::pull_image(std::string reference, std::string,
                                              std::function<void(std::string)> on_progress) {
  Effect<void> effect = [this, reference, on_progress](const Order& order,
                                                       const std::function<void(Result<void>)>& done) {
    std::function<void()> pulled = [this, reference, order, done] {
      done(host_.pull_image(reference, order));
    };
    clock_.call_in(pull_takes, std::move(pulled));
  };
  Call call{"pull " + reference, true};
  return send<void>(std::move(call), std::chrono::hours(1), std::move(effect));
}

Awaitable<Result<void>> SimEngine::tag_image(std::string id, std::string repository, std::string tag) {
  std::string name = repository + ":" + tag;
  return order<void>("tag " + name,
                     [this, id, name](const Order& order) { return host_.tag_image(id, name, order); });
}

Awaitable<Result<void>> SimEngine::remove_image(std::string reference) {
  return order<void>("remove image " + reference,
                     [this, reference](const Order& order) { return host_.remove_image(reference, order); });
}

}  // namespace stackd::sim
