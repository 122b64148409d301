#include "runtime/lanes.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <memory>
#include <utility>
#include <vector>

#include "runtime/start_later.h"

namespace stackd::runtime {
namespace {

namespace asio = boost::asio;

struct Work {
  std::size_t next = 0;
  std::size_t count = 0;
  std::function<Task<void>(std::size_t)> task;
};

Task<void> run_lane(std::shared_ptr<Work> work) {
  while (work->next < work->count) {
    Task<void> one = work->task(work->next++);
    co_await std::move(one);
  }
}

}  // namespace

Task<void> in_lanes(std::size_t lanes, std::size_t count, std::function<Task<void>(std::size_t)> task) {
  if (count == 0) co_return;
  const auto executor = co_await asio::this_coro::executor;
  auto work = std::make_shared<Work>();
  work->count = count;
  work->task = std::move(task);
  using Lane = decltype(asio::co_spawn(executor, run_lane(work), asio::deferred));
  std::vector<Lane> running;
  for (std::size_t lane = 0; lane < std::min(lanes, count); ++lane)
    running.push_back(asio::co_spawn(executor, start_later(run_lane(work)), asio::deferred));
  auto [order, bugs] = co_await asio::experimental::make_parallel_group(std::move(running))
                           .async_wait(asio::experimental::wait_for_all(), asio::use_awaitable);
  const auto cancellation = co_await asio::this_coro::cancellation_state;
  if (cancellation.cancelled() != asio::cancellation_type::none)
    throw boost::system::system_error(asio::error::operation_aborted);
  for (const std::exception_ptr& bug : bugs) {
    if (bug) std::rethrow_exception(bug);
  }
}

}  // namespace stackd::runtime
