#include "runtime/signals.h"

#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <utility>

namespace stackd::runtime {

class Signals::Impl {
 public:
  explicit Impl(boost::asio::any_io_executor executor) : set(std::move(executor), SIGTERM, SIGINT, SIGHUP) {
    std::signal(SIGPIPE, SIG_IGN);
  }

  boost::asio::signal_set set;
};

Signals::Signals(boost::asio::any_io_executor executor)
    : impl_(std::make_unique<Impl>(std::move(executor))) {}

Signals::~Signals() = default;

Task<SignalWish> Signals::next() {
  const int number = co_await impl_->set.async_wait(boost::asio::use_awaitable);
  co_return number == SIGHUP ? SignalWish::reload : SignalWish::stop;
}

}  // namespace stackd::runtime
