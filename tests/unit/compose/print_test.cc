#include "compose/print/print.h"

#include <algorithm>
#include <doctest/doctest.h>

#include "base/hash.h"
#include "compose/bind/bind.h"
#include "compose/load.h"
#include "compose/print/go_json.h"
#include "compose/print/go_yaml.h"
#include "compose/print/hash.h"
#include "compose/read/node_json.h"
#include "model/fingerprint.h"
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

namespace {

// Holds what differs between the versions of Compose 2.
Node service_of_all_dialects(const std::string& name) {
  LoadOptions options;
  options.current_directory = "/srv/app";
  options.profiles = {"*"};
  LoadResult result = load(
      options, test::MemoryFiles{
                   {"/srv/app/compose.yaml",
                    "name: shop\n"
                    "services:\n"
                    "  web:\n"
                    "    image: web:1\n"
                    "    command: [serve]\n"
                    "    depends_on:\n"
                    "      db: {condition: service_healthy, restart: true}\n"
                    "      cache: {condition: service_started, required: false}\n"
                    "    networks: {front: {priority: 10, aliases: [www], driver_opts: {a: b}}, back: }\n"
                    "    ports: ['127.0.0.1:8443:443']\n"
                    "    volumes: ['/srv/a:/a:ro', 'data:/data']\n"
                    "    secrets: [{source: key, target: k, mode: 0440}]\n"
                    "    devices: ['/dev/a:/dev/b']\n"
                    "    deploy: {replicas: 2, resources: {limits: {cpus: '0.50'}}}\n"
                    "  db: {image: 'db:1', develop: {watch: [{path: /src, action: sync, target: /x, ignore: "
                    "[a]}]}, links: [cache]}\n"
                    "  cache: {image: 'cache:1', profiles: [debug, tools]}\n"
                    "  plain: {image: 'plain:1'}\n"
                    "networks: {front: , back: }\n"
                    "volumes: {data: }\n"
                    "secrets: {key: {file: /key}}\n"}});
  REQUIRE_MESSAGE(result.ok(), to_text(result.errors));
  return *result.project->model.find("services")->find(name);
}

std::string hash_of(const std::string& service, HashDialect dialect) {
  return sha256_hex(service_hash_text(service_of_all_dialects(service), dialect));
}

}  // namespace

TEST_CASE("the hashes are those that docker compose 2.26.1 of Debian 13 and 2.40.3 print") {
  CHECK(hash_of("cache", HashDialect::debian_13) ==
        "d91a1c368e9b352e6933bfeae2aec753e8421f7058f54051ef3352542a215ab0");
  CHECK(hash_of("db", HashDialect::debian_13) ==
        "74ff1f6a7d7c6cd0bf83ba30b8523e950ea6869a30c81dded0d4c470678b20de");
  CHECK(hash_of("plain", HashDialect::debian_13) ==
        "d5394e384191b197bafa5195e87ed997bf6f8bdf6f1f8b19dbd51ba3e2b45d25");
  CHECK(hash_of("web", HashDialect::debian_13) ==
        "e2d33a0195b7a0366a716ce0123a516902873e213aeea2638e8c3f1639a4d1d0");
  CHECK(hash_of("cache", HashDialect::v2) ==
        "8a2e30aa3ce4e34b711c37f933028e4a03b96a62ab7e8b45e305166fad8f68b0");
  CHECK(hash_of("db", HashDialect::v2) == "5966ddbcf30cc1c84c9d02fc544abe7512a5c94342ecb9908afc53a3b03c3099");
  CHECK(hash_of("plain", HashDialect::v2) ==
        "d5394e384191b197bafa5195e87ed997bf6f8bdf6f1f8b19dbd51ba3e2b45d25");
  CHECK(hash_of("web", HashDialect::v2) ==
        "c43efb8b1530f9476f5f58bcd94a4a3256000c2f862d05f25ac9ff61a9c52360");
}

// From reading hash.go of Compose and the types of its compose-go.
TEST_CASE("each dialect of Compose 2 shows what its versions hash") {
  const auto shows = [](const std::string& service, HashDialect dialect, std::string_view text) {
    return service_hash_text(service_of_all_dialects(service), dialect).find(text) != std::string::npos;
  };
  struct Row {
    std::string service, text;
    std::vector<HashDialect> in;
  };
  using enum HashDialect;
  const std::vector<Row> rows = {
      {"web", R"("cpus":"0.5")", {v2_24}},
      {"web", R"("devices":["/dev/a:/dev/b"])", {v2_24, v2_26}},
      {"web",
       R"("depends_on":{"cache":{"condition":"service_started","required":false})",
       {v2_24, v2_26, debian_13}},
      {"cache", R"({"profiles":["debug","tools"],)", {v2_24, v2_26, v2_29, debian_13}},
      {"db", R"("target":"/x","ignore")", {v2_24, v2_26, v2_29, v2_30}},
      {"web", R"("mode":288)", {v2_24, v2_26, v2_29, v2_30, v2_32, debian_13}},
      {"web",
       R"({"priority":10,"aliases":["www"],"driver_opts":{"a":"b"}})",
       {v2_24, v2_26, v2_29, v2_30, v2_32, v2_34, debian_13}},
      {"web", R"({"create_host_path":true})", {v2_24, v2_26, v2_29, v2_30, v2_32, v2_34, v2, debian_13}},
  };
  for (const Row& row : rows) {
    for (const HashDialect dialect : {v2_24, v2_26, v2_29, v2_30, v2_32, v2_34, v2, v5, debian_13}) {
      const bool expected = std::find(row.in.begin(), row.in.end(), dialect) != row.in.end();
      CAPTURE(row.text);
      CAPTURE(static_cast<int>(dialect));
      CHECK(shows(row.service, dialect, row.text) == expected);
    }
  }
}

TEST_CASE("a hash that depends on how something was written is not certain") {
  const auto uncertain = [](const std::string& service) {
    std::vector<HashDialect> found;
    const Node node = service_of_all_dialects(service);
    for (const auto& [dialect, text] : other_hash_texts(node, service_hash_text(node, HashDialect::v2)))
      if (!text.certain) found.push_back(dialect);
    return found;
  };
  using enum HashDialect;
  CHECK(uncertain("web") == std::vector{v2_24, v2_26, v2_29, v2_30, v2_32, debian_13});
  CHECK(uncertain("db").empty());
}
