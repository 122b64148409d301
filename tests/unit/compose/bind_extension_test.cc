// The words that only stackd reads, and what can't work with them.
#include <doctest/doctest.h>

#include "compose/bind/bind.h"
#include "unit/compose/bound.h"

namespace stackd::compose {
namespace {

using namespace testing;
using Texts = std::vector<std::string>;

TEST_CASE("what only stackd reads is bound at all three places") {
  Stack stack = stack_of(R"({"name":"shop","x-stackd":{"deadline":"2m","releases":{"keep":3,"logs":"64m"}},
      "services":{"web":{"image":"a","x-stackd":{"job":true,"timeout":"5m","singleton":true,"probe":"engine",
          "migration":{"reversible":false},
          "pre_deploy":{"command":["./check"],"timeout":"1m"}}}}})");
  CHECK(stack.extension.deadline == std::chrono::minutes(2));
  CHECK(stack.extension.releases_keep == 3);
  CHECK(stack.extension.releases_logs_bytes == 64 * 1024 * 1024);
  const ServiceExtension& web = stack.services.at("web").extension;
  CHECK(web.job);
  CHECK(web.timeout == std::chrono::minutes(5));
  CHECK(web.singleton);
  CHECK(web.probe_by_engine);
  CHECK_FALSE(web.migration_reversible);
  CHECK(web.pre_deploy->command == Texts{"./check"});
  CHECK(web.pre_deploy->timeout == std::chrono::minutes(1));

  Stack plain = stack_of(with_service(R"("tty":true)"));
  CHECK(plain.extension.deadline == std::chrono::minutes(10));
  CHECK(plain.services.at("web").extension.migration_reversible);
}

TEST_CASE("how a service takes in changed configuration while it runs") {
  const Stack by_command = stack_of(with_service(R"("x-stackd":{"reload":{"command":["caddy","reload"]}})"));
  CHECK(by_command.services.at("web").extension.reload->command == Texts{"caddy", "reload"});
  const Stack by_signal = stack_of(with_service(R"("x-stackd":{"reload":{"signal":"SIGHUP"}})"));
  CHECK(by_signal.services.at("web").extension.reload->signal == "SIGHUP");
  CHECK(by_signal.services.at("web").extension.reload->command.empty());
}

TEST_CASE("what has to answer before a release is live") {
  const Stack stack = stack_of(R"({"name":"shop","services":{},"x-stackd":{"verify":[
      {"url":"https://shop.example/health","status":204,"within":"1m","resolve":"127.0.0.1"},
      {"url":"http://[::1]:8080"}]}})");
  REQUIRE(stack.extension.verify.size() == 2);
  const Verify& first = stack.extension.verify[0];
  CHECK(first.url == "https://shop.example/health");
  CHECK(first.status == 204);
  CHECK(first.within == std::chrono::minutes(1));
  CHECK(first.resolve == "127.0.0.1");
  const Verify& second = stack.extension.verify[1];
  CHECK(second.status == 200);
  CHECK(second.within == std::chrono::seconds(30));
  CHECK(second.resolve == "");
}

TEST_CASE("an address that can't be asked is an error") {
  for (const char* body :
       {R"("http://localhost/")", R"([{"status":200}])", R"([{"url":"localhost"}])",
        R"([{"url":"ftp://h/"}])", R"([{"url":"http:///x"}])", R"([{"url":"http://:80/"}])",
        R"([{"url":"http://h:0/"}])", R"([{"url":"http://h:99999/"}])", R"([{"url":"http://u:p@h/"}])",
        R"([{"url":"http://h/a b"}])", R"([{"url":"http://[h]/"}])", R"([{"url":"http://[::1]80/"}])",
        R"([{"url":"http://h/","status":42}])", R"([{"url":"http://h/","within":"0s"}])",
        R"([{"url":"http://h/","resolve":"localhost"}])", R"([{"url":"http://h/","timeout":"1s"}])"}) {
    CAPTURE(body);
    const BindResult result =
        bound(R"({"name":"shop","services":{},"x-stackd":{"verify":)" + std::string(body) + "}}");
    CHECK(result.errors.size() == 1);
  }
}

TEST_CASE("an unknown key of ours names the nearest known one, and a later one says so") {
  BindResult result = bound(
      with_service(R"("x-stackd":{"singelton":true,"schedule":"0 3 * * *","watch":{"interval":"5m"}})"));
  REQUIRE(result.errors.size() == 3);
  CHECK(result.errors[0].message == "service web: unknown key \"singelton\" in x-stackd");
  CHECK(result.errors[0].advice == "did you mean \"singleton\"?");
  CHECK(result.errors[1].message == "service web: schedule is not supported yet");
  CHECK(result.errors[2].message == "service web: watch is not supported yet");
}

TEST_CASE("values of ours that mean nothing are errors") {
  for (const char* body : {R"({"deadline":"soon"})", R"({"deadline":"0s"})", R"({"releases":{"keep":0}})",
                           R"({"releases":{"logs":"many"}})", R"({"webhooks":[]})", R"([])", R"("x")"}) {
    CAPTURE(body);
    CHECK_FALSE(bound(R"({"name":"shop","services":{},"x-stackd":)" + std::string(body) + "}").ok());
  }
  for (const char* body :
       {R"({"probe":"never"})", R"({"reload":{}})", R"({"reload":{"signal":"HUP","command":["a"]}})",
        R"({"reload":{"signal":"HUPP"}})", R"({"reload":{"signal":"SIGTERM"}})",
        R"({"reload":{"command":[]}})", R"({"reload":{"comand":["a"]}})",
        R"({"job":true,"reload":{"signal":"HUP"}})", R"({"pre_deploy":{}})", R"({"job":"maybe"})",
        R"({"timeout":5})"}) {
    CAPTURE(body);
    CHECK_FALSE(bound(with_service(R"("x-stackd":)" + std::string(body))).ok());
  }
}

TEST_CASE("words that only a job is kept by are told of where there is none") {
  const std::string words = R"("x-stackd":{"timeout":"5m","migration":{"reversible":false})";
  const BindResult result = bound(with_service(words + "}"));
  CHECK(result.ok());
  CHECK(messages(result.warnings) ==
        Texts{"service web: timeout is for jobs only, and nobody waits for the completion of web",
              "service web: migration is for jobs only, and nobody waits for the completion of web"});
  CHECK(result.warnings[1].advice == "write job: true if it runs to its end, or take migration out");
  CHECK(bound(with_service(words + R"(,"job":true})")).warnings.empty());
  CHECK(bound(with_service(words + R"(},"deploy":{"mode":"replicated-job"})")).warnings.empty());
  CHECK(bound(R"({"name":"shop","services":{"migrate":{"image":"a",)" + words + R"(}},"web":{"image":"a",
      "depends_on":{"migrate":{"condition":"service_completed_successfully"}}}}})")
            .warnings.empty());
}

TEST_CASE("where nobody reads words of ours, they don't pass for read") {
  const BindResult volume =
      bound(R"({"name":"shop","services":{},"volumes":{"v":{"x-stackd":{"backup":true}}}})");
  REQUIRE(volume.errors.size() == 1);
  CHECK(volume.errors[0].message == "volume v: x-stackd has no meaning here");
  const BindResult misspelt = bound(with_service(R"("x-stakd":{"job":true},"x-other":1)"));
  REQUIRE(misspelt.warnings.size() == 1);
  CHECK(misspelt.warnings[0].advice == "did you mean \"x-stackd\"?");
}

TEST_CASE("a start-first that can't work is an error with its reason") {
  const std::string order = R"("deploy":{"update_config":{"order":"start-first"}})";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"("ports":[{"target":80,"published":"80","protocol":"tcp"}])", "it publishes host port 80"},
      {R"("container_name":"web")", "its container_name web can be taken once"},
      {R"("volumes":[{"type":"volume","source":"data","target":"/data"}])",
       "it may write to its mount /data"},
      {R"("volumes":[{"type":"bind","source":"/srv","target":"/srv"}])", "it may write to its mount /srv"},
      {R"("network_mode":"host")", "it is on the host's network"},
      {R"("network_mode":"container:x")", "it shares the namespace of container:x"},
      {R"("networks":{"a":{"ipv4_address":"10.0.0.2"}})", "it has the fixed address 10.0.0.2 on network a"},
      {R"("mac_address":"02:42:ac:11:00:02")", "it has the fixed address 02:42:ac:11:00:02"},
      {R"("devices":[{"source":"/dev/a","target":"/dev/a","permissions":"rwm"}])",
       "it uses the device /dev/a"},
      {R"("x-stackd":{"singleton":true})", "it is a singleton"},
  };
  for (const auto& [body, reason] : cases) {
    CAPTURE(body);
    CHECK(errors_of(with_service(body + "," + order)) ==
          Texts{"service web: start-first can't work for service web: " + reason});
  }
  for (const char* body :
       {R"("ports":[{"target":80,"protocol":"tcp"}])",
        R"("volumes":[{"type":"volume","source":"data","target":"/data","read_only":true}])",
        R"("networks":{"a":{"aliases":["b"]}})", R"("tmpfs":["/tmp"])"}) {
    CAPTURE(body);
    CHECK(bound(with_service(std::string(body) + "," + order)).ok());
  }
}

TEST_CASE("the owner of a shared namespace can't start first") {
  CHECK(errors_of(R"({"name":"shop","services":{
      "web":{"image":"a","deploy":{"update_config":{"order":"start-first"}}},
      "side":{"image":"b","network_mode":"service:web"}}})") ==
        Texts{"service web: start-first can't work for service web: service side shares its namespace"});
}

TEST_CASE("a service that is only on traffic networks could never become ready") {
  const std::string networks =
      R"("networks":{"front":{"name":"f","x-stackd":{"join":"ready"}},"back":{"name":"b"}})";
  CHECK_FALSE(
      bound(R"({"name":"shop","services":{"web":{"image":"a","networks":{"front":null}}},)" + networks + "}")
          .ok());
  CHECK(bound(R"({"name":"shop","services":{"web":{"image":"a","networks":{"front":null,"back":null}}},)" +
              networks + "}")
            .ok());
}

}  // namespace
}  // namespace stackd::compose
