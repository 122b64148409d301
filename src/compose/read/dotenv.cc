#include "compose/read/dotenv.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace stackd::compose {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
// A value can be made of earlier ones, each twice as long as the one before.
constexpr std::size_t values_bytes_max = std::size_t{8} * 1024 * 1024;

struct Rune {
  char32_t code = 0;
  std::size_t bytes = 1;
};

Rune decode(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t bytes = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (bytes == 1 || text.size() < bytes || !is_utf8(text.substr(0, bytes)))
    return {lead < 0x80 ? lead : 0xFFFDU, 1};
  char32_t code = lead & (0xFFU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) code = (code << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  return {code, bytes};
}

/// A blank within a line.
bool is_blank(char32_t c) {
  return c == '\t' || c == '\v' || c == '\f' || c == '\r' || c == ' ' || c == 0x85 || c == 0xA0;
}

bool is_space(char32_t c) {
  return is_blank(c) || c == '\n' || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
         c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

/// Letters and digits of any script; beyond Latin-1 what is no known block of signs counts as a letter.
bool is_letter_or_digit(char32_t c) {
  if (c < 0x80) return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  if (c < 0xC0)
    return c == 0xAA || c == 0xB2 || c == 0xB3 || c == 0xB5 || (c >= 0xB9 && c <= 0xBE && c != 0xBB);
  if (c == 0xD7 || c == 0xF7 || c == 0xFFFD) return false;
  const bool signs = (c >= 0x2000 && c <= 0x206F) || (c >= 0x20A0 && c <= 0x20CF) ||
                     (c >= 0x2190 && c <= 0x245F) || (c >= 0x2500 && c <= 0x2BFF) ||
                     (c >= 0x3000 && c <= 0x3004) || (c >= 0x3008 && c <= 0x3020) ||
                     (c >= 0x1F000 && c <= 0x1FAFF);
  return !signs;
}

template <typename Predicate>
std::string_view skip(std::string_view text, Predicate matches) {
  while (!text.empty()) {
    const Rune rune = decode(text);
    if (!matches(rune.code)) break;
    text.remove_prefix(rune.bytes);
  }
  return text;
}

std::string_view without_trailing_space(std::string_view text) {
  for (std::size_t end = text.size(); end > 0;) {
    std::size_t start = end - 1;
    while (start > 0 && (static_cast<unsigned char>(text[start]) & 0xC0U) == 0x80U) --start;
    if (!is_space(decode(text.substr(start)).code)) return text.substr(0, end);
    end = start;
  }
  return {};
}

void append_utf8(std::string& text, unsigned code) {
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else {
    text += static_cast<char>(0xC0U | (code >> 6U));
    text += static_cast<char>(0x80U | (code & 0x3FU));
  }
}

/// \0 and up to three digits. What is no octal number of three digits below 256 stays as typed.
std::size_t expand_octal(std::string_view escape, std::string& result) {
  std::size_t digits = 0;
  while (digits < 3 && 2 + digits < escape.size() && escape[2 + digits] >= '0' && escape[2 + digits] <= '9')
    ++digits;
  const std::string_view octal = escape.substr(2, digits);
  unsigned code = 0;
  for (const char c : octal) code = code * 8 + static_cast<unsigned>(c - '0');
  const bool valid = digits == 3 && code <= 255 && octal.find_first_of("89") == std::string_view::npos;
  if (valid) {
    append_utf8(result, code);
  } else {
    result += '\\';
    result += octal;  // the 0 is lost on the way
  }
  return 2 + digits;
}

std::string expand_escapes(std::string_view text) {
  constexpr std::string_view letters = "abfnrtv\\\"";
  constexpr std::string_view meanings = "\a\b\f\n\r\t\v\\\"";
  std::string result;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] != '\\' || i + 1 >= text.size()) {
      result += text[i++];
      continue;
    }
    const char next = text[i + 1];
    if (const std::size_t known = letters.find(next); known != std::string_view::npos) {
      result += meanings[known];
      i += 2;
    } else if (next == '$') {
      result += "$$";  // literal for the interpolation that follows
      i += 2;
    } else if (next == '0') {
      i += expand_octal(text.substr(i), result);
    } else {
      result += text[i++];
    }
  }
  return result;
}

class DotenvReader {
 public:
  DotenvReader(std::string_view text, const Lookup& lookup, Variables& variables, UnsetNames& unset)
      : rest_(text), lookup_(lookup), variables_(variables), unset_(unset) {}

  std::optional<DotenvError> run();

 private:
  bool skip_to_statement();
  bool read_name();
  bool read_value();
  bool read_quoted(char quote_mark);
  bool store(std::string_view raw);
  bool fail(std::string message) {
    error_ = DotenvError{line_, std::move(message)};
    return false;
  }

  std::string_view rest_;
  const Lookup& lookup_;
  Variables& variables_;
  UnsetNames& unset_;
  std::size_t values_bytes_ = 0;
  int line_ = 1;
  std::string name_;
  bool inherits_ = false;
  std::optional<DotenvError> error_;
};

std::optional<DotenvError> DotenvReader::run() {
  while (skip_to_statement()) {
    if (!read_name()) break;
    if (inherits_) {
      if (auto value = lookup_(name_)) variables_.set(name_, *std::move(value));
    } else if (!read_value()) {
      break;
    }
  }
  return error_;
}

bool DotenvReader::skip_to_statement() {
  while (true) {
    rest_ = skip(rest_, [this](char32_t c) {
      if (c == '\n') ++line_;
      return is_space(c);
    });
    if (rest_.empty()) return false;
    if (rest_.front() != '#') return true;
    rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
  }
}

bool DotenvReader::read_name() {
  if (starts_with(rest_, "export") && rest_.size() > 6 && is_space(decode(rest_.substr(6)).code) &&
      static_cast<unsigned char>(rest_[6]) < 0x80) {
    rest_ = skip(rest_.substr(6), is_blank);
  }
  std::size_t end = std::string_view::npos;
  inherits_ = false;
  for (std::size_t i = 0; i < rest_.size();) {
    const Rune rune = decode(rest_.substr(i));
    if (rune.code == '=' || rune.code == ':' || rune.code == '\n') {
      end = i;
      inherits_ = rune.code == '\n';
      break;
    }
    const bool allowed = is_blank(rune.code) ||
                         (rune.code < 0x80 && std::string_view("_.-[]").find(static_cast<char>(rune.code)) !=
                                                  std::string_view::npos) ||
                         is_letter_or_digit(rune.code);
    if (!allowed) {
      return fail("unexpected character " + quote(rest_.substr(i, rune.bytes)) +
                  " in the variable name after " + quote(rest_.substr(0, i)));
    }
    i += rune.bytes;
  }
  // A name that the end of the file cuts off is the value of a variable without a name.
  name_ = end == std::string_view::npos ? std::string() : std::string(rest_.substr(0, end));
  if (inherits_ && name_.find(' ') == std::string::npos) ++line_;
  name_ = without_trailing_space(name_);
  if (end != std::string_view::npos) rest_ = skip(rest_.substr(end + 1), is_blank);
  if (name_.find(' ') != std::string::npos)
    return fail("a variable name can't contain a blank: " + quote(name_));
  return true;
}

bool DotenvReader::store(std::string_view raw) {
  Result<std::string> value = substitute(
      raw,
      [this](const std::string& name) {
        auto found = lookup_(name);
        return found ? found : variables_.find(name);
      },
      unset_);
  if (!value) return fail(value.error().message);
  values_bytes_ += value->size();
  if (values_bytes_ > values_bytes_max) {
    return fail("with their variables the values are longer than " +
                std::to_string(values_bytes_max / 1024 / 1024) + " MiB in all");
  }
  variables_.set(name_, *std::move(value));
  return true;
}

bool DotenvReader::read_value() {
  if (!rest_.empty() && (rest_.front() == '"' || rest_.front() == '\'')) return read_quoted(rest_.front());
  std::string_view value = rest_.substr(0, rest_.find('\n'));
  rest_.remove_prefix(std::min(value.size() + 1, rest_.size()));
  value = without_trailing_space(value.substr(0, value.find(" #")));
  const bool stored = store(value);
  ++line_;
  return stored;
}

bool DotenvReader::read_quoted(char quote_mark) {
  std::string raw;
  bool escaped = false;
  const int first_line = line_;
  for (std::size_t i = 1; i < rest_.size(); ++i) {
    const char c = rest_[i];
    if (c == '\n') ++line_;
    if (c != quote_mark) {
      if (!escaped && c == '\\') {
        escaped = true;
        continue;
      }
      if (escaped) raw += '\\';
      escaped = false;
      raw += c;
    } else if (escaped) {
      escaped = false;
      raw += c;
    } else {
      rest_.remove_prefix(i + 1);
      if (quote_mark == '"') return store(expand_escapes(raw));
      variables_.set(name_, std::move(raw));
      return true;
    }
  }
  line_ = first_line;
  return fail("the quote is never closed");
}

}  // namespace

void Variables::set(const std::string& name, std::string value) {
  const auto [found, is_new] = index_.emplace(name, all_.size());
  if (is_new) {
    all_.push_back({name, std::move(value)});
  } else {
    all_[found->second].value = std::move(value);
  }
}

std::optional<std::string> Variables::find(const std::string& name) const {
  const auto found = index_.find(name);
  return found == index_.end() ? std::nullopt : std::optional(all_[found->second].value);
}

std::optional<DotenvError> read_dotenv(std::string_view text, const Lookup& lookup, Variables& variables,
                                       UnsetNames& unset) {
  if (starts_with(text, byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  return DotenvReader(text, lookup, variables, unset).run();
}

std::optional<DotenvError> read_raw_env(std::string_view text, const Lookup& lookup, Variables& variables) {
  if (starts_with(text, byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  for (int number = 1; !text.empty(); ++number) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (!is_utf8(line)) return DotenvError{number, "the line is not valid UTF-8"};
    line = skip(line, is_space);
    if (line.empty() || line.front() == '#') continue;
    const std::size_t equals = line.find('=');
    const std::string name(line.substr(0, equals));
    if (name.empty()) return DotenvError{number, "there is no variable name on the line"};
    if (name.find_first_of(" \t\v\f\r") != std::string::npos)
      return DotenvError{number, "the variable name " + quote(name) + " contains blanks"};
    if (equals != std::string_view::npos) {
      variables.set(name, std::string(line.substr(equals + 1)));
    } else if (auto value = lookup(name)) {
      variables.set(name, *std::move(value));
    }
  }
  return std::nullopt;
}

}  // namespace stackd::compose
