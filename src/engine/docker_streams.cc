#include "engine/docker_streams.h"

#include <deque>

#include "base/text.h"
#include "engine/docker_events.h"
#include "engine/docker_log.h"

namespace stackd::engine {
namespace {

class DockerEventStream final : public EventStream {
 public:
  explicit DockerEventStream(std::unique_ptr<runtime::HttpStream> bytes) : bytes_(std::move(bytes)) {}

  Awaitable<Result<EngineEvent>> next() override {
    while (ready_.empty()) {
      Result<std::optional<std::string>> part = co_await bytes_->read();
      if (!part) co_return part.error().while_doing("follow the engine's events");
      if (!*part) {
        Error closed{ErrorKind::unavailable, "the engine closed the stream of events"};
        co_return closed;
      }
      Result<std::vector<EngineEvent>> events = reader_.feed(**part);
      if (!events) co_return events.error();
      ready_.insert(ready_.end(), events->begin(), events->end());
    }
    EngineEvent event = std::move(ready_.front());
    ready_.pop_front();
    co_return std::move(event);
  }

 private:
  std::unique_ptr<runtime::HttpStream> bytes_;
  EventReader reader_;
  std::deque<EngineEvent> ready_;
};

class DockerLogStream final : public LogStream {
 public:
  DockerLogStream(std::unique_ptr<runtime::HttpStream> bytes, bool raw)
      : bytes_(std::move(bytes)), reader_(raw) {}

  Awaitable<Result<std::optional<LogEntry>>> next() override {
    while (ready_.empty()) {
      if (ended_ && !reader_.complaint().empty()) {
        Error cut_off{ErrorKind::internal, "the engine says: " + std::string(trim(reader_.complaint()))};
        co_return cut_off;
      }
      if (ended_) co_return std::optional<LogEntry>{};
      Result<std::optional<std::string>> part = co_await bytes_->read();
      if (!part) co_return part.error().while_doing("read a container's log");
      ended_ = !*part;
      Result<std::vector<LogEntry>> entries = ended_ ? reader_.finish() : reader_.feed(**part);
      if (!entries) co_return entries.error();
      ready_.insert(ready_.end(), entries->begin(), entries->end());
    }
    std::optional<LogEntry> entry(std::move(ready_.front()));
    ready_.pop_front();
    co_return std::move(entry);
  }

 private:
  std::unique_ptr<runtime::HttpStream> bytes_;
  LogReader reader_;
  std::deque<LogEntry> ready_;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<EventStream> make_event_stream(std::unique_ptr<runtime::HttpStream> bytes) {
  return std::make_unique<DockerEventStream>(std::move(bytes));
}

std::unique_ptr<LogStream> make_log_stream(std::unique_ptr<runtime::HttpStream> bytes, bool raw) {
  return std::make_unique<DockerLogStream>(std::move(bytes), raw);
}

}  // namespace stackd::engine
