#include "daemon/logs/logs.h"

#include <algorithm>

#include "daemon/logs/log_buffer.h"
#include "daemon/logs/read_log.h"
#include "runtime/bell.h"
#include "runtime/task_group.h"

namespace stackd::daemon {
namespace {

constexpr Duration look_every = std::chrono::milliseconds(250);
/// Until what there is to read has to be known, where it is not followed.
constexpr Duration known_max = std::chrono::seconds(10);

class LogLines final : public Stream<LogLine> {
 public:
  LogLines(LogPlace place, FindLogs find, engine::LogOptions options)
      : shared_(std::make_shared<Shared>(Shared{std::move(place), std::move(find), options})),
        tasks_(shared_->place.executor, runtime::log_bug) {
    tasks_.spawn("look for logs", look(shared_, &tasks_));
  }
  ~LogLines() override { tasks_.cancel(); }
  LogLines(const LogLines&) = delete;
  LogLines& operator=(const LogLines&) = delete;

  Awaitable<Result<std::optional<LogLine>>> next() override {
    while (true) {
      if (LogBuffer* buffer = shared_->choose(); buffer != nullptr) {
        std::optional<LogLine> line = buffer->take();
        co_return line;
      }
      if (shared_->failure) co_return *shared_->failure;
      if (shared_->is_over()) co_return std::optional<LogLine>();
      co_await shared_->arrived->wait();
    }
  }

 private:
  struct Shared {
    LogPlace place;
    FindLogs find;
    engine::LogOptions options;
    std::vector<std::shared_ptr<LogBuffer>> buffers{};
    std::shared_ptr<runtime::Bell> arrived = std::make_shared<runtime::Bell>();
    bool all_found = false;
    std::optional<Error> failure{};

    [[nodiscard]] bool is_over() const {
      return all_found && std::all_of(buffers.begin(), buffers.end(), [](const auto& buffer) {
               return buffer->ended && buffer->lines.empty();
             });
    }

    // The one whose next line is the oldest; null while that can't be told yet.
    LogBuffer* choose() {
      LogBuffer* oldest = nullptr;
      if (!options.follow && !all_found) return nullptr;
      for (const auto& buffer : buffers) {
        if (buffer->lines.empty()) {
          if (!buffer->ended && !options.follow) return nullptr;
          continue;
        }
        const std::optional<WallTime>& at = buffer->lines.front().at;
        if (oldest == nullptr || (at && oldest->lines.front().at && *at < *oldest->lines.front().at)) {
          oldest = buffer.get();
        }
      }
      return oldest;
    }
  };

  static void begin(const std::shared_ptr<Shared>& shared, runtime::TaskGroup& tasks, LogSource source,
                    bool is_first) {
    const bool is_kept = !source.kept_path.empty();
    LogReading reading{shared->place, std::make_shared<LogBuffer>(std::move(source)), shared->arrived,
                       shared->options};
    if (!is_first) reading.options.tail.reset();
    shared->buffers.push_back(reading.buffer);
    if (is_kept) {
      tasks.spawn("kept log", read_kept_log(std::move(reading)));
    } else {
      tasks.spawn("log", read_log(std::move(reading)));
    }
  }

  static void take(const std::shared_ptr<Shared>& shared, runtime::TaskGroup& tasks,
                   std::vector<LogSource> sources, bool is_first) {
    for (const auto& buffer : shared->buffers) buffer->gone = true;
    for (LogSource& source : sources) {
      const auto known =
          std::find_if(shared->buffers.begin(), shared->buffers.end(),
                       [&](const auto& buffer) { return buffer->from.container_id == source.container_id; });
      if (known == shared->buffers.end()) {
        begin(shared, tasks, std::move(source), is_first);
        continue;
      }
      (*known)->gone = false;
      (*known)->from = std::move(source);
    }
    for (const auto& buffer : shared->buffers) buffer->looked.ring();
    std::erase_if(shared->buffers,
                  [](const auto& buffer) { return buffer->gone && buffer->ended && buffer->lines.empty(); });
  }

  static runtime::Task<void> look(std::shared_ptr<Shared> shared, runtime::TaskGroup* tasks) {
    const Time known_until = shared->place.clock.now() + known_max;
    bool is_first = true;
    while (true) {
      Result<std::vector<LogSource>> found = shared->find();
      if (found) take(shared, *tasks, *std::move(found), is_first);
      if (found) is_first = false;
      const bool unknown = !found && found.error().kind == ErrorKind::unavailable;
      if (!found && !unknown) take(shared, *tasks, {}, false);
      if (!shared->options.follow && unknown && shared->place.clock.now() >= known_until)
        shared->failure = found.error();
      if (shared->failure || (!found && !unknown) || (found && !shared->options.follow)) break;
      co_await runtime::sleep_for(shared->place.clock, look_every);
    }
    shared->all_found = true;
    shared->arrived->ring();
  }

  std::shared_ptr<Shared> shared_;
  runtime::TaskGroup tasks_;
};

}  // namespace

std::unique_ptr<Stream<LogLine>> open_log_lines(LogPlace place, FindLogs find, engine::LogOptions options) {
  return std::make_unique<LogLines>(std::move(place), std::move(find), options);
}

}  // namespace stackd::daemon
