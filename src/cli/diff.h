// What differs between two texts, line by line, as `diff -u` shows it. Pure. Where two texts are too large
// and too different to compare in bounded time, the whole middle counts as replaced.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace stackd::cli {

struct DiffLine {
  enum class Kind { same, removed, added };
  Kind kind = Kind::same;
  std::string text;
};

/// The lines of both, in order, such that as few as possible are removed and added: those that stay are a
/// longest common subsequence. Of a change what is removed comes first.
std::vector<DiffLine> diff_lines(std::string_view before, std::string_view after);

/// Changed lines with up to `context` lines around them; "@@ -3,7 +3,8 @@" before each such part. Empty when
/// nothing differs.
std::vector<std::string> unified_diff(std::string_view before, std::string_view after, std::size_t context);

}  // namespace stackd::cli
