#include "base/time.h"

#include <array>
#include <cctype>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>

#include "base/text.h"

namespace stackd {
namespace {

using namespace std::chrono_literals;

struct Unit {
  std::string_view name;
  std::int64_t nanoseconds;
};

constexpr std::array<Unit, 10> units = {{{"ns", 1},
                                         {"us", 1'000},
                                         {"\xc2\xb5s", 1'000},
                                         {"\xce\xbcs", 1'000},
                                         {"ms", 1'000'000},
                                         {"s", 1'000'000'000},
                                         {"m", 60'000'000'000},
                                         {"h", 3'600'000'000'000},
                                         {"d", 86'400'000'000'000},
                                         {"w", 604'800'000'000'000}}};

Error bad_duration(std::string_view text, std::string_view why) {
  return Error{ErrorKind::invalid, "'" + std::string(text) + "' is no duration: " + std::string(why)};
}

// "1.5s" without trailing zeros: `whole` units and a fraction out of `scale`.
std::string with_fraction(std::int64_t value, std::int64_t scale) {
  std::string out = std::to_string(value / scale);
  std::int64_t rest = value % scale;
  if (rest == 0) return out;
  std::string digits = std::to_string(scale + rest).substr(1);
  while (digits.back() == '0') digits.pop_back();
  return out + "." + digits;
}

bool read_number(std::string_view text, std::size_t& at, std::size_t digits, int& out) {
  if (at + digits > text.size()) return false;
  out = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (!is_digit(text[at + i])) return false;
    out = out * 10 + (text[at + i] - '0');
  }
  at += digits;
  return true;
}

bool read_char(std::string_view text, std::size_t& at, char expected) {
  if (at >= text.size() || std::toupper(static_cast<unsigned char>(text[at])) != expected) return false;
  ++at;
  return true;
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  std::string_view rest = text;
  bool negative = false;
  if (!rest.empty() && (rest.front() == '-' || rest.front() == '+')) {
    negative = rest.front() == '-';
    rest.remove_prefix(1);
  }
  if (rest == "0") return Duration::zero();
  if (rest.empty()) return bad_duration(text, "it is empty");
  long double total = 0;
  while (!rest.empty()) {
    long double number = 0;
    long double place = 1;
    bool digits = false;
    while (!rest.empty() && is_digit(rest.front())) {
      number = number * 10 + (rest.front() - '0');
      rest.remove_prefix(1);
      digits = true;
    }
    if (!rest.empty() && rest.front() == '.') {
      rest.remove_prefix(1);
      while (!rest.empty() && is_digit(rest.front())) {
        place /= 10;
        number += place * (rest.front() - '0');
        rest.remove_prefix(1);
        digits = true;
      }
    }
    if (!digits) return bad_duration(text, "a number is missing");
    std::size_t length = 0;
    while (length < rest.size() && !is_digit(rest[length]) && rest[length] != '.') ++length;
    if (length == 0)
      return bad_duration(text, "a unit is missing, write for example '" + std::string(text) + "s'");
    const Unit* found = nullptr;
    for (const Unit& unit : units) {
      if (unit.name == rest.substr(0, length)) found = &unit;
    }
    if (found == nullptr) {
      return bad_duration(text, "unknown unit '" + std::string(rest.substr(0, length)) +
                                    "', known are ns, us, ms, s, m, h, d, w");
    }
    rest.remove_prefix(length);
    total += number * static_cast<long double>(found->nanoseconds);
    if (total > static_cast<long double>(std::numeric_limits<std::int64_t>::max())) {
      return bad_duration(text, "it is too long");
    }
  }
  auto count = static_cast<std::int64_t>(std::floor(total + 0.0000001L));
  return Duration(negative ? -count : count);
}

std::string to_go_string(Duration duration) {
  if (duration == Duration::zero()) return "0s";
  std::string sign;
  std::int64_t left = duration.count();
  if (left < 0) {
    sign = "-";
    if (left == std::numeric_limits<std::int64_t>::min()) return "-2562047h47m16.854775808s";
    left = -left;
  }
  if (left < 1'000) return sign + std::to_string(left) + "ns";
  if (left < 1'000'000) return sign + with_fraction(left, 1'000) + "\xc2\xb5s";
  if (left < 1'000'000'000) return sign + with_fraction(left, 1'000'000) + "ms";
  std::int64_t hours = left / 3'600'000'000'000;
  left %= 3'600'000'000'000;
  std::int64_t minutes = left / 60'000'000'000;
  left %= 60'000'000'000;
  std::string out = sign;
  if (hours > 0) out += std::to_string(hours) + "h";
  if (hours > 0 || minutes > 0) out += std::to_string(minutes) + "m";
  return out + with_fraction(left, 1'000'000'000) + "s";
}

std::string to_human(Duration duration) {
  if (duration < Duration::zero()) return "-" + to_human(-duration);
  if (duration < 1s) return std::to_string(duration / 1ms) + "ms";
  if (duration < 10s) {
    std::string text = with_fraction((duration / 100ms) * 100, 1'000);
    return text + "s";
  }
  std::int64_t seconds = duration / 1s;
  constexpr std::array<std::pair<std::int64_t, const char*>, 4> steps = {
      {{86'400, "d"}, {3'600, "h"}, {60, "m"}, {1, "s"}}};
  std::string out;
  int shown = 0;
  for (const auto& [size, name] : steps) {
    std::int64_t count = seconds / size;
    seconds %= size;
    if (shown == 0 && count == 0) continue;
    if (shown > 0 && count == 0) break;
    out += (shown > 0 ? " " : "") + std::to_string(count) + name;
    if (++shown == 2) break;
  }
  return out;
}

std::string to_rfc3339(WallTime time) {
  auto days = std::chrono::floor<std::chrono::days>(time);
  std::chrono::year_month_day date(days);
  std::chrono::hh_mm_ss<Duration> clock(time - days);
  std::array<char, 64> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%09lldZ",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()),
                static_cast<long long>(clock.subseconds().count()));
  return buffer.data();
}

Result<WallTime> parse_rfc3339(std::string_view text) {
  Error bad{ErrorKind::invalid, "'" + std::string(text) + "' is no RFC 3339 time"};
  std::size_t at = 0;
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  bool read = read_number(text, at, 4, year) && read_char(text, at, '-') && read_number(text, at, 2, month) &&
              read_char(text, at, '-') && read_number(text, at, 2, day) && read_char(text, at, 'T') &&
              read_number(text, at, 2, hour) && read_char(text, at, ':') &&
              read_number(text, at, 2, minute) && read_char(text, at, ':') &&
              read_number(text, at, 2, second);
  if (!read) return bad;
  std::int64_t nanoseconds = 0;
  if (at < text.size() && text[at] == '.') {
    ++at;
    std::int64_t place = 100'000'000;
    while (at < text.size() && is_digit(text[at])) {
      nanoseconds += place * (text[at++] - '0');
      place /= 10;
    }
  }
  auto offset = 0min;
  if (!read_char(text, at, 'Z')) {
    if (at >= text.size() || (text[at] != '+' && text[at] != '-')) return bad;
    int sign = text[at++] == '-' ? -1 : 1;
    int offset_hours = 0, offset_minutes = 0;
    bool offset_read = read_number(text, at, 2, offset_hours) && read_char(text, at, ':') &&
                       read_number(text, at, 2, offset_minutes);
    if (!offset_read) return bad;
    offset = sign * (std::chrono::hours(offset_hours) + std::chrono::minutes(offset_minutes));
  }
  if (at != text.size()) return bad;
  std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                   std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return bad;
  if (year < 1970) return WallTime{};
  if (year > 2261) return bad;
  return WallTime(std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
                  std::chrono::seconds(second) - offset + Duration(nanoseconds));
}

}  // namespace stackd
