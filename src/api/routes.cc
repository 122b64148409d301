#include "api/routes.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "api/auth.h"
#include "base/text.h"
#include "protocol/wire.h"

namespace stackd::api {
namespace {

using runtime::HttpReply;
using runtime::HttpRequest;
using runtime::Task;

constexpr std::array<Route, 25> table = {{
    {"GET", "/v1/version", get_version},
    {"GET", "/v1/events", get_events},
    {"GET", "/v1/stacks", get_stacks},
    {"GET", "/v1/stacks/{stack}", get_stack},
    {"DELETE", "/v1/stacks/{stack}", delete_stack},
    {"GET", "/v1/stacks/{stack}/services/{service}/why", get_why},
    {"GET", "/v1/stacks/{stack}/logs", get_logs},
    {"POST", "/v1/stacks/{stack}/start", post_start},
    {"POST", "/v1/stacks/{stack}/stop", post_stop},
    {"POST", "/v1/stacks/{stack}/restart", post_restart},
    {"POST", "/v1/stacks/{stack}/down", post_down},
    {"POST", "/v1/stacks/{stack}/adopt", post_adopt},
    {"POST", "/v1/stacks/{stack}/hand-back", post_hand_back},
    {"POST", "/v1/stacks/{stack}/plan", post_plan},
    {"POST", "/v1/stacks/{stack}/deploys", post_deploy},
    {"GET", "/v1/stacks/{stack}/deploys", get_deploys},
    {"POST", "/v1/stacks/{stack}/rollback", post_rollback},
    {"GET", "/v1/stacks/{stack}/ways-back", get_ways_back},
    {"POST", "/v1/stacks/{stack}/resume", post_resume},
    {"POST", "/v1/stacks/{stack}/cancel", post_cancel},
    {"GET", "/v1/stacks/{stack}/releases", get_releases},
    {"GET", "/v1/stacks/{stack}/releases/{number}", get_release},
    {"GET", "/v1/stacks/{stack}/releases/{number}/jobs", get_jobs},
    {"GET", "/v1/deploys/{deploy}", get_deploy},
    {"GET", "/v1/deploys/{deploy}/progress", get_deploy_progress},
}};

/// The names in the path when it has the pattern's form, still encoded.
std::optional<std::vector<std::string>> match(std::string_view pattern, std::string_view path) {
  const std::vector<std::string> wanted = split(pattern, '/');
  const std::vector<std::string> given = split(path, '/');
  if (wanted.size() != given.size()) return std::nullopt;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (starts_with(wanted[i], "{")) {
      if (given[i].empty()) return std::nullopt;
      names.push_back(given[i]);
    } else if (wanted[i] != given[i]) {
      return std::nullopt;
    }
  }
  return names;
}

struct Found {
  const Route* route = nullptr;           // null: none with this method
  std::vector<std::string> names;         // decoded
  std::vector<std::string_view> methods;  // of the routes with this path
};

Result<Found> find_route(const HttpRequest& request) {
  Found found;
  for (const Route& route : table) {
    const std::optional<std::vector<std::string>> names = match(route.pattern, request.path);
    if (!names) continue;
    found.methods.push_back(route.method);
    if (route.method != request.method) continue;
    found.route = &route;
    for (const std::string& name : *names) {
      Result<std::string> decoded = protocol::percent_decode(name);
      if (!decoded) return decoded.error();
      found.names.push_back(*std::move(decoded));
    }
  }
  if (!found.methods.empty()) return found;
  std::string message = "there is no " + request.path + " here";
  if (!starts_with(request.path, "/v1/")) message += ": this stackd speaks version 1 of the API, under /v1/";
  return Error{ErrorKind::not_found, message};
}

Task<void> refuse(HttpReply& reply, int status, Error error) {
  // Nothing can be done for a caller who is gone.
  (void)co_await reply.send(status, "application/json", to_text(protocol::to_json(error)) + "\n");
}

}  // namespace

std::span<const Route> routes() {
  return table;
}

int status_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid:
      return 400;
    case ErrorKind::not_found:
      return 404;
    case ErrorKind::conflict:
      return 409;
    case ErrorKind::unavailable:
      return 503;
    case ErrorKind::forbidden:
      return 403;
    case ErrorKind::timeout:
      return 504;
    case ErrorKind::unknown:
      return 502;
    case ErrorKind::internal:
      return 500;
  }
  return 500;
}

Task<void> answer(daemon::Control* control, HttpRequest request, HttpReply& reply) {
  Result<std::string> user = caller_name(request.peer);
  if (!user) {
    co_await refuse(reply, 403, user.error());
    co_return;
  }
  Result<Found> found = find_route(request);
  if (!found) {
    co_await refuse(reply, status_of(found.error().kind), found.error());
    co_return;
  }
  if (found->route == nullptr) {
    std::vector<std::string> methods(found->methods.begin(), found->methods.end());
    reply.add_header("Allow", join(methods, ", "));
    Error error{ErrorKind::invalid,
                request.path + " takes " + join(methods, " or ") + ", not " + request.method};
    co_await refuse(reply, 405, std::move(error));
    co_return;
  }
  Call call;
  call.control = control;
  call.user = *std::move(user);
  call.names = std::move(found->names);
  call.query = protocol::Query(request.query);
  call.body = std::move(request.body);
  Result<Answer> result = co_await found->route->handler(std::move(call));
  if (!result) {
    co_await refuse(reply, status_of(result.error().kind), result.error());
    co_return;
  }
  if (result->lines != nullptr) {
    co_await send_lines(reply, std::move(result->lines));
    co_return;
  }
  (void)co_await reply.send(result->status, "application/json", to_text(result->body) + "\n");
}

runtime::HttpHandler make_handler(daemon::Control& control) {
  return [&control](HttpRequest request, HttpReply& reply) {
    return answer(&control, std::move(request), reply);
  };
}

}  // namespace stackd::api
