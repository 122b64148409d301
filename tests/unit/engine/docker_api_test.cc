#include "engine/docker_api.h"

#include <doctest/doctest.h>

#include "base/encoding.h"
#include "engine/credentials.h"
#include "recorded.h"

namespace stackd::engine {
namespace {

TEST_CASE("the highest version that both sides know is taken") {
  CHECK(version_text(*choose_api_version("20.10", "1.41", "1.12")) == "1.41");
  CHECK(version_text(*choose_api_version("28.5", "1.51", "1.24")) == "1.51");
  CHECK(version_text(*choose_api_version("29.0", "1.52", "1.44")) == "1.51");
  CHECK(version_text(*choose_api_version("podman", "1.41", "")) == "1.41");
}

TEST_CASE("an engine too old or too new is refused with what to do") {
  Result<ApiVersion> old = choose_api_version("19.03", "1.40", "1.12");
  REQUIRE_FALSE(old.ok());
  CHECK(old.error().message ==
        "engine 19.03 speaks API 1.40, but 1.41 is needed: upgrade to Docker 20.10 or later");
  CHECK_FALSE(choose_api_version("99", "1.99", "1.60").ok());
  CHECK_FALSE(choose_api_version("x", "nonsense", "").ok());
}

TEST_CASE("the words of DOCKER_HOST name a socket or an address") {
  CHECK(parse_docker_host("")->unix_socket == "/var/run/docker.sock");
  CHECK(parse_docker_host("unix:///run/x.sock")->unix_socket == "/run/x.sock");
  Result<DockerHost> tcp = parse_docker_host("tcp://10.0.0.1:2375/");
  REQUIRE(tcp.ok());
  CHECK(tcp->unix_socket.empty());
  CHECK(tcp->url == "http://10.0.0.1:2375");
  for (const char* wrong : {"ssh://host", "unix://", "tcp://", "npipe:////./pipe/x", "/run/x.sock"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_docker_host(wrong).ok());
  }
}

TEST_CASE("a refusal keeps the engine's words and gets a kind that says how to react") {
  const auto kind = [](int status, const std::string& words) {
    return error_from_answer(status, "{\"message\":\"" + words + "\"}").kind;
  };
  CHECK(kind(404, "No such container: x") == ErrorKind::not_found);
  CHECK(kind(409, "Conflict.") == ErrorKind::conflict);
  CHECK(kind(400, "bad parameter") == ErrorKind::invalid);
  CHECK(kind(500, "driver failed: Bind for 0.0.0.0:80 failed: port is already allocated") ==
        ErrorKind::conflict);
  CHECK(kind(500, "listen tcp 0.0.0.0:80: bind: address already in use") == ErrorKind::conflict);
  CHECK(kind(500, "the container name \\\"x\\\" is already in use") == ErrorKind::conflict);
  CHECK(kind(500, "something broke") == ErrorKind::unavailable);
  CHECK(kind(403, "endpoint with name web already exists in network default") == ErrorKind::conflict);
  CHECK(error_from_answer(404, recorded("20.10/not_found.json")).message == "No such container: nope");
  CHECK(error_from_answer(502, "").message == "the engine answers with status 502");
  CHECK(error_from_answer(500, recorded("20.10/pull_no_login.txt")).message.find("no basic auth") !=
        std::string::npos);
}

TEST_CASE("a login is found for the registry of a reference") {
  Result<ClientConfig> config = read_client_config(R"({
    "auths": {"127.0.0.1:5000": {"auth": "dXNlcjpwYXNz"},
              "https://index.docker.io/v1/": {"auth": "aHViOnB3"},
              "empty.example": {}},
    "credsStore": "pass",
    "proxies": {"default": {"httpProxy": "http://proxy:3128", "noProxy": "localhost"}}})");
  REQUIRE(config.ok());
  CHECK(from_base64("eyJ1c2VybmFtZSI6InVzZXIi").ok());
  const std::string auth = registry_auth(*config, "127.0.0.1:5000/bb:1");
  CHECK(*from_base64(auth) == R"({"username":"user","password":"pass","serveraddress":"127.0.0.1:5000"})");
  CHECK(from_base64(registry_auth(*config, "redis:7"))->find("\"hub\"") != std::string::npos);
  CHECK(from_base64(registry_auth(*config, "docker.io/library/redis"))->find("index.docker.io") !=
        std::string::npos);
  CHECK(registry_auth(*config, "empty.example/x").empty());
  CHECK(registry_auth(*config, "ghcr.io/a/b").empty());
  CHECK(config->helpers.at("") == "pass");
  CHECK(config->proxies.at("http_proxy") == "http://proxy:3128");
  CHECK(config->proxies.at("NO_PROXY") == "localhost");
  CHECK(login_file(*config).find("\"127.0.0.1:5000\":{\"auth\":\"dXNlcjpwYXNz\"}") != std::string::npos);
}

TEST_CASE("base64 has its padding, and its other alphabet in headers") {
  CHECK(base64("") == "");
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foo") == "Zm9v");
  CHECK(base64(std::string("\xfb\xff", 2)) == "+/8=");
  CHECK(base64_url(std::string("\xfb\xff", 2)) == "-_8=");
  CHECK(*from_base64("Zm9vYg==") == "foob");
  CHECK_FALSE(from_base64("Zm 9").ok());
}

TEST_CASE("no client configuration is an empty one, a broken one is an error") {
  CHECK(read_client_config("")->logins.empty());
  CHECK_FALSE(read_client_config("{").ok());
  CHECK_FALSE(read_client_config(R"({"auths": 7})").ok());
}

}  // namespace
}  // namespace stackd::engine
