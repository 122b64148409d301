// What stackd has learnt must not be lost to a disk that is full for a while: a write that the store can't
// take now is tried again until it can. Orders are another matter: one that can't be stored is refused.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <list>
#include <string>

#include "base/result.h"
#include "runtime/clock.h"
#include "runtime/task_group.h"

namespace stackd::daemon {

/// Of one stack. A stackd that is killed before there is room goes on from what was stored last.
class LateWrites {
 public:
  using Write = std::function<Result<void>()>;

  /// `stack` is for the log.
  LateWrites(boost::asio::any_io_executor executor, runtime::Clock& clock, std::string stack);

  /// Writes now if it can be, after everything that waits already. Otherwise it waits; an older one with the
  /// same key is dropped then, as this one says more. `what` is for the log. What fails for another reason
  /// than that the store is unavailable is logged and given up.
  void put(const std::string& key, const std::string& what, Write write);

  /// What can't be stored now and why, for people: "deploy 3f2a can't be stored: database or disk is full;
  /// …".
  /// "" when nothing waits.
  [[nodiscard]] std::string trouble() const;

  /// Tries once more what waits.
  runtime::Task<void> stop();

 private:
  struct Waiting {
    std::string key;
    std::string what;
    Write write;
  };

  bool write_all();
  runtime::Task<void> write_until_done();

  runtime::Clock& clock_;
  std::string stack_;
  std::list<Waiting> waiting_;  // in the order in which they are to be written
  std::string last_error_;
  bool tries_ = false;
  runtime::TaskGroup tasks_;
};

}  // namespace stackd::daemon
