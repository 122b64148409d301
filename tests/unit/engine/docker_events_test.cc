#include "engine/docker_events.h"

#include <algorithm>
#include <doctest/doctest.h>

#include "base/json.h"
#include "recorded.h"

namespace stackd::engine {
namespace {

std::vector<EngineEvent> all_of(const std::string& bytes, std::size_t step) {
  EventReader reader;
  std::vector<EngineEvent> events;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    Result<std::vector<EngineEvent>> some = reader.feed(std::string_view(bytes).substr(at, step));
    REQUIRE(some.ok());
    events.insert(events.end(), some->begin(), some->end());
  }
  return events;
}

std::vector<EventKind> kinds_of(const std::vector<EngineEvent>& events, const std::string& service) {
  std::vector<EventKind> kinds;
  for (const EngineEvent& event : events) {
    if (event.service == service) kinds.push_back(event.kind);
  }
  return kinds;
}

TEST_CASE("a recorded stream gives the life of each container in order, without the noise of exec") {
  for (const std::string version : {"20.10/", "28.5/"}) {
    CAPTURE(version);
    const std::vector<EngineEvent> events = all_of(recorded(version + "events.ndjson"), 1000);
    CHECK(kinds_of(events, "job") ==
          std::vector<EventKind>{EventKind::container_created, EventKind::container_started,
                                 EventKind::container_died, EventKind::container_removed});
    const std::vector<EventKind> web = kinds_of(events, "web");
    REQUIRE(web.size() > 8);
    CHECK(web[0] == EventKind::container_created);
    CHECK(web[1] == EventKind::container_started);
    CHECK(web[2] == EventKind::container_health);
    CHECK(web[3] == EventKind::container_health);
    CHECK(web[4] == EventKind::container_paused);
    CHECK(web[5] == EventKind::container_unpaused);
    CHECK(std::count(web.begin(), web.end(), EventKind::container_renamed) == 2);
    CHECK(std::count(web.begin(), web.end(), EventKind::container_updated) == 1);
  }
}

TEST_CASE("a stop shows as a signal before the death, an exit as a death with its code alone") {
  const std::vector<EngineEvent> events = all_of(recorded("20.10/events.ndjson"), 100000);
  std::string signals;
  std::int64_t job_code = -1;
  for (const EngineEvent& event : events) {
    if (event.kind == EventKind::container_killed && event.service == "web") signals += event.signal + " ";
    if (event.kind == EventKind::container_died && event.service == "job") job_code = event.exit_code;
  }
  CHECK(signals.substr(0, 4) == "1 15");
  CHECK(job_code == 7);
}

TEST_CASE("health is read in both spellings") {
  const std::string docker =
      R"({"Type":"container","Action":"health_status: unhealthy","Actor":{"ID":"a"},"timeNano":5})";
  const std::string podman =
      R"({"Type":"container","Action":"health_status","HealthStatus":"healthy","Actor":{"ID":"a"},"time":5})";
  Result<std::optional<EngineEvent>> first = read_event(docker);
  REQUIRE((first.ok() && *first));
  CHECK((*first)->health == HealthState::unhealthy);
  CHECK((*first)->at.time_since_epoch() == std::chrono::nanoseconds(5));
  Result<std::optional<EngineEvent>> second = read_event(podman);
  REQUIRE((second.ok() && *second));
  CHECK((*second)->health == HealthState::healthy);
  CHECK((*second)->at.time_since_epoch() == std::chrono::seconds(5));
}

TEST_CASE("where the bytes are cut makes no difference") {
  const std::string bytes = recorded("28.5/events.ndjson").substr(0, 20000);
  const std::size_t whole = all_of(bytes, bytes.size()).size();
  CHECK(whole > 5);
  for (const std::size_t step : {1U, 7U, 511U}) CHECK(all_of(bytes, step).size() == whole);
}

TEST_CASE("what is no event is an error, an endless line too") {
  EventReader garbage;
  CHECK_FALSE(garbage.feed("not json\n").ok());
  EventReader endless;
  CHECK_FALSE(endless.feed(std::string(EventReader::line_bytes_max + 1, 'x')).ok());
  CHECK_FALSE(read_event(R"({"Type":"container","Action":7})").ok());
}

TEST_CASE("the filters are JSON that leaves exec out") {
  Result<json::value> filters = parse_json(event_filters());
  REQUIRE(filters.ok());
  CHECK(event_filters().find("exec") == std::string::npos);
  CHECK(event_filters().find("\"health_status\"") != std::string::npos);
}

}  // namespace
}  // namespace stackd::engine
