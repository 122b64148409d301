#include "daemon/logs/log_cutter.h"

#include <doctest/doctest.h>

using namespace stackd;
using namespace stackd::daemon;

namespace {

WallTime at(std::int64_t milliseconds) {
  return WallTime(std::chrono::seconds(1'700'000'000) + std::chrono::milliseconds(milliseconds));
}

engine::LogEntry entry(const std::string& text, std::int64_t when, bool error_stream = false) {
  engine::LogEntry made;
  made.text = text;
  made.at = at(when);
  made.error_stream = error_stream;
  return made;
}

std::string joined(const std::vector<LogLine>& lines) {
  std::string text;
  for (const LogLine& line : lines) text += (line.error_stream ? "!" : "") + line.text + "|";
  return text;
}

}  // namespace

TEST_CASE("pieces become lines, each stream for itself, and last words come once") {
  LogCutter cutter;
  engine::LogEntry begin = entry("first", 1);
  begin.ends_line = false;
  CHECK(cutter.take(begin).empty());
  CHECK(joined(cutter.take(entry("wrong", 2, true))) == "!wrong|");
  engine::LogEntry end = entry(" half\r", 1);
  end.begins_line = false;
  CHECK(joined(cutter.take(end)) == "first half|");
  engine::LogEntry last = entry("last words", 3);
  last.ends_line = false;
  CHECK(cutter.take(last).empty());
  CHECK(joined(cutter.take(entry("next run", 4))) == "last words|next run|");
  CHECK(cutter.rest().empty());
  last.at = at(5);
  CHECK(cutter.take(last).empty());
  CHECK(joined(cutter.rest()) == "last words|");
  CHECK(cutter.rest().empty());
}

TEST_CASE("what is read again is left out, what is new between it is not") {
  LogCutter cutter;
  cutter.take(entry("a", 1000));
  cutter.take(entry("b", 1000));
  cutter.take(entry("wrong", 900, true));
  CHECK(cutter.since() == at(1000) - std::chrono::seconds(2));
  cutter.read_again();
  std::string text;
  for (const auto& again : {entry("a", 1000), entry("b", 1000), entry("wrong", 900, true),
                            entry("late", 950, true), entry("c", 1000), entry("d", 1001)})
    text += joined(cutter.take(again));
  CHECK(text == "!late|c|d|");
}

TEST_CASE("a line that broke off in the middle goes on when it is read again") {
  LogCutter cutter;
  engine::LogEntry begin = entry("one ", 1);
  begin.ends_line = false;
  engine::LogEntry end = entry("two", 1);
  end.begins_line = false;
  CHECK(cutter.take(begin).empty());
  cutter.read_again();
  CHECK(cutter.take(begin).empty());
  CHECK(joined(cutter.take(end)) == "one two|");
}

TEST_CASE("an endless line comes in pieces") {
  LogCutter cutter;
  std::size_t sum = 0;
  for (int i = 0; i < 1000; ++i) {
    engine::LogEntry part = entry(std::string(16384, 'x'), 1);
    part.begins_line = i == 0;
    part.ends_line = false;
    for (const LogLine& line : cutter.take(part)) {
      CHECK(line.text.size() < 300'000);
      sum += line.text.size();
    }
  }
  for (const LogLine& line : cutter.rest()) sum += line.text.size();
  CHECK(sum == std::size_t{1000} * 16384);
}
