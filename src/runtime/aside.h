// Work that may hang, beside the loop: looking at files that lie on somebody's file server. The only other
// threads of the program are in here. Refuses to end what hangs, which nobody can: it is left behind, and
// counted.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "runtime/clock.h"

namespace stackd::runtime {

class Aside {
 public:
  virtual ~Aside() = default;

  /// True: the work has ended. False: it has not begun or not ended by `until`; it may yet, so what it
  /// touches it holds by itself, and shares with nobody who goes on meanwhile. Throws what the work throws.
  virtual Task<bool> run(std::function<void()> work, Time until) = 0;
};

/// A thread for each piece of work. A few at once: one that takes long is no longer counted among these; when
/// too many hang, none begins any more until one has ended. Destroyed before the loop; the clock outlives it.
std::unique_ptr<Aside> make_aside(boost::asio::any_io_executor executor, Clock& clock);

namespace detail {

template <typename T>
std::function<void()> filling(std::shared_ptr<std::optional<T>> result, std::function<T()> work) {
  return [result, work] { result->emplace(work()); };
}

}  // namespace detail

/// What the work gives; absent when it did not in time. Without an `aside` it is done here and now.
template <typename T>
Task<std::optional<T>> run_aside(Aside* aside, std::function<T()> work, Time until) {
  auto result = std::make_shared<std::optional<T>>();
  std::function<void()> fill = detail::filling<T>(result, std::move(work));
  bool ended = true;
  if (aside == nullptr) {
    fill();
  } else {
    ended = co_await aside->run(std::move(fill), until);
  }
  std::optional<T> given;
  if (ended) given = std::move(*result);
  co_return given;
}

}  // namespace stackd::runtime
