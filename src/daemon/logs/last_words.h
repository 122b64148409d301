// What a container said before it ended, for a message.
#pragma once

#include <cstdint>
#include <string>

#include "engine/engine.h"

namespace stackd::daemon {

/// As many as a message bears.
inline constexpr std::int64_t last_words_lines = 20;

/// The last lines of its log, of both streams, as they may be quoted (last_lines in base/text.h). A log that
/// can't be read is said instead; "" when the engine can't be asked.
engine::Awaitable<std::string> last_words_of(engine::Engine& engine, std::string container_id,
                                             std::int64_t lines);

}  // namespace stackd::daemon
