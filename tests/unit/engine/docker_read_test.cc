#include "engine/docker_read.h"

#include <doctest/doctest.h>

#include "recorded.h"

namespace stackd::engine {
namespace {

ObservedContainer container(const std::string& name) {
  Result<ObservedContainer> read = read_container(recorded(name));
  REQUIRE(read.ok());
  return *read;
}

const char* const versions[] = {"20.10/", "28.5/"};

TEST_CASE("a healthy container is read whole") {
  for (const std::string version : versions) {
    CAPTURE(version);
    const ObservedContainer web = container(version + "inspect_healthy.json");
    CHECK(web.id.size() == 64);
    CHECK(web.name == "rec-web-1");
    CHECK(web.image_id.substr(0, 7) == "sha256:");
    CHECK(web.image_reference == "stackd-test/health:1");
    CHECK(web.platform == "linux");
    CHECK(web.state == ContainerState::running);
    CHECK(web.health == HealthState::healthy);
    CHECK(web.pid > 0);
    CHECK(web.started_at > web.created_at);
    CHECK(web.finished_at == WallTime{});
    CHECK(web.restart_policy == "on-failure:3");
    CHECK(web.network_mode == "rec_default");
    CHECK(web.stop_signal == "SIGTERM");
    CHECK(web.stop_timeout_seconds == 3);
    CHECK(web.user == "root");
    CHECK(web.project == "rec");
    CHECK(web.service == "web");
    CHECK(web.number == 1);
    CHECK_FALSE(web.oneoff);
    CHECK(web.config_hash == "00aa");
    CHECK(web.environment.at("A") == "1");
    CHECK(web.environment.at("EMPTY") == "");
    CHECK(web.environment.at("PATH") == "/bin");
    CHECK(web.networks.at("rec_default").ip_address.substr(0, 4) == "172.");
    CHECK(web.mounts.size() == 3);
    for (const ObservedMount& mount : web.mounts) {
      if (mount.target == "/srv") {
        CHECK(mount.name == "rec_data");
        CHECK_FALSE(mount.read_write);
      }
    }
  }
}

TEST_CASE("the health check in force has the engine's defaults where nothing was said") {
  const ObservedContainer web = container("20.10/inspect_healthy.json");
  CHECK(web.health_check.test == std::vector<std::string>{"CMD-SHELL", "test -f /tmp/ok"});
  CHECK(web.health_check.interval == std::chrono::milliseconds(500));
  CHECK(web.health_check.timeout == std::chrono::seconds(2));
  CHECK(web.health_check.start_period == Duration::zero());
  CHECK(web.health_check.retries == 2);

  Result<ObservedContainer> bare = read_container(R"({"Config":{"Healthcheck":{"Test":["CMD","x"]}}})");
  REQUIRE(bare.ok());
  CHECK(bare->health_check.interval == std::chrono::seconds(30));
  CHECK(bare->health_check.retries == 3);

  Result<ObservedContainer> none = read_container(R"({"Config":{"Healthcheck":{"Test":["NONE"]}}})");
  REQUIRE(none.ok());
  CHECK(none->health_check.test.empty());
}

TEST_CASE("every state of a container has its own value") {
  CHECK(container("20.10/inspect_created.json").state == ContainerState::created);
  CHECK(container("20.10/inspect_created.json").started_at == WallTime{});
  const ObservedContainer ill = container("20.10/inspect_unhealthy.json");
  CHECK(ill.health == HealthState::unhealthy);
  REQUIRE(ill.failed_checks_began.size() == 3);  // of five that are told
  CHECK(ill.failed_checks_began.back() < ill.failed_checks_began.front());
  CHECK(ill.failed_checks_began.back() > ill.started_at);
  CHECK(container("20.10/inspect_paused.json").state == ContainerState::paused);
  CHECK(container("20.10/inspect_restarting.json").state == ContainerState::restarting);
  const ObservedContainer job = container("20.10/inspect_exited.json");
  CHECK(job.state == ContainerState::exited);
  CHECK(job.exit_code == 7);
  CHECK(job.finished_at > job.started_at);
  CHECK(container("28.5/inspect_stopped.json").state == ContainerState::exited);
}

TEST_CASE("a start that failed leaves its reason") {
  for (const std::string version : versions) {
    const ObservedContainer failed = container(version + "inspect_start_failed.json");
    CHECK(failed.error.find("/no/such") != std::string::npos);
    CHECK(failed.exit_code == 127);
  }
}

TEST_CASE("a list of containers gives their labels and states, also those of stopped ones") {
  for (const std::string version : versions) {
    Result<std::vector<ContainerSummary>> list = read_container_list(recorded(version + "list.json"));
    REQUIRE(list.ok());
    CHECK(list->size() == 4);
    for (const ContainerSummary& one : *list) {
      CHECK(one.project == "rec");
      CHECK(one.name == "rec-" + one.service + "-1");
      if (one.service == "job") CHECK(one.state == ContainerState::exited);
    }
  }
}

TEST_CASE(
    "what running containers publish is read with whom it belongs to, and what they only expose is not") {
  Result<std::vector<TakenPort>> ports = read_published_ports(R"([
    {"Id":"aa","Names":["/blog-nginx-1"],"Labels":{"com.docker.compose.project":"blog"},"State":"running","Ports":[
      {"IP":"0.0.0.0","PrivatePort":80,"PublicPort":8080,"Type":"tcp"},
      {"IP":"::","PrivatePort":80,"PublicPort":8080,"Type":"tcp"},
      {"PrivatePort":443,"Type":"tcp"}]},
    {"Id":"bb","Names":["/dns"],"Labels":{},"State":"running","Ports":[
      {"IP":"127.0.0.1","PrivatePort":53,"PublicPort":53,"Type":"udp"}]}])");
  REQUIRE(ports.ok());
  REQUIRE(ports->size() == 3);
  CHECK((*ports)[0].container == "blog-nginx-1");
  CHECK((*ports)[0].project == "blog");
  CHECK((*ports)[0].port == 8080);
  CHECK((*ports)[1].address == "::");
  CHECK((*ports)[2].protocol == "udp");
  CHECK((*ports)[2].address == "127.0.0.1");
  CHECK((*ports)[2].project.empty());
  CHECK(read_published_ports(recorded("20.10/list.json"))->empty());
  CHECK_FALSE(read_published_ports(R"([{"Ports":[{"PublicPort":"x"}]}])").ok());
  CHECK(*read_root_folder(R"({"DockerRootDir":"/var/lib/docker"})") == "/var/lib/docker");
  CHECK(read_root_folder("{}")->empty());
}

TEST_CASE("networks, volumes and images are read") {
  Result<ObservedNetwork> network = read_network(recorded("20.10/network.json"));
  REQUIRE(network.ok());
  CHECK(network->name == "rec_default");
  CHECK(network->labels.at("com.docker.compose.network") == "default");

  Result<std::vector<ObservedNetwork>> networks = read_network_list(recorded("20.10/networks.json"));
  REQUIRE(networks.ok());
  CHECK(networks->size() == 4);

  Result<std::vector<ObservedVolume>> volumes = read_volume_list(recorded("20.10/volumes.json"));
  REQUIRE(volumes.ok());
  CHECK(volumes->size() == 2);
  Result<ObservedVolume> volume = read_volume(recorded("20.10/volume.json"));
  REQUIRE(volume.ok());
  CHECK(volume->name == "rec_data");
  CHECK(volume->driver == "local");

  for (const std::string version : versions) {
    Result<ObservedImage> image = read_image(recorded(version + "image.json"));
    REQUIRE(image.ok());
    CHECK(image->tags == std::vector<std::string>{"stackd-test/health:1"});
    CHECK(image->digests.empty());
    CHECK(image->volumes == std::vector<std::string>{"/data"});
    CHECK(image->health_check.retries == 2);
    CHECK(image->user == "root");
    CHECK(image->architecture == "amd64");
  }
}

TEST_CASE("an engine without volumes or networks answers null, which is an empty list") {
  CHECK(read_volume_list(R"({"Volumes":null})")->empty());
  CHECK(read_network_list("null")->empty());
}

TEST_CASE("how a command went and which versions an engine speaks are read") {
  Result<ExecState> state = read_exec(recorded("20.10/exec_inspect.json"));
  REQUIRE(state.ok());
  CHECK_FALSE(state->running);
  CHECK(state->exit_code == 3);
  Result<EngineVersion> version = read_version(recorded("28.5/version.json"));
  REQUIRE(version.ok());
  CHECK(version->api_newest == "1.51");
  CHECK(version->api_oldest == "1.24");
}

TEST_CASE("an answer of the wrong shape is an error that names the place") {
  Result<ObservedContainer> wrong = read_container(R"({"State":{"ExitCode":"x"}})");
  REQUIRE_FALSE(wrong.ok());
  CHECK(wrong.error().message.find("State.ExitCode") != std::string::npos);
  CHECK_FALSE(read_container("[1]").ok());
  CHECK_FALSE(read_container("{").ok());
  CHECK_FALSE(read_container_list("{}").ok());
  CHECK_FALSE(read_container_list("[1]").ok());
  CHECK_FALSE(read_id(R"({"Warnings":[]})").ok());
}

TEST_CASE("what only Podman says is understood") {
  Result<ObservedContainer> stopped =
      read_container(R"({"State":{"Status":"stopped"},"Config":{"StopSignal":15}})");
  REQUIRE(stopped.ok());
  CHECK(stopped->state == ContainerState::exited);
  CHECK(stopped->stop_signal == "15");
  CHECK(read_image(R"({"Id":"aabb"})")->id == "sha256:aabb");
}

}  // namespace
}  // namespace stackd::engine
