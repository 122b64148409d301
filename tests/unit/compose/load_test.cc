#include "compose/load.h"

#include <doctest/doctest.h>

#include "compose/print/go_json.h"
#include "compose/print/printed.h"
#include "compose/read/node_json.h"
#include "compose/read/release_source.h"
#include "support/memory_files.h"

using namespace stackd;
using namespace stackd::compose;
using stackd::test::MemoryFiles;

namespace {

LoadOptions options_for(std::vector<std::string> files = {}) {
  LoadOptions options;
  options.current_directory = "/p/shop";
  options.files = std::move(files);
  options.environment = {{"HOME", "/home/u"}};
  return options;
}

LoadResult load_one(std::string text) {
  return load(options_for(), MemoryFiles{{"/p/shop/compose.yaml", std::move(text)}});
}

Project good(LoadResult result) {
  REQUIRE_MESSAGE(result.ok(), to_text(result.errors));
  return *std::move(result.project);
}

/// One service in short, without what every service has.
std::string service(const Project& project, std::string_view name) {
  Node copy = *project.model.find("services")->find(name);
  copy.as_map().erase("networks");
  return to_json(copy);
}

std::string only_error(const LoadResult& result) {
  REQUIRE(result.errors.size() == 1);
  return result.errors.front().message;
}

}  // namespace

TEST_CASE("a small file becomes long syntax with all that Compose adds") {
  const Project project = good(load_one("services: {web: {image: nginx, ports: ['8080:80']}}\n"));
  CHECK(project.name == "shop");
  CHECK(
      to_json(project.model) ==
      R"({"name":"shop","services":{"web":{"image":"nginx","networks":{"default":null},"ports":[{"mode":"ingress","target":80,)"
      R"("published":"8080","protocol":"tcp"}]}},"networks":{"default":{"name":"shop_default"}}})");
}

TEST_CASE("the search goes upwards and takes an override with it") {
  const MemoryFiles files{{"/p/compose.yml", "services: {a: {image: x}}\n"},
                          {"/p/docker-compose.override.yaml", "services: {a: {hostname: h}}\n"}};
  const Project project = good(load(options_for(), files));
  CHECK(project.directory == "/p");
  CHECK(service(project, "a") == R"({"hostname":"h","image":"x"})");
}

TEST_CASE("a name comes from the flag, the variable, the last file that has one, the folder") {
  const MemoryFiles files{{"/p/shop/a.yaml", "name: One\nservices: {a: {image: x}}\n"},
                          {"/p/shop/b.yaml", "name: Two.2\n"}};
  LoadOptions options = options_for({"a.yaml", "b.yaml"});
  CHECK(good(load(options, files)).name == "two2");
  options.environment["COMPOSE_PROJECT_NAME"] = "three";
  CHECK(good(load(options, files)).name == "three");
  options.project_name = "four";
  CHECK(good(load(options, files)).name == "four");
  options.project_name = "Five";
  CHECK_FALSE(load(options, files).ok());
}

TEST_CASE("the caller's variables win over .env, and both are noted with their origin") {
  const MemoryFiles files{
      {"/p/shop/.env", "A=file\nB=file\n"},
      {"/p/shop/compose.yaml", "services: {a: {image: \"$A-$B-$C\", environment: [D]}}\n"}};
  LoadOptions options = options_for();
  options.environment["A"] = "caller";
  const Project project = good(load(options, files));
  CHECK(service(project, "a") == R"({"environment":{"D":null},"image":"caller-file-"})");
  REQUIRE(project.used_variables.size() == 4);
  CHECK(project.used_variables[0].from == UsedVariable::From::caller);
  CHECK(project.used_variables[1].from == UsedVariable::From::env_file);
  CHECK(project.used_variables[2].from == UsedVariable::From::unset);
  CHECK(project.warnings.size() == 1);
}

TEST_CASE("env files fill what environment leaves open; a bare name that is unset beats them") {
  const MemoryFiles files{{"/p/shop/a.env", "A=a\nB=a\nN=a\n"},
                          {"/p/shop/compose.yaml",
                           "services: {a: {image: x, env_file: [a.env, {path: no.env, required: false}], "
                           "environment: {B: own, N: }}}\n"}};
  const Project project = good(load(options_for(), files));
  CHECK(to_json(*project.model.find("services")->find("a")->find("environment")) ==
        R"({"A":"a","B":"own","N":null})");
  CHECK(project.model.find("services")->find("a")->find("env_file") != nullptr);
}

TEST_CASE("an override replaces by key, at the place of the earlier one") {
  const MemoryFiles files{
      {"/p/shop/a.yaml",
       "services:\n  s:\n    image: x\n    command: a b\n    volumes: ['old:/a', 'old:/b']\n"
       "    environment: {A: 1, B: 2}\n    tmpfs: ['/t:size=1m']\nvolumes: {old: }\n"},
      {"/p/shop/b.yaml",
       "services:\n  s:\n    command: [c]\n    volumes: ['new:/a']\n    environment: [B=3, C]\n"
       "    tmpfs: '/t:size=2m'\nvolumes: {new: }\n"}};
  const Project project = good(load(options_for({"a.yaml", "b.yaml"}), files));
  CHECK(
      service(project, "s") ==
      R"({"command":["c"],"environment":{"A":"1","B":"3","C":null},"image":"x","tmpfs":["/t:size=2m"],)"
      R"("volumes":[{"type":"volume","source":"new","target":"/a","volume":{}},{"type":"volume","source":"old","target":"/b","volume":{}}]})");
}

TEST_CASE("reset and override take out what earlier files say") {
  const MemoryFiles files{
      {"/p/shop/a.yaml", "services: {s: {image: x, ports: ['80:80'], labels: {a: b}}}\n"},
      {"/p/shop/b.yaml", "services: {s: {ports: !reset [], labels: !override {c: d}}}\n"}};
  CHECK(service(good(load(options_for({"a.yaml", "b.yaml"}), files)), "s") ==
        R"({"image":"x","labels":{"c":"d"}})");
}

TEST_CASE("types that can't be merged are an error at both places") {
  const MemoryFiles files{{"/p/shop/a.yaml", "services: {s: {image: x, cap_add: [A]}}\n"},
                          {"/p/shop/b.yaml", "services: {s: {cap_add: {B: }}}\n"}};
  const LoadResult result = load(options_for({"a.yaml", "b.yaml"}), files);
  REQUIRE(result.errors.size() == 1);
  CHECK(result.errors[0].mark.source->name == "b.yaml");
  CHECK(result.errors[0].related_mark.source->name == "a.yaml");
}

TEST_CASE("a service extends one of another file, whose paths are its own") {
  const MemoryFiles files{
      {"/p/shop/compose.yaml",
       "services: {s: {extends: {file: base/b.yaml, service: web}, environment: {B: 2}}}\n"},
      {"/p/shop/base/b.yaml",
       "services:\n  common: {image: x, volumes: ['./data:/d']}\n  web: {extends: common, environment: {A: "
       "1}, unknown: true}\n"}};
  const LoadResult refused = load(options_for(), files);
  CHECK(only_error(refused).find("unknown key \"unknown\"") != std::string::npos);
  MemoryFiles mended{{"/p/shop/compose.yaml",
                      "services: {s: {extends: {file: base/b.yaml, service: web}, environment: {B: 2}}}\n"},
                     {"/p/shop/base/b.yaml",
                      "services:\n  common: {image: x, volumes: ['./data:/d']}\n  web: {extends: common, "
                      "environment: {A: 1}}\n"
                      "  unused: {nonsense: 1}\n"}};
  CHECK(
      service(good(load(options_for(), mended)), "s") ==
      R"({"environment":{"A":"1","B":"2"},"image":"x","volumes":[{"type":"bind","source":"/p/shop/base/data","target":"/d",)"
      R"("bind":{"create_host_path":true}}]})");
}

TEST_CASE("services and files that lead back to themselves are errors") {
  CHECK(only_error(load_one("services: {a: {image: x, extends: b}, b: {extends: a}}\n")) ==
        "services extend each other in a circle: a extends b extends a");
  const MemoryFiles files{{"/p/shop/compose.yaml", "include: [a.yaml]\n"},
                          {"/p/shop/a.yaml", "include: [compose.yaml]\nservices: {a: {image: y}}\n"}};
  CHECK(only_error(load(options_for(), files)) ==
        "files include each other in a circle: compose.yaml includes a.yaml includes compose.yaml");
  CHECK(
      only_error(load_one("services: {a: {image: x, depends_on: [b]}, b: {image: x, depends_on: [a]}}\n")) ==
      "services wait for each other in a circle: a -> b -> a");
}

TEST_CASE("an included file has its own folder and .env, and must not contradict") {
  const MemoryFiles files{{"/p/shop/compose.yaml", "include: [sub/c.yaml]\nservices: {s: {image: x}}\n"},
                          {"/p/shop/sub/.env", "V=own\n"},
                          {"/p/shop/sub/c.yaml", "services: {t: {image: $V, build: .}}\n"}};
  const Project project = good(load(options_for(), files));
  CHECK(service(project, "t") ==
        R"({"build":{"context":"/p/shop/sub","dockerfile":"Dockerfile"},"image":"own"})");
  const MemoryFiles clash{{"/p/shop/compose.yaml", "include: [c.yaml]\nservices: {s: {image: x}}\n"},
                          {"/p/shop/c.yaml", "services: {s: {image: y}}\n"}};
  const LoadResult result = load(options_for(), clash);
  REQUIRE(result.errors.size() == 1);
  CHECK(result.errors[0].mark.source->name == "compose.yaml");
  CHECK(result.errors[0].related_mark.source->name == "c.yaml");
}

TEST_CASE("profiles disable services, and naming one activates its profile") {
  const std::string text =
      "services: {a: {image: x}, b: {image: x, profiles: [p], depends_on: [a]}, c: {image: x, profiles: "
      "[q]}}\n";
  CHECK(good(load_one(text)).model.find("services")->as_map().size() == 1);
  LoadOptions options = options_for();
  options.services = {"b"};
  const Project project = good(load(options, MemoryFiles{{"/p/shop/compose.yaml", text}}));
  CHECK(project.model.find("services")->as_map().size() == 2);
  CHECK(project.disabled_services.as_map().contains("c"));
}

TEST_CASE("a service is enabled by its name alone, with what it needs, and its profile stays inactive") {
  const std::string text =
      "services:\n"
      "  web: {image: x}\n"
      "  shell: {image: x, profiles: [tools], depends_on: [db]}\n"
      "  db: {image: x, profiles: [tools, more]}\n"
      "  extra: {image: x, profiles: [tools]}\n"
      "  far: {image: x, profiles: [far], depends_on: [extra]}\n";
  LoadOptions options = options_for();
  options.by_name = {"shell", "gone", "web"};
  const MemoryFiles files{{"/p/shop/compose.yaml", text}};
  const Project project = good(load(options, files));
  std::string enabled;
  for (const Entry& entry : project.model.find("services")->as_map()) enabled += entry.key + " ";
  CHECK(enabled == "db shell web ");
  CHECK(project.profiles.empty());
  CHECK(project.disabled_services.as_map().size() == 2);
  // Who reads the release later knows who was named.
  using Names = std::vector<std::string>;
  CHECK(services_by_name(to_json(project.model), {}) == Names{"db", "shell"});
  CHECK(services_by_name(to_json(project.model), {"tools"}).empty());
  CHECK(services_by_name("", {}).empty());
  options.by_name = {"far"};
  CHECK(only_error(load(options, files)) ==
        "services.far: it depends on \"extra\", which no active profile enables");
}

TEST_CASE("everything that is wrong is found in one run, in the order of lines") {
  const LoadResult result = load_one(
      "services:\n"
      "  web:\n"
      "    imge: nginx\n"
      "    environment: {A: \"${NEED:?}\"}\n"
      "    depends_on: [dbb]\n"
      "    stop_grace_period: 1x\n"
      "  db:\n"
      "    image: y\n"
      "    networks: [front]\n");
  std::vector<int> lines;
  for (const Diagnostic& error : result.errors) lines.push_back(error.mark.line);
  CHECK(lines == std::vector<int>{3, 4, 5, 6, 9});
}

TEST_CASE("a chain of services is not followed for ever, and one of any length is checked") {
  std::string chain = "services:\n";
  for (int i = 0; i < 3000; ++i)
    chain += "  s" + std::to_string(i) + ": {image: x, depends_on: [s" + std::to_string(i + 1) + "]}\n";
  chain += "  s3000: {image: x}\n";
  CHECK(load_one(chain).ok());
  std::string extends = "services:\n";
  for (int i = 0; i < 300; ++i)
    extends += "  s" + std::to_string(i) + ": {extends: s" + std::to_string(i + 1) + "}\n";
  extends += "  s300: {image: x}\n";
  CHECK_FALSE(load_one(extends).ok());
}

TEST_CASE("a device is no file") {
  MemoryFiles files{{"/p/shop/compose.yaml", "services: {a: {image: x, env_file: /dev/zero}}\n"}};
  files.write_device("/dev/zero");
  CHECK_FALSE(load(options_for(), files).ok());
}

TEST_CASE("the null device is an env file without variables, wherever one is named") {
  MemoryFiles files{{"/p/shop/compose.yaml",
                     "include: [{path: sub/c.yaml, env_file: /dev/null}]\n"
                     "services: {a: {image: x, env_file: [/dev/null, link.env, empty.env]}}\n"},
                    {"/p/shop/empty.env", ""},
                    {"/p/shop/.env", "V=outer\n"},
                    {"/p/shop/sub/.env", "V=own\n"},
                    {"/p/shop/sub/c.yaml", "services: {t: {image: '${V:-none}'}}\n"}};
  files.write_device("/dev/null");
  files.link("/p/shop/link.env", "/dev/null");
  CHECK(service(good(load(options_for(), files)), "t") == R"({"image":"outer"})");
  CHECK(service(good(load(options_for(), files)), "a").find("\"environment\"") == std::string::npos);
  LoadOptions options = options_for();
  options.env_files = {"/dev/null"};
  CHECK(service(good(load(options, files)), "t") == R"({"image":"none"})");
}

TEST_CASE("a pipe, another device or a folder is no env file, and is not waited for") {
  for (const std::string file : {"/p/shop/pipe", "/p/shop/folder"}) {
    MemoryFiles files{{"/p/shop/compose.yaml", "services: {a: {image: x, env_file: " + file + "}}\n"},
                      {"/p/shop/folder/x", ""}};
    files.write_device("/p/shop/pipe");
    CHECK(only_error(load(options_for(), files)).find(file) != std::string::npos);
    MemoryFiles included{{"/p/shop/compose.yaml", "include: [{path: c.yaml, env_file: " + file + "}]\n"},
                         {"/p/shop/c.yaml", "services: {a: {image: x}}\n"},
                         {"/p/shop/folder/x", ""}};
    included.write_device("/p/shop/pipe");
    CHECK(only_error(load(options_for(), included)).find(file) != std::string::npos);
    LoadOptions options = options_for();
    options.env_files = {file};
    CHECK_FALSE(load(options, included).ok());
  }
}

TEST_CASE("a configuration survives being kept as text") {
  const Project project =
      good(load_one("services: {a: {image: x, cpus: 0.1, mem_limit: 1.5g, labels: {k: \"ü\"}}}\nx-more: {a: "
                    "[1, 2.5, null]}\n"));
  const Result<Node> back = node_from_json(to_json(project.model));
  REQUIRE(back.ok());
  CHECK(*back == project.model);
  CHECK(to_go_json(to_printed(*back, PrintStyle::json), {}) ==
        to_go_json(to_printed(project.model, PrintStyle::json), {}));
}

TEST_CASE("what a few words stand for has a limit") {
  const auto first_error = [](const std::string& text) {
    const LoadResult result = load_one(text);
    REQUIRE(!result.errors.empty());
    return result.errors.front().message;
  };
  const std::string message = "with this the files grow beyond 96 MiB by what they copy, count up and put in";
  std::string ranges = "services:\n";
  for (int i = 0; i < 5; ++i)
    ranges += "  s" + std::to_string(i) + ": {image: x, ports: ['1-65535:1-65535']}\n";
  CHECK(first_error(ranges) == message);
  std::string copies = "services:\n  base:\n    image: x\n    environment:\n";
  for (int i = 0; i < 2000; ++i) copies += "      K" + std::to_string(i) + ": v\n";
  for (int i = 0; i < 1000; ++i) copies += "  s" + std::to_string(i) + ": {extends: base}\n";
  CHECK(first_error(copies) == message);
  std::string documents = "services: {a: {image: x}}\n";
  for (int i = 0; i < 1000; ++i) documents += "---\n{}\n";
  CHECK(first_error(documents) == "more than 1000 documents are merged");
}

TEST_CASE("without interpolation nothing is taken from the environment") {
  LoadOptions options = options_for();
  options.interpolate = false;
  options.environment["A"] = "1";
  const Project project =
      good(load(options, MemoryFiles{{"/p/shop/compose.yaml",
                                      "services: {a: {image: '$A', environment: [A], networks: [n]}}\n"
                                      "networks: {n: }\nconfigs: {c: {environment: A}}\n"}}));
  CHECK(service(project, "a") == R"({"image":"$A","environment":["A"]})");
  CHECK(project.model.find("configs")->find("c")->find("content") == nullptr);
}

TEST_CASE("a service that is named is enabled like any other, and what it needs must be too") {
  const MemoryFiles files{{"/p/shop/compose.yaml",
                           "services:\n"
                           "  web: {image: x, profiles: [front], env_file: web.env}\n"
                           "  debug: {image: x, profiles: [debug], depends_on: [web]}\n"
                           "  other: {image: x}\n"},
                          {"/p/shop/web.env", "A=1\n"}};
  LoadOptions options = options_for();
  options.services = {"web"};
  const Project project = good(load(options, files));
  CHECK(project.model.find("services")->as_map().size() == 1);
  CHECK(to_json(*project.model.find("services")->find("web")->find("environment")) == R"({"A":"1"})");
  options.services = {"debug"};
  CHECK(only_error(load(options, files)) ==
        "services.debug: it depends on \"web\", which no active profile enables");
  options.check_consistency = false;
  CHECK(only_error(load(options, files)) == "no such service: web");
}

TEST_CASE("what a variable gives to a secret or config is taken into the configuration, and is not printed") {
  LoadOptions options = options_for();
  options.environment["TOKEN"] = "t0p";
  options.environment["EMPTY"] = "";
  options.require_values = true;
  const MemoryFiles files{{"/p/shop/compose.yaml",
                           "services: {web: {image: nginx, secrets: [token], configs: [mode, none]}}\n"
                           "secrets: {token: {environment: TOKEN}}\n"
                           "configs: {mode: {environment: MODE}, none: {environment: EMPTY}}\n"},
                          {"/p/shop/.env", "MODE=m0de\n"}};
  const Project project = good(load(options, files));
  CHECK(project.model.find("secrets")->find("token")->find("content")->as_text() == "t0p");
  CHECK(project.model.find("configs")->find("mode")->find("content")->as_text() == "m0de");
  CHECK(project.model.find("configs")->find("none")->find("content")->as_text().empty());
  for (const PrintStyle style : {PrintStyle::yaml, PrintStyle::hash_v2}) {
    const std::string printed = to_json(to_printed(project.model, style));
    CHECK(printed.find("t0p") == std::string::npos);
    CHECK(printed.find("m0de") == std::string::npos);
    CHECK(printed.find("content") == std::string::npos);
    CHECK(printed.find("x-#") == std::string::npos);
  }
}

TEST_CASE("a variable of an included secret is looked up in the folder of its file") {
  const MemoryFiles files{
      {"/p/shop/compose.yaml", "include: [part/compose.yaml]\nservices: {}\n"},
      {"/p/shop/part/compose.yaml",
       "services: {web: {image: nginx, secrets: [token]}}\nsecrets: {token: {environment: TOKEN}}\n"},
      {"/p/shop/part/.env", "TOKEN=inner\n"}};
  const Project project = good(load(options_for(), files));
  CHECK(project.model.find("secrets")->find("token")->find("content")->as_text() == "inner");
}

TEST_CASE("a secret whose variable is not set is an error at its line, for who is about to start it") {
  const MemoryFiles files{{"/p/shop/compose.yaml",
                           "services:\n  web: {image: nginx, secrets: [token]}\n"
                           "secrets:\n  token:\n    environment: TOKEN\n  unused: {environment: OTHER}\n"}};
  LoadOptions options = options_for();
  CHECK(load(options, files).ok());
  options.require_values = true;
  options.all_resources = true;
  const LoadResult result = load(options, files);
  CHECK(only_error(result) == "secrets.token: the variable TOKEN is not set");
  CHECK(result.errors.front().mark.position().line == 5);
}
