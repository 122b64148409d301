#include "base/log.h"

#include <utility>

namespace stackd {
namespace {

LogSink& sink() {
  static LogSink instance;
  return instance;
}

}  // namespace

void set_log_sink(LogSink new_sink) {
  sink() = std::move(new_sink);
}

void log(LogLevel level, const LogSubject& subject, std::string_view text) {
  if (sink()) sink()(level, subject, text);
}

void log(LogLevel level, std::string_view text) {
  log(level, LogSubject{}, text);
}

}  // namespace stackd
