#include "compose/read/substitute.h"

#include <doctest/doctest.h>
#include <map>

using namespace stackd;
using namespace stackd::compose;

namespace {

const std::map<std::string, std::string> variables = {{"SET", "val"}, {"EMPTY", ""}, {"NEST", "${SET}"}};

Result<std::string> run(std::string_view text) {
  UnsetNames unset;
  return substitute(
      text,
      [](const std::string& name) {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
      },
      unset);
}

std::string value_of(std::string_view text) {
  const Result<std::string> result = run(text);
  return result ? *result : "error: " + result.error().message;
}

}  // namespace

TEST_CASE("names are replaced by their values, once") {
  CHECK(value_of("a $SET b ${SET}c") == "a val b valc");
  CHECK(value_of("$NEST") == "${SET}");
  CHECK(value_of("$UNSET|${UNSET}|") == "||");
}

TEST_CASE("a doubled dollar and a dollar before anything else stay dollars") {
  CHECK(value_of("$$SET $1 $(x) a$ $%") == "$SET $1 $(x) a$ $%");
}

TEST_CASE("a default stands for what is unset, with a colon for what is empty too") {
  CHECK(value_of("${UNSET-d}${UNSET:-d}${EMPTY-d}${EMPTY:-d}${SET:-d}") == "dddval");
  CHECK(value_of("${UNSET:-$SET/${SET}}") == "val/val");
}

TEST_CASE("an alternative stands for what is set") {
  CHECK(value_of("${SET+a}|${SET:+a}|${EMPTY+a}|${EMPTY:+a}|${UNSET+a}") == "a|a|a||");
}

TEST_CASE("a required variable without a value is an error that says why") {
  CHECK(value_of("${UNSET?}") == "error: required variable UNSET is missing a value");
  CHECK(value_of("${EMPTY:?need $SET}") == "error: required variable EMPTY is missing a value: need val");
  CHECK(value_of("${EMPTY?x}").empty());
}

TEST_CASE("what is required inside of an unused default is required all the same") {
  CHECK_FALSE(run("${SET:-${UNSET:?no}}").ok());
}

TEST_CASE("a word ends where the braces balance, else at the last brace of the line") {
  CHECK(value_of("${UNSET:-a}b}") == "ab}");
  CHECK(value_of("${UNSET:-{}}") == "{}");
  CHECK(value_of("${UNSET-a:-b}") == "a:-b");
}

TEST_CASE("malformed expressions are errors") {
  for (const char* text :
       {"${}", "${", "${SET", "${1A}", "${ SET}", "${SET }", "${SET!x}", "${UNSET:=x}", "${UNSET:-a\nb}"})
    CHECK_MESSAGE(!run(text).ok(), text);
}

TEST_CASE("only names without an alternative are noted as unset") {
  UnsetNames unset;
  const Result<std::string> result = substitute(
      "$A ${B} ${C:-x} ${D+y}", [](const std::string&) { return std::nullopt; }, unset);
  REQUIRE(result.ok());
  CHECK(unset == UnsetNames{"A", "B"});
}

TEST_CASE("what grows or nests without end is an error") {
  const std::string half(5'000'000, 'a');
  UnsetNames unset;
  const auto lookup = [&](const std::string&) { return std::optional(half); };
  CHECK(substitute("$A", lookup, unset).ok());
  CHECK(substitute("$A$A", lookup, unset).error().message ==
        "with its variables the value is longer than 8 MiB");
  std::string nested = "x";
  for (int i = 0; i < 101; ++i) nested = "${UNSET:-" + nested + "}";
  CHECK(value_of(nested) == "error: variables are nested more than 100 deep");
}

TEST_CASE("the variables of a text are listed with what stands in for them") {
  const std::vector<Mention> mentions = mentions_in("$A $$B ${C:-d $D} ${E+x} ${F:?say} ${1} ${G:-open");
  std::string listed;
  for (const Mention& mention : mentions)
    listed += mention.name + "|" + mention.default_value + "|" + mention.presence_value +
              (mention.required ? "|required;" : ";");
  CHECK(listed == "A||;C|d $D|;D||;E||x;F|||required;");
}
