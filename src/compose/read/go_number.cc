#include "compose/read/go_number.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "base/text.h"

namespace stackd::compose {

namespace {

/// The shortest digits that single a number out, and its decimal exponent: 0.d1d2d3 × 10^point.
struct Digits {
  std::string digits;
  int point = 0;
};

template <typename T>
Digits shortest(T value) {
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific);
  const std::string_view text(buffer, static_cast<std::size_t>(end.ptr - buffer));
  const std::size_t e = text.find('e');
  Digits result;
  for (const char c : text.substr(0, e))
    if (c != '.') result.digits += c;
  int exponent = 0;
  const char* from = text.data() + e + 1;
  if (*from == '+') ++from;
  std::from_chars(from, text.data() + text.size(), exponent);
  result.point = exponent + 1;
  return result;
}

std::string plain(const Digits& number) {
  const auto count = static_cast<int>(number.digits.size());
  if (number.point <= 0)
    return "0." + std::string(static_cast<std::size_t>(-number.point), '0') + number.digits;
  if (number.point >= count)
    return number.digits + std::string(static_cast<std::size_t>(number.point - count), '0');
  const auto point = static_cast<std::size_t>(number.point);
  return number.digits.substr(0, point) + "." + number.digits.substr(point);
}

std::string scientific(const Digits& number, int exponent_digits_min) {
  std::string text = number.digits.substr(0, 1);
  if (number.digits.size() > 1) text += "." + number.digits.substr(1);
  const int exponent = number.point - 1;
  std::string digits = std::to_string(std::abs(exponent));
  while (static_cast<int>(digits.size()) < exponent_digits_min) digits.insert(0, "0");
  return text + (exponent < 0 ? "e-" : "e+") + digits;
}

template <typename T>
std::string json_number(T value) {
  if (value == 0) return std::signbit(value) ? "-0" : "0";
  // encoding/json refuses these; there is no number to write.
  if (!std::isfinite(value)) return "null";
  const std::string sign = value < 0 ? "-" : "";
  const T size = std::abs(value);
  const Digits digits = shortest(size);
  if (size < static_cast<T>(1e-6) || size >= static_cast<T>(1e21)) return sign + scientific(digits, 1);
  return sign + plain(digits);
}

std::optional<std::uint64_t> parse_unsigned(std::string_view digits, int base) {
  std::uint64_t value = 0;
  if (digits.empty()) return std::nullopt;
  const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (end.ec != std::errc() || end.ptr != digits.data() + digits.size()) return std::nullopt;
  return value;
}

bool is_decimal_float(std::string_view text) {
  std::size_t i = 0;
  std::size_t digits = 0;
  const auto skip_digits = [&] {
    while (i < text.size() && text[i] >= '0' && text[i] <= '9') ++i, ++digits;
  };
  if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
  skip_digits();
  if (i < text.size() && text[i] == '.') {
    ++i;
    skip_digits();
  }
  if (digits == 0) return false;
  if (i == text.size()) return true;
  if (text[i] != 'e' && text[i] != 'E') return false;
  ++i;
  if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
  digits = 0;
  skip_digits();
  return digits > 0 && i == text.size();
}

}  // namespace

std::optional<std::int64_t> parse_decimal(std::string_view text) {
  if (!text.empty() && text.front() == '+') {
    text.remove_prefix(1);
    if (!text.empty() && text.front() == '-') return std::nullopt;
  }
  std::int64_t value = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || end.ec != std::errc() || end.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> parse_real(std::string_view text) {
  const std::string lower = to_lower(text);
  std::string_view bare = lower;
  const bool negative = starts_with(bare, "-");
  if (negative || starts_with(bare, "+")) bare.remove_prefix(1);
  if (bare == "inf" || bare == "infinity") {
    const double infinite = std::numeric_limits<double>::infinity();
    return negative ? -infinite : infinite;
  }
  if (bare == "nan" && bare.size() == lower.size()) return std::numeric_limits<double>::quiet_NaN();
  if (!is_decimal_float(text)) return std::nullopt;
  if (text.front() == '+') text.remove_prefix(1);
  double value = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end.ec != std::errc()) return std::nullopt;
  return value;
}

std::optional<Node> parse_integer_literal(std::string_view text) {
  const bool negative = starts_with(text, "-");
  if (negative || starts_with(text, "+")) text.remove_prefix(1);
  int base = 10;
  if (text.size() > 1 && text[0] == '0') {
    switch (text[1]) {
      case 'x':
      case 'X':
        base = 16;
        break;
      case 'o':
      case 'O':
        base = 8;
        break;
      case 'b':
      case 'B':
        base = 2;
        break;
      default:
        base = 0;
        break;
    }
    text.remove_prefix(base == 0 ? 1 : 2);
    if (base == 0) base = 8;
  }
  const std::optional<std::uint64_t> size = parse_unsigned(text, base);
  if (!size) return std::nullopt;
  if (!negative) return Node::unsigned_integer(*size);
  constexpr auto lowest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) + 1;
  if (*size > lowest) return std::nullopt;
  return Node::integer(static_cast<std::int64_t>(~*size + 1));
}

std::string to_go_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Inf" : "+Inf";
  if (value == 0) return std::signbit(value) ? "-0" : "0";
  const std::string sign = value < 0 ? "-" : "";
  const Digits digits = shortest(std::abs(value));
  // With the shortest digits fmt turns to the exponent from a million on.
  constexpr int plain_exponent_end = 6;
  const int exponent = digits.point - 1;
  if (exponent < -4 || exponent >= plain_exponent_end) return sign + scientific(digits, 2);
  return sign + plain(digits);
}

std::string to_json_number(double value) {
  return json_number(value);
}

std::string to_json_number(float value) {
  return json_number(value);
}

std::string to_go_text(const Node& scalar) {
  switch (scalar.kind()) {
    case NodeKind::null:
      return "<nil>";
    case NodeKind::boolean:
      return scalar.as_boolean() ? "true" : "false";
    case NodeKind::integer:
      return scalar.integer_text();
    case NodeKind::real:
      return to_go_text(scalar.as_real());
    case NodeKind::text:
      return scalar.as_text();
    case NodeKind::list:
    case NodeKind::map:
      return {};
  }
  return {};
}

}  // namespace stackd::compose
