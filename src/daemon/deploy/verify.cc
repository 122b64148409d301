#include "daemon/deploy/verify.h"

#include <algorithm>

#include "runtime/http_client.h"

namespace stackd::daemon {
namespace {

/// So much of a page is read, out of politeness: who hangs up in the middle shows up in the logs as a fault.
constexpr std::size_t body_bytes_max = 1U << 20U;

runtime::Task<decide::VerifyAnswer> ask_once(Edges edges, Verify address, Time until) {
  runtime::HttpCall call("GET", address.url);
  call.resolve = address.resolve;
  call.total_max = until - edges.clock.now();
  call.connect_max = call.total_max;
  call.headers.push_back({"Connection", "close"});  // a connection that is kept would hide who answers now
  decide::VerifyAnswer answer;
  Result<std::unique_ptr<runtime::HttpStream>> stream = co_await edges.http.open(std::move(call));
  if (!stream) {
    answer.error = stream.error().message;
    co_return answer;
  }
  answer.status = (*stream)->status();
  std::size_t read_bytes = 0;
  while (read_bytes < body_bytes_max) {
    Result<std::optional<std::string>> bytes = co_await (*stream)->read();
    if (!bytes || !*bytes) break;  // the status has been given: a visitor sees the page, if not all of it
    read_bytes += (*bytes)->size();
  }
  co_return answer;
}

}  // namespace

runtime::Task<void> ask_address(Edges edges, std::weak_ptr<decide::Verification> verification,
                                std::size_t index, OnAnswer on_answer) {
  while (true) {
    std::shared_ptr<decide::Verification> held = verification.lock();
    if (!held) co_return;
    const decide::AddressCheck& check = held->checks.at(index);
    const std::optional<Time> until = decide::may_ask_until(check, edges.clock.now());
    if (!until) {
      on_answer({});
      co_return;
    }
    const Verify address = check.address;
    const Time end = check.began + address.within;
    held.reset();
    const decide::VerifyAnswer answer = co_await ask_once(edges, address, *until);
    held = verification.lock();
    if (!held) co_return;
    const std::string news = decide::note_answer(held->checks.at(index), answer, edges.clock.now());
    const bool passed = held->checks.at(index).passed_at.has_value();
    held.reset();
    on_answer(news);
    if (passed) co_return;
    co_await edges.clock.sleep_until(std::min(edges.clock.now() + decide::verify_pause, end));
  }
}

}  // namespace stackd::daemon
