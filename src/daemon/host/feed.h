// Values that are published once and read by any number of streams, each at its own pace. Keeps the last
// ones for whoever comes later; a reader that falls behind what is kept goes on with the oldest kept.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "daemon/control.h"
#include "runtime/bell.h"

namespace stackd::daemon {

template <typename T>
class Feed {
 public:
  explicit Feed(std::size_t kept_max) : state_(std::make_shared<State>()) { state_->kept_max = kept_max; }

  void publish(T value) {
    if (state_->closed) return;
    state_->kept.push_back(std::move(value));
    if (state_->kept.size() > state_->kept_max) {
      state_->kept.pop_front();
      ++state_->first;
    }
    state_->wake();
  }

  /// No more values: readers end once they have read what is kept.
  void close() {
    state_->closed = true;
    state_->wake();
  }

  [[nodiscard]] bool is_closed() const { return state_->closed; }

  /// With what is kept, or with later values only.
  [[nodiscard]] std::unique_ptr<Stream<T>> open(bool with_kept) const {
    return std::make_unique<Reader>(state_, with_kept ? state_->first : state_->first + state_->kept.size());
  }

 private:
  struct State {
    std::deque<T> kept;
    std::size_t kept_max = 0;
    std::size_t first = 0;  // number of the oldest kept value
    bool closed = false;
    std::vector<runtime::Bell*> waiting;

    void wake() {
      for (runtime::Bell* bell : waiting) bell->ring();
    }
  };

  class Reader final : public Stream<T> {
   public:
    Reader(std::shared_ptr<State> state, std::size_t next) : state_(std::move(state)), next_(next) {
      state_->waiting.push_back(&bell_);
    }
    ~Reader() override { std::erase(state_->waiting, &bell_); }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    Awaitable<Result<std::optional<T>>> next() override {
      while (true) {
        next_ = std::max(next_, state_->first);
        if (next_ < state_->first + state_->kept.size()) {
          std::optional<T> value = state_->kept[next_ - state_->first];
          ++next_;
          co_return value;
        }
        if (state_->closed) co_return std::optional<T>();
        co_await bell_.wait();
      }
    }

   private:
    std::shared_ptr<State> state_;
    std::size_t next_;
    runtime::Bell bell_;
  };

  std::shared_ptr<State> state_;
};

}  // namespace stackd::daemon
