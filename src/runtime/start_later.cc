#include "runtime/start_later.h"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace stackd::runtime {

namespace asio = boost::asio;

Task<void> start_later(Task<void> task) {
  co_await asio::this_coro::throw_if_cancelled(false);
  co_await asio::post(asio::use_awaitable);
  co_await asio::this_coro::throw_if_cancelled(true);
  co_await std::move(task);
}

}  // namespace stackd::runtime
