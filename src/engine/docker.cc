#include "engine/docker.h"

#include <algorithm>
#include <fstream>

#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "engine/credentials.h"
#include "engine/docker_client.h"
#include "engine/docker_create.h"
#include "engine/docker_events.h"
#include "engine/docker_frames.h"
#include "engine/docker_networks.h"
#include "engine/docker_pull.h"
#include "engine/docker_read.h"
#include "engine/docker_streams.h"
#include "engine/docker_tar.h"
#include "model/identity.h"

namespace stackd::engine {
namespace {

std::string container_path(std::string_view id) {
  return "/containers/" + percent_encode(id);
}

std::string body_of(json::object object) {
  return to_text(json::value(std::move(object)));
}

/// The `filters` parameter for objects of one project, or of any.
std::string project_filter(const std::string& project) {
  const std::string label = std::string(label::project) + (project.empty() ? "" : "=" + project);
  const std::string filters = body_of(json::object{{"label", json::object{{label, true}}}});
  return "filters=" + percent_encode(filters);
}

/// As the engine takes moments: seconds and nanoseconds.
std::string moment_text(WallTime time) {
  const std::int64_t nanoseconds = time.time_since_epoch().count();
  constexpr std::int64_t second = 1'000'000'000;
  std::string fraction = std::to_string(nanoseconds % second);
  fraction.insert(0, 9 - fraction.size(), '0');
  return std::to_string(nanoseconds / second) + "." + fraction;
}

std::string flag(bool value) {
  return value ? "1" : "0";
}

DockerRequest request(std::string method, std::string path, Duration total_max, std::string doing) {
  DockerRequest made(std::move(method), std::move(path), total_max);
  made.doing = std::move(doing);
  return made;
}

Result<void> done(const Result<std::string>& answer) {
  if (!answer) return answer.error();
  return {};
}

class DockerEngine final : public Engine {
 public:
  DockerEngine(runtime::HttpClient& http, runtime::Clock& clock, DockerHost host, std::string config_file)
      : client_(http, clock, host), engine_url_(std::move(host.url)), config_file_(std::move(config_file)) {}

  Awaitable<Result<EngineInfo>> info() override;
  Awaitable<Result<std::unique_ptr<EventStream>>> open_events(std::optional<WallTime> since) override;

  Awaitable<Result<std::vector<ContainerSummary>>> list_containers(std::string project) override;
  Awaitable<Result<ObservedContainer>> inspect_container(std::string id) override;
  Awaitable<Result<std::string>> create_container(ContainerSpec spec) override;
  Awaitable<Result<void>> start_container(std::string id) override;
  Awaitable<Result<void>> stop_container(std::string id, std::optional<Duration> grace) override;
  Awaitable<Result<void>> kill_container(std::string id, std::string signal) override;
  Awaitable<Result<void>> remove_container(std::string id, bool force, bool anonymous_volumes) override;
  Awaitable<Result<void>> rename_container(std::string id, std::string name) override;
  Awaitable<Result<void>> set_restart_policy(std::string id, std::string policy) override;
  Awaitable<Result<void>> put_file(std::string id, ContainerFile file) override;
  Awaitable<Result<std::unique_ptr<LogStream>>> open_logs(std::string id, LogOptions options) override;

  Awaitable<Result<std::string>> create_exec(ExecSpec spec) override;
  Awaitable<Result<std::string>> run_exec(std::string exec_id) override;
  Awaitable<Result<ExecState>> inspect_exec(std::string exec_id) override;

  Awaitable<Result<std::vector<ObservedNetwork>>> list_networks(std::string project) override;
  Awaitable<Result<ObservedNetwork>> inspect_network(std::string name) override;
  Awaitable<Result<std::string>> create_network(std::shared_ptr<const Stack> stack, std::string key) override;
  Awaitable<Result<void>> remove_network(std::string id) override;
  Awaitable<Result<void>> connect_network(std::shared_ptr<const Stack> stack, std::string key,
                                          std::string container_id, std::string service,
                                          std::string container_name) override;
  Awaitable<Result<void>> disconnect_network(std::string name, std::string container_id, bool force) override;

  Awaitable<Result<std::vector<ObservedVolume>>> list_volumes(std::string project) override;
  Awaitable<Result<ObservedVolume>> inspect_volume(std::string name) override;
  Awaitable<Result<void>> create_volume(std::shared_ptr<const Stack> stack, std::string key) override;
  Awaitable<Result<void>> remove_volume(std::string name) override;

  Awaitable<Result<ObservedImage>> inspect_image(std::string reference) override;
  Awaitable<Result<void>> pull_image(std::string reference, std::string platform,
                                     std::function<void(std::string)> on_progress) override;
  Awaitable<Result<void>> tag_image(std::string id, std::string repository, std::string tag) override;
  Awaitable<Result<void>> remove_image(std::string reference) override;

 private:
  Awaitable<Result<std::string>> inspect_raw(std::string id);
  Awaitable<Result<void>> order(std::string method, std::string path, std::string doing);
  Awaitable<Result<void>> connect(std::string network, std::string container_id, json::object endpoint);
  Awaitable<Result<void>> finish_creation(std::string id, std::vector<NetworkConnect> connects,
                                          std::string image_id);
  [[nodiscard]] ClientConfig client_config() const;

  DockerClient client_;
  std::string engine_url_;
  std::string config_file_;
};

ClientConfig DockerEngine::client_config() const {
  std::ifstream file(config_file_, std::ios::binary);
  std::string text;
  if (!config_file_.empty() && file) {
    text.resize(limit::config_bytes_max);
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
  }
  Result<ClientConfig> config = read_client_config(text, engine_url_);
  if (config) return *config;
  log(LogLevel::warning, config_file_ + " is not used: " + config.error().message);
  return ClientConfig{};
}

Awaitable<Result<void>> DockerEngine::order(std::string method, std::string path, std::string doing) {
  const Duration total_max = method == "DELETE" ? limit::remove_max : limit::order_max;
  const Result<std::string> answer = co_await client_.send(request(method, path, total_max, doing));
  co_return done(answer);
}

Awaitable<Result<EngineInfo>> DockerEngine::info() {
  Result<EngineVersion> version = co_await client_.version();
  if (!version) co_return version.error();
  Result<ApiVersion> api = choose_api_version(version->version, version->api_newest, version->api_oldest);
  if (!api) co_return api.error();
  EngineInfo info;
  info.version = version->version;
  info.api_version = version_text(*api);
  info.os = version->os;
  info.architecture = version->architecture;
  co_return info;
}

Awaitable<Result<std::unique_ptr<EventStream>>> DockerEngine::open_events(std::optional<WallTime> since) {
  std::string path = "/events?filters=" + percent_encode(event_filters());
  if (since) path += "&since=" + moment_text(*since);
  Result<std::unique_ptr<runtime::HttpStream>> stream =
      co_await client_.open(request("GET", path, Duration::zero(), "follow the engine's events"));
  if (!stream) co_return stream.error();
  co_return make_event_stream(std::move(*stream));
}

// Containers.

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

Awaitable<Result<std::string>> DockerEngine::create_container(ContainerSpec spec) {
  const std::string doing = "create container " + spec.name;
  Result<ApiVersion> api = co_await client_.api();
  if (!api) co_return api.error().while_doing(doing);
  CreateSurroundings surroundings;
  surroundings.api = *api;
  surroundings.proxies = client_config().proxies;
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

  const Result<void> finished = co_await finish_creation(*id, std::move(call->connects), spec.image_id);
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
  std::string path = container_path(id) + "/logs?stdout=1&stderr=1&follow=" + flag(options.follow) +
                     "&timestamps=" + flag(options.timestamps);
  if (options.tail) path += "&tail=" + std::to_string(*options.tail);
  if (options.since) path += "&since=" + moment_text(*options.since);
  Result<std::unique_ptr<runtime::HttpStream>> stream = co_await client_.open(
      request("GET", path, Duration::zero(), "read the log of container " + short_id(id)));
  if (!stream) co_return stream.error();
  co_return make_log_stream(std::move(*stream), *raw);
}

// Commands inside a container.

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
  FrameReader frames(false);
  std::string output;
  while (true) {
    Result<std::optional<std::string>> part = co_await (*stream)->read();
    if (!part) {
      // The command was started: how it went on is not known.
      Error lost{ErrorKind::unknown, doing + ": " + part.error().message};
      co_return lost;
    }
    if (!*part) co_return output;
    Result<std::vector<LogChunk>> chunks = frames.feed(**part);
    if (!chunks) co_return chunks.error().while_doing(doing);
    for (const LogChunk& chunk : *chunks) output += chunk.text;
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

// Networks.

Awaitable<Result<std::vector<ObservedNetwork>>> DockerEngine::list_networks(std::string project) {
  const std::string path = "/networks?" + project_filter(project);
  Result<std::string> answer = co_await client_.send(request("GET", path, limit::list_max, "list networks"));
  if (!answer) co_return answer.error();
  co_return read_network_list(*answer);
}

Awaitable<Result<ObservedNetwork>> DockerEngine::inspect_network(std::string name) {
  const std::string doing = "inspect network " + name;
  const std::string path = "/networks/" + percent_encode(name);
  Result<std::string> answer = co_await client_.send(request("GET", path, limit::inspect_max, doing));
  if (!answer) co_return answer.error();
  Result<ObservedNetwork> network = read_network(*answer);
  // The engine takes the beginning of an id for a name as well.
  if (network && network->name != name && network->id != name) {
    Error other{ErrorKind::not_found, doing + ": no such network"};
    co_return other;
  }
  co_return network;
}

Awaitable<Result<std::string>> DockerEngine::create_network(std::shared_ptr<const Stack> stack,
                                                            std::string key) {
  const NetworkDefinition& network = stack->networks.at(key);
  const std::string doing = "create network " + network.name;
  Result<ApiVersion> api = co_await client_.api();
  if (!api) co_return api.error().while_doing(doing);
  DockerRequest create_request("POST", "/networks/create", limit::create_max);
  create_request.doing = doing;
  create_request.body = body_of(network_create(*stack, network, *api));
  Result<std::string> answer = co_await client_.send(std::move(create_request));
  if (!answer) co_return answer.error();
  co_return read_id(*answer);
}

Awaitable<Result<void>> DockerEngine::remove_network(std::string id) {
  co_return co_await order("DELETE", "/networks/" + percent_encode(id), "remove network " + short_id(id));
}

Awaitable<Result<void>> DockerEngine::connect_network(std::shared_ptr<const Stack> stack, std::string key,
                                                      std::string container_id, std::string service,
                                                      std::string container_name) {
  Result<ApiVersion> api = co_await client_.api();
  if (!api) co_return api.error();
  const EndpointOwner owner{container_name, true};
  const Service& joining = stack->services.at(service);
  json::object endpoint = endpoint_settings(*stack, joining, key, owner, *api);
  co_return co_await connect(stack->networks.at(key).name, container_id, std::move(endpoint));
}

Awaitable<Result<void>> DockerEngine::disconnect_network(std::string name, std::string container_id,
                                                         bool force) {
  json::object body;
  body["Container"] = container_id;
  body["Force"] = force;
  DockerRequest leave_request("POST", "/networks/" + percent_encode(name) + "/disconnect", limit::order_max);
  leave_request.doing = "disconnect container " + short_id(container_id) + " from network " + name;
  leave_request.body = body_of(std::move(body));
  const Result<std::string> answer = co_await client_.send(std::move(leave_request));
  co_return done(answer);
}

// Volumes.

Awaitable<Result<std::vector<ObservedVolume>>> DockerEngine::list_volumes(std::string project) {
  const std::string path = "/volumes?" + project_filter(project);
  Result<std::string> answer = co_await client_.send(request("GET", path, limit::list_max, "list volumes"));
  if (!answer) co_return answer.error();
  co_return read_volume_list(*answer);
}

Awaitable<Result<ObservedVolume>> DockerEngine::inspect_volume(std::string name) {
  const std::string path = "/volumes/" + percent_encode(name);
  Result<std::string> answer =
      co_await client_.send(request("GET", path, limit::inspect_max, "inspect volume " + name));
  if (!answer) co_return answer.error();
  co_return read_volume(*answer);
}

Awaitable<Result<void>> DockerEngine::create_volume(std::shared_ptr<const Stack> stack, std::string key) {
  const VolumeDefinition& volume = stack->volumes.at(key);
  DockerRequest create_request("POST", "/volumes/create", limit::create_max);
  create_request.doing = "create volume " + volume.name;
  create_request.body = body_of(volume_create(*stack, volume));
  const Result<std::string> answer = co_await client_.send(std::move(create_request));
  co_return done(answer);
}

Awaitable<Result<void>> DockerEngine::remove_volume(std::string name) {
  co_return co_await order("DELETE", "/volumes/" + percent_encode(name), "remove volume " + name);
}

// Images.

Awaitable<Result<ObservedImage>> DockerEngine::inspect_image(std::string reference) {
  const std::string path = "/images/" + percent_encode_reference(reference) + "/json";
  Result<std::string> answer =
      co_await client_.send(request("GET", path, limit::inspect_max, "inspect image " + reference));
  if (!answer) co_return answer.error();
  co_return read_image(*answer);
}

Awaitable<Result<void>> DockerEngine::pull_image(std::string reference, std::string platform,
                                                 std::function<void(std::string)> on_progress) {
  const std::string doing = "pull image " + reference;
  const ClientConfig config = client_config();
  const PullTarget target = pull_target(reference);
  std::string path =
      "/images/create?fromImage=" + percent_encode(target.repository) + "&tag=" + percent_encode(target.tag);
  if (!platform.empty()) path += "&platform=" + percent_encode(platform);
  DockerRequest pull_request("POST", path, limit::pull_max);
  pull_request.doing = doing;
  pull_request.registry_auth = registry_auth(config, reference);
  Result<std::unique_ptr<runtime::HttpStream>> stream = co_await client_.open(std::move(pull_request));
  if (!stream) co_return stream.error();
  PullReader reader;
  while (true) {
    Result<std::optional<std::string>> part = co_await (*stream)->read();
    if (!part) {
      // Layers that came stay; to pull again is harmless.
      Error lost{ErrorKind::unavailable, doing + ": " + part.error().message};
      co_return lost;
    }
    if (!*part) break;
    for (std::string& line : reader.feed(**part)) {
      if (on_progress) on_progress(std::move(line));
    }
  }
  const Result<void> finished = reader.finish();
  if (!finished) co_return finished.error().while_doing(doing);
  co_return Result<void>{};
}

Awaitable<Result<void>> DockerEngine::tag_image(std::string id, std::string repository, std::string tag) {
  const std::string path = "/images/" + percent_encode_reference(id) +
                           "/tag?repo=" + percent_encode(repository) + "&tag=" + percent_encode(tag);
  co_return co_await order("POST", path, "tag image " + short_id(id) + " as " + repository + ":" + tag);
}

Awaitable<Result<void>> DockerEngine::remove_image(std::string reference) {
  const std::string path = "/images/" + percent_encode_reference(reference);
  co_return co_await order("DELETE", path, "remove image " + reference);
}

}  // namespace

Result<std::unique_ptr<Engine>> make_docker_engine(runtime::HttpClient& http, runtime::Clock& clock,
                                                   DockerOptions options) {
  Result<DockerHost> host = parse_docker_host(options.host);
  if (!host) return host.error();
  std::unique_ptr<Engine> engine =
      std::make_unique<DockerEngine>(http, clock, std::move(*host), std::move(options.config_file));
  return engine;
}

}  // namespace stackd::engine
