// One run of stackd, from its start to its crash.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "daemon/host/turns.h"
#include "daemon/supervisor/supervisor.h"
#include "runtime/random.h"
#include "sim/surroundings.h"

namespace stackd::sim {

class Life {
 public:
  Life(Surroundings& around, std::uint64_t seed);
  /// As kill -9 does: coroutines end where they wait, nothing is said goodbye to.
  ~Life();
  Life(const Life&) = delete;
  Life& operator=(const Life&) = delete;

  Result<void> start() { return supervisor_->start(); }
  /// One turn of the loop; false when nothing is ready.
  bool turn();
  /// `answered` gets the refusal, if it is one.
  using Answered = std::function<void(const std::optional<Error>& refusal)>;
  void perform(const Story& story, Request request, Answered answered);
  using Told = std::function<void(Result<daemon::PlanReport>)>;
  void plan(const StackDraft& draft, Told told);
  /// Asks for plan, status, why, history and what else there is, of this stack and of all.
  void ask(const Story& story);
  void stop();

  bool stopped = false;

 private:
  static runtime::Task<std::optional<Error>> carry_out(Life& life, const Story& story, Request request);

  Surroundings& around_;
  runtime::Random random_;
  std::unique_ptr<store::Store> store_;
  daemon::Turns turns_;
  std::unique_ptr<boost::asio::io_context> loop_;
  std::unique_ptr<daemon::Supervisor> supervisor_;
};

}  // namespace stackd::sim
