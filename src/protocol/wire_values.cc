#include "protocol/wire_values.h"

#include "base/text.h"

namespace stackd::protocol::wire {
namespace {

/// Length of the well-formed sequence at the start, 0 when there is none.
std::size_t sequence_length(std::string_view bytes) {
  for (std::size_t length = 1; length <= 4 && length <= bytes.size(); ++length) {
    if (is_utf8(bytes.substr(0, length))) return length;
  }
  return 0;
}

}  // namespace

json::string text(std::string_view bytes) {
  if (is_utf8(bytes)) return json::string(bytes);
  json::string out;
  while (!bytes.empty()) {
    const std::size_t length = sequence_length(bytes);
    out += length == 0 ? std::string_view("\xef\xbf\xbd") : bytes.substr(0, length);
    bytes.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

json::value text_or_null(const std::optional<std::string>& value) {
  if (!value) return nullptr;
  return text(*value);
}

json::value text_or_null(const std::string& value) {
  if (value.empty()) return nullptr;
  return text(value);
}

json::value number_or_null(std::int64_t number) {
  if (number == 0) return nullptr;
  return number;
}

json::value moment(WallTime at) {
  return json::string(to_rfc3339(at));
}

json::value moment_or_null(const std::optional<WallTime>& at) {
  if (!at) return nullptr;
  return moment(*at);
}

json::array texts(const std::vector<std::string>& values) {
  json::array array;
  array.reserve(values.size());
  for (const std::string& value : values) array.emplace_back(text(value));
  return array;
}

json::object text_map(const std::map<std::string, std::string>& values) {
  json::object out;
  for (const auto& [name, value] : values) out[name] = value;
  return out;
}

json::object fingerprints(const Fingerprints& values) {
  json::object out;
  for (const auto& [service, by_path] : values) out[service] = text_map(by_path);
  return out;
}

Fingerprints read_fingerprints(const JsonReader& reader, std::string_view key) {
  Fingerprints found;
  const JsonReader all = reader.object(key);
  for (const auto& [service, unused] : reader.object_map(key)) found.emplace(service, all.text_map(service));
  return found;
}

json::object source_to_json(const ReleaseSource& source) {
  json::object out;
  out["kind"] = source.kind;
  out["user"] = text_or_null(source.user);
  out["working_dir"] = source.working_dir;
  out["config_files"] = texts(source.config_files);
  out["environment_files"] = texts(source.environment_files);
  out["profiles"] = texts(source.profiles);
  out["outside_profiles"] = texts(source.outside_profiles);
  out["variables"] = text_map(source.variables);
  out["set"] = text_map(source.set);
  out["set_before"] = text_or_null(source.set_before);
  return out;
}

ReleaseSource read_source(const JsonReader& reader) {
  ReleaseSource source;
  source.kind = reader.text("kind");
  source.user = reader.text("user");
  source.working_dir = reader.text("working_dir");
  source.config_files = reader.texts("config_files");
  source.environment_files = reader.texts("environment_files");
  source.profiles = reader.texts("profiles");
  source.outside_profiles = reader.texts("outside_profiles");
  source.variables = reader.text_map("variables");
  source.set = reader.text_map("set");
  source.set_before = reader.text("set_before");
  return source;
}

json::value configuration(const std::string& canonical) {
  if (canonical.empty()) return nullptr;
  Result<json::value> parsed = parse_json(canonical);
  if (!parsed) return nullptr;
  return *std::move(parsed);
}

std::string canonical_of(const JsonReader& reader) {
  const json::value* found = reader.raw("configuration");
  return found == nullptr ? std::string() : to_text(*found);
}

WallTime Message::moment(const JsonReader& reader, std::string_view key) {
  return optional_moment(reader, key).value_or(WallTime{});
}

std::optional<WallTime> Message::optional_moment(const JsonReader& reader, std::string_view key) {
  const std::optional<std::string> text = reader.optional_text(key);
  if (!text) return std::nullopt;
  const Result<WallTime> time = parse_rfc3339(*text);
  if (time) return *time;
  if (!wrong_) wrong_ = time.error().while_doing(key);
  return std::nullopt;
}

Result<void> Message::finish() const {
  if (Result<void> read = top.finish(); !read.ok()) return read;
  if (wrong_) return *wrong_;
  return {};
}

}  // namespace stackd::protocol::wire
