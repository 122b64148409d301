// Handlers: what is kept, and orders about what runs.
#include "api/routes.h"
#include "protocol/wire.h"

namespace stackd::api {

using runtime::Task;

namespace {

Answer accepted_answer() {
  Answer answer;
  answer.status = accepted;
  answer.body = protocol::order_accepted();
  return answer;
}

/// The body, or {} when there is none.
Result<json::value> body_of(const Call& call) {
  if (call.body.empty()) return json::value(json::object());
  return parse_json(call.body);
}

using ServicesOrder = daemon::Awaitable<Result<void>> (daemon::Control::*)(protocol::ServicesRequest);

Task<Result<Answer>> order_services(Call call, ServicesOrder order) {
  if (Result<void> asked = call.query.finish(); !asked.ok()) co_return asked.error();
  const Result<json::value> body = body_of(call);
  if (!body) co_return body.error();
  Result<protocol::ServicesRequest> request = protocol::services_request_from_json(*body);
  if (!request) co_return request.error();
  request->stack = call.names.at(0);
  request->user = call.user;
  const Result<void> ordered = co_await (call.control->*order)(*std::move(request));
  if (!ordered.ok()) co_return ordered.error();
  co_return accepted_answer();
}

}  // namespace

Task<Result<Answer>> get_stacks(Call call) {
  if (Result<void> asked = call.query.finish(); !asked.ok()) co_return asked.error();
  const Result<std::vector<protocol::StackStatus>> stacks = co_await call.control->stacks();
  if (!stacks) co_return stacks.error();
  Answer answer;
  answer.body = protocol::to_json(*stacks);
  co_return answer;
}

Task<Result<Answer>> get_stack(Call call) {
  if (Result<void> asked = call.query.finish(); !asked.ok()) co_return asked.error();
  const Result<protocol::StackStatus> status = co_await call.control->status(call.names.at(0));
  if (!status) co_return status.error();
  Answer answer;
  answer.body = protocol::to_json(*status);
  co_return answer;
}

Task<Result<Answer>> get_why(Call call) {
  if (Result<void> asked = call.query.finish(); !asked.ok()) co_return asked.error();
  const Result<std::vector<std::string>> sentences =
      co_await call.control->why(call.names.at(0), call.names.at(1));
  if (!sentences) co_return sentences.error();
  Answer answer;
  answer.body = protocol::why_reply(call.names.at(1), *sentences);
  co_return answer;
}

Task<Result<Answer>> get_logs(Call call) {
  protocol::LogsRequest request;
  request.stack = call.names.at(0);
  request.services = call.query.texts("service");
  request.follow = call.query.flag("follow");
  request.since = call.query.moment("since");
  request.tail = call.query.number("tail");
  request.release = call.query.number("release");
  if (Result<void> asked = call.query.finish(); !asked.ok()) co_return asked.error();
  daemon::OpenedStream<protocol::LogLine> lines = co_await call.control->logs(std::move(request));
  if (!lines) co_return lines.error();
  Answer answer;
  answer.lines = as_lines<protocol::LogLine>(*std::move(lines), protocol::to_json);
  co_return answer;
}

Task<Result<Answer>> post_start(Call call) {
  return order_services(std::move(call), &daemon::Control::start);
}

Task<Result<Answer>> post_stop(Call call) {
  return order_services(std::move(call), &daemon::Control::stop);
}

Task<Result<Answer>> post_restart(Call call) {
  return order_services(std::move(call), &daemon::Control::restart);
}

Task<Result<Answer>> post_down(Call call) {
  if (Result<void> asked = call.query.finish(); !asked.ok()) co_return asked.error();
  const Result<json::value> body = body_of(call);
  if (!body) co_return body.error();
  Result<protocol::DownRequest> request = protocol::down_request_from_json(*body);
  if (!request) co_return request.error();
  request->stack = call.names.at(0);
  request->user = call.user;
  const Result<void> ordered = co_await call.control->down(*std::move(request));
  if (!ordered.ok()) co_return ordered.error();
  co_return accepted_answer();
}

Task<Result<Answer>> post_adopt(Call call) {
  if (Result<void> asked = call.query.finish(); !asked.ok()) co_return asked.error();
  const Result<json::value> body = body_of(call);
  if (!body) co_return body.error();
  Result<protocol::DeployRequest> request = protocol::deploy_request_from_json(*body);
  if (!request) co_return request.error();
  request->stack = call.names.at(0);
  request->source.kind = "adopt";
  request->source.user = call.user;
  const Result<protocol::AdoptReport> report = co_await call.control->adopt(*std::move(request));
  if (!report) co_return report.error();
  Answer answer;
  answer.body = protocol::to_json(*report);
  co_return answer;
}

Task<Result<Answer>> post_hand_back(Call call) {
  if (Result<void> asked = call.query.finish(); !asked.ok()) co_return asked.error();
  const Result<void> ordered = co_await call.control->hand_back(call.names.at(0), call.user);
  if (!ordered.ok()) co_return ordered.error();
  co_return accepted_answer();
}

Task<Result<Answer>> delete_stack(Call call) {
  if (Result<void> asked = call.query.finish(); !asked.ok()) co_return asked.error();
  const Result<void> ordered = co_await call.control->forget(call.names.at(0), call.user);
  if (!ordered.ok()) co_return ordered.error();
  co_return accepted_answer();
}

}  // namespace stackd::api
