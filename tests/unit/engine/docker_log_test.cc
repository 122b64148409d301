// What Docker's log is on the wire, and what is read from it.
#include "engine/docker_log.h"

#include <doctest/doctest.h>

namespace stackd::engine {
namespace {

const std::string first = "2026-01-02T03:04:05.942844213Z";
const std::string second = "2026-01-02T03:04:06.012052328Z";
const std::string third = "2026-01-02T03:04:09.000000001Z";

std::string frame(char stream, const std::string& text) {
  std::string bytes{stream, 0, 0, 0};
  for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>((text.size() >> shift) & 0xffU);
  return bytes + text;
}

struct Read {
  std::vector<LogEntry> entries;
  std::string complaint;
};

Read read(const std::string& bytes, bool raw, std::size_t step) {
  LogReader reader(raw);
  Read all;
  const auto take = [&all](std::vector<LogEntry> entries) {
    all.entries.insert(all.entries.end(), entries.begin(), entries.end());
  };
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    Result<std::vector<LogEntry>> entries = reader.feed(std::string_view(bytes).substr(at, step));
    REQUIRE(entries.ok());
    take(*entries);
  }
  take(reader.finish());
  all.complaint = reader.complaint();
  return all;
}

// "begins-text-ends" of each, long texts by their length.
std::vector<std::string> shapes(const std::vector<LogEntry>& entries) {
  std::vector<std::string> found;
  for (const LogEntry& entry : entries) {
    const std::string text = entry.text.size() > 100 ? std::to_string(entry.text.size()) : entry.text;
    found.push_back((entry.error_stream ? "!" : "") + std::string(entry.begins_line ? "<" : "~") + text +
                    (entry.ends_line ? ">" : "~"));
  }
  return found;
}

using Shapes = std::vector<std::string>;
const std::string piece(16384, 'x');

}  // namespace

TEST_CASE("a line longer than the engine's pieces is one line, its last words without an end are another") {
  const std::string bytes = frame(1, first + " " + piece) + frame(2, second + " oops\n") +
                            frame(1, first + " " + piece) + frame(1, first + " end\n") +
                            frame(1, second + " last words") + frame(1, third + " next run\n");
  for (const std::size_t step : {1U, 7U, 1000U, 1U << 20U}) {
    const std::vector<LogEntry> entries = read(bytes, false, step).entries;
    CHECK(shapes(entries) == Shapes{"<16384~", "!<oops>", "~16384~", "~end>", "<last words~", "<next run>"});
    CHECK(entries[0].at == *parse_rfc3339(first));
    CHECK(entries[4].at == *parse_rfc3339(second));
  }
}

TEST_CASE("an engine that gives each piece its own moment cuts at the same length") {
  const std::string bytes = frame(1, first + " " + piece) + frame(1, second + " end\n");
  CHECK(shapes(read(bytes, false, 4096).entries) == Shapes{"<16384~", "~end>"});
}

TEST_CASE("a terminal's log has its moments in the middle of lines") {
  const std::string bytes = first + " " + piece + first + " " + piece + first + " end\r\n" + second +
                            " last words" + third + " at 2025-01-02T03:04:05.942844213Z it began\r\n" +
                            third + " $ ";
  for (const std::size_t step : {1U, 7U, 1000U, 1U << 20U}) {
    CHECK(shapes(read(bytes, true, step).entries) == Shapes{"<16384~", "~16384~", "~end\r>", "<last words~",
                                                            "<at 2025-01-02T03:04:05.942844213Z it began\r>",
                                                            "<$ ~"});
  }
}

TEST_CASE("an endless line is held in pieces, wherever its bytes are cut") {
  const std::string text(1'000'000, 'y');
  for (const bool raw : {false, true}) {
    const std::string bytes = raw ? first + " " + text : frame(1, first + " " + text);
    for (const std::size_t step : {4096U, 1U << 20U}) {
      std::size_t sum = 0;
      for (const LogEntry& entry : read(bytes, raw, step).entries) {
        CHECK(entry.text.size() <= 65'536);
        CHECK(entry.at == *parse_rfc3339(first));
        CHECK(entry.begins_line == (sum == 0));
        sum += entry.text.size();
      }
      CHECK(sum == text.size());
    }
  }
}

TEST_CASE("what the engine says about its own failure is no line of the container") {
  const Read all =
      read(frame(1, first + " one\n") + frame(3, "Error grabbing logs: invalid character\n"), false, 5);
  CHECK(shapes(all.entries) == Shapes{"<one>"});
  CHECK(all.complaint == "Error grabbing logs: invalid character\n");
}

TEST_CASE("lines without a moment, empty ones and those of Podman are lines") {
  CHECK(shapes(read(frame(1, "short\n") + frame(1, "no moment here\n"), false, 3).entries) ==
        Shapes{"<short>", "<no moment here>"});
  CHECK(shapes(read(frame(1, first + " \n"), false, 3).entries) == Shapes{"<>"});
  CHECK(shapes(read(first + " \r\n" + second + " \r\n", true, 3).entries) == Shapes{"<\r>", "<\r>"});
  const std::vector<LogEntry> podman = read(frame(1, "2026-01-02T05:04:05+02:00 hello\n"), false, 3).entries;
  CHECK(shapes(podman) == Shapes{"<hello>"});
  CHECK(podman.front().at == *parse_rfc3339("2026-01-02T03:04:05Z"));
}

}  // namespace stackd::engine
