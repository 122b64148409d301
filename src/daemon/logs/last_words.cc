#include "daemon/logs/last_words.h"

#include <deque>

#include "base/text.h"
#include "daemon/logs/log_cutter.h"

namespace stackd::daemon {
namespace {

constexpr std::size_t bytes_max = std::size_t{512} << 10U;

class Tail {
 public:
  explicit Tail(std::size_t lines_max) : lines_max_(lines_max) {}

  void add(std::vector<LogLine> lines) {
    for (LogLine& line : lines) {
      bytes_ += line.text.size();
      lines_.push_back(std::move(line.text));
    }
    while (lines_.size() > lines_max_ || (bytes_ > bytes_max && lines_.size() > 1)) {
      bytes_ -= lines_.front().size();
      lines_.pop_front();
    }
  }

  [[nodiscard]] std::string text() const { return join({lines_.begin(), lines_.end()}, "\n"); }

 private:
  std::size_t lines_max_;
  std::deque<std::string> lines_;
  std::size_t bytes_ = 0;
};

}  // namespace

engine::Awaitable<std::string> last_words_of(engine::Engine& engine, std::string container_id,
                                             std::int64_t lines) {
  engine::LogOptions options;
  options.tail = lines;
  Result<std::unique_ptr<engine::LogStream>> stream =
      co_await engine.open_logs(std::move(container_id), options);
  if (!stream && stream.error().kind == ErrorKind::invalid)
    co_return "(no last words: " + stream.error().message + ")";
  if (!stream) co_return std::string();
  LogCutter cutter;
  Tail tail(static_cast<std::size_t>(lines));
  while (true) {
    Result<std::optional<engine::LogEntry>> entry = co_await (*stream)->next();
    if (!entry || !*entry) break;
    tail.add(cutter.take(std::move(**entry)));
  }
  tail.add(cutter.rest());
  co_return last_lines(tail.text(), static_cast<std::size_t>(lines));
}

}  // namespace stackd::daemon
