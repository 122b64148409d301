#include "daemon/logs/keep_log.h"

#include <cstdlib>

#include "base/log.h"
#include "daemon/logs/kept_logs.h"
#include "daemon/logs/log_cutter.h"
#include "model/identity.h"
#include "runtime/deadline.h"

namespace stackd::daemon {
namespace {

constexpr Duration keeping_max = std::chrono::seconds(20);
/// Of short lines more than are kept: the engine finds them from the end, however long the log is.
constexpr std::int64_t lines_max = 200'000;

// The release that made it; where that is gone, or it was taken over, the one that is there now.
std::int64_t release_of(const Edges& edges, const decide::Desired& desired,
                        const ObservedContainer& container) {
  auto made_by = container.labels.find(std::string(label::release));
  if (made_by != container.labels.end()) {
    const std::int64_t number = std::atoll(made_by->second.c_str());
    Result<std::optional<Release>> release = edges.store.release(desired.stack->name, number);
    if (release && *release) return number;
  }
  return desired.former == nullptr ? desired.release : desired.former->release;
}

Result<void> add_all(KeptLogWriter& writer, const std::vector<LogLine>& lines) {
  for (const LogLine& line : lines) {
    if (Result<void> added = writer.add(line); !added) return added;
  }
  return {};
}

runtime::Task<Result<void>> copy(Edges edges, std::string stack, KeptLog log, std::string container_id) {
  Result<std::unique_ptr<KeptLogWriter>> writer = edges.logs->begin(stack, log);
  if (!writer) co_return writer.error();
  engine::LogOptions options;
  options.tail = lines_max;
  Result<std::unique_ptr<engine::LogStream>> stream =
      co_await edges.engine.open_logs(std::move(container_id), options);
  if (!stream) co_return stream.error();
  LogCutter cutter;
  while (true) {
    Result<std::optional<engine::LogEntry>> entry = co_await (*stream)->next();
    if (!entry) co_return entry.error();
    if (!*entry) break;
    Result<void> added = add_all(**writer, cutter.take(std::move(**entry)));
    if (!added) co_return added;
  }
  if (Result<void> added = add_all(**writer, cutter.rest()); !added) co_return added;
  co_return (*writer)->finish();
}

}  // namespace

runtime::Task<void> keep_log(Edges edges, decide::Desired desired, std::string container_id) {
  if (edges.logs == nullptr) co_return;
  const std::string stack = desired.stack->name;
  Result<ObservedContainer> container = co_await edges.engine.inspect_container(container_id);
  if (!container || container->oneoff || container->started_at == WallTime{}) co_return;
  KeptLog log;
  log.release = release_of(edges, desired, *container);
  log.service = container->service;
  log.number = container->number;
  log.container = short_id(container_id);
  const Time until = edges.clock.now() + keeping_max;
  Result<void> kept =
      co_await runtime::with_deadline<void>(edges.clock, until, copy(edges, stack, log, container_id));
  if (!kept && kept.error().kind == ErrorKind::invalid) co_return;  // its driver keeps none
  if (!kept) {
    stackd::log(LogLevel::warning, LogSubject{stack, log.service, log.release},
                "the log of " + container->name + " goes with it: " + kept.error().message);
    co_return;
  }
  edges.logs->shrink(stack, desired.stack->extension.releases_logs_bytes);
}

}  // namespace stackd::daemon
