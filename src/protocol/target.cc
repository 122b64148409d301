#include "protocol/target.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace stackd::protocol {
namespace {

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

/// 0 … 15, or -1.
int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string percent_encode(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (is_unreserved(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += digits[byte >> 4U];
    out += digits[byte & 15U];
  }
  return out;
}

Result<std::string> percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = i + 1 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
    if (high < 0 || low < 0 || (high == 0 && low == 0)) {
      return Error{ErrorKind::invalid, "bad percent sign in the address: " + quote(text)};
    }
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

void QueryWriter::add(std::string_view name, std::string_view value) {
  text_ += text_.empty() ? '?' : '&';
  text_ += percent_encode(name) + "=" + percent_encode(value);
}

void QueryWriter::add_flag(std::string_view name, bool value) {
  if (value) add(name, "true");
}

Query::Query(std::string_view text) {
  if (text.empty()) return;
  for (const std::string& pair : split(text, '&')) {
    const std::size_t equals = pair.find('=');
    // A name alone is a flag that is set.
    const std::string_view written =
        equals == std::string::npos ? "true" : std::string_view(pair).substr(equals + 1);
    const Result<std::string> name = percent_decode(std::string_view(pair).substr(0, equals));
    const Result<std::string> value = percent_decode(written);
    if (name && value) {
      values_[*name].push_back(*value);
    } else {
      wrong(name ? value.error().message : name.error().message);
    }
  }
}

void Query::wrong(std::string message) {
  if (wrong_.empty()) wrong_ = std::move(message);
}

std::vector<std::string> Query::texts(const std::string& name) {
  read_.push_back(name);
  const auto found = values_.find(name);
  return found == values_.end() ? std::vector<std::string>() : found->second;
}

std::optional<std::string> Query::single(const std::string& name) {
  const std::vector<std::string> all = texts(name);
  if (all.empty()) return std::nullopt;
  if (all.size() > 1) wrong("parameter " + quote(name) + " is given more than once");
  return all.front();
}

std::string Query::text(const std::string& name) {
  return single(name).value_or("");
}

bool Query::flag(const std::string& name) {
  const std::optional<std::string> text = single(name);
  if (text && *text != "true" && *text != "false") {
    wrong("parameter " + quote(name) + " must be true or false, not " + quote(*text));
  }
  return text == "true";
}

std::optional<std::int64_t> Query::number(const std::string& name) {
  const std::optional<std::string> text = single(name);
  if (!text) return std::nullopt;
  std::int64_t value = 0;
  const char* end = text->data() + text->size();
  const auto [stopped, code] = std::from_chars(text->data(), end, value);
  if (code != std::errc() || stopped != end || value < 0) {
    wrong("parameter " + quote(name) + " must be a whole number from 0, not " + quote(*text));
    return std::nullopt;
  }
  return value;
}

std::optional<WallTime> Query::moment(const std::string& name) {
  const std::optional<std::string> text = single(name);
  if (!text) return std::nullopt;
  const Result<WallTime> time = parse_rfc3339(*text);
  if (time) return *time;
  wrong("parameter " + quote(name) + ": " + time.error().message);
  return std::nullopt;
}

Result<void> Query::finish() const {
  if (!wrong_.empty()) return Error{ErrorKind::invalid, wrong_};
  for (const auto& [name, unused] : values_) {
    if (std::find(read_.begin(), read_.end(), name) != read_.end()) continue;
    const std::string meant = nearest(name, read_);
    std::string message = "unknown parameter " + quote(name);
    if (!meant.empty()) message += ", did you mean " + quote(meant) + "?";
    return Error{ErrorKind::invalid, message};
  }
  return {};
}

}  // namespace stackd::protocol
