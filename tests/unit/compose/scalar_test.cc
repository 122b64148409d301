#include "compose/read/scalar.h"

#include <doctest/doctest.h>

#include "compose/read/go_number.h"

using namespace stackd::compose;

namespace {

std::string shown(std::string_view text) {
  const Node node = resolve_plain_scalar(text, {});
  const std::string kind =
      node.tag() == NodeTag::timestamp ? "timestamp" : std::string(to_string(node.kind()));
  return kind + " " + to_go_text(node);
}

}  // namespace

TEST_CASE("integers are read in every base that Go knows") {
  CHECK(shown("12") == "integer 12");
  CHECK(shown("-0x10") == "integer -16");
  CHECK(shown("010") == "integer 8");
  CHECK(shown("0o10") == "integer 8");
  CHECK(shown("0b11") == "integer 3");
  CHECK(shown("1_000") == "integer 1000");
  CHECK(shown("18446744073709551615") == "integer 18446744073709551615");
}

TEST_CASE("an octal number with wrong digits is a real") {
  CHECK(shown("08") == "number 8");
  CHECK(shown("0888") == "number 888");
}

TEST_CASE("reals print with the shortest digits and an exponent from a million on") {
  CHECK(shown("1e3") == "number 1000");
  CHECK(shown("1000000.0") == "number 1e+06");
  CHECK(shown("1234567.5") == "number 1.2345675e+06");
  CHECK(shown("1.10") == "number 1.1");
  CHECK(shown("1e20") == "number 1e+20");
  CHECK(shown("0.00001") == "number 1e-05");
  CHECK(shown(".inf") == "number +Inf");
  CHECK(shown(".nan") == "number NaN");
}

TEST_CASE("words of YAML 1.1 and numbers of base 60 stay text") {
  for (const char* text : {"yes", "no", "on", "off", "y", "n", "56:56", "0x", "1.2.3", "_1", "-", "+"})
    CHECK_MESSAGE(shown(text) == "string " + std::string(text), text);
}

TEST_CASE("null and booleans are the words of the core schema") {
  CHECK(shown("") == "null <nil>");
  CHECK(shown("~") == "null <nil>");
  CHECK(shown("True") == "boolean true");
  CHECK(shown("tRue") == "string tRue");
}

TEST_CASE("dates are told apart, for no attribute takes one") {
  CHECK(shown("2020-01-01") == "timestamp 2020-01-01");
  CHECK(shown("2020-01-01T00:00:00Z") == "timestamp 2020-01-01T00:00:00Z");
  CHECK(shown("2020-01-01 10:00:00.5") == "timestamp 2020-01-01 10:00:00.5");
  CHECK(shown("2020-13-01") == "string 2020-13-01");
  CHECK(shown("2020-01-01-x") == "string 2020-01-01-x");
}

TEST_CASE("JSON numbers take an exponent at the far ends only") {
  CHECK(to_json_number(1e6) == "1000000");
  CHECK(to_json_number(1e21) == "1e+21");
  CHECK(to_json_number(1e-7) == "1e-7");
  CHECK(to_json_number(0.333333333F) == "0.33333334");
}
