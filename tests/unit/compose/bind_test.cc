#include "compose/bind/bind.h"

#include <doctest/doctest.h>

#include "unit/compose/bound.h"

namespace stackd::compose {
namespace {

using namespace testing;
using Texts = std::vector<std::string>;

TEST_CASE("an absent, an empty and a written command are three things") {
  CHECK_FALSE(service_of(R"("command":null)").command);
  CHECK(service_of(R"("command":[])").command == Texts{});
  CHECK(service_of(R"("entrypoint":["sh","-c","true"])").entrypoint == Texts{"sh", "-c", "true"});
}

TEST_CASE("a service that only builds is named after project and service") {
  Stack stack = stack_of(R"({"name":"shop","services":{"web":{"build":{"context":"/srv/shop"}}}})");
  const Service& web = stack.services.at("web");
  CHECK(web.image == "shop-web");
  CHECK(web.builds);
  CHECK(web.build_context == "/srv/shop");
}

TEST_CASE("a variable without a value stays apart from an empty one") {
  Service web = service_of(R"("environment":{"A":"1","B":"","C":null})");
  CHECK(web.environment.at("A") == "1");
  CHECK(web.environment.at("B") == "");
  CHECK_FALSE(web.environment.at("C"));
}

TEST_CASE("dependencies carry their condition") {
  Service web = service_of(R"("depends_on":{
      "db":{"condition":"service_healthy","restart":true,"required":true},
      "migrate":{"condition":"service_completed_successfully","required":true},
      "cache":{"condition":"service_started","required":false}})");
  CHECK(web.depends_on.at("db").condition == DependencyCondition::healthy);
  CHECK(web.depends_on.at("db").restart);
  CHECK(web.depends_on.at("migrate").condition == DependencyCondition::completed);
  CHECK(web.depends_on.at("cache").condition == DependencyCondition::started);
  CHECK_FALSE(web.depends_on.at("cache").required);
}

TEST_CASE("a health check's absent values stay absent") {
  Service web = service_of(R"("healthcheck":{"test":["CMD","true"],"interval":"1m30s","retries":0})");
  REQUIRE(web.health_check);
  CHECK(web.health_check->test == Texts{"CMD", "true"});
  CHECK(web.health_check->interval == std::chrono::seconds(90));
  CHECK(web.health_check->retries == 0);
  CHECK_FALSE(web.health_check->timeout);
  CHECK_FALSE(web.health_check->disabled);
  CHECK(service_of(R"("healthcheck":{"disable":true})").health_check->disabled);
  CHECK(service_of(R"("healthcheck":{"test":["NONE"]})").health_check->disabled);
  CHECK_FALSE(service_of(R"("tty":true)").health_check);
}

TEST_CASE("the restart word becomes a policy, and the engine's word for handing back") {
  struct Case {
    std::string body;
    RestartCondition condition;
    std::int64_t attempts_max;
    std::string engine;
  };
  const std::vector<Case> cases = {
      {R"("tty":true)", RestartCondition::no, 0, "no"},
      {R"("restart":"no")", RestartCondition::no, 0, "no"},
      {R"("restart":"always")", RestartCondition::always, 0, "always"},
      {R"("restart":"unless-stopped")", RestartCondition::unless_stopped, 0, "unless-stopped"},
      {R"("restart":"on-failure")", RestartCondition::on_failure, 0, "on-failure"},
      {R"("restart":"on-failure:3")", RestartCondition::on_failure, 3, "on-failure:3"},
      {R"("restart":"always","deploy":{"restart_policy":{"condition":"none"}})", RestartCondition::no, 0,
       "no"},
      {R"("deploy":{"restart_policy":{"condition":"on-failure","max_attempts":2}})",
       RestartCondition::on_failure, 2, "on-failure:2"},
      {R"("deploy":{"restart_policy":{"condition":"any"}})", RestartCondition::always, 0, "always"},
      {R"("deploy":{"restart_policy":{"delay":"5s"}})", RestartCondition::always, 0, "always"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.body);
    Service web = service_of(one.body);
    CHECK(web.restart.condition == one.condition);
    CHECK(web.restart.attempts_max == one.attempts_max);
    CHECK(web.engine_restart == one.engine);
  }
  Service web = service_of(R"("deploy":{"restart_policy":{"delay":"5s","window":"2m0s"}})");
  CHECK(web.restart.delay == std::chrono::seconds(5));
  CHECK(web.restart.window == std::chrono::minutes(2));
}

TEST_CASE("a restart word that no engine knows is an error") {
  for (const char* word : {"sometimes", "on-failure:", "on-failure:x", "on-failure:-1", ":3"}) {
    CAPTURE(word);
    CHECK(errors_of(with_service(R"("restart":")" + std::string(word) + "\"")).size() == 1);
  }
}

TEST_CASE("limits of deploy.resources count before the service's own words") {
  Service web = service_of(R"("cpus":0.5,"mem_limit":"1024","pids_limit":10,"mem_reservation":"512",
      "deploy":{"resources":{"limits":{"cpus":"1.5","memory":"2048","pids":20},"reservations":{"memory":"1024"}}})");
  CHECK(web.cpus == doctest::Approx(1.5));
  CHECK(web.memory_bytes == 2048);
  CHECK(web.pids_limit == 20);
  CHECK(web.memory_reservation_bytes == 1024);

  web = service_of(R"("cpus":0.5,"mem_limit":"1024","deploy":{"resources":{"limits":{}}})");
  CHECK(web.cpus == doctest::Approx(0.5));
  CHECK(web.memory_bytes == 1024);
  CHECK(service_of(R"("memswap_limit":"-1")").memory_swap_bytes == -1);
}

TEST_CASE("mounts of each kind keep what belongs to them") {
  Service web = service_of(R"("volumes":[
      {"type":"bind","source":"/srv/a","target":"/a","read_only":true,"bind":{"create_host_path":true,"selinux":"z"}},
      {"type":"volume","source":"data","target":"/data","volume":{"nocopy":true,"subpath":"x"}},
      {"type":"tmpfs","target":"/t","tmpfs":{"size":"1000000","mode":1023}},
      {"type":"volume","target":"/anonymous"},
      {"type":"image","source":"tools","target":"/tools","image":{"subpath":"bin"}}])");
  REQUIRE(web.mounts.size() == 5);
  CHECK(web.mounts[0].type == MountType::bind);
  CHECK(web.mounts[0].read_only);
  CHECK(web.mounts[0].bind->create_host_path);
  CHECK(web.mounts[0].bind->selinux == "z");
  CHECK(web.mounts[1].source == "data");
  CHECK(web.mounts[1].volume->nocopy);
  CHECK(web.mounts[1].volume->subpath == "x");
  CHECK(web.mounts[2].tmpfs->size_bytes == 1'000'000);
  CHECK(web.mounts[2].tmpfs->mode == 01777);
  CHECK(web.mounts[3].source.empty());
  CHECK_FALSE(web.mounts[3].volume);
  CHECK(web.mounts[4].image_subpath == "bin");
}

TEST_CASE("ports, addresses and networks come as they are written") {
  Service web = service_of(R"(
      "ports":[{"mode":"ingress","target":80,"published":"8080","protocol":"tcp","host_ip":"127.0.0.1"},
               {"mode":"ingress","target":53,"protocol":"udp"}],
      "extra_hosts":["db=10.0.0.2","db=10.0.0.3","six=::1"],
      "networks":{"default":null,"front":{},"back":{"aliases":["api"],"ipv4_address":"10.1.0.9","priority":7}})");
  REQUIRE(web.ports.size() == 2);
  CHECK(web.ports[0].published == "8080");
  CHECK(web.ports[0].host_ip == "127.0.0.1");
  CHECK(web.ports[1].protocol == "udp");
  CHECK(web.ports[1].published.empty());
  CHECK(web.extra_hosts.at("db") == Texts{"10.0.0.2", "10.0.0.3"});
  CHECK(web.extra_hosts.at("six") == Texts{"::1"});
  CHECK_FALSE(web.networks.at("default").declared);
  CHECK(web.networks.at("front").declared);
  CHECK(web.networks.at("back").aliases == Texts{"api"});
  CHECK(web.networks.at("back").ipv4_address == "10.1.0.9");
  CHECK(web.networks.at("back").priority == 7);
}

TEST_CASE("secrets and configs are mounted with their mode in octal") {
  Stack stack = stack_of(R"({"name":"shop",
      "services":{"web":{"image":"a","secrets":[{"source":"key","target":"/run/secrets/key","mode":"0440"}],
                         "configs":[{"source":"conf"}]}},
      "secrets":{"key":{"name":"shop_key","file":"/srv/key"}},
      "configs":{"conf":{"name":"shop_conf","content":""}}})");
  const Service& web = stack.services.at("web");
  CHECK(web.secrets.at(0).mode == 0440);
  CHECK_FALSE(web.configs.at(0).mode);
  CHECK(stack.secrets.at("key").file == "/srv/key");
  CHECK_FALSE(stack.secrets.at("key").content);
  CHECK(stack.configs.at("conf").content == "");
}

TEST_CASE("networks and volumes bear the names that the engine sees") {
  Stack stack = stack_of(R"({"name":"shop","services":{},
      "networks":{"default":{"name":"shop_default","ipam":{}},
                  "front":{"name":"proxy","external":true},
                  "back":{"name":"shop_back","driver":"bridge","internal":true,"enable_ipv6":false,
                          "ipam":{"driver":"default","config":[{"subnet":"10.1.0.0/24","gateway":"10.1.0.1"}]},
                          "x-stackd":{"join":"ready"}}},
      "volumes":{"data":{"name":"shop_data"},"old":{"external":true}}})");
  CHECK(stack.networks.at("default").name == "shop_default");
  CHECK_FALSE(stack.networks.at("default").enable_ipv6);
  CHECK(stack.networks.at("front").external);
  CHECK(stack.networks.at("back").internal);
  CHECK(stack.networks.at("back").enable_ipv6 == false);
  CHECK(stack.networks.at("back").ipam_pools.at(0).gateway == "10.1.0.1");
  CHECK(stack.networks.at("back").join_when_ready);
  CHECK(stack.volumes.at("data").name == "shop_data");
  CHECK(stack.volumes.at("old").name == "old");
}

TEST_CASE("devices, ulimits, block I/O and hooks are read") {
  Service web = service_of(R"(
      "devices":[{"source":"/dev/a","target":"/dev/b","permissions":"rwm"},
                 {"source":"vendor.com/gpu=0","target":"vendor.com/gpu=0","permissions":"rwm"}],
      "gpus":[{"count":-1}],
      "deploy":{"resources":{"reservations":{"devices":[{"capabilities":["tpu"],"device_ids":["1"]}]}}},
      "ulimits":{"nproc":65535,"nofile":{"soft":1,"hard":2},"core":{}},
      "blkio_config":{"weight":300,"device_read_bps":[{"Path":"/dev/sda","Rate":"1048576"}]},
      "post_start":[{"command":["true"],"user":"root","environment":{"A":"1"}}])");
  REQUIRE(web.devices.size() == 1);
  CHECK(web.devices[0].target == "/dev/b");
  REQUIRE(web.device_requests.size() == 3);
  CHECK(web.device_requests[0].driver == "cdi");
  CHECK(web.device_requests[1].capabilities == Texts{"tpu"});
  CHECK(web.device_requests[2].capabilities == Texts{"gpu"});
  CHECK(web.device_requests[2].count == -1);
  CHECK(web.ulimits.at("nproc").hard == 65535);
  CHECK(web.ulimits.at("nofile").soft == 1);
  CHECK(web.ulimits.at("core").hard == 0);
  CHECK(web.block_io->read_bps.at(0).rate == 1'048'576);
  CHECK(web.post_start.at(0).user == "root");
}

TEST_CASE("the number of containers is scale, then replicas, then one") {
  CHECK(service_of(R"("scale":0)").scale == 0);
  CHECK(service_of(R"("deploy":{"replicas":3})").scale == 3);
  CHECK(service_of(R"("tty":false)").scale == 1);
  CHECK(service_of(R"("deploy":{"mode":"replicated-job"})").replicated_job);
}

TEST_CASE("how a service is replaced has the specification's defaults") {
  Service web = service_of(R"("deploy":{"update_config":{"order":"start-first","parallelism":0,"delay":"10s",
      "monitor":"1m0s","failure_action":"continue"}})");
  CHECK(web.update.order == UpdateOrder::start_first);
  CHECK(web.update.parallelism == 0);
  CHECK(web.update.delay == std::chrono::seconds(10));
  CHECK(web.update.monitor == std::chrono::minutes(1));
  CHECK(web.update.failure_action == FailureAction::keep_going);
  CHECK(web.rollback.order == UpdateOrder::unset);
  CHECK(web.rollback.parallelism == 1);
  CHECK(web.rollback.monitor == std::chrono::seconds(5));
}

TEST_CASE("what one Linux host can't do is an error or a warning") {
  CHECK(errors_of(R"({"name":"shop","services":{"db":{"provider":{"type":"aws"}}}})").size() == 1);
  CHECK(errors_of(R"({"name":"shop","services":{"web":{"image":"a","secrets":[{"source":"key"}]}},
      "secrets":{"key":{"external":true}}})")
            .size() == 1);
  BindResult result = bound(with_service(R"("credential_spec":{"file":"x"},"models":{"m":null})"));
  CHECK(result.ok());
  CHECK(result.warnings.size() == 2);
}

TEST_CASE("an error is at the value that is wrong") {
  Source source{"compose.yaml", "", {}};
  Node model = tree(with_service(R"("mem_limit":"lots","tty":"no")"));
  Node& web = *model.find("services")->find("web");
  web.find("mem_limit")->set_mark(Mark{&source, 4, 16});
  web.find("tty")->set_mark(Mark{&source, 5, 10});
  BindResult result = bind(model, StackSource{});
  REQUIRE(result.errors.size() == 2);
  auto at = [&](int line) {
    for (const Diagnostic& error : result.errors)
      if (error.mark.line == line) return error.message;
    return std::string();
  };
  CHECK(at(4) == "mem_limit must be a whole number, not \"lots\"");
  CHECK(at(5) == "tty must be true or false, not \"no\"");
}

TEST_CASE("a tree of any shape gives a stack or errors, never a crash") {
  for (const char* json :
       {"null", "[]", "7", R"({"name":7,"services":[]})", R"({"name":"a","services":{"web":7}})",
        R"({"name":"a","services":{"web":null}})",
        R"({"name":"a","services":{"web":{"ports":[7],"volumes":["/a"],"deploy":[]}}})",
        R"({"name":"a","services":{"web":{"environment":[],"networks":7,"ulimits":{"a":[]}}}})",
        R"({"name":"a","networks":{"x":7},"volumes":[],"secrets":{"s":[]}})"}) {
    CAPTURE(json);
    BindResult result = bound(json);
    CHECK(result.ok() == result.errors.empty());
  }
}

TEST_CASE("a record of a release, which has no lines, is told by the names in it") {
  CHECK(errors_of(with_service(R"("tty":[])")) ==
        Texts{"service web: tty must be true or false, not a list"});
  CHECK(errors_of(R"({"name":"shop","services":{},"networks":{"back":{"internal":7}}})") ==
        Texts{"network back: internal must be true or false, not 7"});
}

TEST_CASE("where the stack was read goes along") {
  BindResult result = bind(tree(with_service(R"("tty":true)")), StackSource{.working_dir = "/srv/shop"});
  REQUIRE(result.ok());
  CHECK(result.stack->source.working_dir == "/srv/shop");
}

TEST_CASE("services, networks and volumes carry what Compose hashes") {
  Stack stack = stack_of(
      R"({"name":"shop","services":{"web":{"image":"nginx","network_mode":"service:db","command":null,
      "entrypoint":null},"db":{"image":"postgres","command":null,"entrypoint":null}},
      "networks":{"default":{"name":"shop_default","ipam":{}}},"volumes":{"data":{"name":"shop_data"}}})");
  CHECK(stack.services.at("web").hash_text.find("\x01"
                                                "container:db\x01") != std::string::npos);
  CHECK(stack.services.at("db").hash_text.find("\"image\":\"postgres\"") != std::string::npos);
  CHECK(stack.networks.at("default").config_hash.size() == 64);
  CHECK(stack.volumes.at("data").config_hash.size() == 64);
}

}  // namespace
}  // namespace stackd::compose
