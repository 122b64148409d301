// Containers, and the commands in them.
#include <algorithm>
#include <functional>

#include "base/text.h"
#include "engine/content_files.h"
#include "engine/docker_engine.h"
#include "engine/docker_frames.h"
#include "engine/docker_streams.h"
#include "engine/docker_tar.h"
#include "engine/seccomp.h"
#include "model/identity.h"

namespace stackd::engine {
namespace {

std::string container_path(std::string_view id) {
  return "/containers/" + percent_encode(id);
}

std::string flag(bool value) {
  return value ? "1" : "0";
}

}  // namespace

Awaitable<Result<std::vector<ContainerSummary>>> DockerEngine::list_containers(std::string project) {
  const std::string path = "/containers/json?all=1&" + project_filter(project);
  Result<std::string> answer =
      co_await client_.send(request("GET", path, limit::list_max, "list containers"));
  if (!answer) co_return answer.error();
  co_return read_container_list(*answer);
}

Awaitable<Result<std::string>> DockerEngine::inspect_raw(std::string id) {
  const std::string doing = "inspect container " + short_id(id);
  co_return co_await client_.send(request("GET", container_path(id) + "/json", limit::inspect_max, doing));
}

Awaitable<Result<ObservedContainer>> DockerEngine::inspect_container(std::string id) {
  Result<std::string> answer = co_await inspect_raw(id);
  if (!answer) co_return answer.error();
  co_return read_container(*answer);
}

Awaitable<Result<void>> DockerEngine::connect(std::string network, std::string container_id,
                                              json::object endpoint) {
  json::object body;
  body["Container"] = container_id;
  body["EndpointConfig"] = std::move(endpoint);
  DockerRequest connect_request("POST", "/networks/" + percent_encode(network) + "/connect",
                                limit::order_max);
  connect_request.doing = "connect container " + short_id(container_id) + " to network " + network;
  connect_request.body = body_of(std::move(body));
  const Result<std::string> answer = co_await client_.send(std::move(connect_request));
  co_return done(answer);
}

Awaitable<Result<void>> DockerEngine::finish_creation(std::string id, std::vector<NetworkConnect> connects,
                                                      std::string image_id) {
  for (NetworkConnect& further : connects) {
    Result<void> connected = co_await connect(further.network, id, std::move(further.endpoint));
    if (!connected) co_return connected.error();
  }
  if (image_id.empty()) co_return Result<void>{};
  Result<ObservedContainer> made = co_await inspect_container(id);
  if (!made) co_return made.error();
  if (made->image_id == image_id) co_return Result<void>{};
  Error other{ErrorKind::conflict, "image " + made->image_reference + " is now " + short_id(made->image_id) +
                                       ", but " + short_id(image_id) + " is wanted"};
  co_return other;
}

/// The registry logins, for a container that is given the engine's socket.
Awaitable<Result<void>> DockerEngine::put_login(std::string id) {
  ContainerFile login;
  login.path = std::string(api_socket_config_folder) + "/config.json";
  login.content = login_file(client_config());
  co_return co_await put_file(std::move(id), std::move(login));
}

namespace {

using Profiles = Result<std::map<std::string, std::string>>;

// It may outlive the call: it has everything by value.
std::function<Profiles()> reading_profiles(std::shared_ptr<const Stack> stack, std::string service) {
  return [stack = std::move(stack), service = std::move(service)] {
    return read_seccomp_profiles(stack->services.at(service), stack->source.working_dir);
  };
}

}  // namespace

Awaitable<Profiles> DockerEngine::seccomp_profiles(std::shared_ptr<const Stack> stack, std::string service) {
  const std::string folder = stack->source.working_dir;
  std::function<Profiles()> work = reading_profiles(std::move(stack), std::move(service));
  std::optional<Profiles> profiles =
      co_await runtime::run_aside<Profiles>(aside_, std::move(work), clock_.now() + limit::project_files_max);
  if (profiles) co_return *std::move(profiles);
  Error hangs{ErrorKind::timeout, "the seccomp profile can't be read: " + folder + " does not answer"};
  co_return hangs;
}

Awaitable<Result<std::string>> DockerEngine::create_container(ContainerSpec spec) {
  const std::string doing = "create container " + spec.name;
  Result<ApiVersion> api = co_await client_.api();
  if (!api) co_return api.error().while_doing(doing);
  CreateSurroundings surroundings;
  surroundings.api = *api;
  surroundings.proxies = client_config().proxies;
  const Service& service = spec.stack->services.at(spec.service);
  Result<std::map<std::string, std::string>> profiles = co_await seccomp_profiles(spec.stack, spec.service);
  if (!profiles) co_return profiles.error().while_doing(doing);
  surroundings.seccomp_profiles = std::move(*profiles);
  Result<ContainerCreate> call = container_create(spec, surroundings);
  if (!call) co_return call.error().while_doing(doing);

  std::string path = "/containers/create?name=" + percent_encode(call->name);
  if (!call->platform.empty()) path += "&platform=" + percent_encode(call->platform);
  DockerRequest create_request("POST", path, limit::create_max);
  create_request.doing = doing;
  create_request.body = body_of(std::move(call->body));
  Result<std::string> answer = co_await client_.send(std::move(create_request));
  if (!answer) co_return answer.error();
  Result<std::string> id = read_id(*answer);
  if (!id) co_return id.error().while_doing(doing);

  Result<void> finished = co_await finish_creation(*id, std::move(call->connects), spec.image_id);
  if (finished && service.use_api_socket && !spec.hook) finished = co_await put_login(*id);
  if (finished) co_return *id;
  Error error = finished.error().while_doing(doing);
  const Result<void> removed = co_await remove_container(*id, true, true);
  if (!removed) error.message += " (and it could not be removed again: " + removed.error().message + ")";
  co_return error;
}

Awaitable<Result<void>> DockerEngine::start_container(std::string id) {
  const std::string doing = "start container " + short_id(id);
  const Result<std::string> answer =
      co_await client_.send(request("POST", container_path(id) + "/start", limit::start_max, doing));
  co_return done(answer);
}

Awaitable<Result<void>> DockerEngine::stop_container(std::string id, std::optional<Duration> grace) {
  std::string path = container_path(id) + "/stop";
  if (grace) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(std::max(*grace, Duration::zero()));
    path += "?t=" + std::to_string(seconds.count());
  } else {
    // How long the engine waits decides how long we do.
    Result<ObservedContainer> container = co_await inspect_container(id);
    if (!container) co_return container.error();
    constexpr std::int64_t engine_default_seconds = 10;
    const std::int64_t seconds = container->stop_timeout_seconds.value_or(engine_default_seconds);
    const std::int64_t seconds_max =
        std::chrono::duration_cast<std::chrono::seconds>(limit::grace_max).count();
    grace = seconds < 0 || seconds > seconds_max ? limit::grace_max : Duration(std::chrono::seconds(seconds));
  }
  const Duration total_max = std::min(*grace, limit::grace_max) + limit::stop_beyond_grace_max;
  const std::string doing = "stop container " + short_id(id);
  const Result<std::string> answer = co_await client_.send(request("POST", path, total_max, doing));
  co_return done(answer);
}

Awaitable<Result<void>> DockerEngine::kill_container(std::string id, std::string signal) {
  const std::string path = container_path(id) + "/kill?signal=" + percent_encode(signal);
  co_return co_await order("POST", path, "send " + signal + " to container " + short_id(id));
}

Awaitable<Result<void>> DockerEngine::remove_container(std::string id, bool force, bool anonymous_volumes) {
  const std::string path = container_path(id) + "?force=" + flag(force) + "&v=" + flag(anonymous_volumes);
  const Result<void> removed = co_await order("DELETE", path, "remove container " + short_id(id));
  if (!removed && removed.error().kind == ErrorKind::not_found) co_return Result<void>{};
  co_return removed;
}

Awaitable<Result<void>> DockerEngine::rename_container(std::string id, std::string name) {
  const std::string path = container_path(id) + "/rename?name=" + percent_encode(name);
  co_return co_await order("POST", path, "rename container " + short_id(id) + " to " + name);
}

Awaitable<Result<void>> DockerEngine::set_restart_policy(std::string id, std::string policy) {
  const std::string doing = "set the restart policy of container " + short_id(id) + " to " + quote(policy);
  Result<json::object> body = restart_policy_update(policy);
  if (!body) co_return body.error().while_doing(doing);
  DockerRequest update_request("POST", container_path(id) + "/update", limit::order_max);
  update_request.doing = doing;
  update_request.body = body_of(std::move(*body));
  const Result<std::string> answer = co_await client_.send(std::move(update_request));
  co_return done(answer);
}

Awaitable<Result<void>> DockerEngine::put_file(std::string id, ContainerFile file) {
  const std::string doing = "put file " + file.path + " into container " + short_id(id);
  Result<std::string> archive = tar_of(file);
  if (!archive) co_return archive.error().while_doing(doing);
  std::string path = container_path(id) + "/archive?path=%2F&noOverwriteDirNonDir=true";
  if (file.uid != 0 || file.gid != 0) path += "&copyUIDGID=true";
  DockerRequest put_request("PUT", path, limit::order_max);
  put_request.doing = doing;
  put_request.body = std::move(*archive);
  put_request.content_type = "application/x-tar";
  const Result<std::string> answer = co_await client_.send(std::move(put_request));
  co_return done(answer);
}

Awaitable<Result<std::unique_ptr<LogStream>>> DockerEngine::open_logs(std::string id, LogOptions options) {
  // Whether there are frames stands in the answer's headers only from API 1.42 on.
  Result<std::string> container = co_await inspect_raw(id);
  if (!container) co_return container.error();
  Result<bool> raw = read_container_tty(*container);
  if (!raw) co_return raw.error();
  std::string path =
      container_path(id) + "/logs?stdout=1&stderr=1&timestamps=1&follow=" + flag(options.follow);
  if (options.tail) path += "&tail=" + std::to_string(*options.tail);
  if (options.since) path += "&since=" + moment_text(*options.since);
  Result<std::unique_ptr<runtime::HttpStream>> stream = co_await client_.open(
      request("GET", path, Duration::zero(), "read the log of container " + short_id(id)));
  if (stream) co_return make_log_stream(std::move(*stream), *raw);
  if (stream.error().message.find("does not support reading") == std::string::npos) co_return stream.error();
  const Result<std::string> driver = read_container_log_driver(*container);
  Error unreadable{ErrorKind::invalid, "its log driver" + (driver ? ", " + *driver + "," : std::string()) +
                                           " keeps nothing that can be read"};
  co_return unreadable;
}

Awaitable<Result<std::string>> DockerEngine::create_exec(ExecSpec spec) {
  DockerRequest exec_request("POST", container_path(spec.container_id) + "/exec", limit::order_max);
  exec_request.doing = "prepare a command in container " + short_id(spec.container_id);
  exec_request.body = body_of(exec_create(spec));
  Result<std::string> answer = co_await client_.send(std::move(exec_request));
  if (!answer) co_return answer.error();
  co_return read_id(*answer);
}

Awaitable<Result<std::string>> DockerEngine::run_exec(std::string exec_id) {
  const std::string doing = "run a command in a container";
  DockerRequest start_request("POST", "/exec/" + percent_encode(exec_id) + "/start", limit::exec_max);
  start_request.doing = doing;
  start_request.body = body_of(json::object{{"Detach", false}, {"Tty", false}});
  Result<std::unique_ptr<runtime::HttpStream>> stream = co_await client_.open(std::move(start_request));
  if (!stream) co_return stream.error();
  FrameReader frames;
  std::string output;
  while (true) {
    Result<std::optional<std::string>> part = co_await (*stream)->read();
    if (!part) {
      // The command was started: how it went on is not known.
      Error lost{ErrorKind::unknown, doing + ": " + part.error().message};
      co_return lost;
    }
    if (!*part) co_return output;
    Result<std::vector<FramePart>> parts = frames.feed(**part);
    if (!parts) co_return parts.error().while_doing(doing);
    for (const FramePart& frame : *parts) output += frame.text;
    if (output.size() > limit::exec_output_bytes_max) {
      output.erase(0, output.size() - limit::exec_output_bytes_max);
    }
  }
}

Awaitable<Result<ExecState>> DockerEngine::inspect_exec(std::string exec_id) {
  const std::string path = "/exec/" + percent_encode(exec_id) + "/json";
  Result<std::string> answer =
      co_await client_.send(request("GET", path, limit::inspect_max, "ask how a command went"));
  if (!answer) co_return answer.error();
  co_return read_exec(*answer);
}

}  // namespace stackd::engine
