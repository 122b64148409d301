#include "compose/read/dotenv.h"

#include <doctest/doctest.h>

using namespace stackd;
using namespace stackd::compose;

namespace {

std::string read(std::string_view text) {
  Variables variables;
  UnsetNames unset;
  const Lookup lookup = [](const std::string& name) {
    return name == "OUTER" ? std::optional<std::string>("outside") : std::nullopt;
  };
  if (const auto error = read_dotenv(text, lookup, variables, unset))
    return "line " + std::to_string(error->line) + ": " + error->message;
  std::string result;
  for (const Variable& variable : variables.all()) result += variable.name + "=" + variable.value + ";";
  return result;
}

std::string read_raw(std::string_view text) {
  Variables variables;
  const Lookup lookup = [](const std::string& name) {
    return name == "OUTER" ? std::optional<std::string>("outside") : std::nullopt;
  };
  if (const auto error = read_raw_env(text, lookup, variables)) return "line " + std::to_string(error->line);
  std::string result;
  for (const Variable& variable : variables.all()) result += variable.name + "=" + variable.value + ";";
  return result;
}

}  // namespace

TEST_CASE("plain values end at the line or at a comment after a blank") {
  CHECK(read("A=1\nB = two words  \nC=x#y\nD=x #y\nexport E=5\n# no\n") == "A=1;B=two words;C=x#y;D=x;E=5;");
  CHECK(read("A=#c\nB= #c\n") == "A=#c;B=#c;");
  CHECK(read("A: yaml\r\nB=\r\n") == "A=yaml;B=;");
}

TEST_CASE("a later value wins at the place of the first") {
  CHECK(read("A=1\nB=2\nA=3\n") == "A=3;B=2;");
}

TEST_CASE("single quotes keep everything, double quotes know escapes and variables") {
  CHECK(read("A='x $OUTER \\n \\''\n") == "A=x $OUTER \\n ';");
  CHECK(read("A=\"a\\tb\\\"c $OUTER\"\n") == "A=a\tb\"c outside;");
  CHECK(read("A=\"\\$OUTER \\x41 \\0101 \\z\"\n") == "A=$OUTER \\x41 A \\z;");
  CHECK(read("A=\"two\nlines\"\nB=1\n") == "A=two\nlines;B=1;");
}

TEST_CASE("variables are looked up outside first, then among what was read") {
  CHECK(read("OUTER=inner\nA=$OUTER\nB=${A}!\nC=${NO:-d}\n") == "OUTER=inner;A=outside;B=outside!;C=d;");
}

TEST_CASE("a name alone inherits, and the last one without a line end is lost to its value") {
  CHECK(read("OUTER\nNOT_SET\n") == "OUTER=outside;");
  CHECK(read("A=1\nOUTER") == "A=1;=OUTER;");
}

TEST_CASE("a second statement may follow a closing quote") {
  CHECK(read("A=\"1\" x=2 # c\n") == "A=1;x=2;");
}

TEST_CASE("errors name their line and never show a value") {
  CHECK(read("A=1\nB C=2\n") == "line 2: a variable name can't contain a blank: \"B C\"");
  CHECK(read("A=1\nB='secret\n").find("secret") == std::string::npos);
  CHECK(read("A+B=secret\n") == "line 1: unexpected character \"+\" in the variable name after \"A\"");
}

TEST_CASE("a byte order mark and names of other scripts are fine") {
  CHECK(read("\xEF\xBB\xBFgr\xC3\xB6\xC3\x9F"
             "e=1\n") ==
        "gr\xC3\xB6\xC3\x9F"
        "e=1;");
}

TEST_CASE("the raw format takes lines as they are") {
  CHECK(read_raw("A=\"q\" # c\nB=$OUTER\nOUTER\nNO\n#x\nD=1 2 \n") ==
        "A=\"q\" # c;B=$OUTER;OUTER=outside;D=1 2 ;");
  CHECK(read_raw("A B=1\n") == "line 1");
}

TEST_CASE("values that are made of each other have a limit") {
  std::string text = "V0=aaaaaaaaaaaaaaaa\n";
  for (int i = 1; i < 60; ++i) {
    const std::string before = "$V" + std::to_string(i - 1);
    text += "V" + std::to_string(i) + "=" + before + before + "\n";
  }
  CHECK(read(text) == "line 20: with their variables the values are longer than 8 MiB in all");
}
