#include "engine/docker_log.h"

#include <algorithm>
#include <utility>

namespace stackd::engine {
namespace {

/// "2026-01-02T03:04:05.000000006Z": of this length, always with nine digits, always in UTC.
constexpr std::size_t moment_bytes = 30;
/// Podman writes seconds and an offset.
constexpr std::size_t moment_bytes_max = 35;
/// Of one entry of a long line. Podman's pieces and an engine's own buffers are no multiples of it.
constexpr std::size_t piece_bytes = std::size_t{16} << 10U;
/// An entry is not held longer than this: what comes then is an entry of its own.
constexpr std::size_t entry_bytes_max = std::size_t{64} << 10U;
constexpr std::size_t complaint_bytes_max = 1024;

// Where in the middle of a line an entry begins.
std::size_t find_moment(std::string_view text, const std::optional<WallTime>& not_before) {
  if (!not_before) return std::string_view::npos;
  std::size_t end = text.find("Z ", moment_bytes - 1);
  for (; end != std::string_view::npos; end = text.find("Z ", end + 1)) {
    const std::size_t begin = end + 1 - moment_bytes;
    if (text[begin + 10] != 'T' || text[begin + 19] != '.') continue;
    const Result<WallTime> at = parse_rfc3339(text.substr(begin, moment_bytes));
    if (at && *at >= *not_before) return begin;
  }
  return std::string_view::npos;
}

}  // namespace

void LogReader::emit(bool error_stream, std::string text) {
  LogEntry entry;
  entry.error_stream = error_stream;
  entry.at = at_;
  entry.ends_line = !text.empty() && text.back() == '\n';
  if (entry.ends_line) text.pop_back();
  Line& line = lines_[error_stream ? 1 : 0];
  // The journal of systemd gives each piece a moment of its own, but cuts where the others cut.
  entry.begins_line = !(line.open && (line.at == at_ || line.last_bytes == piece_bytes));
  line = {!entry.ends_line, at_, text.size()};
  entry.text = std::move(text);
  if (entry.ends_line || !entry.text.empty()) entries_.push_back(std::move(entry));
}

// False: it may not be here whole.
bool LogReader::take_moment() {
  const std::size_t blank = text_.find_first_of(" \n");
  if (blank == std::string::npos && text_.size() <= moment_bytes_max) return false;
  has_moment_ = true;
  at_.reset();
  if (blank == std::string::npos) return true;
  const Result<WallTime> at = parse_rfc3339(std::string_view(text_).substr(0, blank));
  if (!at) return true;
  at_ = *at;
  text_.erase(0, text_[blank] == ' ' ? blank + 1 : blank);
  return true;
}

void LogReader::take_frame(const FramePart& part) {
  if (part.from_engine) {
    complaint_ += part.text.substr(0, complaint_bytes_max - std::min(complaint_bytes_max, complaint_.size()));
    return;
  }
  if (part.begins) {
    text_.clear();
    has_moment_ = false;
  }
  text_ += part.text;
  if (!has_moment_ && !take_moment() && part.ends) has_moment_ = true;
  while (has_moment_ && text_.size() > entry_bytes_max) {
    emit(part.error_stream, text_.substr(0, entry_bytes_max));
    text_.erase(0, entry_bytes_max);
  }
  if (part.ends) emit(part.error_stream, std::exchange(text_, {}));
}

// `all`: nothing more comes.
void LogReader::take_raw(bool all) {
  while (!text_.empty()) {
    if (!has_moment_ && !take_moment() && !all) return;
    has_moment_ = true;
    const std::size_t line_end = text_.find('\n');
    const std::size_t next = find_moment(std::string_view(text_).substr(0, line_end), at_);
    std::size_t end = next;
    if (end == std::string::npos && line_end != std::string::npos) end = line_end + 1;
    const bool too_long = text_.size() > entry_bytes_max + moment_bytes;
    if (end == std::string::npos && !all && !too_long) return;
    if (end == std::string::npos) end = all ? text_.size() : entry_bytes_max;
    has_moment_ = next == std::string::npos && text_[end - 1] != '\n';  // end is 0 only where a moment stands
    emit(false, text_.substr(0, end));
    text_.erase(0, end);
  }
}

Result<std::vector<LogEntry>> LogReader::feed(std::string_view bytes) {
  if (raw_) {
    text_ += bytes;
    take_raw(false);
    return std::exchange(entries_, {});
  }
  const Result<std::vector<FramePart>> parts = frames_.feed(bytes);
  if (!parts) return parts.error();
  for (const FramePart& part : *parts) take_frame(part);
  return std::exchange(entries_, {});
}

std::vector<LogEntry> LogReader::finish() {
  if (raw_) take_raw(true);
  return std::exchange(entries_, {});
}

}  // namespace stackd::engine
