// One line per fact: a level, what it is about, and a sentence. Where lines go is decided once, in main.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace stackd {

enum class LogLevel { debug, info, warning, error };

/// What a line is about; empty fields are left out.
struct LogSubject {
  std::string stack;
  std::string service;
  std::int64_t release = 0;
};

using LogSink = std::function<void(LogLevel, const LogSubject&, std::string_view text)>;

/// Replaces the sink of the process; before the first call lines are dropped. Not for use while coroutines
/// run.
void set_log_sink(LogSink sink);

void log(LogLevel level, const LogSubject& subject, std::string_view text);
void log(LogLevel level, std::string_view text);

}  // namespace stackd
