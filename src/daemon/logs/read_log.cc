#include "daemon/logs/read_log.h"

#include <algorithm>

#include "daemon/logs/kept_logs.h"

namespace stackd::daemon {
namespace {

constexpr Duration read_again_after = std::chrono::seconds(1);
/// Asked for beyond the lines that are wanted, since a long line has several entries.
constexpr std::int64_t entries_more = 16;
constexpr std::int64_t entries_growth = 8;
constexpr std::int64_t entries_more_max = 65'536;

enum class End { run_over, broken, no_log };

void add(const LogReading& reading, std::vector<LogLine> lines) {
  reading.buffer->add(std::move(lines));
  reading.arrived->ring();
}

void add_notice(const LogReading& reading, std::string text) {
  reading.buffer->add_notice(std::move(text));
  reading.arrived->ring();
}

// What keeps a log from being read, if it is not for now only.
End end_of(const LogReading& reading, const Error& error) {
  const bool for_good = error.kind == ErrorKind::invalid || error.kind == ErrorKind::internal;
  if (error.kind == ErrorKind::not_found) return End::no_log;
  if (for_good || !reading.options.follow) add_notice(reading, error.message);
  return for_good ? End::no_log : End::broken;
}

runtime::Task<End> read_once(LogReading reading, bool follow) {
  LogBuffer& buffer = *reading.buffer;
  engine::LogOptions options = reading.options;
  options.follow = follow;
  options.since = std::max(options.since, buffer.cutter.since());
  buffer.cutter.read_again();
  Result<std::unique_ptr<engine::LogStream>> stream =
      co_await reading.place.open(buffer.from.container_id, options);
  if (!stream) co_return end_of(reading, stream.error());
  while (true) {
    Result<std::optional<engine::LogEntry>> entry = co_await (*stream)->next();
    if (!entry) co_return end_of(reading, entry.error());
    if (!*entry) break;
    add(reading, buffer.cutter.take(std::move(**entry)));
    while (buffer.is_full()) co_await buffer.taken.wait();
  }
  add(reading, buffer.cutter.rest());
  co_return End::run_over;
}

// Entries from the end until they make so many lines. The first of them may be the end of a line only, as
// long as there are more entries before it.
struct ReadTail {
  End end = End::run_over;
  bool is_enough = true;
};

runtime::Task<ReadTail> read_tail_of(LogReading reading, std::int64_t entries) {
  LogBuffer& buffer = *reading.buffer;
  engine::LogOptions options = reading.options;
  options.follow = false;
  options.tail = entries;
  buffer.cutter = LogCutter();
  LogTail tail(*reading.options.tail);
  std::int64_t seen = 0;
  ReadTail read;
  Result<std::unique_ptr<engine::LogStream>> stream =
      co_await reading.place.open(buffer.from.container_id, options);
  if (!stream) {
    read.end = end_of(reading, stream.error());
    co_return read;
  }
  while (true) {
    Result<std::optional<engine::LogEntry>> entry = co_await (*stream)->next();
    if (!entry) {
      read.end = end_of(reading, entry.error());
      break;
    }
    if (!*entry) break;
    ++seen;
    tail.add(buffer.cutter.take(std::move(**entry)));
  }
  // Of a run that goes on the last line may go on as well.
  if (!reading.options.follow) tail.add(buffer.cutter.rest());
  const bool may_be_cut = seen >= entries && !tail.has_lost_first();
  read.is_enough = !may_be_cut || entries >= *reading.options.tail + entries_more_max;
  if (!read.is_enough) co_return read;
  if (tail.is_cut()) add_notice(reading, "of the lines that were asked for only the last 8 MiB are shown");
  add(reading, tail.take());
  co_return read;
}

runtime::Task<End> read_tail(LogReading reading) {
  std::int64_t more = entries_more;
  while (true) {
    const ReadTail read = co_await read_tail_of(reading, *reading.options.tail + more);
    if (read.is_enough || read.end != End::run_over) co_return read.end;
    more *= entries_growth;
  }
}

// True: there is a run that was not read, or not to its end. False: the container is gone.
runtime::Task<bool> await_run(LogReading reading, WallTime read) {
  LogBuffer& buffer = *reading.buffer;
  const Time ended = reading.place.clock.now();
  while (true) {
    if (buffer.gone) co_return false;
    if (buffer.from.started_at != read) co_return true;
    // It was not its end, or nobody has seen it yet.
    if (buffer.from.runs && reading.place.clock.now() - ended >= read_again_after) co_return true;
    co_await buffer.looked.wait();
  }
}

void end(const LogReading& reading) {
  add(reading, reading.buffer->cutter.rest());
  reading.buffer->ended = true;
}

}  // namespace

runtime::Task<void> read_log(LogReading reading) {
  End last = End::run_over;
  bool follows = true;
  if (reading.options.tail) {
    last = co_await read_tail(reading);
    follows = reading.options.follow;
  }
  reading.options.tail.reset();
  while (follows && last != End::no_log) {
    const WallTime run = reading.buffer->from.started_at;
    last = co_await read_once(reading, reading.options.follow);
    // A stream that follows may end before the last words of what ended were written, and the container may
    // be removed in the next moment.
    if (reading.options.follow && last == End::run_over) last = co_await read_once(reading, false);
    follows = reading.options.follow && last != End::no_log;
    if (follows) follows = co_await await_run(reading, run);
  }
  end(reading);
}

runtime::Task<void> read_kept_log(LogReading reading) {
  LogBuffer& buffer = *reading.buffer;
  KeptLogReader reader(buffer.from.kept_path, reading.options.tail, reading.options.since);
  while (std::optional<LogLine> line = reader.next()) {
    std::vector<LogLine> one;
    one.push_back(*std::move(line));
    add(reading, std::move(one));
    while (buffer.is_full()) co_await buffer.taken.wait();
  }
  end(reading);
}

}  // namespace stackd::daemon
