#include "compose/read/scalar.h"

#include <algorithm>
#include <array>
#include <limits>

#include "base/text.h"
#include "compose/read/go_number.h"

namespace stackd::compose {

namespace {

template <std::size_t N>
bool one_of(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

/// Takes between `least` and `most` digits off the front; false when there are fewer.
bool take_number(std::string_view& text, std::size_t least, std::size_t most, int lowest, int highest) {
  std::size_t count = 0;
  int value = 0;
  while (count < most && count < text.size() && is_digit(text[count]))
    value = value * 10 + (text[count++] - '0');
  if (count < least || value < lowest || value > highest) return false;
  text.remove_prefix(count);
  return true;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

bool take_clock(std::string_view& text) {
  if (!take_number(text, 1, 2, 0, 23) || !take(text, ':') || !take_number(text, 1, 2, 0, 59) ||
      !take(text, ':') || !take_number(text, 1, 2, 0, 59))
    return false;
  if (take(text, '.')) {
    if (text.empty() || !is_digit(text.front())) return false;
    while (!text.empty() && is_digit(text.front())) text.remove_prefix(1);
  }
  return true;
}

/// 2020-01-31, 2020-01-31 10:00:00, 2020-01-31T10:00:00Z and the like.
bool is_timestamp(std::string_view text) {
  if (!take_number(text, 4, 4, 0, 9999) || !take(text, '-') || !take_number(text, 1, 2, 1, 12) ||
      !take(text, '-') || !take_number(text, 1, 2, 1, 31))
    return false;
  if (text.empty()) return true;
  if (take(text, ' ')) return take_clock(text) && text.empty();
  if (!take(text, 'T') && !take(text, 't')) return false;
  if (!take_clock(text)) return false;
  if (take(text, 'Z')) return text.empty();
  if (!take(text, '+') && !take(text, '-')) return false;
  return take_number(text, 2, 2, 0, 23) && take(text, ':') && take_number(text, 2, 2, 0, 59) && text.empty();
}

bool looks_like_float(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    return !is_digit(c) && c != '.' && c != 'e' && c != 'E' && c != '+' && c != '-';
  });
}

}  // namespace

Node resolve_plain_scalar(std::string_view text, Mark mark) {
  constexpr std::array<std::string_view, 5> nulls = {"", "~", "null", "Null", "NULL"};
  constexpr std::array<std::string_view, 3> yes = {"true", "True", "TRUE"};
  constexpr std::array<std::string_view, 3> no = {"false", "False", "FALSE"};
  constexpr std::array<std::string_view, 3> not_a_number = {".nan", ".NaN", ".NAN"};
  constexpr std::array<std::string_view, 6> infinite = {".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"};
  constexpr std::array<std::string_view, 3> minus_infinite = {"-.inf", "-.Inf", "-.INF"};
  constexpr double infinity = std::numeric_limits<double>::infinity();

  if (one_of(text, nulls)) return Node::null(mark);
  const char first = text.front();
  if (one_of(text, yes)) return Node::boolean(true, mark);
  if (one_of(text, no)) return Node::boolean(false, mark);
  if (one_of(text, not_a_number)) return Node::real(std::numeric_limits<double>::quiet_NaN(), mark);
  if (one_of(text, infinite)) return Node::real(infinity, mark);
  if (one_of(text, minus_infinite)) return Node::real(-infinity, mark);

  if (first == '.') {
    if (const auto value = parse_real(text); value && looks_like_float(text)) return Node::real(*value, mark);
  } else if (is_digit(first) || first == '+' || first == '-') {
    if (is_timestamp(text)) {
      Node node = Node::text(std::string(text), mark);
      node.set_tag(NodeTag::timestamp);
      return node;
    }
    std::string plain(text);
    std::erase(plain, '_');
    if (auto value = parse_integer_literal(plain)) {
      value->set_mark(mark);
      return *std::move(value);
    }
    if (const auto value = parse_real(plain); value && looks_like_float(plain))
      return Node::real(*value, mark);
  }
  return Node::text(std::string(text), mark);
}

}  // namespace stackd::compose
