#include "engine/docker_streams.h"

#include <deque>

#include "engine/docker_events.h"
#include "engine/docker_frames.h"

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

  Awaitable<Result<std::optional<LogChunk>>> next() override {
    while (ready_.empty()) {
      Result<std::optional<std::string>> part = co_await bytes_->read();
      if (!part) co_return part.error().while_doing("read a container's log");
      if (!*part) co_return std::optional<LogChunk>{};
      Result<std::vector<LogChunk>> chunks = reader_.feed(**part);
      if (!chunks) co_return chunks.error();
      ready_.insert(ready_.end(), chunks->begin(), chunks->end());
    }
    std::optional<LogChunk> chunk(std::move(ready_.front()));
    ready_.pop_front();
    co_return std::move(chunk);
  }

 private:
  std::unique_ptr<runtime::HttpStream> bytes_;
  FrameReader reader_;
  std::deque<LogChunk> ready_;
};

}  // namespace

std::unique_ptr<EventStream> make_event_stream(std::unique_ptr<runtime::HttpStream> bytes) {
  return std::make_unique<DockerEventStream>(std::move(bytes));
}

std::unique_ptr<LogStream> make_log_stream(std::unique_ptr<runtime::HttpStream> bytes, bool raw) {
  return std::make_unique<DockerLogStream>(std::move(bytes), raw);
}

}  // namespace stackd::engine
