#include "runtime/log_spdlog.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/ansicolor_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <syslog.h>
#include <unistd.h>

// The journal would else record this file as the place of every line.
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <chrono>
#include <cstdlib>
#include <memory>
#include <systemd/sd-journal.h>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/text.h"

namespace stackd::runtime {

namespace {

std::string_view name_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
      return "error";
  }
  return "error";
}

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

int to_priority(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return LOG_DEBUG;
    case LogLevel::info:
      return LOG_INFO;
    case LogLevel::warning:
      return LOG_WARNING;
    case LogLevel::error:
      return LOG_ERR;
  }
  return LOG_ERR;
}

/// One line stays one line: what a container wrote may contain anything.
std::string on_one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    if (c == '\n')
      line += "\\n";
    else
      line += static_cast<unsigned char>(c) < 0x20 && c != '\t' ? '?' : c;
  }
  return line;
}

/// A container may write any bytes; JSON may not hold them.
std::string as_utf8(std::string_view text) {
  std::string line(text);
  if (is_utf8(text)) return line;
  for (char& c : line) {
    if (static_cast<unsigned char>(c) >= 0x80) c = '?';
  }
  return line;
}

LogSink to_stderr(const LogOptions& options) {
  std::shared_ptr<spdlog::sinks::sink> sink;
  if (options.format == LogFormat::json)
    sink = std::make_shared<spdlog::sinks::stderr_sink_st>();
  else
    sink = std::make_shared<spdlog::sinks::ansicolor_stderr_sink_st>();
  auto logger = std::make_shared<spdlog::logger>("stackd", std::move(sink));
  logger->set_level(to_spdlog(options.level));
  logger->flush_on(spdlog::level::trace);
  const bool as_json = options.format == LogFormat::json;
  logger->set_pattern(as_json ? "%v" : "%Y-%m-%dT%H:%M:%S.%e%z %^%-7l%$ %v");
  return [logger, as_json](LogLevel level, const LogSubject& subject, std::string_view text) {
    if (!logger->should_log(to_spdlog(level))) return;
    const auto now = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
    logger->log(to_spdlog(level), "{}",
                as_json ? to_json_line(now, level, subject, text) : to_text_line(subject, text));
  };
}

LogSink to_journal(LogLevel least) {
  return [least](LogLevel level, const LogSubject& subject, std::string_view text) {
    if (level < least) return;
    std::vector<std::string> fields = {"MESSAGE=" + to_text_line(subject, text),
                                       "PRIORITY=" + std::to_string(to_priority(level)),
                                       "SYSLOG_IDENTIFIER=stackd"};
    if (!subject.stack.empty()) fields.push_back("STACKD_STACK=" + subject.stack);
    if (!subject.service.empty()) fields.push_back("STACKD_SERVICE=" + subject.service);
    if (subject.release != 0) fields.push_back("STACKD_RELEASE=" + std::to_string(subject.release));
    std::vector<iovec> vectors;
    for (std::string& field : fields) vectors.push_back(iovec{field.data(), field.size()});
    sd_journal_sendv(vectors.data(), static_cast<int>(vectors.size()));
  };
}

}  // namespace

LogSink make_log_sink(const LogOptions& options) {
  const bool journal =
      options.format == LogFormat::journal || (options.format == LogFormat::automatic && stderr_is_journal());
  return journal ? to_journal(options.level) : to_stderr(options);
}

Result<LogLevel> parse_log_level(std::string_view name) {
  for (const LogLevel level : {LogLevel::debug, LogLevel::info, LogLevel::warning, LogLevel::error}) {
    if (name == name_of(level)) return level;
  }
  return Error{ErrorKind::invalid,
               "the log level " + quote(name) + " is none of debug, info, warning, error"};
}

std::string to_text_line(const LogSubject& subject, std::string_view text) {
  std::string line = subject.stack;
  if (!subject.service.empty()) line += (line.empty() ? "" : "/") + subject.service;
  if (subject.release != 0)
    line += (line.empty() ? "release " : " release ") + std::to_string(subject.release);
  if (!line.empty()) line += ": ";
  return on_one_line(line.append(text));
}

std::string to_json_line(WallTime time, LogLevel level, const LogSubject& subject, std::string_view text) {
  json::object line;
  line["time"] = to_rfc3339(time);
  line["level"] = name_of(level);
  if (!subject.stack.empty()) line["stack"] = subject.stack;
  if (!subject.service.empty()) line["service"] = subject.service;
  if (subject.release != 0) line["release"] = subject.release;
  line["text"] = as_utf8(text);
  return to_text(json::value(std::move(line)));
}

bool stderr_is_journal() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat found {};
  if (stream == nullptr || fstat(STDERR_FILENO, &found) != 0) return false;
  return std::to_string(found.st_dev) + ":" + std::to_string(found.st_ino) == stream;
}

}  // namespace stackd::runtime
