#include "daemon/keep/pre_start.h"

#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "daemon/logs/last_words.h"
#include "model/identity.h"

namespace stackd::daemon {
namespace {

constexpr Duration hook_max = std::chrono::minutes(10);
constexpr Duration first_look = std::chrono::milliseconds(50);
constexpr Duration look_pause_max = std::chrono::seconds(1);
constexpr std::int64_t pre_start_lines_max = 10;

using Containers = std::map<std::string, std::string>;

/// A predecessor of another configuration or image is no replica: what it needed prepared may be something
/// else.
bool is_replica(const ObservedContainer& container, const ObservedContainer& other) {
  return !other.oneoff && other.state == ContainerState::running &&
         other.config_hash == container.config_hash && other.image_id == container.image_id;
}

/// True: a replica of the service runs already. Removes what an earlier try left.
runtime::Task<Result<bool>> clear_the_way(Edges edges, std::string project, StartContainer action) {
  Result<ObservedContainer> own = co_await edges.engine.inspect_container(action.container_id);
  if (!own) co_return own.error();
  Result<std::vector<engine::ContainerSummary>> listed = co_await edges.engine.list_containers(project);
  if (!listed) co_return listed.error();
  for (const engine::ContainerSummary& summary : *listed) {
    if (summary.service != action.service || summary.id == action.container_id) continue;
    Result<ObservedContainer> container = co_await edges.engine.inspect_container(summary.id);
    if (!container && container.error().kind == ErrorKind::not_found) continue;
    if (!container) co_return container.error();
    if (is_replica(*own, *container)) co_return true;
    if (container->hook != label::pre_start) continue;
    Result<void> stopped = co_await edges.engine.stop_container(summary.id, std::nullopt);
    if (!stopped && stopped.error().kind != ErrorKind::not_found) co_return stopped.error();
    Result<void> removed = co_await edges.engine.remove_container(summary.id, true, true);
    if (!removed) co_return removed.error();
  }
  co_return false;
}

runtime::Task<Result<std::string>> image_of(Edges edges, decide::Desired desired, std::string service,
                                            Hook hook) {
  if (hook.image.empty()) {
    auto image = desired.images.find(service);
    const bool recorded = image != desired.images.end() && !image->second.id.empty();
    co_return recorded ? image->second.id : desired.stack->services.at(service).image;
  }
  Result<ObservedImage> there = co_await edges.engine.inspect_image(hook.image);
  if (there) co_return hook.image;
  if (there.error().kind != ErrorKind::not_found) co_return there.error();
  Result<void> pulled = co_await edges.engine.pull_image(hook.image, {}, [](const std::string&) {});
  if (!pulled) co_return pulled.error();
  co_return hook.image;
}

runtime::Task<Result<ObservedContainer>> await_exit(Edges edges, std::string id) {
  const Time until = edges.clock.now() + hook_max;
  Duration pause = first_look;
  while (true) {
    Result<ObservedContainer> container = co_await edges.engine.inspect_container(id);
    if (!container && container.error().kind != ErrorKind::unavailable) co_return container.error();
    if (container && !decide::runs(*container)) co_return container;
    if (edges.clock.now() >= until) break;
    co_await runtime::sleep_for(edges.clock, pause);
    pause = std::min(pause * 2, look_pause_max);
  }
  Result<void> stopped = co_await edges.engine.stop_container(id, std::nullopt);
  if (!stopped) co_return stopped.error();
  Error late{ErrorKind::timeout, "it ran longer than " + to_human(hook_max)};
  co_return late;
}

runtime::Task<Result<void>> run_one(Edges edges, engine::ContainerSpec spec) {
  Result<std::string> id = co_await edges.engine.create_container(std::move(spec));
  if (!id) co_return id.error();
  Result<void> started = co_await edges.engine.start_container(*id);
  if (!started) co_return started;
  Result<ObservedContainer> ended = co_await await_exit(edges, *id);
  if (!ended) co_return ended.error();
  if (ended->exit_code == 0) co_return co_await edges.engine.remove_container(*id, true, true);
  Error failed{ErrorKind::invalid, "ended with " + std::to_string(ended->exit_code)};
  const std::string words = co_await last_words_of(edges.engine, *id, pre_start_lines_max);
  if (!words.empty()) failed.message += ": " + words;
  failed.message += " (its container " + short_id(*id) + " is kept)";
  co_return failed;
}

}  // namespace

runtime::Task<Result<void>> run_pre_start(Edges edges, decide::Desired desired, Containers containers,
                                          StartContainer action) {
  const std::vector<Hook> hooks = desired.stack->services.at(action.service).pre_start;
  if (hooks.empty()) co_return Result<void>();
  const std::string what = "pre_start of " + action.service;
  Result<bool> running = co_await clear_the_way(edges, desired.stack->name, action);
  if (!running) co_return running.error().while_doing(what);
  if (*running) co_return Result<void>();
  std::size_t number = 0;
  for (const Hook& hook : hooks) {
    const std::string which = what + ", hook " + std::to_string(++number);
    Result<std::string> image = co_await image_of(edges, desired, action.service, hook);
    if (!image) co_return image.error().while_doing(which);
    engine::ContainerSpec spec;
    spec.stack = desired.stack;
    spec.service = action.service;
    spec.name = desired.stack->name + "-" + action.service + "-pre_start-" + std::to_string(number);
    spec.role = "hook";
    spec.image = *image;
    spec.containers = containers;
    spec.oneoff = true;
    spec.hook = hook;
    spec.volumes_of = action.container_id;
    Result<void> ran = co_await run_one(edges, std::move(spec));
    if (!ran) co_return ran.error().while_doing(which);
    log(LogLevel::info, LogSubject{desired.stack->name, action.service, desired.release}, which + " is done");
  }
  co_return Result<void>();
}

}  // namespace stackd::daemon
