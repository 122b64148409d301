#include "base/text.h"

#include <doctest/doctest.h>

using namespace stackd;

TEST_CASE("the nearest word is a small slip away or nothing") {
  CHECK(nearest("enviroment", {"environment", "entrypoint"}) == "environment");
  CHECK(nearest("prots", {"ports", "profiles"}) == "ports");
  CHECK(nearest("banana", {"ports", "profiles"}).empty());
}

TEST_CASE("UTF-8 is accepted only when well formed") {
  CHECK(is_utf8("gr\xc3\xbc\xc3\x9f"));
  CHECK_FALSE(is_utf8("\xff"));
  CHECK_FALSE(is_utf8("\xc0\xaf"));
  CHECK_FALSE(is_utf8("\xed\xa0\x80"));
  CHECK_FALSE(is_utf8("\xf4\x90\x80\x80"));
  CHECK_FALSE(is_utf8("a\xe2\x82"));
}

TEST_CASE("the last lines of a log leave out what came before") {
  CHECK(last_lines("a\nb\nc\n", 2) == "b\nc");
  CHECK(last_lines("a\nb\nc", 9) == "a\nb\nc");
  CHECK(last_lines("", 3).empty());
}

TEST_CASE("splitting keeps empty parts and trimming drops blanks") {
  CHECK(split("a,,b", ',') == std::vector<std::string>{"a", "", "b"});
  CHECK(trim("  x \n") == "x");
  CHECK(quote("a\"\n\x01") == "\"a\\\"\\n\\x01\"");
}
