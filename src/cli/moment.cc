#include "cli/moment.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/text.h"

namespace stackd::cli {
namespace {

constexpr std::size_t date_length = 10;  // 2026-01-02

/// "1700000000", "1700000000.25".
std::optional<WallTime> parse_seconds(const std::string& text) {
  const Result<Duration> span = parse_duration(text + "s");
  const bool digits = !text.empty() && text.find_first_not_of("0123456789.") == std::string::npos;
  if (!digits || !span) return std::nullopt;
  return WallTime(*span);
}

std::string zone_of(const std::string& time) {
  if (ends_with(time, "Z") || ends_with(time, "z")) return time.substr(time.size() - 1);
  const std::size_t sign = time.find_first_of("+-");
  return sign == std::string::npos ? std::string() : time.substr(sign);
}

std::optional<WallTime> parse_date(const std::string& text, const FromLocal& from_local) {
  if (text.size() < date_length) return std::nullopt;
  std::string time = text.substr(date_length);
  const std::string zone = zone_of(time);
  time.erase(time.size() - zone.size());
  if (time.empty()) time = "T00:00:00";
  if (time.front() == ' ' || time.front() == 't') time.front() = 'T';
  if (std::count(time.begin(), time.end(), ':') == 1) time += ":00";
  const bool is_local = zone.empty();
  const Result<WallTime> read =
      parse_rfc3339(text.substr(0, date_length) + time + (is_local || zone == "z" ? "Z" : zone));
  if (!read) return std::nullopt;
  if (is_local) return from_local(std::chrono::local_time<Duration>(read->time_since_epoch()));
  return *read;
}

}  // namespace

Result<WallTime> parse_moment(const std::string& text, WallTime now, const FromLocal& from_local) {
  if (const std::optional<WallTime> at = parse_seconds(text)) return *at;
  if (const Result<Duration> span = parse_duration(text); span.ok()) return now - *span;
  if (const std::optional<WallTime> at = parse_date(text, from_local)) return *at;
  return Error{ErrorKind::invalid,
               quote(text) +
                   " is neither a span (10m, 2h30m) nor a moment (2026-01-02T15:04, of your "
                   "own time zone unless one follows: 2026-01-02T15:04:05Z)"};
}

}  // namespace stackd::cli
