#include "daemon/logs/log_cutter.h"

namespace stackd::daemon {
namespace {

constexpr std::size_t line_bytes_max = std::size_t{256} << 10U;

}  // namespace

LogLine LogCutter::to_line(bool error_stream, std::string text) const {
  LogLine line;
  line.service = service_;
  line.container = container_;
  line.error_stream = error_stream;
  if (!text.empty() && text.back() == '\r') text.pop_back();
  const std::size_t blank = text.find(' ');
  Result<WallTime> at = parse_rfc3339(text.substr(0, blank));
  if (at) {
    line.at = *at;
    text.erase(0, blank == std::string::npos ? text.size() : blank + 1);
  }
  line.text = std::move(text);
  return line;
}

std::vector<LogLine> LogCutter::take(const engine::LogChunk& chunk) {
  std::vector<LogLine> lines;
  std::string& partial = partial_[chunk.error_stream ? 1 : 0];
  partial += chunk.text;
  std::size_t begin = 0;
  for (std::size_t end = partial.find('\n'); end != std::string::npos; end = partial.find('\n', begin)) {
    lines.push_back(to_line(chunk.error_stream, partial.substr(begin, end - begin)));
    begin = end + 1;
  }
  partial.erase(0, begin);
  if (partial.size() > line_bytes_max) {
    lines.push_back(to_line(chunk.error_stream, std::move(partial)));
    partial.clear();
  }
  return lines;
}

std::vector<LogLine> LogCutter::rest() {
  std::vector<LogLine> lines;
  for (bool error_stream : {false, true}) {
    std::string& partial = partial_[error_stream ? 1 : 0];
    if (!partial.empty()) lines.push_back(to_line(error_stream, std::move(partial)));
    partial.clear();
  }
  return lines;
}

}  // namespace stackd::daemon
