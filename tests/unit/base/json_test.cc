#include "base/json.h"

#include <doctest/doctest.h>

using namespace stackd;

TEST_CASE("a key of the wrong type is named with its path") {
  auto value = parse_json(R"({"State":{"ExitCode":"zero","Running":true}})");
  REQUIRE(value.ok());
  JsonReader root(*value, "container inspect");
  JsonReader state = root.object("State");
  CHECK(state.boolean("Running"));
  CHECK(state.integer("ExitCode", 7) == 7);
  auto finished = root.finish();
  REQUIRE_FALSE(finished.ok());
  CHECK(finished.error().message == "container inspect: State.ExitCode: a whole number is expected");
}

TEST_CASE("absent and null are the same") {
  auto value = parse_json(R"({"a":null,"m":{"x":"1"},"l":["p","q"]})");
  JsonReader root(*value, "test");
  CHECK_FALSE(root.has("a"));
  CHECK(root.text("a").empty());
  CHECK(root.text_map("m").at("x") == "1");
  CHECK(root.texts("l").size() == 2);
  CHECK(root.object("none").object("deeper").text("t").empty());
  CHECK(root.finish().ok());
}

TEST_CASE("broken JSON is refused with the byte") {
  CHECK_FALSE(parse_json("{").ok());
  CHECK_FALSE(parse_json("{} x").ok());
  CHECK(parse_json("{} \n").ok());
  CHECK_FALSE(parse_json(std::string(1000, '[')).ok());
}
