// What containers use: networks, volumes, images.
#include "engine/docker_engine.h"
#include "engine/docker_networks.h"
#include "engine/docker_pull.h"
#include "model/identity.h"

namespace stackd::engine {

Awaitable<Result<std::vector<ObservedNetwork>>> DockerEngine::list_networks(std::string project) {
  const std::string path = project.empty() ? "/networks" : "/networks?" + project_filter(project);
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

}  // namespace stackd::engine
