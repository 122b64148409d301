#include "daemon/keep/engine_watch.h"

#include <algorithm>

#include "base/log.h"

namespace stackd::daemon {
namespace {

constexpr Duration reconnect_pause_min = std::chrono::milliseconds(50);
constexpr Duration reconnect_pause_max = std::chrono::seconds(5);

}  // namespace

runtime::Task<void> EngineWatch::run() {
  Duration pause = reconnect_pause_min;
  while (true) {
    const Time began = edges_.clock.now();
    Result<void> ended = co_await watch_once();
    was_unreachable_ = was_unreachable_ || !was_connected_;
    listener_.engine_lost(ended.error());
    if (was_connected_ && edges_.clock.now() - began > reconnect_pause_max) pause = reconnect_pause_min;
    was_connected_ = false;
    co_await runtime::sleep_for(edges_.clock, pause);
    pause = std::min(pause * 2, reconnect_pause_max);
  }
}

runtime::Task<Result<void>> EngineWatch::watch_once() {
  Result<engine::EngineInfo> info = co_await edges_.engine.info();
  if (!info) co_return info.error();
  std::optional<WallTime> since;
  if (info->boot_id == last_boot_id_) since = last_event_at_;
  Result<std::unique_ptr<engine::EventStream>> stream = co_await edges_.engine.open_events(since);
  if (!stream && stream.error().kind == ErrorKind::forbidden) {
    Error needed = stream.error();
    needed.message += "; stackd can't do without the engine's events: allow GET /events";
    co_return needed;
  }
  if (!stream) co_return stream.error();
  was_connected_ = true;
  const bool was_gone = was_unreachable_;
  was_unreachable_ = false;
  last_boot_id_ = info->boot_id;
  listener_.engine_connected(*info, was_gone);
  while (true) {
    Result<EngineEvent> event = co_await (*stream)->next();
    if (!event) co_return event.error();
    last_event_at_ = event->at;
    listener_.engine_event(*event);
  }
}

}  // namespace stackd::daemon
