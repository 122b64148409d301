#include "daemon/logs.h"

#include <algorithm>
#include <deque>

#include "base/log.h"
#include "runtime/bell.h"
#include "runtime/task_group.h"

namespace stackd::daemon {
namespace {

constexpr std::size_t line_bytes_max = 256 * 1024;
constexpr std::size_t lines_ahead_max = 256;
constexpr Duration look_again_after = std::chrono::seconds(1);

// One container's log, cut into lines, read ahead up to a limit.
struct Source {
  explicit Source(LogSource of) : from(std::move(of)) {}

  LogSource from;
  std::deque<LogLine> lines;
  bool ended = false;
  std::optional<WallTime> last_at;
  runtime::Bell taken;  // a line was taken: there is room again
  std::string partial[2];
};

LogLine to_line(const LogSource& from, bool error_stream, std::string text) {
  LogLine line;
  line.service = from.service;
  line.container = from.container_name;
  line.error_stream = error_stream;
  if (!text.empty() && text.back() == '\r') text.pop_back();
  const std::size_t blank = text.find(' ');
  Result<WallTime> at = parse_rfc3339(text.substr(0, blank));
  if (at) {
    line.at = *at;
    text.erase(0, blank == std::string::npos ? text.size() : blank + 1);
  }
  line.text = std::move(text);
  return line;
}

void cut_into_lines(Source& source, const engine::LogChunk& chunk) {
  std::string& partial = source.partial[chunk.error_stream ? 1 : 0];
  partial += chunk.text;
  std::size_t begin = 0;
  for (std::size_t end = partial.find('\n'); end != std::string::npos; end = partial.find('\n', begin)) {
    source.lines.push_back(to_line(source.from, chunk.error_stream, partial.substr(begin, end - begin)));
    if (source.lines.back().at) source.last_at = source.lines.back().at;
    begin = end + 1;
  }
  partial.erase(0, begin);
  if (partial.size() > line_bytes_max) {
    source.lines.push_back(to_line(source.from, chunk.error_stream, std::move(partial)));
    partial.clear();
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
      tasks_.spawn("logs",
                   read(&edges.clock, &edges.engine, shared_, shared_->sources.back().get(), options));
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

  // True: more may come, because the reader follows and the container is still there.
  static runtime::Task<bool> read_once(engine::Engine* engine, std::shared_ptr<Shared> shared, Source* source,
                                       engine::LogOptions options) {
    Result<std::unique_ptr<engine::LogStream>> stream =
        co_await engine->open_logs(source->from.container_id, options);
    while (stream) {
      Result<std::optional<engine::LogChunk>> chunk = co_await (*stream)->next();
      if (!chunk || !*chunk) break;
      cut_into_lines(*source, **chunk);
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
    for (bool error_stream : {false, true}) {
      std::string& rest = source->partial[error_stream ? 1 : 0];
      if (!rest.empty()) source->lines.push_back(to_line(source->from, error_stream, std::move(rest)));
    }
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
