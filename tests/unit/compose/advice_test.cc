#include "compose/advice/advice.h"

#include <doctest/doctest.h>
#include <map>

#include "compose/bind/bind.h"
#include "compose/read/git_index.h"
#include "compose/read/node_json.h"

namespace stackd::compose {
namespace {

struct FileHere {
  std::string text;
  bool readable_by_everybody = false;
};

class FilesHere final : public Files {
 public:
  std::map<std::string, FileHere> files;

  [[nodiscard]] FileKind kind(const std::string& path) const override {
    if (files.contains(path)) return FileKind::regular;
    auto below = files.lower_bound(path + "/");
    bool folder = below != files.end() && below->first.compare(0, path.size() + 1, path + "/") == 0;
    return folder ? FileKind::folder : FileKind::absent;
  }
  [[nodiscard]] bool is_symbolic_link(const std::string&) const override { return false; }
  [[nodiscard]] bool is_readable_by_everybody(const std::string& path) const override {
    return files.at(path).readable_by_everybody;
  }
  [[nodiscard]] Result<std::string> read(const std::string& path) const override {
    auto found = files.find(path);
    if (found == files.end()) return Error{ErrorKind::not_found, path};
    return found->second.text;
  }
  [[nodiscard]] Result<std::string> real_path(const std::string& path) const override { return path; }
  [[nodiscard]] Result<std::vector<std::string>> list(const std::string&) const override {
    return std::vector<std::string>();
  }
};

std::vector<Advice> advices(const std::string& json, const Files& files = FilesHere(),
                            const std::set<std::string>& ignored = {"unbounded-log"}) {
  Project project;
  Result<Node> model = node_from_json(json);
  REQUIRE(model);
  project.model = *std::move(model);
  project.directory = "/srv/shop";
  BindResult bound = bind(project.model, StackSource{});
  if (!bound.ok()) FAIL(bound.errors.front().message);
  return advise(project, *bound.stack, files, ignored);
}

// "name: message" of each.
std::vector<std::string> said(const std::vector<Advice>& given) {
  std::vector<std::string> lines;
  for (const Advice& advice : given) lines.push_back(advice.name + ": " + advice.diagnostic.message);
  return lines;
}

std::vector<std::string> said_of(const std::string& services) {
  return said(advices(R"({"name":"shop","services":{)" + services + "}}"));
}

using Lines = std::vector<std::string>;

TEST_CASE("a pg_isready without a host is advised against, one with a host is not") {
  CHECK(
      said_of(R"("db":{"image":"postgres:16","healthcheck":{"test":["CMD-SHELL","pg_isready -U shop"]}})") ==
      Lines{"socket-health-check: this pg_isready asks the socket only, where the image's set-up already "
            "answers"});
  for (const char* test :
       {R"(["CMD","pg_isready","-h","127.0.0.1"])", R"(["CMD-SHELL","pg_isready --host=db"])",
        R"(["CMD-SHELL","PGHOST=db pg_isready"])", R"(["CMD","true"])"}) {
    CAPTURE(test);
    CHECK(
        said_of(R"("db":{"image":"postgres:16","healthcheck":{"test":)" + std::string(test) + "}}").empty());
  }
  CHECK(said_of(R"("db":{"image":"postgres:16","environment":{"PGHOST":"db"},
                   "healthcheck":{"test":["CMD","pg_isready"]}})")
            .empty());
}

TEST_CASE("a service that others wait for should have a health check, a job need not") {
  const std::string web = R"("web":{"image":"a:1","depends_on":{"cache":{"condition":")";
  CHECK(said_of(web + R"(service_started"}}},"cache":{"image":"redis:7"})") ==
        Lines{"no-health-check: web waits for cache, which has no health check: it counts as ready when it "
              "runs"});
  CHECK(said_of(web + R"(service_completed_successfully"}}},"cache":{"image":"redis:7"})").empty());
  CHECK(said_of(web +
                R"(service_healthy"}}},"cache":{"image":"redis:7","healthcheck":{"test":["CMD","true"]}})")
            .empty());
}

TEST_CASE("an image without a version is advised against, unless it is built here") {
  for (const char* image : {"nginx", "nginx:latest", "localhost:5000/nginx"}) {
    CAPTURE(image);
    CHECK(said_of(R"("web":{"image":")" + std::string(image) + "\"}") ==
          Lines{"latest-tag: image " + std::string(image) + " may be another one at the next pull"});
  }
  for (const char* image : {"nginx:1.27", "nginx@sha256:00", "localhost:5000/nginx:1"}) {
    CAPTURE(image);
    CHECK(said_of(R"("web":{"image":")" + std::string(image) + "\"}").empty());
  }
  CHECK(said_of(R"("web":{"image":"shop","build":{"context":"."}})").empty());
}

TEST_CASE("logs without a limit are told once for all services that say nothing") {
  const std::string json = R"({"name":"shop","services":{
      "a":{"image":"a:1"},"b":{"image":"b:1"},
      "c":{"image":"c:1","logging":{"driver":"json-file"}},
      "d":{"image":"d:1","logging":{"driver":"json-file","options":{"max-size":"10m"}}},
      "e":{"image":"e:1","logging":{"driver":"journald"}}}})";
  CHECK(said(advices(json, FilesHere(), {})) ==
        Lines{"unbounded-log: the log of c grows without end",
              "unbounded-log: nothing limits the logs of a, b, unless the engine's own settings do"});
}

TEST_CASE("who keeps data needs time to stop") {
  const std::string db =
      R"("db":{"image":"postgres:16","volumes":[{"type":"volume","source":"data","target":"/d")";
  CHECK(said_of(db + "}]}") ==
        Lines{"short-stop: db keeps data in a volume and is killed 10 seconds after it was asked to stop"});
  CHECK(said_of(db + R"(}],"stop_grace_period":"1m0s"})").empty());
  CHECK(said_of(db + R"(,"read_only":true}]})").empty());
}

TEST_CASE("two writers of one volume are told, readers are not") {
  const std::string mount =
      R"("stop_grace_period":"1m0s","volumes":[{"type":"volume","source":"data","target":"/d")";
  CHECK(said_of(R"("a":{"image":"a:1",)" + mount + R"(}]},"b":{"image":"b:1",)" + mount + "}]}") ==
        Lines{"two-writers: volume data is written by a and b"});
  CHECK(said_of(R"("a":{"image":"a:1","scale":2,)" + mount + "}]}") ==
        Lines{"two-writers: 2 containers of a write to volume data"});
  CHECK(said_of(R"("a":{"image":"a:1",)" + mount + R"(}]},"b":{"image":"b:1",)" + mount +
                R"(,"read_only":true}]})")
            .empty());
}

TEST_CASE("a port for everybody is told, but for those of the web") {
  auto port = [](const std::string& body) {
    return said_of(R"("db":{"image":"a:1","ports":[{"target":5432,)" + body + "}]}");
  };
  CHECK(port(R"("published":"5432")") ==
        Lines{"open-port: port 5432 of db is open to everybody who reaches this host, past most firewalls"});
  CHECK(port(R"("published":"5432","host_ip":"0.0.0.0")").size() == 1);
  CHECK(port(R"("published":"5432","host_ip":"127.0.0.1")").empty());
  CHECK(port(R"("published":"443")").empty());
  CHECK(port(R"("protocol":"tcp")").empty());
}

TEST_CASE("a traffic network that would take the default route is told") {
  auto with = [](const std::string& front) {
    return said(
        advices(R"({"name":"shop","services":{"web":{"image":"a:1","networks":{"front":null,"back":null}}},
        "networks":{"back":{"name":"shop_back"},"front":)" +
                front + "}}"));
  };
  CHECK(with(R"({"name":"edge","x-stackd":{"join":"ready"}})").size() == 1);
  CHECK(with(R"({"name":"shop_front","x-stackd":{"join":"ready"}})").empty());
  CHECK(with(R"({"name":"edge","internal":true,"x-stackd":{"join":"ready"}})").empty());
  CHECK(with(R"({"name":"edge"})").empty());
}

TEST_CASE("one secret with two values is told without showing either") {
  std::vector<Advice> given = advices(R"({"name":"shop","services":{
      "db":{"image":"a:1","environment":{"DB_PASSWORD":"one","MODE":"x"}},
      "web":{"image":"a:1","environment":{"DB_PASSWORD":"two","MODE":"y"}}}})");
  CHECK(said(given) == Lines{"secret-differs: DB_PASSWORD has one value in db and another in web"});
  CHECK(to_text(given.front()).find("two\"") == std::string::npos);
  CHECK(said_of(R"("db":{"image":"a:1","environment":{"DB_PASSWORD":"one"}},
                   "web":{"image":"a:1","environment":{"DB_PASSWORD":"one"}})")
            .empty());
}

TEST_CASE("an empty secret is told, in the environment and in a file") {
  CHECK(said_of(R"("db":{"image":"a:1","environment":{"API_TOKEN":"","TOKEN_FILE":"","MODE":""}})") ==
        Lines{"empty-secret: API_TOKEN of db is empty"});
  FilesHere files;
  files.files["/srv/empty"] = {"\n"};
  files.files["/srv/full"] = {"x"};
  CHECK(said(advices(R"({"name":"shop","services":{},"secrets":{
      "a":{"file":"/srv/empty"},"b":{"file":"/srv/full"},"c":{"environment":"X","content":""}}})",
                     files)) == Lines{"empty-secret: secret a is empty", "empty-secret: secret c is empty"});
}

TEST_CASE("a file that a reload would not see is told, a folder is not") {
  FilesHere files;
  files.files["/srv/shop/Caddyfile"] = {"x"};
  files.files["/srv/shop/caddy/Caddyfile"] = {"x"};
  const auto with = [&](const std::string& source) {
    return said(advices(R"({"name":"shop","services":{"caddy":{"image":"caddy:2",
        "volumes":[{"type":"bind","source":")" +
                            source + R"(","target":"/etc/caddy","read_only":true}],
        "x-stackd":{"reload":{"signal":"USR1"}}}}})",
                        files));
  };
  CHECK(
      with("/srv/shop/Caddyfile") ==
      Lines{"reload-single-file: caddy mounts the file /srv/shop/Caddyfile by itself: a reload would not see "
            "its change, so caddy is replaced then"});
  CHECK(with("/srv/shop/caddy").empty());
}

// An index with one entry, as `git update-index` writes it.
std::string git_index(const std::string& name, char version = 2) {
  std::string index = std::string("DIRC\0\0\0", 7) + version + std::string("\0\0\0\1", 4);
  std::string entry(60, '\x11');
  entry += std::string("\0", 1) + static_cast<char>(name.size()) + name;
  entry.resize(entry.size() / 8 * 8 + 8, '\0');
  return index + entry + std::string(20, '\x22');
}

TEST_CASE("the index of git is read without git") {
  CHECK(index_has(git_index("app/.env"), "app/.env"));
  CHECK_FALSE(index_has(git_index("app/.env"), ".env"));
  for (const std::string& broken : {std::string(), std::string("DIRC"), git_index(".env", 4),
                                    git_index(".env").substr(0, 40), git_index(".env").substr(0, 75)})
    CHECK_FALSE(index_has(broken, "other"));
}

TEST_CASE("an env file with secrets is told when git tracks it or everybody may read it") {
  const std::string json = R"({"name":"shop","services":{"web":{"image":"a:1",
      "env_file":[{"path":"/srv/shop/web.env","required":true}]}}})";
  FilesHere files;
  files.files["/srv/shop/.env"] = {"TAG=1\n", true};
  files.files["/srv/shop/web.env"] = {"A=1\nDB_PASSWORD='x'\n", true};
  files.files["/srv/.git/index"] = {git_index("shop/web.env")};
  CHECK(
      said(advices(json, files)) ==
      Lines{"env-file-in-git: /srv/shop/web.env holds DB_PASSWORD and is tracked by git",
            "env-file-readable: /srv/shop/web.env holds DB_PASSWORD and everybody on this host may read it"});

  files.files["/srv/shop/web.env"].readable_by_everybody = false;
  files.files["/srv/.git/index"] = {git_index("shop/other.env")};
  CHECK(advices(json, files).empty());
}

TEST_CASE("a secret or config that a service needs and whose file is not there is named once") {
  const std::string json = R"({"name":"shop","services":{
    "job":{"image":"job:1","secrets":[{"source":"key","target":"key"}]},
    "web":{"image":"web:1","secrets":[{"source":"key"},{"source":"token"}],"configs":[{"source":"site"}]}},
    "secrets":{"key":{"file":"/srv/shop/key"},"token":{"file":"/srv/shop/token"},"spare":{"file":"/srv/spare"}},
    "configs":{"site":{"file":"/srv/shop/sites"}}})";
  FilesHere files;
  files.files["/srv/shop/token"] = {"t"};
  files.files["/srv/shop/sites/a.conf"] = {"a folder serves as well"};
  CHECK(said(advices(json, files)) == Lines{"missing-file: /srv/shop/key does not exist, and job needs it"});
}

TEST_CASE("a worktree's index is found where its .git file points") {
  FilesHere files;
  files.files["/srv/shop/.env"] = {"API_TOKEN=x\n"};
  files.files["/srv/shop/.git"] = {"gitdir: ../main/.git/worktrees/shop\n"};
  files.files["/srv/main/.git/worktrees/shop/index"] = {git_index(".env")};
  CHECK(is_tracked_by_git("/srv/shop/.env", files));
}

TEST_CASE("every advice is among the topics, and can be silenced by name") {
  const std::string json = R"({"name":"shop","services":{"web":{"image":"nginx"}}})";
  CHECK(advices(json, FilesHere(), {}).size() == 2);
  CHECK(said(advices(json, FilesHere(), {"unbounded-log"})).size() == 1);
  CHECK(advices(json, FilesHere(), {"unbounded-log", "latest-tag"}).empty());
  std::set<std::string> names;
  for (const AdviceTopic& topic : advice_topics()) names.insert(topic.name);
  for (const Advice& advice : advices(json, FilesHere(), {})) CHECK(names.contains(advice.name));
}

}  // namespace
}  // namespace stackd::compose
