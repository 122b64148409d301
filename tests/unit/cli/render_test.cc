#include "cli/render.h"

#include <doctest/doctest.h>

#include "unit/api/samples.h"

using namespace stackd;

namespace {

cli::Style without_colours() {
  cli::Style style;
  style.now = testing::moment("2026-01-02T03:10:10Z");
  return style;
}

}  // namespace

TEST_CASE("a status says what holds for the stack, then each service, then why it is not ready") {
  CHECK(cli::status_text(testing::sample_status(), without_colours()) ==
        "shop, release 3\n"
        "deploy d41f: rolling since 11s\n"
        "held, nothing is deployed: a backup is restored\n"
        "file changed, not deployed; `stackctl plan` shows what a deploy would do\n"
        "warning: container shop-old-1 belongs to no service\n"
        "\n"
        "SERVICE   STATE    HEALTH   RESTARTS  AGE    RELEASE  IMAGE\n"
        "postgres  ready    healthy         0  6m 5s        2  postgres:16\n"
        "migrate   failed   -               0  -            3  shop:42\n"
        "  -> it ended with exit code 1\n"
        "web       waiting  -               2  -            -  shop:42\n"
        "  -> waits for migrate, which failed with exit code 1; changed outside stackd; next try in 50s\n");
}

TEST_CASE("an engine that is away is the first thing that a status says") {
  protocol::StackStatus status;
  status.name = "shop";
  status.release = 1;
  status.engine = protocol::EngineLink::away;
  status.engine_error = "connect to /var/run/docker.sock: no such file";
  CHECK(cli::status_text(status, without_colours()) ==
        "shop, release 1\n"
        "the engine can't be reached: connect to /var/run/docker.sock: no such file\n");
  status.services = testing::sample_status().services;
  CHECK(cli::status_text(status, without_colours()).find("; what follows is what was seen last\n") !=
        std::string::npos);
}

TEST_CASE("several containers of a service have a row each") {
  protocol::StackStatus status = testing::sample_status();
  status = protocol::StackStatus();
  status.name = "shop";
  status.release = 2;
  status.engine = protocol::EngineLink::connected;
  protocol::ServiceStatus web = testing::sample_status().services[0];
  web.name = "web";
  web.why = "web-2 is not ready";
  web.containers.push_back(web.containers[0]);
  web.containers[0].name = "shop-web-1";
  web.containers[1].name = "shop-web-2";
  web.containers[1].id = "99";
  web.containers[1].number = 2;
  web.containers[1].state = ContainerState::exited;
  web.containers[1].exit_code = 137;
  status.services = {web};
  CHECK(cli::status_text(status, without_colours()) ==
        "shop, release 2\n"
        "\n"
        "SERVICE       STATE         HEALTH   RESTARTS  AGE    RELEASE  IMAGE\n"
        "web           ready         healthy         0  6m 5s        2  postgres:16\n"
        "  shop-web-1  running       healthy            6m 5s        2  postgres:16\n"
        "  shop-web-2  exited (137)  healthy            -            2  postgres:16\n"
        "  -> web-2 is not ready\n");
}

TEST_CASE("the list of stacks counts what is ready") {
  CHECK(cli::stacks_text({testing::sample_status()}, without_colours()) ==
        "STACK  SERVICES   RELEASE  WISH     FOLDER\n"
        "shop   1/3 ready        3  running  /srv/shop\n");
  CHECK(cli::stacks_text({}, without_colours()) ==
        "stackd keeps no stack yet; `stackctl deploy` in a project's folder makes one\n");
}

TEST_CASE("a plan shows each step beside its cause, and says when there is none") {
  CHECK(cli::plan_text("shop", testing::sample_plan(), without_colours()) ==
        "warning: volume data: its definition changed, it is kept as it is\n"
        "the deploy would be refused: services.web.ports.0: port 80/tcp is taken by container nginx\n"
        "  create network shop_default  it does not exist\n"
        "  replace web (3f2a9c01d2e4)   its image changed\n");
  CHECK(cli::plan_text("shop", protocol::PlanReport{}, without_colours()) ==
        "nothing to do: shop is as its files say\n");
}

TEST_CASE("the end of a deploy is its release, or its cause with the last words") {
  Deploy deploy = testing::sample_deploy();
  deploy.state = DeployState::failed;
  CHECK(cli::deploy_end_text(deploy, DeployState::live, without_colours()) ==
        "failed after 4s: migrate ended with exit code 1\n"
        "its last words:\n"
        "  | relation \"items\" exists already\n");
  deploy.state = DeployState::live;
  deploy.start = true;
  CHECK(cli::deploy_end_text(deploy, DeployState::live, without_colours()) ==
        "live: release 3, a copy of release 1 after 4s\n");
  deploy.start = false;
  CHECK(cli::deploy_end_text(deploy, DeployState::live, without_colours()) ==
        "live: release 3, a copy of release 1 after 4s; made and not started, `stackctl start` does that\n");
  deploy.start = true;
  deploy.state = DeployState::cancelled;
  CHECK(cli::deploy_end_text(deploy, DeployState::cancelled, without_colours()) == "cancelled after 4s\n");
  deploy.state = DeployState::live;
  deploy.former = 3;
  deploy.cause = "nothing to do";
  CHECK(cli::deploy_end_text(deploy, DeployState::live, without_colours()) == "nothing to do\n");
}

TEST_CASE("a deploy on its way is told in one line, with what to do when it waits for a person") {
  const WallTime now = without_colours().now;
  Deploy deploy = testing::sample_deploy();
  deploy.state = DeployState::paused;
  CHECK(cli::deploy_words(deploy, now) ==
        "deploy d41f: paused: migrate ended with exit code 1; `stackctl resume`, `stackctl rollback` or "
        "`stackctl cancel`");
  deploy.state = DeployState::reverting;
  CHECK(cli::deploy_words(deploy, now) ==
        "deploy d41f: reverting to release 2: migrate ended with exit code 1");
  deploy.state = DeployState::failed;
  deploy.cause = "no such\ntable";
  CHECK(cli::deploy_words(deploy, now) == "deploy d41f: failed 7s ago: no such table");
}

TEST_CASE("the stages of a deploy are told in words, its end is not told twice") {
  protocol::DeployProgress progress = testing::sample_progress();
  CHECK(cli::progress_words(progress) == "waits for postgres");
  progress.service.clear();
  progress.state = DeployState::gating;
  progress.text = "release 3: its jobs come first";
  CHECK(cli::progress_words(progress) == "gating: release 3: its jobs come first");
  progress.state = DeployState::reverting;
  progress.text = "web-1 ended with 1; release 2 is put back";
  CHECK(cli::progress_words(progress) == "reverting: web-1 ended with 1; release 2 is put back");
  progress.state = DeployState::reverted;
  CHECK(cli::progress_words(progress).empty());
}

TEST_CASE("the two containers of a rollout read as the old and the new one of a place") {
  protocol::StackStatus status;
  status.name = "shop";
  status.release = 3;
  status.engine = protocol::EngineLink::connected;
  protocol::ServiceStatus web = testing::sample_status().services[0];
  web.name = "web";
  web.containers.push_back(web.containers[0]);
  web.containers[0].name = "shop-web-1";
  web.containers[1].name = "3f2a9c01d2e4_shop-web-1";
  web.containers[1].id = "99";
  web.containers[1].created_at = testing::moment("2026-01-02T03:10:00Z");
  web.containers[1].release = 3;
  web.containers[1].health = HealthState::starting;
  status.services = {web};
  const std::string text = cli::status_text(status, without_colours());
  CHECK(text.find("  shop-web-1 (old)  running  healthy") != std::string::npos);
  CHECK(text.find("  shop-web-1 (new)  running  starting") != std::string::npos);
  std::swap(status.services[0].containers[0].name, status.services[0].containers[1].name);
  CHECK(cli::status_text(status, without_colours()) == text);
}

TEST_CASE("log lines begin with the container, lined up") {
  CHECK(cli::log_text(testing::sample_log_line(), 14, false, without_colours()) ==
        "shop-web-1     | listening on 3000\n");
  CHECK(cli::log_text(testing::sample_log_line(), 0, true, without_colours()) ==
        "shop-web-1 | 2026-01-02T03:10:01.500000000Z listening on 3000\n");
}

TEST_CASE("an event is its moment, its subject and its sentence") {
  CHECK(cli::event_text(testing::sample_event(), without_colours()) ==
        "2026-01-02 03:10:01  shop/web  web is ready\n");
}

TEST_CASE("reasons stand beneath what they explain, with the lines that they quote") {
  CHECK(cli::why_text("web", {"it waits for migrate", "migrate failed:\nno such table"}, without_colours()) ==
        "web\n"
        "  -> it waits for migrate\n"
        "    -> migrate failed:\n"
        "       no such table\n");
}

TEST_CASE("what a container or an engine says can't steer the terminal") {
  protocol::StackStatus status;
  status.name = "shop";
  status.engine = protocol::EngineLink::connected;
  status.parked = "bad \x1b[2J\x07 data";
  CHECK(cli::status_text(status, without_colours()).find('\x1b') == std::string::npos);
  CHECK(cli::status_text(status, without_colours()).find('\x07') == std::string::npos);
}

TEST_CASE("colours are there only when they are wanted") {
  cli::Style style = without_colours();
  CHECK(cli::status_text(testing::sample_status(), style).find('\x1b') == std::string::npos);
  style.colours = true;
  CHECK(cli::status_text(testing::sample_status(), style).find("\x1b[32mready\x1b[0m") != std::string::npos);
}

TEST_CASE("the last column of a table ends where the terminal does") {
  cli::Style style = without_colours();
  style.columns = 30;
  const std::string text = cli::stacks_text({testing::sample_status()}, style);
  CHECK(text.find("/srv/shop\n") != std::string::npos);
  protocol::StackStatus status = testing::sample_status();
  status.working_dir = "/a/very/long/path/to/somewhere";
  CHECK(cli::stacks_text({status}, style).find("/a/very/lon…\n") != std::string::npos);
}

TEST_CASE("every state has words of its own") {
  CHECK(state_words(ServiceState::crash_looping) == "crash-looping");
  CHECK(state_words(ServiceState::stopped_outside) == "stopped outside stackd");
  CHECK(state_words(ServiceState::job_done) == "done");
  CHECK(state_words(ServiceState::ready) == "ready");
}
