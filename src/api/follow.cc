#include "api/follow.h"

#include "protocol/wire.h"

namespace stackd::api {

runtime::Task<void> send_lines(runtime::HttpReply& reply, JsonLines lines) {
  const Result<void> begun = co_await reply.begin(200, "application/x-ndjson");
  if (!begun.ok()) co_return;
  while (true) {
    const Result<std::optional<json::value>> line = co_await lines->next();
    if (line && !line->has_value()) break;
    std::string text;
    if (line) {
      text = to_text(**line);
    } else {
      text = to_text(protocol::to_json(line.error()));
    }
    const Result<void> written = co_await reply.write(text + "\n");
    if (!written.ok() || !line) break;
  }
  // Also when the reader is gone: the reply says so again, and there is nobody left to tell.
  (void)co_await reply.end();
}

}  // namespace stackd::api
