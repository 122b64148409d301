// A Control that answers what a test put in, and keeps what it was asked.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "daemon/control.h"

namespace stackd::testing {

template <typename T>
class ListStream final : public daemon::Stream<T> {
 public:
  explicit ListStream(std::vector<T> values, std::optional<Error> error = std::nullopt)
      : values_(values.begin(), values.end()), error_(std::move(error)) {}

  daemon::Awaitable<Result<std::optional<T>>> next() override {
    if (!values_.empty()) {
      std::optional<T> value(std::move(values_.front()));
      values_.pop_front();
      co_return value;
    }
    if (error_) co_return *error_;
    co_return std::optional<T>();
  }

 private:
  std::deque<T> values_;
  std::optional<Error> error_;
};

class FakeControl final : public daemon::Control {
 public:
  // What it answers.
  std::map<std::string, protocol::StackStatus> kept;
  protocol::PlanReport plan_report;
  Result<std::string> deploy_id = std::string("d1");
  std::vector<Deploy> attempts;  // newest first
  std::vector<protocol::DeployProgress> progress;
  std::vector<std::string> sentences;
  std::vector<protocol::LogLine> log_lines;
  std::optional<Error> log_error;
  std::optional<std::vector<protocol::LogLine>> log_lines_again;  // of later streams, which do not break
  std::vector<JournalEntry> journal;
  std::vector<Release> releases;
  std::vector<JobRun> job_runs;
  std::vector<protocol::WayBack> ways;
  protocol::AdoptReport adopt_report;
  protocol::VersionReport version_report;
  std::optional<DeployState> end_of_order;  // a rollback, resume or cancel ends the deploy that is on its way
  bool broken = false;                      // the next question throws, as a bug would

  // What it was asked, newest last.
  std::vector<protocol::DeployRequest> deploy_requests;
  std::vector<std::pair<std::string, protocol::ServicesRequest>> orders;
  std::vector<protocol::DownRequest> downs;
  std::vector<protocol::LogsRequest> logs_requests;
  std::vector<protocol::EventsRequest> events_requests;
  std::vector<std::string> forgotten;
  std::vector<std::string> resumed;
  std::vector<std::string> cancelled;
  std::vector<protocol::RollbackRequest> rollbacks;

  daemon::Awaitable<Result<std::vector<protocol::StackStatus>>> stacks() override {
    if (broken) throw std::runtime_error("a bug");
    std::vector<protocol::StackStatus> all;
    for (const auto& [name, status] : kept) all.push_back(status);
    co_return all;
  }

  daemon::Awaitable<Result<protocol::StackStatus>> status(std::string stack) override {
    const auto found = kept.find(stack);
    if (found == kept.end()) co_return no_stack(stack);
    co_return found->second;
  }

  daemon::Awaitable<Result<protocol::PlanReport>> plan(protocol::DeployRequest request) override {
    deploy_requests.push_back(std::move(request));
    co_return plan_report;
  }

  daemon::Awaitable<Result<std::string>> deploy(protocol::DeployRequest request) override {
    deploy_requests.push_back(std::move(request));
    co_return deploy_id;
  }

  daemon::Awaitable<Result<std::string>> rollback(protocol::RollbackRequest request) override {
    if (!kept.contains(request.stack)) co_return no_stack(request.stack);
    rollbacks.push_back(std::move(request));
    end_what_is_on_its_way();
    co_return deploy_id;
  }
  daemon::Awaitable<Result<std::vector<protocol::WayBack>>> ways_back(std::string stack) override {
    if (!kept.contains(stack)) co_return no_stack(stack);
    co_return ways;
  }
  daemon::Awaitable<Result<void>> resume(std::string stack, std::string) override {
    if (!kept.contains(stack)) co_return no_stack(stack);
    resumed.push_back(stack);
    end_what_is_on_its_way();
    co_return Result<void>();
  }
  daemon::Awaitable<Result<void>> cancel(std::string stack, std::string) override {
    if (!kept.contains(stack)) co_return no_stack(stack);
    cancelled.push_back(stack);
    end_what_is_on_its_way();
    co_return Result<void>();
  }

  daemon::Awaitable<Result<Deploy>> deploy_status(std::string id) override {
    for (const Deploy& deploy : attempts) {
      if (deploy.id == id) co_return deploy;
    }
    Error error{ErrorKind::not_found, "there is no deploy " + id};
    co_return error;
  }

  daemon::Awaitable<daemon::OpenedStream<protocol::DeployProgress>> follow_deploy(std::string) override {
    co_return std::make_unique<ListStream<protocol::DeployProgress>>(progress);
  }

  daemon::Awaitable<Result<std::vector<std::string>>> why(std::string stack, std::string) override {
    if (!kept.contains(stack)) co_return no_stack(stack);
    co_return sentences;
  }

  daemon::Awaitable<Result<void>> start(protocol::ServicesRequest request) override {
    return order("start", std::move(request));
  }
  daemon::Awaitable<Result<void>> stop(protocol::ServicesRequest request) override {
    return order("stop", std::move(request));
  }
  daemon::Awaitable<Result<void>> restart(protocol::ServicesRequest request) override {
    return order("restart", std::move(request));
  }

  daemon::Awaitable<Result<void>> down(protocol::DownRequest request) override {
    if (!kept.contains(request.stack)) co_return no_stack(request.stack);
    downs.push_back(std::move(request));
    co_return Result<void>();
  }

  daemon::Awaitable<daemon::OpenedStream<protocol::LogLine>> logs(protocol::LogsRequest request) override {
    if (!kept.contains(request.stack)) co_return no_stack(request.stack);
    logs_requests.push_back(std::move(request));
    if (logs_requests.size() > 1 && log_lines_again)
      co_return std::make_unique<ListStream<protocol::LogLine>>(*log_lines_again);
    co_return std::make_unique<ListStream<protocol::LogLine>>(log_lines, log_error);
  }

  daemon::Awaitable<daemon::OpenedStream<JournalEntry>> events(protocol::EventsRequest request) override {
    events_requests.push_back(std::move(request));
    co_return std::make_unique<ListStream<JournalEntry>>(journal);
  }

  daemon::Awaitable<Result<std::vector<Deploy>>> deploys(std::string stack) override {
    if (!kept.contains(stack)) co_return no_stack(stack);
    co_return attempts;
  }

  daemon::Awaitable<Result<std::vector<JobRun>>> jobs(std::string, std::int64_t number) override {
    std::vector<JobRun> runs;
    for (const JobRun& run : job_runs) {
      if (run.release == number) runs.push_back(run);
    }
    co_return runs;
  }

  daemon::Awaitable<Result<std::vector<Release>>> history(std::string) override { co_return releases; }

  daemon::Awaitable<Result<Release>> release(std::string, std::int64_t number) override {
    for (const Release& release : releases) {
      if (release.number == number) co_return release;
    }
    Error error{ErrorKind::not_found, "there is no release " + std::to_string(number)};
    co_return error;
  }

  daemon::Awaitable<Result<protocol::AdoptReport>> adopt(protocol::DeployRequest request) override {
    deploy_requests.push_back(std::move(request));
    co_return adopt_report;
  }

  daemon::Awaitable<Result<void>> hand_back(std::string stack, std::string) override {
    if (!kept.contains(stack)) co_return no_stack(stack);
    forgotten.push_back(stack);
    co_return Result<void>();
  }

  daemon::Awaitable<Result<void>> forget(std::string stack, std::string) override {
    if (!kept.contains(stack)) co_return no_stack(stack);
    forgotten.push_back(stack);
    co_return Result<void>();
  }

  daemon::Awaitable<Result<protocol::VersionReport>> version() override { co_return version_report; }

 private:
  static Error no_stack(const std::string& name) {
    return Error{ErrorKind::not_found, "stackd keeps no stack called \"" + name + "\""};
  }

  void end_what_is_on_its_way() {
    Deploy* oldest = nullptr;
    for (Deploy& deploy : attempts) {
      if (!is_final(deploy.state)) oldest = &deploy;
    }
    if (oldest != nullptr && end_of_order) oldest->state = *end_of_order;
  }

  daemon::Awaitable<Result<void>> order(std::string what, protocol::ServicesRequest request) {
    if (!kept.contains(request.stack)) co_return no_stack(request.stack);
    orders.emplace_back(std::move(what), std::move(request));
    co_return Result<void>();
  }
};

}  // namespace stackd::testing
