#include "cli/diff.h"

#include <doctest/doctest.h>

using namespace stackd;
using Lines = std::vector<std::string>;

namespace {

std::string numbers(int first, int last) {
  std::string text;
  for (int i = first; i <= last; ++i) text += std::to_string(i) + "\n";
  return text;
}

/// What one side of a difference was.
std::string side(const std::vector<cli::DiffLine>& lines, cli::DiffLine::Kind without) {
  std::string text;
  for (const cli::DiffLine& line : lines) {
    if (line.kind != without) text += line.text + "\n";
  }
  return text;
}

}  // namespace

TEST_CASE("texts that are the same have no difference") {
  CHECK(cli::unified_diff("", "", 3).empty());
  CHECK(cli::unified_diff("a\nb\n", "a\nb\n", 3).empty());
  CHECK(cli::unified_diff("a\nb", "a\nb\n", 3).empty());
}

TEST_CASE("a changed line stands between those around it") {
  CHECK(cli::unified_diff("a\nb\nc\nd\ne\n", "a\nb\nC\nd\ne\n", 1) ==
        Lines{"@@ -2,3 +2,3 @@", " b", "-c", "+C", " d"});
}

TEST_CASE("changes that lie apart are parts of their own, near ones share one") {
  const std::string before = numbers(1, 20);
  std::string after = "0\n" + numbers(1, 20) + "21\n";
  CHECK(cli::unified_diff(before, after, 2) ==
        Lines{"@@ -1,2 +1,3 @@", "+0", " 1", " 2", "@@ -19,2 +20,3 @@", " 19", " 20", "+21"});
  CHECK(cli::unified_diff("a\nb\nc\n", "x\nb\ny\n", 1).size() == 6);
}

TEST_CASE("everything new and everything gone are named as diff names them") {
  CHECK(cli::unified_diff("", "a\nb\n", 3) == Lines{"@@ -0,0 +1,2 @@", "+a", "+b"});
  CHECK(cli::unified_diff("a\nb\n", "", 3) == Lines{"@@ -1,2 +0,0 @@", "-a", "-b"});
}

TEST_CASE("what stays is a longest common subsequence") {
  const auto lines = cli::diff_lines("a\nb\nc\na\nb\nb\na\n", "c\nb\na\nb\na\nc\n");
  std::size_t same = 0;
  for (const cli::DiffLine& line : lines) same += line.kind == cli::DiffLine::Kind::same ? 1 : 0;
  CHECK(same == 4);
}

TEST_CASE("both texts can be read from their difference") {
  const std::string before = numbers(1, 9) + "x\n" + numbers(30, 60);
  const std::string after = numbers(3, 12) + numbers(30, 40) + "y\nx\n" + numbers(45, 61);
  const auto lines = cli::diff_lines(before, after);
  CHECK(side(lines, cli::DiffLine::Kind::added) == before);
  CHECK(side(lines, cli::DiffLine::Kind::removed) == after);
}

TEST_CASE("texts too large to compare are replaced whole between what they begin and end with") {
  const std::string before = "head\n" + numbers(1, 5000) + "tail\n";
  const std::string after = "head\n" + numbers(5001, 10000) + "tail\n";
  const auto lines = cli::diff_lines(before, after);
  CHECK(lines.size() == 10002);
  CHECK(lines.front().kind == cli::DiffLine::Kind::same);
  CHECK(side(lines, cli::DiffLine::Kind::added) == before);
  CHECK(side(lines, cli::DiffLine::Kind::removed) == after);
}
