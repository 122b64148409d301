// Keeps the one stream of engine events open: connects, says what it met, hands on every event, and connects
// again with growing pauses when the engine goes away. Decides nothing about containers.
#pragma once

#include <optional>
#include <string>

#include "daemon/host/edges.h"

namespace stackd::daemon {

/// Who wants to know. Called from the watch's coroutine; must not wait.
class EngineListener {
 public:
  virtual ~EngineListener() = default;
  /// The stream is open: what is looked at from now on misses nothing. `was_gone`: the engine could not be
  /// reached at all before this.
  virtual void engine_connected(const engine::EngineInfo& info, bool was_gone) = 0;
  virtual void engine_lost(const Error& error) = 0;
  virtual void engine_event(const EngineEvent& event) = 0;
};

class EngineWatch {
 public:
  EngineWatch(Edges edges, EngineListener& listener) : edges_(edges), listener_(listener) {}

  /// Ends only by cancellation.
  runtime::Task<void> run();

 private:
  runtime::Task<Result<void>> watch_once();

  Edges edges_;
  EngineListener& listener_;
  std::optional<WallTime> last_event_at_;
  std::string last_boot_id_;
  bool was_connected_ = false;
  bool was_unreachable_ = false;
};

}  // namespace stackd::daemon
