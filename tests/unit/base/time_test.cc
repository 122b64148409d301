#include "base/time.h"

#include <doctest/doctest.h>

using namespace stackd;
using namespace std::chrono_literals;

TEST_CASE("a duration is read as Compose reads it") {
  CHECK(*parse_duration("1m30s") == 90s);
  CHECK(*parse_duration("1.5s") == 1500ms);
  CHECK(*parse_duration("1d") == 24h);
  CHECK(*parse_duration("1w2d") == 24h * 9);
  CHECK(*parse_duration("-2ms") == -2ms);
  CHECK(*parse_duration("0") == 0s);
  CHECK(*parse_duration("100\xc2\xb5s") == 100us);
}

TEST_CASE("a duration without a unit says what to write") {
  auto result = parse_duration("90");
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().message == "'90' is no duration: a unit is missing, write for example '90s'");
  CHECK_FALSE(parse_duration("").ok());
  CHECK_FALSE(parse_duration("1 s").ok());
  CHECK_FALSE(parse_duration("99999999999w").ok());
}

TEST_CASE("a duration is printed in Go's form") {
  CHECK(to_go_string(90s) == "1m30s");
  CHECK(to_go_string(24h) == "24h0m0s");
  CHECK(to_go_string(1500ms) == "1.5s");
  CHECK(to_go_string(100ms) == "100ms");
  CHECK(to_go_string(0s) == "0s");
  CHECK(to_go_string(1500ns) == "1.5\xc2\xb5s");
}

TEST_CASE("a duration for people has two units at most") {
  CHECK(to_human(90s) == "1m 30s");
  CHECK(to_human(50h) == "2d 2h");
  CHECK(to_human(850ms) == "850ms");
  CHECK(to_human(3200ms) == "3.2s");
  CHECK(to_human(1h + 5s) == "1h");
}

TEST_CASE("the engine's moments survive a round trip") {
  CHECK(to_rfc3339(*parse_rfc3339("2026-01-02T03:04:05.000000006Z")) == "2026-01-02T03:04:05.000000006Z");
  CHECK(to_rfc3339(*parse_rfc3339("2026-01-02T03:04:05+01:00")) == "2026-01-02T02:04:05.000000000Z");
  CHECK(*parse_rfc3339("0001-01-01T00:00:00Z") == WallTime{});
  CHECK_FALSE(parse_rfc3339("yesterday").ok());
  CHECK_FALSE(parse_rfc3339("2026-13-02T03:04:05Z").ok());
}
