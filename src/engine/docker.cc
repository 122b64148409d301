#include "engine/docker.h"

#include <fstream>

#include "base/json.h"
#include "base/log.h"
#include "engine/docker_engine.h"
#include "engine/docker_events.h"
#include "engine/docker_streams.h"
#include "model/identity.h"

namespace stackd::engine {

std::string body_of(json::object object) {
  return to_text(json::value(std::move(object)));
}

std::string project_filter(const std::string& project) {
  const std::string label = std::string(label::project) + (project.empty() ? "" : "=" + project);
  const std::string filters = body_of(json::object{{"label", json::object{{label, true}}}});
  return "filters=" + percent_encode(filters);
}

std::string moment_text(WallTime time) {
  const std::int64_t nanoseconds = time.time_since_epoch().count();
  constexpr std::int64_t second = 1'000'000'000;
  std::string fraction = std::to_string(nanoseconds % second);
  fraction.insert(0, 9 - fraction.size(), '0');
  return std::to_string(nanoseconds / second) + "." + fraction;
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

DockerEngine::DockerEngine(runtime::HttpClient& http, runtime::Clock& clock, DockerHost host,
                           DockerOptions options)
    : client_(http, clock, host),
      clock_(clock),
      aside_(options.aside),
      engine_url_(std::move(host.url)),
      config_file_(std::move(options.config_file)) {}

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
  // The engine makes its own bridge anew whenever it starts, unless containers lived on meanwhile.
  Result<ObservedNetwork> bridge = co_await inspect_network("bridge");
  if (!bridge && bridge.error().kind != ErrorKind::not_found) co_return bridge.error();
  if (bridge) info.boot_id = bridge->id;
  co_return info;
}

Awaitable<Result<EngineHoldings>> DockerEngine::holdings() {
  EngineHoldings held;
  Result<std::string> about =
      co_await client_.send(request("GET", "/info", limit::list_max, "ask the engine"));
  if (!about) co_return about.error();
  Result<std::string> folder = read_root_folder(*about);
  if (!folder) co_return folder.error();
  held.folder = *folder;
  Result<std::string> list =
      co_await client_.send(request("GET", "/containers/json?all=1", limit::list_max, "list containers"));
  if (!list) co_return list.error();
  Result<std::vector<TakenPort>> ports = read_published_ports(*list);
  if (!ports) co_return ports.error();
  held.ports = std::move(*ports);
  Result<std::vector<ContainerSummary>> containers = read_container_list(*list);
  if (!containers) co_return containers.error();
  held.containers = std::move(*containers);
  co_return held;
}

Awaitable<Result<std::unique_ptr<EventStream>>> DockerEngine::open_events(std::optional<WallTime> since) {
  std::string path = "/events?filters=" + percent_encode(event_filters());
  if (since) path += "&since=" + moment_text(*since);
  Result<std::unique_ptr<runtime::HttpStream>> stream =
      co_await client_.open(request("GET", path, Duration::zero(), "follow the engine's events"));
  if (!stream) co_return stream.error();
  co_return make_event_stream(std::move(*stream));
}

Result<std::unique_ptr<Engine>> make_docker_engine(runtime::HttpClient& http, runtime::Clock& clock,
                                                   DockerOptions options) {
  Result<DockerHost> host = parse_docker_host(options.host);
  if (!host) return host.error();
  std::unique_ptr<Engine> engine =
      std::make_unique<DockerEngine>(http, clock, std::move(*host), std::move(options));
  return engine;
}

}  // namespace stackd::engine
