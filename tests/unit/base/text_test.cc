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

TEST_CASE("quoted lines are plain, and of a long one only the end is quoted") {
  CHECK(last_lines("a\r\nb\r\n", 2) == "a\nb");
  CHECK(last_lines("\x1b[1;31mred\x1b[0m \x1b]0;title\x07"
                   "end\x08\x7f\x1b(B!",
                   1) == "red end  B!");
  CHECK(last_lines("a\xc2\x9b"
                   "31mb \xc3\xa9",
                   1) == "a31mb \xc3\xa9");
  CHECK(last_lines("cut \x1b[", 1) == "cut ");
  const std::string quoted = last_lines("first\n" + std::string(200'000, 'x') + "the reason", 3);
  CHECK(quoted.size() < 600);
  CHECK(ends_with(quoted, "xthe reason"));
  CHECK(starts_with(quoted, "first\n…x"));
  std::string many;
  for (int i = 0; i < 100; ++i) many += std::string(300, 'y') + std::to_string(i) + "\n";
  const std::string end = last_lines(many, 50);
  CHECK(end.size() < 5000);
  CHECK(ends_with(end, "y99"));
  CHECK(last_lines(std::string(1000, 'z') + std::string(300, '\xc3') + "\xa9", 1).size() < 600);
}

TEST_CASE("splitting keeps empty parts and trimming drops blanks") {
  CHECK(split("a,,b", ',') == std::vector<std::string>{"a", "", "b"});
  CHECK(trim("  x \n") == "x");
  CHECK(quote("a\"\n\x01") == "\"a\\\"\\n\\x01\"");
}
