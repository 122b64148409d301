#include "engine/docker_create.h"

#include <doctest/doctest.h>

#include "engine/content_files.h"
#include "shop.h"

namespace stackd::engine {
namespace {

using testing::Shop;

TEST_CASE("a plain service gets Compose's labels, two of ours and no restart policy") {
  Shop shop;
  shop.web().labels = {{"a", "b"}, {"com.docker.compose.project", "other"}};
  shop.web().depends_on["db"] = Dependency{DependencyCondition::healthy, true, true};
  shop.web().depends_on["job"] = Dependency{DependencyCondition::completed, false, true};
  CHECK(
      shop.config("Labels") ==
      R"({"a":"b","com.docker.compose.config-hash":"hh","com.docker.compose.container-number":"1",)"
      R"("com.docker.compose.depends_on":"db:service_healthy:true,job:service_completed_successfully:false",)"
      R"("com.docker.compose.image":"sha256:11","com.docker.compose.oneoff":"False",)"
      R"("com.docker.compose.project":"shop",)"
      R"("com.docker.compose.project.config_files":"/srv/shop/compose.yaml",)"
      R"("com.docker.compose.project.working_dir":"/srv/shop","com.docker.compose.service":"web",)"
      R"("com.docker.compose.version":"2.40.3","io.stackd.release":"4","io.stackd.role":"service"})");
  CHECK(shop.host("RestartPolicy") == R"({"Name":"no"})");
  CHECK(shop.config("Cmd") == "absent");
  CHECK(shop.config("AttachStdout") == "true");
  CHECK(shop.host("OomKillDisable") == "false");
}

TEST_CASE("a one-off has a slug but no number, and only its own name as alias") {
  Shop shop;
  shop.spec.oneoff = true;
  shop.spec.number = 0;
  shop.spec.slug = "abcd";
  shop.spec.name = "shop-web-run-abcd";
  shop.spec.command = std::vector<std::string>{"migrate"};
  const std::string labels = shop.config("Labels");
  CHECK(labels.find("container-number") == std::string::npos);
  CHECK(labels.find(R"("com.docker.compose.oneoff":"True")") != std::string::npos);
  CHECK(labels.find(R"("com.docker.compose.slug":"abcd")") != std::string::npos);
  CHECK(shop.config("Cmd") == R"(["migrate"])");
  CHECK(to_text(shop.endpoint("shop_default").at("Aliases")) == R"(["shop-web-run-abcd"])");
}

TEST_CASE("a hook's container sees what the service's does, and passes for nothing but a hook") {
  Shop shop;
  shop.web().environment = {{"A", "service"}, {"B", "service"}};
  shop.web().entrypoint = std::vector<std::string>{"entry"};
  shop.spec.oneoff = true;
  shop.spec.role = "hook";
  shop.spec.name = "shop-web-pre_start-1";
  shop.spec.volumes_of = "abcd";
  shop.spec.compose_version = "5.1.0";
  Hook hook;
  hook.command = {"prepare", "it"};
  hook.environment = {{"B", "hook"}};
  hook.user = "root";
  hook.working_dir = "/data";
  hook.privileged = true;
  shop.spec.hook = hook;
  CHECK(shop.config("Cmd") == R"(["prepare","it"])");
  CHECK(shop.config("Entrypoint") == "absent");
  CHECK(shop.config("Env") == R"(["A=service","B=hook"])");
  CHECK(shop.config("User") == "\"root\"");
  CHECK(shop.config("WorkingDir") == "\"/data\"");
  CHECK(
      shop.config("Labels") ==
      R"({"com.docker.compose.hook":"pre_start","com.docker.compose.project":"shop",)"
      R"("com.docker.compose.service":"web","com.docker.compose.version":"5.1.0","io.stackd.role":"hook"})");
  CHECK(shop.host("VolumesFrom") == R"(["abcd"])");
  CHECK(shop.host("Privileged") == "true");
  CHECK(shop.host("RestartPolicy") == "absent");
  CHECK(to_text(shop.endpoint("shop_default").at("Aliases")) == R"(["shop-web-pre_start-1"])");
}

TEST_CASE("the version label is that of whoever made the project") {
  Shop shop;
  CHECK(shop.config("Labels").find(R"("com.docker.compose.version":"2.40.3")") != std::string::npos);
  shop.spec.compose_version = "5.1.0";
  CHECK(shop.config("Labels").find(R"("com.docker.compose.version":"5.1.0")") != std::string::npos);
}

TEST_CASE("a replacement under a temporary name answers to the final one") {
  Shop shop;
  shop.spec.name = "0123456789ab_shop-web-1";
  shop.spec.final_name = "shop-web-1";
  shop.spec.replaces = "0123456789ab";
  shop.web().networks["default"].aliases = {"www"};
  CHECK(shop.create()->name == "0123456789ab_shop-web-1");
  CHECK(to_text(shop.endpoint("shop_default").at("Aliases")) == R"(["shop-web-1","web","www"])");
  CHECK(shop.config("Labels").find(R"("com.docker.compose.replace":"web-1")") != std::string::npos);
}

Mount mount(MountType type, const std::string& source, const std::string& target) {
  Mount made;
  made.type = type;
  made.source = source;
  made.target = target;
  return made;
}

TEST_CASE("plain volumes and folders are binds, what has options is a mount") {
  Shop shop;
  shop.stack.volumes["data"].name = "shop_data";
  Mount folder = mount(MountType::bind, "/srv/www", "/www");
  folder.read_only = true;
  folder.bind = Mount::Bind{.selinux = "z", .create_host_path = true};
  Mount strict = mount(MountType::bind, "/srv/conf", "/conf");
  strict.bind = Mount::Bind{};
  Mount nocopy = mount(MountType::volume, "data", "/nocopy");
  nocopy.volume = Mount::Volume{.nocopy = true};
  Mount memory = mount(MountType::tmpfs, "", "/run");
  memory.tmpfs = Mount::Tmpfs{.size_bytes = 1024, .mode = 01777};
  shop.web().mounts = {folder,
                       strict,
                       nocopy,
                       memory,
                       mount(MountType::bind, "/srv/long", "/long"),
                       mount(MountType::volume, "data", "/data"),
                       mount(MountType::volume, "", "/anonymous")};
  CHECK(shop.host("Binds") == R"(["/srv/www:/www:ro,z","/srv/long:/long:rw","shop_data:/data:rw"])");
  CHECK(shop.host("Mounts") ==
        R"([{"Type":"bind","Source":"/srv/conf","Target":"/conf","BindOptions":{}},)"
        R"({"Type":"volume","Source":"shop_data","Target":"/nocopy","VolumeOptions":{"NoCopy":true}},)"
        R"({"Type":"tmpfs","Target":"/run","TmpfsOptions":{"SizeBytes":1024,"Mode":1023}},)"
        R"({"Type":"volume","Target":"/anonymous"}])");
}

TEST_CASE("anonymous volumes are taken over by name, unless the file mounts something there") {
  Shop shop;
  shop.stack.volumes["data"].name = "shop_data";
  shop.spec.inherited = {ObservedMount{"volume", "aaaa", "/host/a", "/anonymous", true},
                         ObservedMount{"volume", "bbbb", "/host/b", "/data", true},
                         ObservedMount{"volume", "cccc", "/host/c", "/image", false}};
  shop.web().mounts = {mount(MountType::volume, "", "/anonymous"), mount(MountType::volume, "data", "/data")};
  CHECK(shop.host("Mounts") == R"([{"Type":"volume","Source":"aaaa","Target":"/anonymous"},)"
                               R"({"Type":"volume","Source":"cccc","Target":"/image","ReadOnly":true}])");
  CHECK(shop.host("Binds") == R"(["shop_data:/data:rw"])");
}

TEST_CASE("secrets and configs with a file are mounted, those with contents are files to put in") {
  Shop shop;
  FileDefinition from_file;
  from_file.key = "token";
  from_file.file = "/srv/token";
  FileDefinition inlined;
  inlined.key = "site";
  inlined.content = "text";
  shop.stack.secrets["token"] = from_file;
  shop.stack.configs["site"] = inlined;
  shop.stack.configs["file"] = from_file;
  FileReference secret;
  secret.source = "token";
  FileReference config;
  config.source = "site";
  config.uid = "101";
  config.mode = 0440;
  FileReference mounted;
  mounted.source = "file";
  mounted.target = "etc/x";
  shop.web().secrets = {secret};
  shop.web().configs = {config, mounted};
  CHECK(
      shop.host("Mounts") ==
      R"([{"Type":"bind","Source":"/srv/token","Target":"/run/secrets/token","ReadOnly":true,"BindOptions":{}},)"
      R"({"Type":"bind","Source":"/srv/token","Target":"/etc/x","ReadOnly":true}])");

  Result<std::vector<ContainerFile>> files = content_files(shop.stack, shop.web());
  REQUIRE(files.ok());
  REQUIRE(files->size() == 1);
  CHECK(files->front().path == "/site");
  CHECK(files->front().content == "text");
  CHECK(files->front().mode == 0440);
  CHECK(files->front().uid == 101);

  shop.web().read_only = true;
  CHECK_FALSE(content_files(shop.stack, shop.web()).ok());
  shop.stack.secrets["token"].external = true;
  CHECK(shop.failure().find("external") != std::string::npos);
}

TEST_CASE("a secret whose variable is not set is an error that names it") {
  Shop shop;
  shop.stack.secrets["token"].key = "token";
  shop.stack.secrets["token"].environment = "TOKEN";
  FileReference secret;
  secret.source = "token";
  shop.web().secrets = {secret};
  Result<std::vector<ContainerFile>> files = content_files(shop.stack, shop.web());
  REQUIRE_FALSE(files.ok());
  CHECK(files.error().message == "secret token: environment variable \"TOKEN\" is not set");
}

TEST_CASE("the engine's socket comes with the place of a login file") {
  Shop shop;
  shop.web().use_api_socket = true;
  CHECK(shop.host("Binds") == R"(["/var/run/docker.sock:/var/run/docker.sock:rw"])");
  CHECK(shop.config("Env") == R"(["DOCKER_CONFIG=/run/secrets/docker"])");
}

TEST_CASE("limits, devices and privileges are sent as the engine wants them") {
  Shop shop;
  Service& web = shop.web();
  web.cpus = 0.1;
  web.memory_bytes = 1 << 20;
  web.pids_limit = 7;
  web.cap_add = {"net_admin", "CAP_KILL", "NET_ADMIN", "all"};
  web.devices = {{"/dev/null", "/dev/x", "rwm"}, {"vendor.com/gpu=0", "vendor.com/gpu=0", ""}};
  web.device_requests = {DeviceRequest{"nvidia", -1, {}, {"gpu"}, {}}};
  web.ulimits["nofile"] = Ulimit{10, 20};
  web.security_opt = {"no-new-privileges", "systempaths=unconfined"};
  web.sysctls = {{"net.core.somaxconn", "1"}};
  web.extra_hosts = {{"a", {"1.2.3.4", "::1"}}};
  web.tmpfs = {"/run:size=1m", "/tmp"};
  web.init = true;
  CHECK(shop.host("NanoCpus") == "100000000");
  CHECK(shop.host("Memory") == "1048576");
  CHECK(shop.host("PidsLimit") == "7");
  CHECK(shop.host("CapAdd") == R"(["ALL","CAP_KILL","CAP_NET_ADMIN"])");
  CHECK(shop.host("Devices") ==
        R"([{"PathOnHost":"/dev/null","PathInContainer":"/dev/x","CgroupPermissions":"rwm"}])");
  CHECK(shop.host("DeviceRequests") == R"([{"Driver":"nvidia","Count":-1,"Capabilities":[["gpu"]]},)"
                                       R"({"Driver":"cdi","DeviceIDs":["vendor.com/gpu=0"]}])");
  CHECK(shop.host("Ulimits") == R"([{"Name":"nofile","Hard":20,"Soft":10}])");
  CHECK(shop.host("SecurityOpt") == R"(["no-new-privileges"])");
  CHECK(shop.host("MaskedPaths") == "[]");
  CHECK(shop.host("ExtraHosts") == R"(["a:1.2.3.4","a:::1"])");
  CHECK(shop.host("Tmpfs") == R"({"/run":"size=1m","/tmp":""})");
  CHECK(shop.host("Init") == "true");
  web.security_opt = {"nonsense"};
  CHECK(shop.failure().find("security_opt") != std::string::npos);
}

TEST_CASE("ports, health check, environment and grace are sent") {
  Shop shop;
  Service& web = shop.web();
  web.ports = {{"127.0.0.1", 80, "8080", "tcp"}, {"", 80, "", "tcp"}, {"", 53, "5300-5310", "udp"}};
  web.expose = {"3000"};
  web.environment = {{"A", "1"}, {"B", std::nullopt}};
  web.stop_grace_period = std::chrono::milliseconds(1999);
  HealthCheck check;
  check.test = {"CMD", "true"};
  check.interval = std::chrono::seconds(2);
  check.start_period = std::chrono::seconds(1);
  check.start_interval = std::chrono::milliseconds(500);
  web.health_check = check;
  CHECK(shop.host("PortBindings") ==
        R"({"80/tcp":[{"HostIp":"127.0.0.1","HostPort":"8080"},{"HostIp":"","HostPort":""}],)"
        R"("53/udp":[{"HostIp":"","HostPort":"5300-5310"}]})");
  CHECK(shop.config("ExposedPorts") == R"({"3000":{},"80/tcp":{},"53/udp":{}})");
  CHECK(shop.config("Env") == R"(["A=1","B"])");
  CHECK(shop.config("StopTimeout") == "1");
  CHECK(shop.config("Healthcheck") ==
        R"({"Test":["CMD","true"],"Interval":2000000000,"StartPeriod":1000000000})");
  shop.api = ApiVersion{1, 44};
  CHECK(shop.config("Healthcheck").find("\"StartInterval\":500000000") != std::string::npos);
  web.health_check->disabled = true;
  CHECK(shop.config("Healthcheck").find(R"("Test":["NONE"])") != std::string::npos);
}

TEST_CASE("what an engine is too old for is an error before anything is made") {
  Shop shop;
  shop.web().networks["default"].interface_name = "eth7";
  CHECK(shop.failure().find("28.1") != std::string::npos);
  Shop images;
  images.web().mounts = {mount(MountType::image, "other:1", "/other")};
  CHECK(images.failure().find("28") != std::string::npos);
}

TEST_CASE("a restart policy is read from its word") {
  CHECK(to_text(json::value(*restart_policy_update("on-failure:3"))) ==
        R"({"RestartPolicy":{"Name":"on-failure","MaximumRetryCount":3}})");
  CHECK(to_text(json::value(*restart_policy_update("no"))) == R"({"RestartPolicy":{"Name":"no"}})");
  CHECK_FALSE(restart_policy_update("on-failure:many").ok());
}

}  // namespace
}  // namespace stackd::engine
