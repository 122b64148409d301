#include "daemon/logs/keep_log.h"

#include <cstdlib>

#include "base/log.h"
#include "daemon/logs/kept_logs.h"
#include "daemon/logs/log_cutter.h"
#include "decide/replace/replica.h"
#include "model/identity.h"
#include "runtime/deadline.h"

namespace stackd::daemon {
namespace {

constexpr Duration keeping_max = std::chrono::seconds(20);
/// Of short lines more than are kept: the engine finds them from the end, however long the log is.
constexpr std::int64_t kept_lines_max = 200'000;

// The release that made it; where that is gone, or it was taken over, the one that is there now.
std::int64_t kept_under(const Edges& edges, const std::string& stack, std::int64_t release_there,
                        const ObservedContainer& container) {
  const std::int64_t made_for = decide::release_of(container);
  if (made_for == 0) return release_there;
  Result<std::optional<Release>> release = edges.store.release(stack, made_for);
  return release && *release ? made_for : release_there;
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
  options.tail = kept_lines_max;
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

runtime::Task<void> keep_log(Edges edges, std::shared_ptr<const Stack> of, std::int64_t release_there,
                             std::string container_id) {
  if (edges.logs == nullptr) co_return;
  const std::string stack = of->name;
  Result<ObservedContainer> container = co_await edges.engine.inspect_container(container_id);
  if (!container || container->oneoff || container->started_at == WallTime{}) co_return;
  KeptLog log;
  log.release = kept_under(edges, stack, release_there, *container);
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
  edges.logs->shrink(stack, of->extension.releases_logs_bytes);
}

}  // namespace stackd::daemon
