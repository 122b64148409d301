// The engine's two long answers, read to our own kinds: events and logs. Each owns its connection and needs
// nothing else of the engine.
#pragma once

#include <memory>

#include "engine/engine.h"
#include "runtime/http_client.h"

namespace stackd::engine {

std::unique_ptr<EventStream> make_event_stream(std::unique_ptr<runtime::HttpStream> bytes);

/// `raw`: the container has a terminal.
std::unique_ptr<LogStream> make_log_stream(std::unique_ptr<runtime::HttpStream> bytes, bool raw);

}  // namespace stackd::engine
