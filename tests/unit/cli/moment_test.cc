#include "cli/moment.h"

#include <doctest/doctest.h>

#include "base/text.h"

using namespace stackd;
using namespace stackd::cli;

namespace {

const WallTime now = *parse_rfc3339("2026-01-02T12:00:00Z");

// A zone two hours east.
WallTime from_local(std::chrono::local_time<Duration> shown) {
  return WallTime(shown.time_since_epoch() - std::chrono::hours(2));
}

std::string read(const std::string& text) {
  const Result<WallTime> at = parse_moment(text, now, from_local);
  if (!at) return "no";
  const std::string text_of = to_rfc3339(*at);
  constexpr std::string_view whole = ".000000000Z";
  return ends_with(text_of, whole) ? text_of.substr(0, text_of.size() - whole.size()) + "Z" : text_of;
}

}  // namespace

TEST_CASE("a moment without a zone is the caller's own, one with a zone is of that") {
  CHECK(read("2026-01-02T10:00") == "2026-01-02T08:00:00Z");
  CHECK(read("2026-01-02 10:00:30.5") == "2026-01-02T08:00:30.500000000Z");
  CHECK(read("2026-01-02") == "2026-01-01T22:00:00Z");
  CHECK(read("2026-01-02T10:00Z") == "2026-01-02T10:00:00Z");
  CHECK(read("2026-01-02T10:00:00-05:00") == "2026-01-02T15:00:00Z");
  CHECK(read("2026-01-02T10:00+01:00") == "2026-01-02T09:00:00Z");
  CHECK(read("2026-01-02Z") == "2026-01-02T00:00:00Z");
}

TEST_CASE("a span is before now, a number is seconds since 1970") {
  CHECK(read("10m") == "2026-01-02T11:50:00Z");
  CHECK(read("1h30m") == "2026-01-02T10:30:00Z");
  CHECK(read("1700000000") == "2023-11-14T22:13:20Z");
  CHECK(read("1700000000.5") == "2023-11-14T22:13:20.500000000Z");
}

TEST_CASE("what is no moment is refused with what would be one") {
  for (const std::string text :
       {"", "yesterday", "2026-01-0", "2026-13-02", "10:00", "2026-01-02T", "2026-01-02T10", "2026-01-02+"})
    CHECK_MESSAGE(read(text) == "no", text);
}
