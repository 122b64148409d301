#include "daemon/keep/observe.h"

#include <functional>
#include <optional>

#include "base/log.h"
#include "runtime/lanes.h"

namespace stackd::daemon {
namespace {

bool vanished(const Error& error) {
  return error.kind == ErrorKind::not_found;
}

engine::Awaitable<Result<void>> observe_networks(engine::Engine& engine, std::shared_ptr<const Stack> stack,
                                                 Observed& observed) {
  Result<std::vector<ObservedNetwork>> listed = co_await engine.list_networks(stack->name);
  if (!listed) co_return listed.error();
  std::map<std::string, ObservedNetwork> found;
  for (ObservedNetwork& network : *listed) found[network.name] = std::move(network);
  for (const auto& [key, network] : stack->networks) {
    if (found.count(network.name) > 0) continue;
    Result<ObservedNetwork> other = co_await engine.inspect_network(network.name);
    if (other) found[network.name] = *other;
    if (!other && !vanished(other.error())) co_return other.error();
  }
  observed.networks = std::move(found);
  co_return Result<void>();
}

engine::Awaitable<Result<void>> observe_volumes(engine::Engine& engine, std::shared_ptr<const Stack> stack,
                                                Observed& observed) {
  Result<std::vector<ObservedVolume>> listed = co_await engine.list_volumes(stack->name);
  if (!listed) co_return listed.error();
  std::map<std::string, ObservedVolume> found;
  for (ObservedVolume& volume : *listed) found[volume.name] = std::move(volume);
  for (const auto& [key, volume] : stack->volumes) {
    if (found.count(volume.name) > 0) continue;
    Result<ObservedVolume> other = co_await engine.inspect_volume(volume.name);
    if (other) found[volume.name] = *other;
    if (!other && !vanished(other.error())) co_return other.error();
  }
  observed.volumes = std::move(found);
  co_return Result<void>();
}

engine::Awaitable<Result<void>> observe_strangers(engine::Engine& engine, std::shared_ptr<const Stack> stack,
                                                  Observed& observed) {
  std::map<std::string, ObservedStranger> found;
  for (const auto& [key, service] : stack->services) {
    for (const std::string& name : namespace_strangers(service)) {
      Result<ObservedContainer> there = co_await engine.inspect_container(name);
      if (!there && !vanished(there.error())) co_return there.error();
      if (!there) continue;
      ObservedStranger& stranger = found[name];
      stranger.id = there->id;
      stranger.running = there->state == ContainerState::running;
      stranger.started_at = there->started_at;
    }
  }
  observed.strangers = std::move(found);
  co_return Result<void>();
}

}  // namespace

engine::Awaitable<Result<void>> observe_resources(engine::Engine& engine, std::shared_ptr<const Stack> stack,
                                                  Observed& observed) {
  Result<void> networks = co_await observe_networks(engine, stack, observed);
  if (!networks) co_return networks;
  Result<void> volumes = co_await observe_volumes(engine, stack, observed);
  if (!volumes) co_return volumes;
  Result<void> strangers = co_await observe_strangers(engine, stack, observed);
  co_return strangers;
}

namespace {

/// What several questions at once are put together in.
struct Looking {
  Looking(engine::Engine& engine_, std::vector<engine::ContainerSummary> listed_)
      : engine(engine_), listed(std::move(listed_)) {}
  engine::Engine& engine;
  std::vector<engine::ContainerSummary> listed;
  Observed observed;
  std::optional<Error> failed;  // the first; then nothing more is asked
};

engine::Awaitable<void> look_at_one(Looking& looking, std::size_t number) {
  if (looking.failed) co_return;
  const std::string id = looking.listed[number].id;
  Result<ObservedContainer> container = co_await looking.engine.inspect_container(id);
  if (container) {
    looking.observed.containers[id] = *std::move(container);
  } else if (!vanished(container.error()) && !looking.failed) {
    looking.failed = container.error();
  }
}

}  // namespace

engine::Awaitable<Result<Observed>> observe(engine::Engine& engine, std::shared_ptr<const Stack> stack,
                                            std::set<std::string> not_asked) {
  Result<std::vector<engine::ContainerSummary>> listed = co_await engine.list_containers(stack->name);
  if (!listed) co_return listed.error();
  std::erase_if(*listed,
                [&](const engine::ContainerSummary& found) { return not_asked.count(found.id) > 0; });
  Looking looking(engine, *std::move(listed));
  std::function<engine::Awaitable<void>(std::size_t)> one = [&looking](std::size_t number) {
    return look_at_one(looking, number);
  };
  co_await runtime::in_lanes(questions_max, looking.listed.size(), std::move(one));
  if (looking.failed) co_return *looking.failed;
  Result<void> rest = co_await observe_resources(engine, stack, looking.observed);
  if (!rest) co_return rest.error();
  co_return std::move(looking.observed);
}

engine::Awaitable<Result<Observed>> observe(engine::Engine& engine, std::shared_ptr<const Stack> stack) {
  return observe(engine, std::move(stack), std::set<std::string>());
}

engine::Awaitable<Result<Observed>> observe_all(engine::Engine& engine) {
  Observed observed;
  Result<std::vector<engine::ContainerSummary>> listed = co_await engine.list_containers({});
  if (!listed) co_return listed.error();
  for (const engine::ContainerSummary& summary : *listed) {
    Result<ObservedContainer> container = co_await engine.inspect_container(summary.id);
    if (container) observed.containers[summary.id] = *container;
    if (container || vanished(container.error())) continue;
    if (container.error().kind == ErrorKind::unavailable) co_return container.error();
    log(LogLevel::warning, LogSubject{summary.project, summary.service}, container.error().message);
  }
  co_return observed;
}

}  // namespace stackd::daemon
