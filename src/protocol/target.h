// Paths and queries of the API's addresses: what stackctl writes and stackd reads (RFC 3986).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace stackd::protocol {

/// Everything but letters, digits and "-._~" as %XX: safe as one segment of a path and as a value.
std::string percent_encode(std::string_view text);

/// Errors: invalid, when a percent sign is not followed by two hexadecimal digits or stands for a NUL.
Result<std::string> percent_decode(std::string_view text);

/// Writes the part behind the question mark; "" when nothing was added.
class QueryWriter {
 public:
  void add(std::string_view name, std::string_view value);
  void add_flag(std::string_view name, bool value);  // only when true
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// Reads one query. Like a JsonReader it keeps the first thing that is wrong; who read everything asks
/// finish(), which also refuses names that nobody read.
class Query {
 public:
  explicit Query(std::string_view text);

  std::string text(const std::string& name);
  std::vector<std::string> texts(const std::string& name);
  bool flag(const std::string& name);  // "true" or "false"
  std::optional<std::int64_t> number(const std::string& name);
  std::optional<WallTime> moment(const std::string& name);

  /// The first error; kind invalid.
  [[nodiscard]] Result<void> finish() const;

 private:
  void wrong(std::string message);
  std::optional<std::string> single(const std::string& name);

  std::map<std::string, std::vector<std::string>> values_;
  std::vector<std::string> read_;
  std::string wrong_;
};

}  // namespace stackd::protocol
