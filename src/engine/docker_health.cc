#include "engine/docker_health.h"

namespace stackd::engine {
HealthState health_from(std::string_view word) {
  if (word == "starting") return HealthState::starting;
  if (word == "healthy") return HealthState::healthy;
  if (word == "unhealthy") return HealthState::unhealthy;
  return HealthState::none;
}

WallTime moment(const JsonReader& reader, std::string_view key) {
  const std::string text = reader.text(key);
  if (text.empty()) return WallTime{};
  Result<WallTime> time = parse_rfc3339(text);
  return time ? *time : WallTime{};
}

EffectiveHealthCheck health_check_of(const JsonReader& config) {
  EffectiveHealthCheck check;
  const JsonReader reader = config.object("Healthcheck");
  check.test = reader.texts("Test");
  if (!check.test.empty() && (check.test[0] == "NONE" || check.test[0].empty())) check.test.clear();
  const auto read_span = [&reader](std::string_view key, Duration& span) {
    const std::int64_t nanoseconds = reader.integer(key);
    if (nanoseconds > 0) span = Duration(nanoseconds);
  };
  read_span("Interval", check.interval);
  read_span("Timeout", check.timeout);
  read_span("StartPeriod", check.start_period);
  if (const std::int64_t retries = reader.integer("Retries"); retries > 0) check.retries = retries;
  return check;
}

void read_health(const JsonReader& health, ObservedContainer& container) {
  container.health = health_from(health.text("Status"));
  container.failed_checks = health.optional_integer("FailingStreak");
  const std::vector<JsonReader> checks = health.objects("Log");  // the oldest first
  if (checks.empty()) return;
  container.last_check = EngineCheck{moment(checks.back(), "End"), checks.back().integer("ExitCode"),
                                     checks.back().text("Output")};
  for (auto check = checks.rbegin(); check != checks.rend(); ++check) {
    // Those of the start period are in the log, and not in the streak.
    const auto told = static_cast<std::int64_t>(container.failed_checks_began.size());
    if (check->integer("ExitCode") == 0 || told >= container.failed_checks.value_or(0)) break;
    container.failed_checks_began.push_back(moment(*check, "Start"));
  }
}

}  // namespace stackd::engine
