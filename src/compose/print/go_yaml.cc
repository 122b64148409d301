#include "compose/print/go_yaml.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "compose/read/go_number.h"
#include "compose/read/scalar.h"

namespace stackd::compose {

namespace {

bool is_yaml_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<signed char>(c) < 0;
}

/// What would be read back as a boolean or as a number of base 60 by older parsers.
bool is_old_value(std::string_view text) {
  constexpr std::array<std::string_view, 16> words = {"y", "Y", "yes", "Yes", "YES", "on",  "On",  "ON",
                                                      "n", "N", "no",  "No",  "NO",  "off", "Off", "OFF"};
  if (std::find(words.begin(), words.end(), text) != words.end()) return true;
  if (text.empty() || text.find(':') == std::string_view::npos) return false;
  if (text.front() == '+' || text.front() == '-') text.remove_prefix(1);
  std::vector<std::string> parts = split(text, ':');
  const auto all_digits = [](std::string_view part, std::string_view also) {
    return std::all_of(part.begin(), part.end(),
                       [&](char c) { return is_digit(c) || also.find(c) != std::string_view::npos; });
  };
  if (parts[0].empty() || !is_digit(parts[0].front()) || !all_digits(parts[0], "_")) return false;
  if (const std::size_t dot = parts.back().find('.'); dot != std::string::npos && parts.size() > 1) {
    if (!all_digits(parts.back().substr(dot + 1), "_")) return false;
    parts.back().resize(dot);
  }
  return std::all_of(parts.begin() + 1, parts.end(), [&](const std::string& part) {
    return (part.size() == 1 && is_digit(part[0])) ||
           (part.size() == 2 && part[0] >= '0' && part[0] <= '5' && is_digit(part[1]));
  });
}

/// What a text allows, as libyaml sees it.
struct Allowed {
  bool plain = true;
  bool single_quoted = true;
  bool block = true;
};

struct Character {
  std::uint32_t code = 0;
  std::size_t bytes = 1;
};

/// The character at a position. What starts none is the replacement character, a byte long.
Character character_at(std::string_view text, std::size_t i) {
  const auto byte = [&](std::size_t at) -> std::uint32_t { return static_cast<unsigned char>(text[at]); };
  const std::uint32_t first = byte(i);
  const std::size_t bytes = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
  if (bytes == 1 || i + bytes > text.size()) return {.code = first < 0x80 ? first : 0xFFFD, .bytes = 1};
  Character character = {.code = first & (0x7FU >> bytes), .bytes = bytes};
  for (std::size_t k = 1; k < bytes; ++k) character.code = character.code << 6U | (byte(i + k) & 0x3FU);
  return character;
}

/// The character at a position, if go-yaml writes it as an escape.
std::optional<Character> special_at(std::string_view text, std::size_t i) {
  const Character character = character_at(text, i);
  const std::uint32_t code = character.code;
  const bool control = code < 0x20 && code != '\n' && code != '\t';
  const bool line_separator = code == 0x2028 || code == 0x2029;
  if (control || (code >= 0x7F && code < 0xA0) || line_separator || code == 0xFEFF || code >= 0xFFFE)
    return character;
  return std::nullopt;
}

bool starts_indicator(std::string_view text) {
  constexpr std::string_view always = "#,[]{}&*!|>'\"%@`";
  const char first = text.front();
  if (always.find(first) != std::string_view::npos) return true;
  const bool blank_follows = text.size() == 1 || text[1] == ' ' || text[1] == '\t';
  return (first == '?' || first == ':' || first == '-') && blank_follows;
}

Allowed analyze(std::string_view text) {
  Allowed allowed;
  if (text.empty()) return {.plain = true, .single_quoted = true, .block = false};
  bool indicators = starts_with(text, "---") || starts_with(text, "...") || starts_indicator(text);
  bool special = false;
  bool tabs = false;
  bool breaks = false;
  bool space_break = false;
  bool break_space = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const char before = i == 0 ? '\0' : text[i - 1];
    const bool blank_follows = i + 1 == text.size() || text[i + 1] == ' ' || text[i + 1] == '\t';
    if (i > 0 && c == ':' && blank_follows) indicators = true;
    if (i > 0 && c == '#' && (before == ' ' || before == '\t' || before == '\n')) indicators = true;
    special = special || special_at(text, i).has_value();
    tabs = tabs || c == '\t';
    breaks = breaks || c == '\n';
    space_break = space_break || (c == '\n' && before == ' ');
    break_space = break_space || (c == ' ' && before == '\n');
  }
  const bool trailing_space = text.back() == ' ';
  const bool edge = text.front() == ' ' || text.front() == '\n' || trailing_space || text.back() == '\n';
  allowed.plain = !(indicators || edge || break_space || space_break || tabs || special || breaks);
  allowed.single_quoted = !(break_space || space_break || tabs || special);
  allowed.block = !(trailing_space || space_break || special);
  return allowed;
}

class YamlWriter {
 public:
  explicit YamlWriter(bool sorted) : sorted_(sorted) {}

  void document(const Node& node);
  std::string out;

 private:
  void value(const Node& node, std::size_t indent);
  void entries(const Map& map, std::size_t indent, bool first_is_placed);
  void items(const List& list, std::size_t indent, bool first_is_placed);
  void text(std::string_view value, std::size_t indent, bool is_key);
  void literal(std::string_view value, std::size_t indent);
  void double_quoted(std::string_view value);
  void start_line(std::size_t indent) {
    if (!out.empty() && out.back() != '\n') out += '\n';
    out.append(indent, ' ');
  }

  bool sorted_;
};

/// As "\x41", "\u1234" or "\U00012345", or by its letter.
std::string escape_of(std::uint32_t code) {
  constexpr std::array<std::pair<std::uint32_t, char>, 13> letters = {{{0, '0'},
                                                                       {'\a', 'a'},
                                                                       {'\b', 'b'},
                                                                       {'\t', 't'},
                                                                       {'\n', 'n'},
                                                                       {'\v', 'v'},
                                                                       {'\f', 'f'},
                                                                       {'\r', 'r'},
                                                                       {0x1B, 'e'},
                                                                       {0x85, 'N'},
                                                                       {0xA0, '_'},
                                                                       {0x2028, 'L'},
                                                                       {0x2029, 'P'}}};
  for (const auto& [letter_code, letter] : letters)
    if (code == letter_code) return {'\\', letter};
  constexpr std::string_view digits = "0123456789ABCDEF";
  const std::size_t width = code <= 0xFF ? 2 : code <= 0xFFFF ? 4 : 8;
  std::string result = width == 2 ? "\\x" : width == 4 ? "\\u" : "\\U";
  for (std::size_t i = width; i-- > 0;) result += digits[(code >> (4 * i)) & 0xFU];
  return result;
}

void YamlWriter::double_quoted(std::string_view value) {
  out += '"';
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n' || c == '\t') {
      out += escape_of(static_cast<unsigned char>(c));
    } else if (const std::optional<Character> special = special_at(value, i)) {
      out += escape_of(special->code);
      i += special->bytes - 1;
    } else {
      out += c;
    }
  }
  out += '"';
}

void YamlWriter::literal(std::string_view value, std::size_t indent) {
  out += '|';
  if (value.front() == ' ' || value.front() == '\n') out += '2';
  if (value.back() != '\n') {
    out += '-';
  } else if (value.size() == 1 || value[value.size() - 2] == '\n') {
    out += '+';
  }
  for (const std::string& line :
       split(value.substr(0, value.size() - (value.back() == '\n' ? 1 : 0)), '\n')) {
    out += '\n';
    if (!line.empty()) out.append(indent, ' ');
    out += line;
  }
  out += '\n';
}

void YamlWriter::text(std::string_view value, std::size_t indent, bool is_key) {
  const Allowed allowed = analyze(value);
  if (value.find('\n') != std::string_view::npos) {
    return allowed.block && !is_key ? literal(value, indent) : double_quoted(value);
  }
  const Node read_back = resolve_plain_scalar(value, {});
  const bool stays_text =
      read_back.is_text() && read_back.tag() != NodeTag::timestamp && !is_old_value(value);
  if (!stays_text) return double_quoted(value);
  if (allowed.plain) {
    out += value;
  } else if (allowed.single_quoted) {
    out += '\'';
    for (const char c : value) out += c == '\'' ? "''" : std::string(1, c);
    out += '\'';
  } else {
    double_quoted(value);
  }
}

void YamlWriter::entries(const Map& map, std::size_t indent, bool first_is_placed) {
  std::vector<const Entry*> order;
  order.reserve(map.size());
  for (const Entry& entry : map) order.push_back(&entry);
  if (sorted_)
    std::stable_sort(order.begin(), order.end(),
                     [](const Entry* a, const Entry* b) { return yaml_key_less(a->key, b->key); });
  for (const Entry* entry : order) {
    if (!first_is_placed) start_line(indent);
    first_is_placed = false;
    text(entry->key, indent, true);
    out += ':';
    const Node& node = entry->value;
    if (node.is_map() && !node.as_map().empty()) {
      entries(node.as_map(), indent + 2, false);
    } else if (node.is_list() && !node.as_list().empty()) {
      items(node.as_list(), indent + 2, false);
    } else {
      out += ' ';
      value(node, indent + 2);
    }
  }
}

void YamlWriter::items(const List& list, std::size_t indent, bool first_is_placed) {
  for (const Node& node : list) {
    if (!first_is_placed) start_line(indent);
    first_is_placed = false;
    out += "- ";
    if (node.is_map() && !node.as_map().empty()) {
      entries(node.as_map(), indent + 2, true);
    } else if (node.is_list() && !node.as_list().empty()) {
      items(node.as_list(), indent + 2, true);
    } else {
      value(node, indent + 2);
    }
  }
}

void YamlWriter::value(const Node& node, std::size_t indent) {
  switch (node.kind()) {
    case NodeKind::null:
      out += "null";
      return;
    case NodeKind::boolean:
    case NodeKind::integer:
      out += to_go_text(node);
      return;
    case NodeKind::real: {
      const std::string number = to_go_text(node);
      out += number == "+Inf" ? ".inf" : number == "-Inf" ? "-.inf" : number == "NaN" ? ".nan" : number;
      return;
    }
    case NodeKind::text:
      return text(node.as_text(), indent, false);
    case NodeKind::list:
      out += "[]";
      return;
    case NodeKind::map:
      out += "{}";
      return;
  }
}

void YamlWriter::document(const Node& node) {
  if (node.is_map() && !node.as_map().empty()) {
    entries(node.as_map(), 0, false);
  } else if (node.is_list() && !node.as_list().empty()) {
    items(node.as_list(), 0, false);
  } else {
    value(node, 0);
  }
  if (out.back() != '\n') out += '\n';
}

/// The number that starts at a position; leading digits before it matter for a zero.
std::pair<std::uint64_t, std::size_t> number_at(std::string_view text, std::size_t at, std::uint64_t start) {
  std::uint64_t value = start;
  while (at < text.size() && is_digit(text[at]))
    value = value * 10 + static_cast<std::uint64_t>(text[at++] - '0');
  return {value, at};
}

}  // namespace

bool yaml_key_less(std::string_view a, std::string_view b) {
  bool digits = false;
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    if (a[i] == b[i]) {
      digits = is_digit(a[i]);
      continue;
    }
    const bool a_letter = is_yaml_letter(a[i]);
    const bool b_letter = is_yaml_letter(b[i]);
    if (a_letter && b_letter) return static_cast<unsigned char>(a[i]) < static_cast<unsigned char>(b[i]);
    if (a_letter || b_letter) return digits ? a_letter : b_letter;
    std::uint64_t start = 0;
    if (a[i] == '0' || b[i] == '0') {
      for (std::size_t j = i; j > 0 && is_digit(a[j - 1]); --j)
        if (a[j - 1] != '0') start = 1;
    }
    const auto [a_number, a_end] = number_at(a, i, start);
    const auto [b_number, b_end] = number_at(b, i, start);
    if (a_number != b_number) return a_number < b_number;
    if (a_end != b_end) return a_end < b_end;
    return static_cast<unsigned char>(a[i]) < static_cast<unsigned char>(b[i]);
  }
  return a.size() < b.size();
}

std::string to_go_yaml(const Node& node, bool sorted) {
  YamlWriter writer(sorted);
  writer.document(node);
  return std::move(writer.out);
}

}  // namespace stackd::compose
