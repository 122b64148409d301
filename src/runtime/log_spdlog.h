// Where log lines go: to standard error as text or JSON, or to systemd's journal with fields of their own.
#pragma once

#include <string>
#include <string_view>

#include "base/log.h"
#include "base/result.h"
#include "base/time.h"

namespace stackd::runtime {

enum class LogFormat {
  automatic,  // journal when standard error is connected to it, else text
  text,
  json,
  journal,
};

struct LogOptions {
  LogLevel level = LogLevel::info;
  LogFormat format = LogFormat::automatic;
};

/// A sink for set_log_sink.
LogSink make_log_sink(const LogOptions& options);

/// "debug", "info", "warning", "error". Errors: invalid, with the names there are.
Result<LogLevel> parse_log_level(std::string_view name);

/// What the sinks write, without a line end; the time is added by the text sink itself.
std::string to_text_line(const LogSubject& subject, std::string_view text);
std::string to_json_line(WallTime time, LogLevel level, const LogSubject& subject, std::string_view text);

/// Is standard error the journal's stream, as systemd's JOURNAL_STREAM says?
bool stderr_is_journal();

}  // namespace stackd::runtime
