#include "compose/print/print.h"

#include <doctest/doctest.h>

#include "base/hash.h"
#include "compose/bind/bind.h"
#include "compose/load.h"
#include "compose/print/go_json.h"
#include "compose/print/go_yaml.h"
#include "compose/print/hash.h"
#include "compose/read/node_json.h"
#include "support/memory_files.h"

using namespace stackd;
using namespace stackd::compose;

namespace {

Node node(std::string_view json) {
  Result<Node> parsed = node_from_json(json);
  REQUIRE(parsed.ok());
  return *std::move(parsed);
}

Project project_of(std::string text) {
  LoadOptions options;
  options.current_directory = "/srv/app";
  LoadResult result = load(options, test::MemoryFiles{{"/srv/app/compose.yaml", std::move(text)}});
  REQUIRE_MESSAGE(result.ok(), to_text(result.errors));
  return *std::move(result.project);
}

std::string yaml(std::string_view json) {
  return to_go_yaml(node(json), true);
}

}  // namespace

TEST_CASE("JSON escapes as Go does") {
  CHECK(to_go_json(Node::text("<a> & \"b\"\t\x01\x7F \xE2\x80\xA8"), {}) ==
        "\"\\u003ca\\u003e \\u0026 \\\"b\\\"\\t\\u0001\x7F \\u2028\"");
  CHECK(to_go_json(node(R"({"b":[],"a":{"x":[1,null]}})"), {.indented = true, .sorted = true}) ==
        "{\n  \"a\": {\n    \"x\": [\n      1,\n      null\n    ]\n  },\n  \"b\": []\n}");
}

TEST_CASE("YAML quotes what would be read back as something else") {
  CHECK(
      yaml(
          R"({"a":"80","b":"yes","c":"","d":"null","e":"1:30","f":"2020-01-01","g":"plain text","h":"0x1"})") ==
      "a: \"80\"\nb: \"yes\"\nc: \"\"\nd: \"null\"\ne: \"1:30\"\nf: \"2020-01-01\"\ng: plain text\nh: "
      "\"0x1\"\n");
}

TEST_CASE("YAML takes single quotes for signs and double ones for what needs escapes") {
  CHECK(yaml(R"({"a":"- x","b":"k: v","c":"x #y","d":"*a","e":" edge","f":"tab\there","g":"it's"})") ==
        "a: '- x'\nb: 'k: v'\nc: 'x #y'\nd: '*a'\ne: ' edge'\nf: \"tab\\there\"\ng: it's\n");
}

TEST_CASE("YAML escapes what is no letter of its first plane") {
  CHECK(
      yaml(
          R"({"a":"\u0001\u007f\u0085\u00a0","b":"\u2028\u2029","c":"\ufeff","d":"\ud83d\ude00","e":"\u00fc\u65e5"})") ==
      "a: \"\\x01\\x7F\\N\xC2\xA0\"\nb: \"\\L\\P\"\nc: \"\\uFEFF\"\nd: \"\\U0001F600\"\ne: "
      "\xC3\xBC\xE6\x97\xA5\n");
}

TEST_CASE("YAML writes several lines as they are") {
  CHECK(yaml(R"({"a":"x\ny\n","b":"x\n\ny","c":"x\n\n"})") ==
        "a: |\n  x\n  y\nb: |-\n  x\n\n  y\nc: |+\n  x\n\n");
}

TEST_CASE("YAML indents lists below their key and sorts numbers by their value") {
  CHECK(yaml(R"({"s10":[{"a":1,"b":[]}],"s9":{"x":{}}})") == "s9:\n  x: {}\ns10:\n  - a: 1\n    b: []\n");
}

TEST_CASE("the configuration is printed like Compose's, dollars doubled") {
  const Project project = project_of(
      "services: {a: {image: x, command: [echo, $$HOME], deploy: {replicas: 2}}}\nx-own: {b: 1}\n");
  CHECK(*print_config(project, PrintFormat::json, true) ==
        "{\n  \"name\": \"app\",\n  \"networks\": {\n    \"default\": {\n      \"name\": \"app_default\",\n  "
        "    \"ipam\": {}\n    }\n  },\n"
        "  \"services\": {\n    \"a\": {\n      \"command\": [\n        \"echo\",\n        \"$$HOME\"\n      "
        "],\n"
        "      \"deploy\": {\n        \"replicas\": 2,\n        \"resources\": {},\n        \"placement\": "
        "{}\n      },\n"
        "      \"entrypoint\": null,\n      \"image\": \"x\",\n      \"networks\": {\n        \"default\": "
        "null\n      }\n    }\n  },\n"
        "  \"x-own\": {\n    \"b\": 1\n  }\n}");
  CHECK(*print_config(project, PrintFormat::yaml, true) ==
        "name: app\nservices:\n  a:\n    command:\n      - echo\n      - $$HOME\n    deploy:\n      "
        "replicas: 2\n    image: x\n"
        "    networks:\n      default: null\nnetworks:\n  default:\n    name: app_default\nx-own:\n  b: 1\n");
}

TEST_CASE("extensions of a service are printed as YAML only") {
  const Project project = project_of("services: {a: {image: x, x-own: {k: v}}}\n");
  CHECK(print_config(project, PrintFormat::yaml, true)->find("x-own") != std::string::npos);
  CHECK(print_config(project, PrintFormat::json, true)->find("x-own") == std::string::npos);
}

TEST_CASE("a hash covers a service without what may differ between its containers") {
  const Project project = project_of(
      "services:\n"
      "  a: {image: x, scale: 2, pull_policy: always, depends_on: [b], deploy: {replicas: 2}}\n"
      "  b: {image: x, profiles: []}\n");
  const Node& a = *project.model.find("services")->find("a");
  CHECK(
      service_hash_text(a, HashDialect::v2) ==
      R"({"command":null,"deploy":{"resources":{},"placement":{}},"entrypoint":null,"image":"x","networks":{"default":null}})");
}

TEST_CASE("references to services are left open for the ids of their containers") {
  const Project project = project_of(
      "services: {a: {image: x, network_mode: 'service:b', volumes_from: ['b:ro', 'container:c']}, b: "
      "{image: y}}\n");
  CHECK(service_hash_text(*project.model.find("services")->find("a"), HashDialect::v2) ==
        "{\"command\":null,\"entrypoint\":null,\"image\":\"x\",\"network_mode\":\"\x01"
        "container:b\x01\","
        "\"volumes_from\":[\"\x01id:b\x01\",\"container:c\"]}");
}

TEST_CASE("with the engine's socket a hash covers what Compose makes of it") {
  const Project project = project_of(
      "services:\n"
      "  a: {image: x, network_mode: none, use_api_socket: true}\n"
      "  b: {image: x, network_mode: none, use_api_socket: true, environment: {DOCKER_CONFIG: /own, Z: 1}, "
      "volumes: ['vol:/v']}\n"
      "volumes: {vol: }\n");
  const Map& services = project.model.find("services")->as_map();
  const std::string socket =
      R"({"type":"bind","source":"/var/run/docker.sock","target":"/var/run/docker.sock"}])";
  const std::string configs =
      R"({"command":null,"configs":[{"source":"#apisocket","target":"/run/secrets/docker/config.json"}],)";
  CHECK(service_hash_text(*services.find("a"), HashDialect::v2) ==
        configs +
            R"("entrypoint":null,"environment":{"DOCKER_CONFIG":"/run/secrets/docker"},"image":"x",)"
            R"("network_mode":"none","use_api_socket":true,"volumes":[)" +
            socket + "}");
  CHECK(service_hash_text(*services.find("b"), HashDialect::v2) ==
        configs +
            R"("entrypoint":null,"environment":{"DOCKER_CONFIG":"/own","Z":"1"},"image":"x",)"
            R"("network_mode":"none","use_api_socket":true,)"
            R"("volumes":[{"type":"volume","source":"vol","target":"/v","volume":{}},)" +
            socket + "}");
}

TEST_CASE("JSON has extensions at the top in the order of their keys") {
  const Project project = project_of("services: {a: {image: x}}\nx-own: {b: 1, a: [{d: 1, c: 2}]}\n");
  const std::string text = *print_config(project, PrintFormat::json, true);
  CHECK(text.find("\"a\": [") < text.find("\"b\": 1"));
  CHECK(text.find("\"c\": 2") < text.find("\"d\": 1"));
}

TEST_CASE("the dialects differ in what they say about a host path") {
  const Project project = project_of(
      "services: {a: {image: x, network_mode: none, volumes: ['/a:/a', {type: bind, source: /b, target: /b, "
      "bind: {create_host_path: false}}]}}\n");
  const Node& a = *project.model.find("services")->find("a");
  const std::string v2 = service_hash_text(a, HashDialect::v2);
  const std::string v5 = service_hash_text(a, HashDialect::v5);
  CHECK(v2.find(R"("target":"/a","bind":{"create_host_path":true})") != std::string::npos);
  CHECK(v2.find(R"("target":"/b","bind":{})") != std::string::npos);
  CHECK(v5.find(R"("target":"/a","bind":{})") != std::string::npos);
  CHECK(v5.find(R"("target":"/b","bind":{"create_host_path":false})") != std::string::npos);
}

TEST_CASE("a hash is the one that Compose 5 expects of itself") {
  // Of a service with two networks, from the tests of Compose 5.
  const Node service = node(R"({"networks":{"a":{"priority":10},"b":{"priority":100}}})");
  CHECK(sha256_hex(service_hash_text(service, HashDialect::v5)) ==
        "8dbce408396f8986266bc5deba0c09cfebac63c95c2238e405c7bee5f1bd84b8");
}

TEST_CASE("a stack knows the hashes of both dialects where they differ") {
  const Project project = project_of("services: {a: {image: x, volumes: ['/a:/a']}, b: {image: x}}\n");
  const Stack stack = *bind(project.model, {}).stack;
  const auto none = [](std::string_view) { return std::string(); };
  const Service& bound = stack.services.at("a");
  CHECK(config_hash(bound, none, HashDialect::v5) ==
        "3d5b99160d2c6a48de3a0f2306f4f751c0743b75c879cf231267a28d18430ca9");
  CHECK(config_hash(bound, none, HashDialect::v2) != config_hash(bound, none, HashDialect::v5));
  const Service& plain = stack.services.at("b");
  CHECK(config_hash(plain, none, HashDialect::v2) == config_hash(plain, none, HashDialect::v5));
}

TEST_CASE("networks and volumes have hashes of their own") {
  CHECK(volume_hash(node(R"({"name":"v"})"), HashDialect::v2) ==
        sha256_hex(R"({"name":"v","driver":"local"})"));
  CHECK(network_hash(node(R"({"name":"n"})"), HashDialect::v2) == sha256_hex(R"({"name":"n","ipam":{}})"));
}
