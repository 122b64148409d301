// What the operator says by signals, as something one can await.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>

#include "runtime/clock.h"

namespace stackd::runtime {

enum class SignalWish {
  stop,    // SIGTERM, SIGINT
  reload,  // SIGHUP
};

class Signals {
 public:
  /// From here on these signals no longer end the process, and SIGPIPE is ignored. Destroyed before the
  /// io_context, which gives the signals their former effect.
  explicit Signals(boost::asio::any_io_executor executor);
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  /// The next one; those that came while nobody waited are not lost. One waiter at a time; the object
  /// outlives it.
  Task<SignalWish> next();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stackd::runtime
