// Owns coroutines: nothing in the program runs that is not in a group. A group may be destroyed with its
// tasks still suspended only together with their io_context, before or after it; they never run again.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/clock.h"

namespace stackd::runtime {

class TaskGroup {
 public:
  /// Called when a task ends by an exception, which is a bug (house rule 17), with the task's name. Not
  /// called for operation_aborted while the group stops.
  using OnBug = std::function<void(std::string_view name, std::exception_ptr bug)>;

  TaskGroup(boost::asio::any_io_executor executor, OnBug on_bug);
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  /// Starts the task at the next turn of the loop, never inside this call. References that it holds outlive
  /// the group. Once stop() was called the task is dropped without being started.
  void spawn(std::string name, Task<void> task);

  /// Asks every task to end: each gets operation_aborted at what it awaits, now or next. Does not wait.
  void cancel();

  /// Cancels at the call itself; what it gives returns when the last task has ended. Never awaited by a task
  /// of the group. Whoever is cancelled while waiting gets operation_aborted.
  Task<void> stop();

  /// Tasks that have not ended.
  [[nodiscard]] std::size_t size() const;
  /// Their names, in the order in which they were spawned.
  [[nodiscard]] std::vector<std::string> names() const;

 private:
  struct State;
  class Membership;
  static Task<void> until_empty(std::shared_ptr<State> state);

  std::shared_ptr<State> state_;
};

/// Is it the operation_aborted by which a cancelled coroutine ends?
bool is_abort(const std::exception_ptr& bug);

/// What an exception says, for a log line.
std::string describe(const std::exception_ptr& bug);

/// An OnBug that writes one line to the log and lets everything else go on.
void log_bug(std::string_view task, const std::exception_ptr& bug);

}  // namespace stackd::runtime
