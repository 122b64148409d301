#include "daemon/logs/log_cutter.h"

#include <algorithm>
#include <utility>

namespace stackd::daemon {
namespace {

constexpr std::size_t cut_line_bytes_max = std::size_t{256} << 10U;

}  // namespace

void LogCutter::close(Stream& stream, std::vector<LogLine>& lines) {
  if (!stream.open) return;
  std::string& text = stream.open->text;
  if (!text.empty() && text.back() == '\r') text.pop_back();  // a terminal's
  lines.push_back(*std::exchange(stream.open, std::nullopt));
}

std::vector<LogLine> LogCutter::take(engine::LogEntry entry) {
  Stream& stream = streams_[entry.error_stream ? 1 : 0];
  std::vector<LogLine> lines;
  if (entry.at && !stream.seen.is_new(*entry.at)) return lines;
  if (entry.begins_line) close(stream, lines);
  if (!stream.open) {
    stream.open.emplace();
    stream.open->error_stream = entry.error_stream;
    stream.open->at = entry.at;
  }
  stream.open->text += entry.text;
  if (entry.ends_line || stream.open->text.size() >= cut_line_bytes_max) close(stream, lines);
  return lines;
}

std::vector<LogLine> LogCutter::rest() {
  std::vector<LogLine> lines;
  for (Stream& stream : streams_) close(stream, lines);
  return lines;
}

void LogCutter::read_again() {
  for (Stream& stream : streams_) stream.seen.read_again();
}

std::optional<WallTime> LogCutter::since() const {
  std::optional<WallTime> newest;
  for (const Stream& stream : streams_) newest = std::max(newest, stream.seen.last());
  if (newest) *newest -= protocol::read_again_from;
  return newest;
}

}  // namespace stackd::daemon
