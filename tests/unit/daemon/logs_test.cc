// The logs of several containers through all that can happen to them while they are followed.
#include "daemon/logs/logs.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>
#include <map>

#include "runtime/bell.h"
#include "support/sim_clock.h"

using namespace stackd;
using namespace stackd::daemon;

namespace {

WallTime milliseconds_on(std::int64_t milliseconds) {
  return WallTime(std::chrono::seconds(1'700'000'000) + std::chrono::milliseconds(milliseconds));
}

// A container of an engine: what it has written, and whether it writes on.
struct Writer {
  std::vector<engine::LogEntry> entries;
  bool runs = true;
  bool breaks = false;  // the stream that is open breaks
  std::string unreadable;
  std::size_t taken = 0;
  int opened = 0;
  std::vector<std::shared_ptr<runtime::Bell>> readers;

  void write(const std::string& text, std::int64_t when, bool begins = true, bool ends = true) {
    engine::LogEntry entry;
    entry.text = text;
    entry.at = milliseconds_on(when);
    entry.begins_line = begins;
    entry.ends_line = ends;
    entries.push_back(std::move(entry));
    wake();
  }
  void wake() {
    for (const auto& reader : readers) reader->ring();
  }
  void end() {
    runs = false;
    wake();
  }
};

class WriterStream final : public engine::LogStream {
 public:
  WriterStream(Writer& writer, engine::LogOptions options) : writer_(writer), options_(options) {
    writer_.readers.push_back(bell_);
    const auto tail = static_cast<std::size_t>(options.tail.value_or(1'000'000));
    at_ = writer_.entries.size() - std::min(tail, writer_.entries.size());
  }
  ~WriterStream() override { std::erase(writer_.readers, bell_); }
  WriterStream(const WriterStream&) = delete;
  WriterStream& operator=(const WriterStream&) = delete;

  engine::Awaitable<Result<std::optional<engine::LogEntry>>> next() override {
    while (true) {
      while (at_ < writer_.entries.size()) {
        const engine::LogEntry& entry = writer_.entries[at_++];
        ++writer_.taken;
        if (options_.since && *entry.at < *options_.since) continue;
        std::optional<engine::LogEntry> copy(entry);
        co_return copy;
      }
      if (std::exchange(writer_.breaks, false)) {
        Error broken{ErrorKind::unavailable, "connection reset"};
        co_return broken;
      }
      if (!options_.follow || !writer_.runs) co_return std::optional<engine::LogEntry>();
      co_await bell_->wait();
    }
  }

 private:
  Writer& writer_;
  engine::LogOptions options_;
  std::size_t at_ = 0;
  std::shared_ptr<runtime::Bell> bell_ = std::make_shared<runtime::Bell>();
};

struct LogHost {
  // These outlive who sleeps by the one and reads the other.
  sim::SimClock clock;
  std::map<std::string, Writer> writers;
  boost::asio::io_context io;
  std::map<std::string, LogSource> seen;
  bool is_over = false;
  std::string text;  // what was read: "container line|"
  bool ended = false;
  std::unique_ptr<Stream<LogLine>> stream;

  LogSource& add(const std::string& id, std::int64_t started) {
    writers[id];
    LogSource& source = seen[id];
    source.container_id = id;
    source.container_name = id;
    source.service = "web";
    source.started_at = milliseconds_on(started);
    source.runs = true;
    return source;
  }

  void open(engine::LogOptions options) {
    OpenLog open = [this](std::string id, engine::LogOptions how) {
      return open_one(this, std::move(id), how);
    };
    FindLogs find = [this]() -> Result<std::vector<LogSource>> {
      if (is_over) return Error{ErrorKind::not_found, "gone"};
      std::vector<LogSource> sources;
      for (const auto& [id, source] : seen) sources.push_back(source);
      return sources;
    };
    stream = open_log_lines(LogPlace{io.get_executor(), clock, std::move(open)}, std::move(find), options);
  }

  static engine::Awaitable<Result<std::unique_ptr<engine::LogStream>>> open_one(LogHost* host, std::string id,
                                                                                engine::LogOptions options) {
    Writer& writer = host->writers.at(id);
    ++writer.opened;
    if (!writer.unreadable.empty()) {
      Error error{ErrorKind::invalid, writer.unreadable};
      co_return error;
    }
    co_return std::unique_ptr<engine::LogStream>(std::make_unique<WriterStream>(writer, options));
  }

  static runtime::Task<void> read_all(LogHost* host) {
    while (true) {
      Result<std::optional<LogLine>> line = co_await host->stream->next();
      if (!line || !*line) break;
      host->text += (*line)->container + " " + ((*line)->notice ? "?" : "") + (*line)->text + "|";
    }
    host->ended = true;
  }

  void follow(engine::LogOptions options = {.follow = true}) {
    open(options);
    boost::asio::co_spawn(io, read_all(this), boost::asio::detached);
    pass(std::chrono::milliseconds(1));
  }

  // What happens within this time.
  void pass(Duration span) {
    const Time until = clock.now() + span;
    while (true) {
      io.restart();
      while (io.poll() > 0) io.restart();
      if (!clock.next() || *clock.next() > until) break;
      clock.advance();
    }
    clock.call_at(until, [] {});
    while (clock.next() && *clock.next() <= until) clock.advance();
  }
  std::string read(Duration span = std::chrono::seconds(3)) {
    pass(span);
    return std::exchange(text, {});
  }
};

}  // namespace

TEST_CASE("following goes on through runs, successors and new names, from each one's first line on") {
  LogHost host;
  host.add("a", 0);
  host.writers["a"].write("one", 1);
  host.follow();
  CHECK(host.read() == "a one|");
  host.writers["a"].write("last words", 2, true, false);
  CHECK(host.read().empty());
  host.writers["a"].end();
  host.seen["a"].runs = false;
  CHECK(host.read() == "a last words|");
  const int opened = host.writers["a"].opened;
  CHECK(host.read(std::chrono::hours(1)).empty());
  CHECK(host.writers["a"].opened == opened);  // one that is stopped is not asked again and again

  host.writers["a"].runs = true;
  host.writers["a"].write("first words", 3);
  host.seen["a"].runs = true;
  host.seen["a"].started_at = milliseconds_on(3);
  host.seen["a"].container_name = "renamed";
  CHECK(host.read() == "renamed first words|");

  host.add("b", 10);
  host.writers["b"].write("successor", 11);
  CHECK(host.read() == "b successor|");
  host.writers["a"].write("still here", 12);
  host.writers["a"].end();
  host.seen.erase("a");
  CHECK(host.read() == "renamed still here|");
  host.writers["b"].write("alone", 13);
  CHECK(host.read() == "b alone|");
  CHECK_FALSE(host.ended);
  host.writers["b"].end();
  host.is_over = true;
  host.pass(std::chrono::seconds(3));
  CHECK(host.ended);
}

TEST_CASE("a stream that breaks goes on where it was, in the middle of a line too") {
  LogHost host;
  host.add("a", 0);
  Writer& writer = host.writers["a"];
  writer.write("one", 1);
  writer.write("of the same moment", 1);
  writer.write("begin ", 2, true, false);
  host.follow();
  CHECK(host.read() == "a one|a of the same moment|");
  writer.breaks = true;
  writer.wake();
  host.pass(std::chrono::milliseconds(100));
  CHECK_FALSE(writer.breaks);
  writer.write("end", 2, false, true);
  writer.write("next", 3);
  CHECK(host.read() == "a begin end|a next|");
  CHECK(writer.opened == 2);
}

TEST_CASE("a run that is over before anybody looked is shown") {
  LogHost host;
  host.add("a", 0);
  host.follow();
  host.writers["a"].write("one", 1);
  host.writers["a"].end();
  host.writers["a"].write("two", 2);
  host.seen["a"].runs = false;
  host.seen["a"].started_at = milliseconds_on(2);
  CHECK(host.read() == "a one|a two|");
}

TEST_CASE("the tail counts lines, however many pieces they have, and what follows comes once") {
  const auto fill = [](Writer& writer) {
    writer.write("old", 1);
    for (int i = 0; i < 40; ++i) writer.write("x", 2, i == 0, i == 39);
    writer.write("new", 3);
  };
  const std::string long_line = "a " + std::string(40, 'x') + "|";
  for (const bool follow : {false, true}) {
    LogHost host;
    host.add("a", 0);
    fill(host.writers["a"]);
    host.follow({.follow = follow, .tail = 2});
    CHECK(host.read() == long_line + "a new|");
    CHECK(host.ended == !follow);
    if (!follow) continue;
    host.writers["a"].write("later", 4);
    CHECK(host.read() == "a later|");
    // A successor's lines all count.
    host.add("b", 5);
    for (int i = 0; i < 9; ++i) host.writers["b"].write(std::to_string(i), 10 + i);
    CHECK(host.read() == "b 0|b 1|b 2|b 3|b 4|b 5|b 6|b 7|b 8|");
  }
  LogHost none;
  none.add("a", 0);
  fill(none.writers["a"]);
  none.follow({.follow = true, .tail = 0});
  CHECK(none.read().empty());
  none.writers["a"].write("later", 4);
  CHECK(none.read() == "a later|");
}

TEST_CASE("a log that can't be read is said once, and the others go on") {
  for (const bool follow : {false, true}) {
    LogHost host;
    host.add("a", 0);
    host.add("quiet", 0);
    host.writers["a"].write("one", 1);
    host.writers["quiet"].unreadable = "its log driver, none, keeps nothing";
    host.follow({.follow = follow});
    host.pass(std::chrono::minutes(1));
    CHECK(host.text.find("quiet ?its log driver, none, keeps nothing|") != std::string::npos);
    CHECK(host.text.find("a one|") != std::string::npos);
    CHECK(host.text.size() == std::string("quiet ?its log driver, none, keeps nothing|a one|").size());
    CHECK(host.ended == !follow);
  }
}

TEST_CASE("what nobody reads is not read ahead without a limit") {
  LogHost host;
  host.add("a", 0);
  for (int i = 0; i < 10'000; ++i) host.writers["a"].write(std::string(16'000, 'x'), i);
  host.open({.follow = true});
  host.pass(std::chrono::seconds(1));
  CHECK(host.writers["a"].taken > 0);
  CHECK(host.writers["a"].taken < 200);
}

TEST_CASE("lines of several containers come by their times") {
  LogHost host;
  host.add("a", 0);
  host.add("b", 0);
  for (const int i : {1, 4, 5}) host.writers["a"].write(std::to_string(i), i);
  for (const int i : {2, 3, 6}) host.writers["b"].write(std::to_string(i), i);
  host.follow({});
  CHECK(host.read() == "a 1|b 2|b 3|a 4|a 5|b 6|");
  CHECK(host.ended);
}
