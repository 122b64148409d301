#include "compose/canonical/dependency_cycle.h"

#include <algorithm>
#include <unordered_map>

namespace stackd::compose {

namespace {

enum class Visit { never, now, done };

/// One service on the way from a start, and which of its dependencies is next.
struct Stop {
  const Entry* service;
  std::size_t next = 0;
};

void report_cycle(const std::vector<Stop>& way, const Entry& back, Mark mark, Report& report) {
  constexpr std::size_t shown_max = 20;
  const auto start =
      std::find_if(way.begin(), way.end(), [&](const Stop& stop) { return stop.service == &back; });
  std::string text;
  std::size_t shown = 0;
  for (auto stop = start; stop != way.end() && shown < shown_max; ++stop, ++shown)
    text += stop->service->key + " -> ";
  if (shown == shown_max) text += "… -> ";
  report.error("services wait for each other in a circle: " + text + back.key, mark,
               "take one depends_on out");
}

}  // namespace

void check_dependency_cycles(const Map& services, Report& report) {
  std::unordered_map<std::string_view, Visit> visits;
  for (const Entry& start : services) {
    if (visits[start.key] != Visit::never) continue;
    std::vector<Stop> way{{&start}};  // no recursion: a chain may be as long as the file
    visits[start.key] = Visit::now;
    while (!way.empty()) {
      Stop& stop = way.back();
      const Node* dependencies = stop.service->value.find("depends_on");
      const std::size_t count = dependencies == nullptr ? 0 : dependencies->as_map().size();
      if (stop.next == count) {
        visits[stop.service->key] = Visit::done;
        way.pop_back();
        continue;
      }
      const Entry& edge = *(dependencies->as_map().begin() + static_cast<std::ptrdiff_t>(stop.next++));
      const Entry* next = services.entry(edge.key);
      if (next == nullptr) continue;
      Visit& visit = visits[next->key];
      if (visit == Visit::now) report_cycle(way, *next, edge.key_mark, report);
      if (visit != Visit::never) continue;
      visit = Visit::now;
      way.push_back({next});
    }
  }
}

}  // namespace stackd::compose
