// The class behind docker.h, whose calls are spread over several files: what concerns the engine as a whole
// in docker.cc, containers and the commands in them in docker_containers.cc, what they use in
// docker_objects.cc.
#pragma once

#include "engine/credentials.h"
#include "engine/docker.h"
#include "engine/docker_client.h"
#include "engine/docker_create.h"

namespace stackd::engine {

class DockerEngine final : public Engine {
 public:
  DockerEngine(runtime::HttpClient& http, runtime::Clock& clock, DockerHost host, DockerOptions options);

  Awaitable<Result<EngineInfo>> info() override;
  Awaitable<Result<EngineHoldings>> holdings() override;
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
  Awaitable<Result<void>> put_login(std::string id);
  Awaitable<Result<std::map<std::string, std::string>>> seccomp_profiles(std::shared_ptr<const Stack> stack,
                                                                         std::string service);
  [[nodiscard]] ClientConfig client_config() const;

  DockerClient client_;
  runtime::Clock& clock_;
  runtime::Aside* aside_;
  std::string engine_url_;
  std::string config_file_;
};

std::string body_of(json::object object);
/// The `filters` parameter for objects of one project, or of any.
std::string project_filter(const std::string& project);
/// As the engine takes moments: seconds and nanoseconds.
std::string moment_text(WallTime time);

DockerRequest request(std::string method, std::string path, Duration total_max, std::string doing);
Result<void> done(const Result<std::string>& answer);

}  // namespace stackd::engine
