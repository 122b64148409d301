// Small operations on text that the standard library lacks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace stackd {

/// Parts between separators; "a,,b" has three, "" has one empty part.
std::vector<std::string> split(std::string_view text, char separator);

/// Without blanks, tabs and line ends at both sides.
std::string_view trim(std::string_view text);

std::string join(const std::vector<std::string>& parts, std::string_view separator);
inline bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string to_lower(std::string_view text);
bool starts_with(std::string_view text, std::string_view prefix);
bool ends_with(std::string_view text, std::string_view suffix);

/// For people, rounded down: "64 MiB".
std::string size_text(std::int64_t bytes);

/// In double quotes, with control characters, quotes and backslashes escaped: safe in one line of a log.
std::string quote(std::string_view text);

/// The candidate that somebody who typed `word` most likely meant, or "" when none is near: at most a third
/// of its letters changed, left out, added or swapped.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

/// Well-formed UTF-8 throughout (no surrogates, no overlong forms)?
bool is_utf8(std::string_view text);

/// The last `lines_max` lines, joined by newlines, without a trailing one.
std::string last_lines(std::string_view text, std::size_t lines_max);

}  // namespace stackd
