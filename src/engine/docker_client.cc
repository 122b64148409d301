#include "engine/docker_client.h"

#include <cerrno>
#include <unistd.h>

#include "base/text.h"
#include "engine/docker.h"
#include "runtime/deadline.h"

namespace stackd::engine {
namespace {

using runtime::HttpCall;
using runtime::HttpResponse;
using runtime::HttpStream;
using runtime::Task;

constexpr int status_not_modified = 304;
constexpr std::size_t refusal_bytes_max = std::size_t{64} << 10U;

bool is_good(int status) {
  return (status >= 200 && status < 300) || status == status_not_modified;
}

/// What a person can do about a socket that does not answer; "" when nothing is known.
std::string socket_advice(const std::string& path) {
  if (path.empty()) return "";
  if (::access(path.c_str(), F_OK) != 0 && errno == ENOENT) {
    return "there is no socket " + path + ": is Docker running? DOCKER_HOST names another one";
  }
  if (::access(path.c_str(), R_OK | W_OK) != 0 && errno == EACCES) {
    return "no permission for " + path + ": become root or a member of its group (docker)";
  }
  return "";
}

Task<std::string> read_refusal(HttpStream& stream) {
  std::string body;
  while (body.size() < refusal_bytes_max) {
    Result<std::optional<std::string>> part = co_await stream.read();
    if (!part || !*part) break;
    body += **part;
  }
  co_return body;
}

}  // namespace

DockerClient::DockerClient(runtime::HttpClient& http, runtime::Clock& clock, DockerHost host)
    : http_(http), clock_(clock), host_(std::move(host)) {}

HttpCall DockerClient::call_for(const DockerRequest& request, std::string url) const {
  HttpCall call(request.method, std::move(url));
  call.unix_socket = host_.unix_socket;
  call.connect_max = limit::connect_max;
  call.total_max = request.total_max;
  call.body = request.body;
  if (!request.body.empty()) call.headers.push_back({"Content-Type", request.content_type});
  if (!request.registry_auth.empty()) call.headers.push_back({"X-Registry-Auth", request.registry_auth});
  return call;
}

Error DockerClient::failed(Error error, const std::string& doing) {
  // Whatever answers next may be an engine of another version.
  api_.reset();
  if (error.kind == ErrorKind::unavailable) {
    std::string advice = socket_advice(host_.unix_socket);
    if (!advice.empty()) error.message = std::move(advice);
  }
  return doing.empty() ? error : error.while_doing(doing);
}

Error DockerClient::refused(int status, std::string_view body, const std::string& doing) {
  Error error = error_from_answer(status, body);
  if (error.message.find("client version") != std::string::npos) api_.reset();
  return doing.empty() ? error : error.while_doing(doing);
}

Task<Result<EngineVersion>> DockerClient::version() {
  const std::string doing = "ask the engine for its version";
  DockerRequest request("GET", "/version", limit::inspect_max);
  Result<HttpResponse> response = co_await http_.send(call_for(request, host_.url + request.path));
  if (!response) co_return failed(response.error(), doing);
  if (!is_good(response->status)) co_return refused(response->status, response->body, doing);
  co_return read_version(response->body);
}

Task<Result<ApiVersion>> DockerClient::api() {
  if (api_) co_return *api_;
  Result<EngineVersion> engine = co_await version();
  if (!engine) co_return engine.error();
  Result<ApiVersion> chosen = choose_api_version(engine->version, engine->api_newest, engine->api_oldest);
  if (chosen) api_ = *chosen;
  co_return chosen;
}

Task<Result<std::string>> DockerClient::send(DockerRequest request) {
  Result<ApiVersion> version = co_await api();
  if (!version)
    co_return request.doing.empty() ? version.error() : version.error().while_doing(request.doing);
  const std::string url = host_.url + "/v" + version_text(*version) + request.path;
  Result<HttpResponse> response = co_await http_.send(call_for(request, url));
  if (!response) co_return failed(response.error(), request.doing);
  if (is_good(response->status)) co_return std::move(response->body);
  Error refusal = refused(response->status, response->body, request.doing);
  // An engine that answers an order with 500 is there and does not carry it out: that counts as a refusal, unlike
  // an engine that can't be reached.
  const bool is_order = request.method != "GET";
  if (is_order && response->status == 500 && refusal.kind == ErrorKind::unavailable)
    refusal.kind = ErrorKind::conflict;
  co_return refusal;
}

Task<Result<std::unique_ptr<HttpStream>>> DockerClient::open(DockerRequest request) {
  Result<ApiVersion> version = co_await api();
  if (!version)
    co_return request.doing.empty() ? version.error() : version.error().while_doing(request.doing);
  const std::string url = host_.url + "/v" + version_text(*version) + request.path;
  std::optional<Result<std::unique_ptr<HttpStream>>> opened;
  if (request.method == "GET") {
    const Time latest = runtime::later(clock_.now(), limit::open_stream_max);
    opened.emplace(co_await runtime::with_deadline(clock_, latest, http_.open(call_for(request, url))));
  } else {
    // An order's own limit knows whether it had been sent.
    opened.emplace(co_await http_.open(call_for(request, url)));
  }
  if (!*opened) co_return failed(opened->error(), request.doing);
  std::unique_ptr<HttpStream> stream = std::move(**opened);
  if (is_good(stream->status())) co_return std::move(stream);
  const std::string body = co_await read_refusal(*stream);
  co_return refused(stream->status(), body, request.doing);
}

}  // namespace stackd::engine
