// Handlers: what a deploy would do, deploys and the ways back, and the releases that they made.
#include <charconv>

#include "api/routes.h"
#include "base/text.h"
#include "protocol/wire.h"

namespace stackd::api {

using runtime::Task;

namespace {

Result<protocol::DeployRequest> deploy_request_of(const Call& call) {
  if (Result<void> asked = call.query.finish(); !asked.ok()) return asked.error();
  const Result<json::value> body = parse_json(call.body);
  if (!body) return body.error();
  Result<protocol::DeployRequest> request = protocol::deploy_request_from_json(*body);
  if (!request) return request.error();
  request->stack = call.names.at(0);
  request->source.kind = "deploy";
  request->source.user = call.user;
  return request;
}

Result<std::int64_t> release_number(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code == std::errc() && end == text.data() + text.size() && number >= 1) return number;
  return Error{ErrorKind::invalid, quote(text) + " is not the number of a release: they count from 1"};
}

using DeployOrder = daemon::Awaitable<Result<void>> (daemon::Control::*)(std::string stack, std::string user);

/// About the deploy that is on its way.
Task<Result<Answer>> order_deploy(Call call, DeployOrder order) {
  if (Result<void> asked = call.query.finish(); !asked.ok()) co_return asked.error();
  const Result<void> ordered = co_await (call.control->*order)(call.names.at(0), call.user);
  if (!ordered.ok()) co_return ordered.error();
  Answer answer;
  answer.status = accepted;
  answer.body = protocol::order_accepted();
  co_return answer;
}

}  // namespace

Task<Result<Answer>> post_plan(Call call) {
  Result<protocol::DeployRequest> request = deploy_request_of(call);
  if (!request) co_return request.error();
  const Result<protocol::PlanReport> plan = co_await call.control->plan(*std::move(request));
  if (!plan) co_return plan.error();
  Answer answer;
  answer.body = protocol::to_json(*plan);
  co_return answer;
}

Task<Result<Answer>> post_deploy(Call call) {
  Result<protocol::DeployRequest> request = deploy_request_of(call);
  if (!request) co_return request.error();
  const Result<std::string> deploy_id = co_await call.control->deploy(*std::move(request));
  if (!deploy_id) co_return deploy_id.error();
  Answer answer;
  answer.status = accepted;
  answer.body = protocol::deploy_accepted(*deploy_id);
  co_return answer;
}

Task<Result<Answer>> post_rollback(Call call) {
  if (Result<void> asked = call.query.finish(); !asked.ok()) co_return asked.error();
  const Result<json::value> body = parse_json(call.body.empty() ? "{}" : call.body);
  if (!body) co_return body.error();
  Result<protocol::RollbackRequest> request = protocol::rollback_request_from_json(*body);
  if (!request) co_return request.error();
  request->stack = call.names.at(0);
  request->user = call.user;
  const Result<std::string> deploy_id = co_await call.control->rollback(*std::move(request));
  if (!deploy_id) co_return deploy_id.error();
  Answer answer;
  answer.status = accepted;
  answer.body = protocol::deploy_accepted(*deploy_id);
  co_return answer;
}

Task<Result<Answer>> get_ways_back(Call call) {
  if (Result<void> asked = call.query.finish(); !asked.ok()) co_return asked.error();
  const Result<std::vector<protocol::WayBack>> ways = co_await call.control->ways_back(call.names.at(0));
  if (!ways) co_return ways.error();
  Answer answer;
  answer.body = protocol::to_json(*ways);
  co_return answer;
}

Task<Result<Answer>> post_resume(Call call) {
  return order_deploy(std::move(call), &daemon::Control::resume);
}

Task<Result<Answer>> post_cancel(Call call) {
  return order_deploy(std::move(call), &daemon::Control::cancel);
}

Task<Result<Answer>> get_deploys(Call call) {
  if (Result<void> asked = call.query.finish(); !asked.ok()) co_return asked.error();
  const Result<std::vector<Deploy>> deploys = co_await call.control->deploys(call.names.at(0));
  if (!deploys) co_return deploys.error();
  Answer answer;
  answer.body = protocol::to_json(*deploys);
  co_return answer;
}

Task<Result<Answer>> get_deploy(Call call) {
  if (Result<void> asked = call.query.finish(); !asked.ok()) co_return asked.error();
  const Result<Deploy> deploy = co_await call.control->deploy_status(call.names.at(0));
  if (!deploy) co_return deploy.error();
  Answer answer;
  answer.body = protocol::to_json(*deploy);
  co_return answer;
}

Task<Result<Answer>> get_deploy_progress(Call call) {
  if (Result<void> asked = call.query.finish(); !asked.ok()) co_return asked.error();
  daemon::OpenedStream<protocol::DeployProgress> progress =
      co_await call.control->follow_deploy(call.names.at(0));
  if (!progress) co_return progress.error();
  Answer answer;
  answer.lines = as_lines<protocol::DeployProgress>(*std::move(progress), protocol::to_json);
  co_return answer;
}

Task<Result<Answer>> get_releases(Call call) {
  if (Result<void> asked = call.query.finish(); !asked.ok()) co_return asked.error();
  const Result<std::vector<Release>> releases = co_await call.control->history(call.names.at(0));
  if (!releases) co_return releases.error();
  Answer answer;
  answer.body = protocol::to_json(*releases);
  co_return answer;
}

Task<Result<Answer>> get_release(Call call) {
  if (Result<void> asked = call.query.finish(); !asked.ok()) co_return asked.error();
  const Result<std::int64_t> number = release_number(call.names.at(1));
  if (!number) co_return number.error();
  const Result<Release> release = co_await call.control->release(call.names.at(0), *number);
  if (!release) co_return release.error();
  Answer answer;
  answer.body = protocol::to_json(*release);
  co_return answer;
}

Task<Result<Answer>> get_jobs(Call call) {
  if (Result<void> asked = call.query.finish(); !asked.ok()) co_return asked.error();
  const Result<std::int64_t> number = release_number(call.names.at(1));
  if (!number) co_return number.error();
  const Result<std::vector<JobRun>> runs = co_await call.control->jobs(call.names.at(0), *number);
  if (!runs) co_return runs.error();
  Answer answer;
  answer.body = protocol::to_json(*runs);
  co_return answer;
}

}  // namespace stackd::api
