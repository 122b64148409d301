// Handlers: the programs themselves, and the journal.
#include "api/routes.h"
#include "protocol/wire.h"

namespace stackd::api {

using runtime::Task;

Task<Result<Answer>> get_version(Call call) {
  if (Result<void> asked = call.query.finish(); !asked.ok()) co_return asked.error();
  const Result<protocol::VersionReport> version = co_await call.control->version();
  if (!version) co_return version.error();
  Answer answer;
  answer.body = protocol::to_json(*version);
  co_return answer;
}

Task<Result<Answer>> get_events(Call call) {
  constexpr std::int64_t tail_default = 100;
  protocol::EventsRequest request;
  request.stack = call.query.text("stack");
  request.follow = call.query.flag("follow");
  request.after = call.query.number("after");
  request.tail = call.query.number("tail").value_or(tail_default);
  if (Result<void> asked = call.query.finish(); !asked.ok()) co_return asked.error();
  daemon::OpenedStream<JournalEntry> events = co_await call.control->events(std::move(request));
  if (!events) co_return events.error();
  Answer answer;
  answer.lines = as_lines<JournalEntry>(*std::move(events), protocol::to_json);
  co_return answer;
}

}  // namespace stackd::api
