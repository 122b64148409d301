#include "cli/diff.h"

#include <algorithm>
#include <cstdint>

#include "base/text.h"

namespace stackd::cli {
namespace {

using Texts = std::vector<std::string>;

/// Of lines before times lines after, what both begin and end with left aside: some 60 MB at most.
constexpr std::size_t table_cells_max = 16'000'000;

Texts lines_of(std::string_view text) {
  if (text.empty()) return {};
  if (text.back() == '\n') text.remove_suffix(1);
  return split(text, '\n');
}

void put(std::vector<DiffLine>& out, DiffLine::Kind kind, const Texts& lines, std::size_t begin,
         std::size_t end) {
  for (std::size_t i = begin; i < end; ++i) out.push_back({kind, lines[i]});
}

/// The part of two texts that is compared: half-open, [begin, before_end) and [begin, after_end).
struct Middle {
  std::size_t begin = 0;
  std::size_t before_end = 0;
  std::size_t after_end = 0;
};

Middle middle_of(const Texts& before, const Texts& after) {
  Middle middle{0, before.size(), after.size()};
  const std::size_t shorter = std::min(before.size(), after.size());
  while (middle.begin < shorter && before[middle.begin] == after[middle.begin]) ++middle.begin;
  while (middle.before_end > middle.begin && middle.after_end > middle.begin &&
         before[middle.before_end - 1] == after[middle.after_end - 1]) {
    --middle.before_end;
    --middle.after_end;
  }
  return middle;
}

/// lengths[i][j]: of the longest common subsequence of what begins at line i and at line j of the middles.
class LengthTable {
 public:
  LengthTable(const Texts& before, const Texts& after, const Middle& middle)
      : columns_(middle.after_end - middle.begin + 1),
        lengths_((middle.before_end - middle.begin + 1) * columns_, 0) {
    for (std::size_t i = middle.before_end; i-- > middle.begin;) {
      for (std::size_t j = middle.after_end; j-- > middle.begin;) {
        const std::size_t row = i - middle.begin;
        const std::size_t column = j - middle.begin;
        at(row, column) = before[i] == after[j] ? at(row + 1, column + 1) + 1
                                                : std::max(at(row + 1, column), at(row, column + 1));
      }
    }
  }

  std::uint32_t& at(std::size_t row, std::size_t column) { return lengths_[row * columns_ + column]; }

 private:
  std::size_t columns_;
  std::vector<std::uint32_t> lengths_;
};

void compare(std::vector<DiffLine>& out, const Texts& before, const Texts& after, const Middle& middle) {
  std::size_t i = middle.begin;
  std::size_t j = middle.begin;
  const std::size_t cells = (middle.before_end - i + 1) * (middle.after_end - j + 1);
  if (cells <= table_cells_max) {
    LengthTable lengths(before, after, middle);
    while (i < middle.before_end && j < middle.after_end) {
      if (before[i] == after[j]) {
        out.push_back({DiffLine::Kind::same, before[i]});
        ++i, ++j;
      } else if (lengths.at(i + 1 - middle.begin, j - middle.begin) >=
                 lengths.at(i - middle.begin, j + 1 - middle.begin)) {
        out.push_back({DiffLine::Kind::removed, before[i++]});
      } else {
        out.push_back({DiffLine::Kind::added, after[j++]});
      }
    }
  }
  put(out, DiffLine::Kind::removed, before, i, middle.before_end);
  put(out, DiffLine::Kind::added, after, j, middle.after_end);
}

/// "@@ -3,7 +3,8 @@"; a side without lines is named by the line before it, as diff does.
std::string hunk_head(std::size_t before_first, std::size_t before_count, std::size_t after_first,
                      std::size_t after_count) {
  const auto side = [](std::size_t first, std::size_t count) {
    return std::to_string(count == 0 ? first : first + 1) + "," + std::to_string(count);
  };
  return "@@ -" + side(before_first, before_count) + " +" + side(after_first, after_count) + " @@";
}

char mark_of(DiffLine::Kind kind) {
  switch (kind) {
    case DiffLine::Kind::same:
      return ' ';
    case DiffLine::Kind::removed:
      return '-';
    case DiffLine::Kind::added:
      return '+';
  }
  return ' ';
}

/// Which lines are shown: the changed ones and those near them.
std::vector<bool> shown_lines(const std::vector<DiffLine>& lines, std::size_t context) {
  std::vector<bool> shown(lines.size(), false);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].kind == DiffLine::Kind::same) continue;
    const std::size_t end = std::min(lines.size(), i + context + 1);
    for (std::size_t near = i > context ? i - context : 0; near < end; ++near) shown[near] = true;
  }
  return shown;
}

}  // namespace

std::vector<DiffLine> diff_lines(std::string_view before_text, std::string_view after_text) {
  const Texts before = lines_of(before_text);
  const Texts after = lines_of(after_text);
  const Middle middle = middle_of(before, after);
  std::vector<DiffLine> out;
  put(out, DiffLine::Kind::same, before, 0, middle.begin);
  compare(out, before, after, middle);
  put(out, DiffLine::Kind::same, before, middle.before_end, before.size());
  return out;
}

std::vector<std::string> unified_diff(std::string_view before, std::string_view after, std::size_t context) {
  const std::vector<DiffLine> lines = diff_lines(before, after);
  const std::vector<bool> shown = shown_lines(lines, context);
  std::vector<std::string> out;
  std::size_t before_line = 0;
  std::size_t after_line = 0;
  for (std::size_t i = 0; i < lines.size();) {
    if (!shown[i]) {
      ++before_line, ++after_line, ++i;  // only lines of both are ever left out
      continue;
    }
    const std::size_t head = out.size();
    const std::size_t before_first = before_line;
    const std::size_t after_first = after_line;
    out.emplace_back();
    for (; i < lines.size() && shown[i]; ++i) {
      out.push_back(mark_of(lines[i].kind) + lines[i].text);
      if (lines[i].kind != DiffLine::Kind::added) ++before_line;
      if (lines[i].kind != DiffLine::Kind::removed) ++after_line;
    }
    out[head] = hunk_head(before_first, before_line - before_first, after_first, after_line - after_first);
  }
  return out;
}

}  // namespace stackd::cli
