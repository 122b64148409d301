#include "runtime/task_group.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <cstdint>
#include <map>
#include <utility>

#include "base/check.h"
#include "base/log.h"
#include "runtime/bell.h"
#include "runtime/start_later.h"

namespace stackd::runtime {

namespace asio = boost::asio;

namespace {

struct Member {
  std::string name;
  asio::cancellation_signal cancel;
};

}  // namespace

/// Shared with the completion handlers, which outlive the group when both are destroyed with tasks running.
struct TaskGroup::State {
  asio::any_io_executor executor;
  OnBug on_bug;
  bool stopping = false;
  std::uint64_t next_id = 0;
  std::map<std::uint64_t, std::shared_ptr<Member>> members;
  Bell empty;

  void ended(std::string_view name, const std::exception_ptr& bug) const {
    if (bug && !(stopping && is_abort(bug))) on_bug(name, bug);
  }
};

/// A task's place in the group, held by its completion handler: gone when the task has ended, and also when
/// the io_context was destroyed with the task suspended. It keeps the member, because the cancellation slot
/// must outlive the coroutine's frames.
class TaskGroup::Membership {
 public:
  Membership(std::shared_ptr<State> state, std::shared_ptr<Member> member)
      : state_(std::move(state)), member_(std::move(member)), id_(state_->next_id++) {
    state_->members.emplace(id_, member_);
  }
  ~Membership() {
    state_->members.erase(id_);
    if (state_->members.empty()) state_->empty.ring();
  }
  Membership(const Membership&) = delete;
  Membership& operator=(const Membership&) = delete;

  void ended(const std::exception_ptr& bug) const { state_->ended(member_->name, bug); }

 private:
  std::shared_ptr<State> state_;
  std::shared_ptr<Member> member_;
  std::uint64_t id_;
};

TaskGroup::TaskGroup(asio::any_io_executor executor, OnBug on_bug) : state_(std::make_shared<State>()) {
  STACKD_CHECK(on_bug != nullptr);
  state_->executor = std::move(executor);
  state_->on_bug = std::move(on_bug);
}

TaskGroup::~TaskGroup() = default;

void TaskGroup::spawn(std::string name, Task<void> task) {
  if (state_->stopping) return;
  auto member = std::make_shared<Member>();
  member->name = std::move(name);
  auto membership = std::make_shared<Membership>(state_, member);
  // Bound to the executor too: newer Asio otherwise delivers a cancellation from outside the loop at once, to
  // a task that the loop has not begun, and operation_aborted would escape as start_later.h describes.
  auto on_end = [membership](const std::exception_ptr& bug) { membership->ended(bug); };
  asio::co_spawn(state_->executor, start_later(std::move(task)),
                 asio::bind_cancellation_slot(member->cancel.slot(),
                                              asio::bind_executor(state_->executor, std::move(on_end))));
}

void TaskGroup::cancel() {
  state_->stopping = true;
  // Cancelling may end tasks at once, or make them ring and cancel others: walk over a copy.
  const auto members = state_->members;
  for (const auto& [id, member] : members) member->cancel.emit(asio::cancellation_type::terminal);
}

Task<void> TaskGroup::until_empty(std::shared_ptr<State> state) {
  while (!state->members.empty()) co_await state->empty.wait();
}

Task<void> TaskGroup::stop() {
  cancel();
  return until_empty(state_);
}

std::size_t TaskGroup::size() const {
  return state_->members.size();
}

std::vector<std::string> TaskGroup::names() const {
  std::vector<std::string> names;
  for (const auto& [id, member] : state_->members) names.push_back(member->name);
  return names;
}

bool is_abort(const std::exception_ptr& bug) {
  try {
    std::rethrow_exception(bug);
  } catch (const boost::system::system_error& error) {
    return error.code() == asio::error::operation_aborted;
  } catch (...) {
    return false;
  }
}

std::string describe(const std::exception_ptr& bug) {
  try {
    std::rethrow_exception(bug);
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "an exception that is no std::exception";
  }
}

void log_bug(std::string_view task, const std::exception_ptr& bug) {
  log(LogLevel::error, "bug in " + std::string(task) + ": " + describe(bug));
}

}  // namespace stackd::runtime
