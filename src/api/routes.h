// The table of the API: method, path, handler. A handler turns one call into one question or order to
// daemon::Control and its result into an Answer; routing, refusals and streams are done here for all of them.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/follow.h"
#include "base/error.h"
#include "base/json.h"
#include "daemon/control.h"
#include "protocol/target.h"
#include "runtime/http_server.h"

namespace stackd::api {

/// One request, understood so far. Control outlives the server.
struct Call {
  daemon::Control* control = nullptr;
  std::string user;                // who asks
  std::vector<std::string> names;  // what the {parts} of the pattern stand for, decoded, in order
  protocol::Query query{""};
  std::string body;
};

/// RFC 9110: the order was taken, and is not carried out yet.
inline constexpr int accepted = 202;

struct Answer {
  int status = 200;
  json::value body;
  JsonLines lines;  // when set, they are the answer
};

using Handler = runtime::Task<Result<Answer>> (*)(Call);

struct Route {
  std::string_view method;
  std::string_view pattern;  // "/v1/stacks/{stack}"
  Handler handler;
};

std::span<const Route> routes();

/// The HTTP status for a refusal of this kind.
int status_of(ErrorKind kind);

/// Answers one request from the table. Refusals are {"error": {"kind", "message"}}.
runtime::Task<void> answer(daemon::Control* control, runtime::HttpRequest request, runtime::HttpReply& reply);

/// What a server is given. Control outlives it.
runtime::HttpHandler make_handler(daemon::Control& control);

// The handlers, by file.

// system.cc
runtime::Task<Result<Answer>> get_version(Call call);
runtime::Task<Result<Answer>> get_events(Call call);

// stacks.cc
runtime::Task<Result<Answer>> get_stacks(Call call);
runtime::Task<Result<Answer>> get_stack(Call call);
runtime::Task<Result<Answer>> get_why(Call call);
runtime::Task<Result<Answer>> get_logs(Call call);
runtime::Task<Result<Answer>> post_start(Call call);
runtime::Task<Result<Answer>> post_stop(Call call);
runtime::Task<Result<Answer>> post_restart(Call call);
runtime::Task<Result<Answer>> post_down(Call call);
runtime::Task<Result<Answer>> post_adopt(Call call);
runtime::Task<Result<Answer>> post_hand_back(Call call);
runtime::Task<Result<Answer>> delete_stack(Call call);

// releases.cc
runtime::Task<Result<Answer>> post_plan(Call call);
runtime::Task<Result<Answer>> post_deploy(Call call);
runtime::Task<Result<Answer>> post_rollback(Call call);
runtime::Task<Result<Answer>> get_ways_back(Call call);
runtime::Task<Result<Answer>> post_resume(Call call);
runtime::Task<Result<Answer>> post_cancel(Call call);
runtime::Task<Result<Answer>> get_deploys(Call call);
runtime::Task<Result<Answer>> get_deploy(Call call);
runtime::Task<Result<Answer>> get_deploy_progress(Call call);
runtime::Task<Result<Answer>> get_releases(Call call);
runtime::Task<Result<Answer>> get_release(Call call);
runtime::Task<Result<Answer>> get_jobs(Call call);

}  // namespace stackd::api
