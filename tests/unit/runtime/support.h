// What the tests of runtime share: a loop that is run to the end of one coroutine, a clock that is moved by
// hand, a folder for sockets, and servers that behave badly on purpose.
#pragma once

#include <boost/asio/io_context.hpp>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/bell.h"
#include "runtime/clock.h"
#include "runtime/task_group.h"

namespace stackd::runtime::test {

/// Runs the loop until the task has ended; throws what it throws. Fails the test after 30 s.
void run(boost::asio::io_context& io, Task<void> task);

/// Runs what is ready, and what becomes ready by that.
void settle(boost::asio::io_context& io);

/// Starts it, with a way to cancel it; `ended` says how it ended once it has.
struct Started {
  std::function<void()> cancel;
  std::shared_ptr<std::string> ended = std::make_shared<std::string>();  // "", "done", "aborted" or what()
};
Started start(boost::asio::io_context& io, Task<void> task);

/// Fails the test.
TaskGroup::OnBug no_bugs();

/// Time stands still until advance().
class HandClock final : public Clock {
 public:
  Time now() const override { return now_; }
  WallTime wall() const override { return WallTime{} + now_.time_since_epoch(); }
  Task<void> sleep_until(Time when) override;

  void advance(Duration span);
  [[nodiscard]] std::size_t sleepers() const { return sleepers_.size(); }

 private:
  friend class Sleeper;
  Time now_{};
  std::multimap<Time, Bell*> sleepers_;
};

class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  [[nodiscard]] std::string at(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

/// The other end of a raw connection.
class RawPeer {
 public:
  virtual ~RawPeer() = default;
  /// Up to the blank line and, if Content-Length says so, the body.
  virtual Task<std::string> read_request() = 0;
  /// What comes next; "" at the end.
  virtual Task<std::string> read_some() = 0;
  virtual Task<std::string> read_all() = 0;
  /// False: the other side is gone.
  virtual Task<bool> write(std::string bytes) = 0;
};

using Script = std::function<Task<void>(RawPeer&)>;

/// Listens on a unix socket; the n-th connection gets the n-th script, later ones the last. A connection is
/// closed when its script ends.
class ScriptedServer {
 public:
  ScriptedServer(boost::asio::io_context& io, std::string path, std::vector<Script> scripts);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  [[nodiscard]] int accepted() const;
  Task<void> stop();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

Task<std::unique_ptr<RawPeer>> connect_unix(std::string path);
Task<std::unique_ptr<RawPeer>> connect_tcp(std::uint16_t port);

}  // namespace stackd::runtime::test
