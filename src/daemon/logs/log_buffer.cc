#include "daemon/logs/log_buffer.h"

#include <iterator>

#include "model/identity.h"

namespace stackd::daemon {
namespace {

constexpr std::size_t lines_ahead_max = 256;
constexpr std::size_t bytes_ahead_max = std::size_t{1} << 20U;
constexpr std::size_t tail_bytes_max = std::size_t{8} << 20U;

}  // namespace

void LogBuffer::add(std::vector<LogLine> more) {
  for (LogLine& line : more) {
    bytes_ += line.text.size();
    lines.push_back(std::move(line));
  }
}

void LogBuffer::add_notice(std::string text) {
  LogLine line;
  line.notice = true;
  line.text = std::move(text);
  lines.push_back(std::move(line));
}

LogLine LogBuffer::take() {
  LogLine line = std::move(lines.front());
  lines.pop_front();
  if (!line.notice) bytes_ -= line.text.size();
  line.service = from.service;
  line.container = from.container_name;
  line.container_id = short_id(from.container_id);
  taken.ring();
  return line;
}

bool LogBuffer::is_full() const {
  return lines.size() > lines_ahead_max || bytes_ > bytes_ahead_max;
}

void LogTail::add(std::vector<LogLine> more) {
  added_ += more.size();
  for (LogLine& line : more) {
    bytes_ += line.text.size();
    lines_.push_back(std::move(line));
    const bool cut = lines_.size() <= lines_max_ && bytes_ > tail_bytes_max;
    if (cut) is_cut_ = true;
    while (!lines_.empty() && (lines_.size() > lines_max_ || bytes_ > tail_bytes_max)) {
      bytes_ -= lines_.front().text.size();
      lines_.pop_front();
    }
  }
}

std::vector<LogLine> LogTail::take() {
  std::vector<LogLine> lines(std::make_move_iterator(lines_.begin()), std::make_move_iterator(lines_.end()));
  lines_.clear();
  bytes_ = 0;
  return lines;
}

}  // namespace stackd::daemon
