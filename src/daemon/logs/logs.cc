#include "daemon/logs/logs.h"

#include <algorithm>
#include <deque>

#include "base/log.h"
#include "daemon/logs/kept_logs.h"
#include "daemon/logs/log_cutter.h"
#include "runtime/bell.h"
#include "runtime/task_group.h"

namespace stackd::daemon {
namespace {

constexpr std::size_t lines_ahead_max = 256;
constexpr Duration look_again_after = std::chrono::seconds(1);

// One container's log, cut into lines, read ahead up to a limit.
struct Source {
  explicit Source(LogSource of) : from(std::move(of)), cutter(from.service, from.container_name) {}

  LogSource from;
  LogCutter cutter;
  std::deque<LogLine> lines;
  bool ended = false;
  std::optional<WallTime> last_at;
  runtime::Bell taken;  // a line was taken: there is room again
};

void take(Source& source, std::vector<LogLine> lines) {
  for (LogLine& line : lines) {
    if (line.at) source.last_at = line.at;
    source.lines.push_back(std::move(line));
  }
}

class LogLines final : public Stream<LogLine> {
 public:
  LogLines(Edges edges, std::vector<LogSource> sources, engine::LogOptions options)
      : shared_(std::make_shared<Shared>()),
        follow_(options.follow),
        tasks_(edges.executor, runtime::log_bug) {
    options.timestamps = true;
    for (LogSource& from : sources) {
      shared_->sources.push_back(std::make_unique<Source>(std::move(from)));
      Source* source = shared_->sources.back().get();
      if (source->from.kept_path.empty()) {
        tasks_.spawn("logs", read(&edges.clock, &edges.engine, shared_, source, options));
      } else {
        tasks_.spawn("kept log", read_kept(shared_, source, options));
      }
    }
  }
  ~LogLines() override { tasks_.cancel(); }
  LogLines(const LogLines&) = delete;
  LogLines& operator=(const LogLines&) = delete;

  Awaitable<Result<std::optional<LogLine>>> next() override {
    while (true) {
      Source* source = choose();
      if (source != nullptr) {
        std::optional<LogLine> line = std::move(source->lines.front());
        source->lines.pop_front();
        source->taken.ring();
        co_return line;
      }
      const bool all_ended = std::all_of(shared_->sources.begin(), shared_->sources.end(),
                                         [](const auto& s) { return s->ended && s->lines.empty(); });
      if (all_ended) co_return std::optional<LogLine>();
      co_await shared_->arrived.wait();
    }
  }

 private:
  struct Shared {
    std::vector<std::unique_ptr<Source>> sources;
    runtime::Bell arrived;
  };

  // The source whose next line is the oldest; null while that can't be told yet.
  Source* choose() {
    Source* oldest = nullptr;
    for (const auto& source : shared_->sources) {
      if (source->lines.empty()) {
        if (!source->ended && !follow_) return nullptr;
        continue;
      }
      const std::optional<WallTime>& at = source->lines.front().at;
      if (oldest == nullptr || (at && oldest->lines.front().at && *at < *oldest->lines.front().at)) {
        oldest = source.get();
      }
    }
    return oldest;
  }

  static runtime::Task<void> read_kept(std::shared_ptr<Shared> shared, Source* source,
                                       engine::LogOptions options) {
    KeptLogReader reader(source->from.kept_path, options.tail, options.since);
    while (std::optional<LogLine> line = reader.next()) {
      line->service = source->from.service;
      line->container = source->from.container_name;
      source->lines.push_back(std::move(*line));
      shared->arrived.ring();
      while (source->lines.size() > lines_ahead_max) co_await source->taken.wait();
    }
    source->ended = true;
    shared->arrived.ring();
  }

  // True: more may come, because the reader follows and the container is still there.
  static runtime::Task<bool> read_once(engine::Engine* engine, std::shared_ptr<Shared> shared, Source* source,
                                       engine::LogOptions options) {
    Result<std::unique_ptr<engine::LogStream>> stream =
        co_await engine->open_logs(source->from.container_id, options);
    while (stream) {
      Result<std::optional<engine::LogChunk>> chunk = co_await (*stream)->next();
      if (!chunk || !*chunk) break;
      take(*source, source->cutter.take(**chunk));
      shared->arrived.ring();
      while (source->lines.size() > lines_ahead_max) co_await source->taken.wait();
    }
    const bool gone = !stream && stream.error().kind == ErrorKind::not_found;
    co_return options.follow && !gone;
  }

  static runtime::Task<void> read(runtime::Clock* clock, engine::Engine* engine,
                                  std::shared_ptr<Shared> shared, Source* source,
                                  engine::LogOptions options) {
    while (true) {
      const bool goes_on = co_await read_once(engine, shared, source, options);
      if (!goes_on) break;
      co_await runtime::sleep_for(*clock, look_again_after);  // it may be started again
      if (source->last_at) options.since = *source->last_at + Duration(1);
      options.tail.reset();
    }
    take(*source, source->cutter.rest());
    source->ended = true;
    shared->arrived.ring();
  }

  std::shared_ptr<Shared> shared_;
  bool follow_;
  runtime::TaskGroup tasks_;
};

}  // namespace

std::unique_ptr<Stream<LogLine>> open_log_lines(Edges edges, std::vector<LogSource> sources,
                                                engine::LogOptions options) {
  return std::make_unique<LogLines>(edges, std::move(sources), options);
}

}  // namespace stackd::daemon
