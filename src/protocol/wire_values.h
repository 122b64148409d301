// Single values of a message as JSON, and back: what is absent is null. For the wire_*.cc alone.
#pragma once

#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "model/release.h"

namespace stackd::protocol::wire {

/// What containers and engines write need not be UTF-8, JSON must be: what is not becomes U+FFFD.
json::string text(std::string_view bytes);
json::value text_or_null(const std::optional<std::string>& value);
/// Null for "".
json::value text_or_null(const std::string& value);
/// Null for 0: releases count from 1.
json::value number_or_null(std::int64_t number);
json::value moment(WallTime at);
json::value moment_or_null(const std::optional<WallTime>& at);
json::array texts(const std::vector<std::string>& values);
json::object text_map(const std::map<std::string, std::string>& values);

json::object fingerprints(const Fingerprints& values);
Fingerprints read_fingerprints(const JsonReader& reader, std::string_view key);

json::object source_to_json(const ReleaseSource& source);
ReleaseSource read_source(const JsonReader& reader);

/// A canonical configuration is an object in a message and a text in a record; null for "".
json::value configuration(const std::string& canonical);
std::string canonical_of(const JsonReader& reader);

/// Reads one message and keeps the first moment that is none, besides what the JsonReader itself finds.
class Message {
 public:
  Message(const json::value& body, std::string_view what) : top(body, what) {}

  WallTime moment(const JsonReader& reader, std::string_view key);
  std::optional<WallTime> optional_moment(const JsonReader& reader, std::string_view key);

  /// The first thing that was wrong; kind invalid.
  [[nodiscard]] Result<void> finish() const;

  JsonReader top;

 private:
  std::optional<Error> wrong_;
};

}  // namespace stackd::protocol::wire
