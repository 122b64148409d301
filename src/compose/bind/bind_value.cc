#include "compose/bind/bind_value.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/text.h"
#include "compose/canonical/command_line.h"
#include "compose/canonical/size.h"
#include "compose/read/go_number.h"

namespace stackd::compose {
namespace {

const Map no_entries;

template <typename Number>
std::optional<Number> parsed(std::string_view text, int base) {
  Number number = 0;
  auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<double> parsed_real(std::string_view text) {
  double number = 0;
  auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Without a line, the reader must learn from the words alone what is meant.
std::string placed(const BindContext& context, Mark mark, const std::string& message) {
  return mark.source == nullptr ? context.what + ": " + message : message;
}

}  // namespace

ConfigValue ConfigValue::operator[](std::string_view key) const {
  if (!is_set()) return ConfigValue(nullptr, key, *context_);
  if (!node_->is_map()) {
    expected("a mapping");
    return ConfigValue(nullptr, key, *context_);
  }
  return ConfigValue(node_->find(key), key, *context_);
}

std::vector<ConfigValue> ConfigValue::items() const {
  std::vector<ConfigValue> fields;
  if (!is_set()) return fields;
  if (!node_->is_list()) {
    expected("a list");
    return fields;
  }
  fields.reserve(node_->as_list().size());
  for (const Node& item : node_->as_list()) fields.emplace_back(&item, key_, *context_);
  return fields;
}

std::vector<std::pair<std::string, ConfigValue>> ConfigValue::entries() const {
  std::vector<std::pair<std::string, ConfigValue>> fields;
  for (const Entry& entry : map())
    fields.emplace_back(entry.key, ConfigValue(&entry.value, entry.key, *context_));
  std::sort(fields.begin(), fields.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return fields;
}

const Map& ConfigValue::map() const {
  if (!is_set()) return no_entries;
  if (node_->is_map()) return node_->as_map();
  expected("a mapping");
  return no_entries;
}

std::string ConfigValue::text() const {
  if (!is_set()) return {};
  switch (node_->kind()) {
    case NodeKind::text:
      return node_->as_text();
    case NodeKind::integer:
      return node_->integer_text();
    case NodeKind::boolean:
      return node_->as_boolean() ? "true" : "false";
    case NodeKind::real:
      return to_go_text(node_->as_real());
    case NodeKind::null:
    case NodeKind::list:
    case NodeKind::map:
      break;
  }
  expected("a text");
  return {};
}

std::optional<std::int64_t> ConfigValue::optional_integer() const {
  if (!is_set()) return std::nullopt;
  std::optional<std::int64_t> number;
  if (node_->is_text()) number = parsed<std::int64_t>(node_->as_text(), 10);
  if (node_->is_integer()) number = node_->integer_value();
  if (!number) expected("a whole number");
  return number;
}

std::optional<bool> ConfigValue::optional_boolean() const {
  if (!is_set()) return std::nullopt;
  if (node_->is_boolean()) return node_->as_boolean();
  if (node_->is_text() && (node_->as_text() == "true" || node_->as_text() == "false"))
    return node_->as_text() == "true";
  expected("true or false");
  return std::nullopt;
}

double ConfigValue::real() const {
  if (!is_set()) return 0;
  std::optional<double> number;
  if (node_->is_number()) number = node_->as_real();
  if (node_->is_text()) number = parsed_real(node_->as_text());
  if (number && std::isfinite(*number)) return *number;
  expected("a number");
  return 0;
}

std::optional<Duration> ConfigValue::duration() const {
  if (!is_set()) return std::nullopt;
  if (node_->is_text()) {
    if (Result<Duration> read = parse_duration(node_->as_text())) return *read;
  }
  expected("a duration such as 1m30s");
  return std::nullopt;
}

std::optional<Duration> ConfigValue::positive_duration() const {
  std::optional<Duration> span = duration();
  if (!span || *span > Duration::zero()) return span;
  error(std::string(key_) + " must be longer than nothing", "write a duration such as 30s");
  return std::nullopt;
}

std::optional<std::int64_t> ConfigValue::size_bytes() const {
  if (!is_set()) return std::nullopt;
  std::optional<std::int64_t> bytes;
  if (node_->is_integer()) bytes = node_->integer_value();
  if (node_->is_text()) {
    if (Result<std::int64_t> read = parse_size(node_->as_text())) bytes = *read;
  }
  if (!bytes || *bytes < 0) {
    expected("a size such as 50MiB");
    return std::nullopt;
  }
  return bytes;
}

std::optional<std::int64_t> ConfigValue::file_mode() const {
  if (!is_set()) return std::nullopt;
  std::optional<std::int64_t> mode;
  if (node_->is_text()) mode = parsed<std::int64_t>(node_->as_text(), 8);
  if (node_->is_integer()) mode = node_->integer_value();
  if (!mode) expected("a file mode such as \"0440\"");
  return mode;
}

std::vector<std::string> ConfigValue::command() const {
  if (!is_text()) return texts();
  Result<CommandLine> line = split_command_line(node_->as_text());
  if (!line) {
    error(std::string(key_) + ": " + line.error().message, "write a list of texts");
    return {};
  }
  if (line->cut_at != std::string_view::npos)
    error(std::string(key_) + " is not run by a shell", "write [\"sh\", \"-c\", \"...\"]");
  return std::move(line->words);
}

std::vector<std::string> ConfigValue::texts() const {
  return optional_texts().value_or(std::vector<std::string>());
}

std::optional<std::vector<std::string>> ConfigValue::optional_texts() const {
  if (!is_set()) return std::nullopt;
  std::vector<std::string> values;
  for (const ConfigValue& item : items()) values.push_back(item.text());
  return values;
}

std::map<std::string, std::string> ConfigValue::text_map() const {
  std::map<std::string, std::string> values;
  for (const Entry& entry : map()) values[entry.key] = ConfigValue(&entry.value, entry.key, *context_).text();
  return values;
}

std::map<std::string, std::optional<std::string>> ConfigValue::optional_text_map() const {
  std::map<std::string, std::optional<std::string>> values;
  for (const Entry& entry : map()) {
    ConfigValue value(&entry.value, entry.key, *context_);
    values[entry.key] = value.is_set() ? std::optional<std::string>(value.text()) : std::nullopt;
  }
  return values;
}

void ConfigValue::error(const std::string& message, const std::string& advice) const {
  error_at(mark(), message, advice);
}

void ConfigValue::error_at(Mark place, const std::string& message, const std::string& advice) const {
  context_->report.error(placed(*context_, place, message), place, advice);
}

void ConfigValue::warning(const std::string& message, const std::string& advice) const {
  context_->report.warning(placed(*context_, mark(), message), mark(), advice);
}

void ConfigValue::expected(std::string_view what) const {
  const bool compound = node_->is_list() || node_->is_map();
  std::string found = compound ? "a " + std::string(to_string(node_->kind())) : to_go_text(*node_);
  if (node_->is_text()) found = quote(node_->as_text());
  error(std::string(key_) + " must be " + std::string(what) + ", not " + found);
}

void check_keys(const ConfigValue& field, const KnownKeys& keys, BindContext& context) {
  const auto has = [](const std::vector<std::string>& list, const std::string& key) {
    return std::find(list.begin(), list.end(), key) != list.end();
  };
  for (const Entry& entry : field.map()) {
    if (has(keys.known, entry.key)) continue;
    const bool later = has(keys.later, entry.key);
    const std::string message = later ? entry.key + " is not supported yet"
                                      : "unknown key " + quote(entry.key) + " in " + std::string(field.key());
    std::string advice = later ? "take it out" : did_you_mean(entry.key, keys.known);
    if (advice.empty()) advice = "known here: " + join(keys.known, ", ");
    context.report.error(placed(context, entry.key_mark, message), entry.key_mark, advice);
  }
}

}  // namespace stackd::compose
