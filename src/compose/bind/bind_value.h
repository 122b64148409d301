// One value of a canonical configuration, read as the type that the model wants. A value that is absent or
// null reads as the type's nothing; one of another type is told once, at its place, and reads as nothing too.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "compose/read/diagnostic.h"
#include "compose/read/node.h"

namespace stackd::compose {

/// What a binding finds wrong, and what it is about.
struct BindContext {
  std::string what;  // "service web": named where a configuration has no lines (it comes from a release)
  Report& report;
};

class ConfigValue {
 public:
  /// `node` may be nullptr. The context and the text of `key` outlive the value.
  ConfigValue(const Node* node, std::string_view key, BindContext& context)
      : node_(node), key_(key), context_(&context) {}

  [[nodiscard]] bool is_set() const { return node_ != nullptr && !node_->is_null(); }
  [[nodiscard]] bool is_list() const { return is_set() && node_->is_list(); }
  [[nodiscard]] bool is_text() const { return is_set() && node_->is_text(); }
  [[nodiscard]] bool is_map() const { return is_set() && node_->is_map(); }
  [[nodiscard]] std::string_view key() const { return key_; }
  [[nodiscard]] Mark mark() const { return node_ == nullptr ? Mark{} : node_->mark(); }

  /// The value below a key of a mapping.
  ConfigValue operator[](std::string_view key) const;
  /// The elements of a list.
  [[nodiscard]] std::vector<ConfigValue> items() const;
  /// The values of a mapping with their keys, in bytewise order of keys.
  [[nodiscard]] std::vector<std::pair<std::string, ConfigValue>> entries() const;
  /// The entries as written, for who must name a key's own place.
  [[nodiscard]] const Map& map() const;

  /// A scalar's text; "" when not set.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::optional<std::int64_t> optional_integer() const;
  [[nodiscard]] std::int64_t integer() const { return optional_integer().value_or(0); }
  [[nodiscard]] std::optional<bool> optional_boolean() const;
  [[nodiscard]] bool boolean(bool otherwise = false) const { return optional_boolean().value_or(otherwise); }
  [[nodiscard]] double real() const;
  [[nodiscard]] std::optional<Duration> duration() const;
  /// One of nothing or less is an error, too.
  [[nodiscard]] std::optional<Duration> positive_duration() const;
  /// A number of bytes, with or without a unit: "50MiB", "64m". Units count by 1024.
  [[nodiscard]] std::optional<std::int64_t> size_bytes() const;
  /// Digits in octal as text, or the number itself: a file's mode.
  [[nodiscard]] std::optional<std::int64_t> file_mode() const;

  /// A list of texts, or one text that is split into words as Compose does it.
  [[nodiscard]] std::vector<std::string> command() const;
  [[nodiscard]] std::vector<std::string> texts() const;
  /// Nothing when not set, which for a command is another thing than an empty list.
  [[nodiscard]] std::optional<std::vector<std::string>> optional_texts() const;
  [[nodiscard]] std::map<std::string, std::string> text_map() const;
  [[nodiscard]] std::map<std::string, std::optional<std::string>> optional_text_map() const;

  void error(const std::string& message, const std::string& advice = {}) const;
  /// Of this value, told at another place: the key of an entry, say.
  void error_at(Mark place, const std::string& message, const std::string& advice = {}) const;
  void warning(const std::string& message, const std::string& advice = {}) const;

 private:
  void expected(std::string_view what) const;

  const Node* node_;
  std::string_view key_;
  BindContext* context_;
};

/// Tells every key of a mapping that is not among `known`, at the key's place, with the nearest known one.
/// Those among `later` are "not supported yet".
struct KnownKeys {
  std::vector<std::string> known;
  std::vector<std::string> later;
};
void check_keys(const ConfigValue& field, const KnownKeys& keys, BindContext& context);

}  // namespace stackd::compose
