// A simulated host with a supervisor that is ordered about directly, one stack or fifty: for stories about
// what meets what. Nothing goes wrong but what the story makes go wrong, and nobody watches but the story.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/host/kept_files.h"
#include "daemon/supervisor/supervisor.h"
#include "runtime/random.h"
#include "store/sqlite_store.h"
#include "support/builders.h"
#include "support/full_disk_store.h"
#include "support/sim_clock.h"
#include "support/sim_engine.h"
#include "support/sim_host.h"
#include "support/sim_http.h"

namespace stackd::sim {

/// What was asked of the supervisor, once it is answered.
template <typename T>
using Answer = std::shared_ptr<std::optional<Result<T>>>;

class House {
 public:
  /// `name` is the test's own.
  explicit House(const std::string& name);
  ~House();
  House(const House&) = delete;
  House& operator=(const House&) = delete;

  /// Begins, or begins again after end_stackd(): with what is in the store.
  void begin_stackd();
  /// As kill -9 does.
  void end_stackd();
  [[nodiscard]] daemon::Supervisor& supervisor() { return *supervisor_; }

  template <typename T>
  Answer<T> ask(daemon::Awaitable<Result<T>> question) {
    auto answer = std::make_shared<std::optional<Result<T>>>();
    boost::asio::co_spawn(*loop_, keep<T>(std::move(question), answer), boost::asio::detached);
    return answer;
  }
  /// Asked and awaited. Fails the test when no answer comes.
  template <typename T>
  Result<T> get(daemon::Awaitable<Result<T>> question) {
    Answer<T> answer = ask<T>(std::move(question));
    run_until([&] { return answer->has_value(); });
    return std::move(**answer);
  }

  /// Fails the test when it does not come about in simulated time.
  void run_until(const std::function<bool()>& reached, Duration patience = std::chrono::minutes(30));
  void run_for(Duration span);

  static daemon::DeployRequest request(const StackDraft& draft);
  /// The deploy's end. Fails the test when there is none.
  Deploy deploy(const StackDraft& draft);
  Deploy end_of(const std::string& deploy_id);
  /// The running containers of a service.
  [[nodiscard]] std::size_t running(const std::string& stack, const std::string& service) const;
  [[nodiscard]] const HostContainer* container(const std::string& stack, const std::string& service) const;

  SimClock clock;
  SimHost host;
  SimEngine engine;
  SimHttp http;
  std::unique_ptr<daemon::KeptFiles> kept;
  std::string kept_folder;
  std::function<bool()> refuses_write;          // asked at each; absent: all are taken
  std::function<void(daemon::Edges&)> furnish;  // before each beginning
  std::unique_ptr<store::Store> store;

 private:
  template <typename T>
  static runtime::Task<void> keep(daemon::Awaitable<Result<T>> question, Answer<T> answer) {
    Result<T> told = co_await std::move(question);
    answer->emplace(std::move(told));
  }
  void settle();

  runtime::Random random_{7};
  std::unique_ptr<boost::asio::io_context> loop_;
  std::unique_ptr<daemon::Supervisor> supervisor_;
};

}  // namespace stackd::sim
