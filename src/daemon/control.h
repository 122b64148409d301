// The way in for whoever asks or orders something: the API's handlers, and tests in their place. Requests
// and replies are plain data. Nothing here opens a file, and no order waits until its effect is complete:
// it returns when the order is on disk; status and events show what comes of it.
//
// Errors that every call may give: not_found (no such stack, service, deploy or release; the text names it
// and, where one is near, what was probably meant), unavailable (the store can't be read or written).
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/release.h"
#include "protocol/replies.h"
#include "protocol/requests.h"

namespace stackd::daemon {

template <typename T>
using Awaitable = boost::asio::awaitable<T>;

/// Values that come one after the other. Ends with an empty optional; destroying it ends what feeds it.
/// One reader at a time.
template <typename T>
class Stream {
 public:
  virtual ~Stream() = default;
  virtual Awaitable<Result<std::optional<T>>> next() = 0;
};

template <typename T>
using OpenedStream = Result<std::unique_ptr<Stream<T>>>;

using protocol::AdoptReport;
using protocol::ContainerStatus;
using protocol::DeployProgress;
using protocol::DeployRequest;
using protocol::deploys_listed_max;
using protocol::DownRequest;
using protocol::engine_link_from;
using protocol::EngineLink;
using protocol::EventsRequest;
using protocol::LogLine;
using protocol::LogsRequest;
using protocol::PlannedStep;
using protocol::PlanReport;
using protocol::RollbackRequest;
using protocol::ServicesRequest;
using protocol::ServiceStatus;
using protocol::StackStatus;
using protocol::to_string;
using protocol::VersionReport;
using protocol::WayBack;
using protocol::ways_back_max;
using stackd::service_state_from;
using stackd::ServiceState;
using stackd::to_string;

class Control {
 public:
  virtual ~Control() = default;

  /// By name.
  virtual Awaitable<Result<std::vector<StackStatus>>> stacks() = 0;
  virtual Awaitable<Result<StackStatus>> status(std::string stack) = 0;

  /// What deploy() would do. Errors: invalid, as of deploy(); unavailable while the engine is away.
  virtual Awaitable<Result<PlanReport>> plan(DeployRequest request) = 0;

  /// Returns the deploy's id as soon as it is stored; what it waits for or fails at, the deploy itself says.
  /// Errors: invalid (the configuration, or a service that it does not have), conflict (held, or kept from
  /// other files or another folder without leave to change that).
  virtual Awaitable<Result<std::string>> deploy(DeployRequest request) = 0;
  /// Puts an earlier release back, from the record alone; a paused deploy is reverted. Returns the deploy's
  /// id. Errors: not_found (no such release), conflict (there is none to go back to, or a migration between
  /// them can't be undone).
  virtual Awaitable<Result<std::string>> rollback(RollbackRequest request) = 0;
  /// Of the newest `ways_back_max` releases that were live and are not current, newest first. What the engine
  /// can't tell at the moment is no obstacle.
  virtual Awaitable<Result<std::vector<WayBack>>> ways_back(std::string stack) = 0;
  /// A paused deploy goes on. Errors: conflict.
  virtual Awaitable<Result<void>> resume(std::string stack, std::string user) = 0;
  /// The deploy that is on its way, or waits, is given up; what it replaced is put back. Errors: conflict.
  virtual Awaitable<Result<void>> cancel(std::string stack, std::string user) = 0;
  /// Without its canonical text.
  virtual Awaitable<Result<Deploy>> deploy_status(std::string deploy_id) = 0;
  /// What happened so far, then what happens, until the deploy has ended or is paused.
  virtual Awaitable<OpenedStream<DeployProgress>> follow_deploy(std::string deploy_id) = 0;

  /// The causal chain, one sentence each, nearest cause first; never empty.
  virtual Awaitable<Result<std::vector<std::string>>> why(std::string stack, std::string service) = 0;

  virtual Awaitable<Result<void>> start(ServicesRequest request) = 0;
  virtual Awaitable<Result<void>> stop(ServicesRequest request) = 0;
  virtual Awaitable<Result<void>> restart(ServicesRequest request) = 0;
  virtual Awaitable<Result<void>> down(DownRequest request) = 0;

  /// Lines of each container in their order; those of different containers by time as far as they are there.
  virtual Awaitable<OpenedStream<LogLine>> logs(LogsRequest request) = 0;
  virtual Awaitable<OpenedStream<JournalEntry>> events(EventsRequest request) = 0;

  /// The attempts, newest first, at most `deploys_listed_max`, without their canonical texts.
  virtual Awaitable<Result<std::vector<Deploy>>> deploys(std::string stack) = 0;
  /// Newest first, without canonical texts.
  virtual Awaitable<Result<std::vector<Release>>> history(std::string stack) = 0;
  virtual Awaitable<Result<Release>> release(std::string stack, std::int64_t number) = 0;
  /// The runs of the release's jobs so far, by service.
  virtual Awaitable<Result<std::vector<JobRun>>> jobs(std::string stack, std::int64_t number) = 0;

  /// Records release 1 from what runs. Errors: conflict when the stack is kept already.
  virtual Awaitable<Result<AdoptReport>> adopt(DeployRequest request) = 0;
  /// Puts the files' own restart policies back, then forgets the stack; its containers stay as they are.
  virtual Awaitable<Result<void>> hand_back(std::string stack, std::string user) = 0;
  /// The same when the stack has containers; else only forgets it.
  virtual Awaitable<Result<void>> forget(std::string stack, std::string user) = 0;

  virtual Awaitable<Result<VersionReport>> version() = 0;
};

}  // namespace stackd::daemon
