// Typed reads from JSON (RFC 8259). Foreign JSON is read through a JsonReader: it collects the first thing
// that is wrong, with its path, instead of throwing; who read everything asks ok() once at the end.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace stackd {

namespace json = boost::json;

/// Errors: invalid, with the byte at which it stopped making sense. Depth is limited to 64.
Result<json::value> parse_json(std::string_view text);

/// The text without blanks.
std::string to_text(const json::value& value);

/// One object seen through its keys. A key that is absent or null gives the default; a key of the wrong
/// type records an error in the shared state and gives the default too.
class JsonReader {
 public:
  /// `what` names the document in the error: "container inspect".
  JsonReader(const json::value& root, std::string_view what);

  [[nodiscard]] bool has(std::string_view key) const;
  /// The keys of the object, in their order; null values too.
  [[nodiscard]] std::vector<std::string> keys() const;
  std::string text(std::string_view key) const;
  std::optional<std::string> optional_text(std::string_view key) const;
  std::int64_t integer(std::string_view key, std::int64_t otherwise = 0) const;
  std::optional<std::int64_t> optional_integer(std::string_view key) const;
  double number(std::string_view key, double otherwise = 0) const;
  bool boolean(std::string_view key, bool otherwise = false) const;
  std::vector<std::string> texts(std::string_view key) const;
  std::map<std::string, std::string> text_map(std::string_view key) const;

  /// A reader of the object below; an empty one when it is absent.
  JsonReader object(std::string_view key) const;
  /// One reader an element; elements that are no objects are an error.
  std::vector<JsonReader> objects(std::string_view key) const;
  /// One reader a key whose value is an object or null (null gives an empty reader), in the order of keys.
  std::map<std::string, JsonReader> object_map(std::string_view key) const;
  /// The raw value, or nullptr.
  const json::value* raw(std::string_view key) const;

  /// The first error of this reader and of all made from it; kind invalid.
  [[nodiscard]] Result<void> finish() const;

 private:
  struct Shared;
  JsonReader(const json::value* value, std::string path, std::shared_ptr<Shared> shared);
  void wrong(std::string_view key, std::string_view expected) const;

  const json::value* value_;  // null or an object
  std::string path_;
  std::shared_ptr<Shared> shared_;
};

}  // namespace stackd
