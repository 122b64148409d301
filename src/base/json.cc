#include "base/json.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/stream_parser.hpp>
#include <memory>

namespace stackd {

struct JsonReader::Shared {
  std::string what;
  std::string error;
};

Result<json::value> parse_json(std::string_view text) {
  boost::system::error_code code;
  json::parse_options options;
  options.max_depth = 64;
  json::stream_parser parser({}, options);
  std::size_t read = parser.write_some(text.data(), text.size(), code);
  if (!code && read < text.size()) {
    std::size_t rest = text.find_first_not_of(" \t\r\n", read);
    if (rest != std::string_view::npos) code = json::make_error_code(json::error::extra_data);
  }
  if (!code) parser.finish(code);
  if (code) {
    return Error{ErrorKind::invalid, "no valid JSON at byte " + std::to_string(read) + ": " + code.message()};
  }
  return parser.release();
}

std::string to_text(const json::value& value) {
  return json::serialize(value);
}

JsonReader::JsonReader(const json::value& root, std::string_view what)
    : value_(&root), shared_(std::make_shared<Shared>(Shared{std::string(what), {}})) {
  if (!root.is_object()) {
    shared_->error = shared_->what + ": an object is expected";
    value_ = nullptr;
  }
}

JsonReader::JsonReader(const json::value* value, std::string path, std::shared_ptr<Shared> shared)
    : value_(value), path_(std::move(path)), shared_(std::move(shared)) {}

void JsonReader::wrong(std::string_view key, std::string_view expected) const {
  if (!shared_->error.empty()) return;
  shared_->error =
      shared_->what + ": " + path_ + std::string(key) + ": " + std::string(expected) + " is expected";
}

const json::value* JsonReader::raw(std::string_view key) const {
  if (value_ == nullptr) return nullptr;
  const json::value* found = value_->get_object().if_contains(key);
  return found == nullptr || found->is_null() ? nullptr : found;
}

bool JsonReader::has(std::string_view key) const {
  return raw(key) != nullptr;
}

std::vector<std::string> JsonReader::keys() const {
  std::vector<std::string> out;
  if (value_ == nullptr) return out;
  for (const auto& item : value_->get_object()) out.emplace_back(item.key());
  return out;
}

std::optional<std::string> JsonReader::optional_text(std::string_view key) const {
  const json::value* found = raw(key);
  if (found == nullptr) return std::nullopt;
  if (!found->is_string()) {
    wrong(key, "a text");
    return std::nullopt;
  }
  return std::string(found->get_string());
}

std::string JsonReader::text(std::string_view key) const {
  return optional_text(key).value_or("");
}

std::optional<std::int64_t> JsonReader::optional_integer(std::string_view key) const {
  const json::value* found = raw(key);
  if (found == nullptr) return std::nullopt;
  boost::system::error_code code;
  auto value = found->to_number<std::int64_t>(code);
  if (code) {
    wrong(key, "a whole number");
    return std::nullopt;
  }
  return value;
}

std::int64_t JsonReader::integer(std::string_view key, std::int64_t otherwise) const {
  return optional_integer(key).value_or(otherwise);
}

double JsonReader::number(std::string_view key, double otherwise) const {
  const json::value* found = raw(key);
  if (found == nullptr) return otherwise;
  boost::system::error_code code;
  auto value = found->to_number<double>(code);
  if (code) {
    wrong(key, "a number");
    return otherwise;
  }
  return value;
}

bool JsonReader::boolean(std::string_view key, bool otherwise) const {
  const json::value* found = raw(key);
  if (found == nullptr) return otherwise;
  if (!found->is_bool()) {
    wrong(key, "true or false");
    return otherwise;
  }
  return found->get_bool();
}

std::vector<std::string> JsonReader::texts(std::string_view key) const {
  const json::value* found = raw(key);
  std::vector<std::string> out;
  if (found == nullptr) return out;
  if (!found->is_array()) {
    wrong(key, "a list of texts");
    return out;
  }
  for (const json::value& item : found->get_array()) {
    if (!item.is_string()) {
      wrong(key, "a list of texts");
      return out;
    }
    out.emplace_back(item.get_string());
  }
  return out;
}

std::map<std::string, std::string> JsonReader::text_map(std::string_view key) const {
  const json::value* found = raw(key);
  std::map<std::string, std::string> out;
  if (found == nullptr) return out;
  if (!found->is_object()) {
    wrong(key, "an object of texts");
    return out;
  }
  for (const auto& item : found->get_object()) {
    if (!item.value().is_string()) {
      wrong(key, "an object of texts");
      return out;
    }
    out.emplace(item.key(), item.value().get_string());
  }
  return out;
}

JsonReader JsonReader::object(std::string_view key) const {
  const json::value* found = raw(key);
  if (found != nullptr && !found->is_object()) {
    wrong(key, "an object");
    found = nullptr;
  }
  return JsonReader(found, path_ + std::string(key) + ".", shared_);
}

std::vector<JsonReader> JsonReader::objects(std::string_view key) const {
  const json::value* found = raw(key);
  std::vector<JsonReader> out;
  if (found == nullptr) return out;
  if (!found->is_array()) {
    wrong(key, "a list of objects");
    return out;
  }
  for (const json::value& item : found->get_array()) {
    if (!item.is_object()) {
      wrong(key, "a list of objects");
      return out;
    }
    out.push_back(
        JsonReader(&item, path_ + std::string(key) + "[" + std::to_string(out.size()) + "].", shared_));
  }
  return out;
}

std::map<std::string, JsonReader> JsonReader::object_map(std::string_view key) const {
  const json::value* found = raw(key);
  std::map<std::string, JsonReader> out;
  if (found == nullptr) return out;
  if (!found->is_object()) {
    wrong(key, "an object");
    return out;
  }
  for (const auto& item : found->get_object()) {
    if (!item.value().is_object() && !item.value().is_null()) {
      wrong(key, "an object of objects");
      return out;
    }
    const json::value* below = item.value().is_null() ? nullptr : &item.value();
    std::string name(item.key());
    out.emplace(name, JsonReader(below, path_ + std::string(key) + "." + name + ".", shared_));
  }
  return out;
}

Result<void> JsonReader::finish() const {
  if (shared_->error.empty()) return {};
  return Error{ErrorKind::invalid, shared_->error};
}

}  // namespace stackd
