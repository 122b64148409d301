// Bytes of Docker's event stream → EngineEvent. Pure. The noise of exec, attach and mounts gives no event;
// both spellings of a health event ("health_status: healthy" and Podman's field) are understood.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/event.h"

namespace stackd::engine {

/// One event as JSON; empty when it is none that we use. Errors: invalid.
Result<std::optional<EngineEvent>> read_event(std::string_view text);

/// The `filters` parameter of the event call: the types and names that read_event understands.
std::string event_filters();

class EventReader {
 public:
  /// The events that these bytes complete, in order. Errors: invalid (also a line of more than
  /// line_bytes_max); what comes after an error is not looked at.
  Result<std::vector<EngineEvent>> feed(std::string_view bytes);

  static constexpr std::size_t line_bytes_max = std::size_t{1} << 20U;

 private:
  std::string rest_;
};

}  // namespace stackd::engine
