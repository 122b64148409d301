#include "runtime/aside.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cstdint>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>

#include "base/log.h"
#include "runtime/bell.h"

namespace stackd::runtime {
namespace {

namespace asio = boost::asio;

constexpr std::size_t at_once = 4;
constexpr std::size_t threads_max = 64;
/// Longer than any healthy disk takes for a project's files.
constexpr Duration counts_for = std::chrono::seconds(1);

/// The way back into the loop, as long as there is one.
struct Door {
  std::mutex lock;
  bool open = true;
  asio::any_io_executor executor;

  void pass(std::function<void()> call) {
    const std::lock_guard<std::mutex> holding(lock);
    if (open) asio::post(executor, std::move(call));
  }
};

/// What the loop and the thread share: the thread writes before it passes the door, the loop reads after.
struct Job {
  std::function<void()> work;
  std::exception_ptr bug;
};

/// The loop's side alone.
struct Running {
  Time since{};
  Bell* waiter = nullptr;
};

struct State {
  explicit State(Clock& clock_) : clock(clock_) {}
  Clock& clock;
  std::shared_ptr<Door> door = std::make_shared<Door>();
  std::uint64_t next_id = 0;
  std::map<std::uint64_t, Running> running;
  std::deque<Bell*> queue;

  [[nodiscard]] bool has_room() const {
    const Time now = clock.now();
    const auto counted = std::count_if(running.begin(), running.end(), [&](const auto& entry) {
      return now - entry.second.since < counts_for;
    });
    return static_cast<std::size_t>(counted) < at_once && running.size() < threads_max;
  }
};

class Queued {
 public:
  Queued(State& state, Bell& bell) : state_(state), bell_(bell) { state_.queue.push_back(&bell_); }
  ~Queued() { std::erase(state_.queue, &bell_); }
  Queued(const Queued&) = delete;
  Queued& operator=(const Queued&) = delete;

 private:
  State& state_;
  Bell& bell_;
};

/// Whoever waits for the end may go before it comes.
class Waiting {
 public:
  Waiting(State& state, std::uint64_t id, Bell& bell) : state_(state), id_(id) {
    state_.running[id_].waiter = &bell;
  }
  ~Waiting() {
    const auto found = state_.running.find(id_);
    if (found != state_.running.end()) found->second.waiter = nullptr;
  }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;
  [[nodiscard]] bool is_over() const { return state_.running.count(id_) == 0; }

 private:
  State& state_;
  std::uint64_t id_;
};

void note_end(const std::shared_ptr<State>& state, std::uint64_t id) {
  Bell* const waiter = state->running.at(id).waiter;
  state->running.erase(id);
  if (waiter != nullptr) waiter->ring();
  if (!state->queue.empty()) state->queue.front()->ring();
}

bool begin(const std::shared_ptr<State>& state, std::uint64_t id, const std::shared_ptr<Job>& job) {
  state->running[id].since = state->clock.now();
  const std::weak_ptr<State> loop_side = state;
  try {
    std::thread([job, id, door = state->door, loop_side] {
      try {
        job->work();
      } catch (...) {
        job->bug = std::current_exception();
      }
      job->work = nullptr;
      door->pass([loop_side, id] {
        if (const auto alive = loop_side.lock()) note_end(alive, id);
      });
    }).detach();
  } catch (const std::system_error& error) {
    log(LogLevel::error, "no thread can be begun: " + std::string(error.what()));
    state->running.erase(id);
    return false;
  }
  return true;
}

Task<bool> wait_for_room(std::shared_ptr<State> state, Time until) {
  Bell bell;
  const Queued queued(*state, bell);
  while (!state->has_room()) {
    const Time now = state->clock.now();
    if (now >= until) co_return false;
    (void)co_await bell.wait_until(state->clock, std::min(until, later(now, counts_for)));
  }
  co_return true;
}

Task<bool> run_on(std::shared_ptr<State> state, std::function<void()> work, Time until) {
  const bool room = co_await wait_for_room(state, until);
  if (!room) co_return false;
  auto job = std::make_shared<Job>();
  job->work = std::move(work);
  const std::uint64_t id = ++state->next_id;
  if (!begin(state, id, job)) co_return false;
  Bell bell;
  const Waiting waiting(*state, id, bell);
  bool in_time = true;
  while (in_time && !waiting.is_over()) {
    in_time = co_await bell.wait_until(state->clock, until);
  }
  if (!waiting.is_over()) co_return false;
  if (job->bug) std::rethrow_exception(job->bug);
  co_return true;
}

class Threads final : public Aside {
 public:
  Threads(asio::any_io_executor executor, Clock& clock) : state_(std::make_shared<State>(clock)) {
    state_->door->executor = std::move(executor);
  }
  ~Threads() override {
    const std::lock_guard<std::mutex> holding(state_->door->lock);
    state_->door->open = false;
  }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

  Task<bool> run(std::function<void()> work, Time until) override {
    return run_on(state_, std::move(work), until);
  }

 private:
  std::shared_ptr<State> state_;
};

}  // namespace

std::unique_ptr<Aside> make_aside(asio::any_io_executor executor, Clock& clock) {
  return std::make_unique<Threads>(std::move(executor), clock);
}

}  // namespace stackd::runtime
