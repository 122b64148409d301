#include "base/plain_text.h"

#include <algorithm>
#include <cstddef>

namespace stackd {
namespace {

constexpr char escape = '\x1b';
constexpr char bell = '\x07';

// Behind the sequence that begins at `at`, which is an escape: "ESC [ … letter", "ESC ] … bell", "ESC
// letter".
std::size_t end_of_sequence(std::string_view text, std::size_t at) {
  if (at + 1 >= text.size()) return text.size();
  const char kind = text[at + 1];
  std::size_t end = at + 2;
  if (kind == '[') {
    while (end < text.size() && (text[end] < '@' || text[end] > '~')) ++end;
    return std::min(end + 1, text.size());
  }
  if (kind != ']' && kind != 'P' && kind != '^' && kind != '_') return end;
  while (end < text.size() && text[end] != bell && text[end] != escape) ++end;
  if (end + 1 < text.size() && text[end] == escape && text[end + 1] == '\\') ++end;
  return std::min(end + 1, text.size());
}

// U+0080 to U+009F, which some terminals take for escapes.
bool is_high_control(std::string_view text, std::size_t at) {
  return text[at] == '\xc2' && at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xa0;
}

}  // namespace

std::string plain_text(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (text[i] == escape) {
      i = end_of_sequence(text, i) - 1;
    } else if (is_high_control(text, i)) {
      ++i;
    } else {
      out += (byte < 0x20 && byte != '\t') || byte == 0x7f ? ' ' : text[i];
    }
  }
  return out;
}

}  // namespace stackd
