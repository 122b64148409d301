#include "support/sim_engine.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "model/identity.h"
#include "runtime/bell.h"
#include "support/sim_exchange.h"

namespace stackd::sim {

using engine::Awaitable;

SimEngine::SimEngine(SimClock& clock, SimHost& host) : clock_(clock), host_(host) {}

void SimEngine::release(const std::string& id) {
  if (--held_[id] > 0) return;
  held_.erase(id);
  const auto [begin, end] = questions_.equal_range(id);
  std::vector<std::function<void()>> now;
  for (auto it = begin; it != end; ++it) now.push_back(std::move(it->second));
  questions_.erase(begin, end);
  for (const std::function<void()>& answer : now) answer();
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

}  // namespace stackd::sim
