#include "engine/docker_events.h"

#include <charconv>
#include <chrono>

#include "base/json.h"
#include "base/text.h"
#include "engine/docker_health.h"
#include "model/identity.h"

namespace stackd::engine {
namespace {

constexpr std::string_view health_action = "health_status";

struct ContainerAction {
  std::string_view name;
  EventKind kind;
};

constexpr ContainerAction container_actions[] = {
    {"create", EventKind::container_created},     {"start", EventKind::container_started},
    {"die", EventKind::container_died},           {"died", EventKind::container_died},
    {"kill", EventKind::container_killed},        {"pause", EventKind::container_paused},
    {"unpause", EventKind::container_unpaused},   {"rename", EventKind::container_renamed},
    {"update", EventKind::container_updated},     {"destroy", EventKind::container_removed},
    {"remove", EventKind::container_removed},     {"oom", EventKind::container_oom},
    {health_action, EventKind::container_health},
};

// Mounting and unmounting a volume says no more than the container's own events.
constexpr std::string_view network_actions[] = {"create", "connect", "disconnect", "destroy", "remove"};
constexpr std::string_view volume_actions[] = {"create", "destroy", "remove"};
constexpr std::string_view image_actions[] = {"delete", "import", "load", "pull", "tag", "untag", "remove"};

template <std::size_t count>
bool is_one_of(std::string_view word, const std::string_view (&words)[count]) {
  for (const std::string_view candidate : words) {
    if (candidate == word) return true;
  }
  return false;
}

std::optional<EventKind> kind_of(std::string_view type, std::string_view action) {
  if (type == "container") {
    for (const ContainerAction& known : container_actions) {
      if (known.name == action) return known.kind;
    }
    return std::nullopt;
  }
  if (type == "network" && is_one_of(action, network_actions)) return EventKind::network_changed;
  if (type == "volume" && is_one_of(action, volume_actions)) return EventKind::volume_changed;
  if (type == "image" && is_one_of(action, image_actions)) return EventKind::image_changed;
  return std::nullopt;
}

std::int64_t number_from(const std::string& text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

WallTime moment_of(const JsonReader& reader) {
  const std::int64_t nanoseconds = reader.integer("timeNano");
  if (nanoseconds != 0) return WallTime(Duration(nanoseconds));
  // Seconds that would not fit into nanoseconds are no moment of ours.
  const std::int64_t seconds = reader.integer("time");
  constexpr std::int64_t seconds_max = 9'000'000'000;
  if (seconds < 0 || seconds > seconds_max) return WallTime{};
  return WallTime(std::chrono::seconds(seconds));
}

}  // namespace

Result<std::optional<EngineEvent>> read_event(std::string_view text) {
  Result<json::value> parsed = parse_json(text);
  if (!parsed) return parsed.error().while_doing("event");
  const JsonReader reader(*parsed, "event");
  const std::string type = reader.text("Type");
  std::string action = reader.text("Action");
  const JsonReader actor = reader.object("Actor");
  const std::map<std::string, std::string> attributes = actor.text_map("Attributes");
  std::string health = reader.text("HealthStatus");
  Result<void> finished = reader.finish();
  if (!finished) return finished.error();

  if (const std::size_t colon = action.find(": "); colon != std::string::npos) {
    if (action.substr(0, colon) == health_action) health = action.substr(colon + 2);
    action.resize(colon);
  }
  const std::optional<EventKind> kind = kind_of(type, action);
  if (!kind) return std::optional<EngineEvent>{};

  const auto attribute = [&attributes](std::string_view key) {
    const auto found = attributes.find(std::string(key));
    return found == attributes.end() ? std::string() : found->second;
  };
  EngineEvent event;
  event.kind = *kind;
  event.at = moment_of(reader);
  event.id = actor.text("ID");
  event.project = attribute(label::project);
  event.service = attribute(label::service);
  if (*kind == EventKind::container_died) {
    const std::string code = attribute("exitCode");
    // Podman says it in another word.
    event.exit_code = number_from(code.empty() ? attribute("containerExitCode") : code);
  }
  if (*kind == EventKind::network_changed) event.container_id = attribute("container");
  if (*kind == EventKind::container_killed) event.signal = attribute("signal");
  if (*kind == EventKind::container_health) event.health = health_from(health);
  return std::optional<EngineEvent>(std::move(event));
}

std::string event_filters() {
  json::object names;
  for (const ContainerAction& action : container_actions) names[action.name] = true;
  for (const std::string_view action : network_actions) names[action] = true;
  for (const std::string_view action : image_actions) names[action] = true;
  const json::object filters{
      {"type", json::object{{"container", true}, {"network", true}, {"volume", true}, {"image", true}}},
      {"event", std::move(names)}};
  return to_text(json::value(filters));
}

Result<std::vector<EngineEvent>> EventReader::feed(std::string_view bytes) {
  std::vector<EngineEvent> events;
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    rest_ += bytes.substr(0, end);
    if (rest_.size() > line_bytes_max) {
      return Error{ErrorKind::invalid,
                   "event: a line of more than " + std::to_string(line_bytes_max) + " bytes"};
    }
    if (end == std::string_view::npos) break;
    bytes.remove_prefix(end + 1);
    const std::string line = std::move(rest_);
    rest_.clear();
    if (trim(line).empty()) continue;
    Result<std::optional<EngineEvent>> event = read_event(line);
    if (!event) return event.error();
    if (*event) events.push_back(std::move(**event));
  }
  return events;
}

}  // namespace stackd::engine
