#include "daemon/ledger/late_writes.h"

#include <utility>

#include "base/check.h"
#include "base/log.h"

namespace stackd::daemon {
namespace {

constexpr Duration try_again_after = std::chrono::seconds(1);

}  // namespace

LateWrites::LateWrites(boost::asio::any_io_executor executor, runtime::Clock& clock, std::string stack)
    : clock_(clock), stack_(std::move(stack)), tasks_(std::move(executor), runtime::log_bug) {}

void LateWrites::put(const std::string& key, const std::string& what, Write write) {
  STACKD_CHECK(!key.empty() && write != nullptr);
  waiting_.remove_if([&](const Waiting& older) { return older.key == key; });
  waiting_.push_back({key, what, std::move(write)});
  if (write_all() || std::exchange(tries_, true)) return;
  tasks_.spawn("late writes of " + stack_, write_until_done());
}

/// False: the store can't take them now.
bool LateWrites::write_all() {
  while (!waiting_.empty()) {
    Waiting& next = waiting_.front();
    Result<void> written = next.write();
    const bool later = !written && written.error().kind == ErrorKind::unavailable;
    if (!written && !(later && tries_)) {
      log(LogLevel::error, LogSubject{stack_},
          next.what + " can't be stored" + (later ? " now, and is tried again: " : ": ") +
              written.error().message);
    }
    if (later) last_error_ = written.error().message;
    if (later) return false;
    waiting_.pop_front();
  }
  return true;
}

std::string LateWrites::trouble() const {
  if (waiting_.empty()) return {};
  std::string text = waiting_.front().what;
  if (waiting_.size() > 1) text += " and " + std::to_string(waiting_.size() - 1) + " more";
  return text + " can't be stored: " + last_error_ +
         "; it is tried again until it can be, what runs is kept up meanwhile, and a deploy goes on as far "
         "as "
         "it needs no store";
}

runtime::Task<void> LateWrites::write_until_done() {
  do {
    co_await runtime::sleep_for(clock_, try_again_after);
  } while (!write_all());
  tries_ = false;
  log(LogLevel::info, LogSubject{stack_}, "what could not be stored is stored");
}

runtime::Task<void> LateWrites::stop() {
  co_await tasks_.stop();
  write_all();
}

}  // namespace stackd::daemon
