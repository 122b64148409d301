#include "unit/api/samples.h"

#include "base/check.h"

namespace stackd::testing {
namespace {

ReleaseSource sample_source() {
  ReleaseSource source;
  source.kind = "deploy";
  source.user = "ada";
  source.working_dir = "/srv/shop";
  source.config_files = {"/srv/shop/compose.yaml", "/srv/shop/compose.prod.yaml"};
  source.environment_files = {"/srv/shop/prod.env"};
  source.profiles = {"backup"};
  source.variables = {{"WEB_IMAGE", "shop:42"}};
  return source;
}

protocol::ServiceStatus ready_postgres() {
  protocol::ContainerStatus container;
  container.id = "3f2a9c01d2e4aabbccddeeff00112233445566778899aabbccddeeff00112233";
  container.name = "shop-postgres-1";
  container.number = 1;
  container.state = ContainerState::running;
  container.health = HealthState::healthy;
  container.image = "postgres:16";
  container.image_id = "sha256:0123456789abcdef";
  container.release = 2;
  container.created_at = moment("2026-01-02T03:04:04Z");
  container.started_at = moment("2026-01-02T03:04:05Z");
  protocol::ServiceStatus service;
  service.name = "postgres";
  service.state = daemon::ServiceState::ready;
  service.health = HealthState::healthy;
  service.image = "postgres:16";
  service.containers.push_back(container);
  return service;
}

protocol::ServiceStatus failed_migrate() {
  protocol::ContainerStatus container;
  container.id = "77aa9c01d2e4";
  container.name = "shop-migrate-1";
  container.number = 1;
  container.state = ContainerState::exited;
  container.image = "shop:42";
  container.release = 3;
  container.created_at = moment("2026-01-02T03:10:00Z");
  container.started_at = moment("2026-01-02T03:10:01Z");
  container.finished_at = moment("2026-01-02T03:10:02Z");
  container.exit_code = 1;
  protocol::ServiceStatus service;
  service.name = "migrate";
  service.job = true;
  service.state = daemon::ServiceState::job_failed;
  service.image = "shop:42";
  service.why = "it ended with exit code 1";
  service.containers.push_back(container);
  return service;
}

protocol::ServiceStatus waiting_web() {
  protocol::ServiceStatus service;
  service.name = "web";
  service.state = daemon::ServiceState::waiting;
  service.image = "shop:42";
  service.restarts = 2;
  service.changed_outside = true;
  service.stuck = true;
  service.why = "waits for migrate, which failed with exit code 1";
  service.next_try = moment("2026-01-02T03:11:00Z");
  return service;
}

}  // namespace

WallTime moment(const std::string& text) {
  const Result<WallTime> time = parse_rfc3339(text);
  STACKD_CHECK(time.ok());
  return *time;
}

Deploy sample_deploy() {
  Deploy deploy;
  deploy.id = "d41f";
  deploy.stack = "shop";
  deploy.kind = "deploy";
  deploy.state = DeployState::rolling;
  deploy.release = 3;
  deploy.former = 2;
  deploy.copied_from = 1;
  deploy.source = sample_source();
  deploy.services = {"web"};
  deploy.start = false;
  deploy.cause = "migrate ended with exit code 1";
  deploy.last_words = "relation \"items\" exists already";
  deploy.plan = "start web: postgres is ready";
  deploy.requested_at = moment("2026-01-02T03:09:59Z");
  deploy.ended_at = moment("2026-01-02T03:10:03Z");
  return deploy;
}

protocol::StackStatus sample_status() {
  protocol::StackStatus status;
  status.name = "shop";
  status.wish = StackWish::running;
  status.release = 3;
  status.deploy = sample_deploy();
  status.engine = protocol::EngineLink::connected;
  status.file_changed = true;
  status.hold = "a backup is restored";
  status.working_dir = "/srv/shop";
  status.config_files = {"/srv/shop/compose.yaml"};
  status.environment_files = {"/srv/shop/prod.env"};
  status.profiles = {"backup"};
  status.warnings = {"container shop-old-1 belongs to no service"};
  status.services = {ready_postgres(), failed_migrate(), waiting_web()};
  return status;
}

Release sample_release() {
  Release release;
  release.stack = "shop";
  release.number = 3;
  release.canonical = R"({"name":"shop","services":{"web":{"image":"shop:42","cpus":5E-1}}})";
  ImageRecord image;
  image.reference = "shop:42";
  image.id = "sha256:0123";
  image.digest = "registry.example/shop@sha256:4567";
  release.images.emplace("web", image);
  release.fingerprints["web"] = {{"env_file /srv/shop/prod.env", "89ab"}};
  release.source = sample_source();
  release.copied_from = 1;
  release.created_at = moment("2026-01-02T03:10:00Z");
  release.live_at = moment("2026-01-02T03:10:30Z");
  return release;
}

JobRun sample_job_run() {
  JobRun run;
  run.stack = "shop";
  run.release = 3;
  run.service = "migrate";
  run.container_id = "77aa9c01d2e4";
  run.state = JobState::failed;
  run.exit_code = 1;
  run.last_words = "relation \"items\" exists already";
  run.changed_at = moment("2026-01-02T03:10:02Z");
  return run;
}

protocol::PlanReport sample_plan() {
  protocol::PlanReport plan;
  plan.release = 2;
  plan.differs = true;
  plan.steps.push_back({"", "create network shop_default", "it does not exist"});
  plan.steps.push_back({"web", "replace web (3f2a9c01d2e4)", "its image changed"});
  plan.warnings = {"volume data: its definition changed, it is kept as it is"};
  plan.obstacles = {"services.web.ports.0: port 80/tcp is taken by container nginx"};
  return plan;
}

protocol::DeployProgress sample_progress() {
  protocol::DeployProgress progress;
  progress.at = moment("2026-01-02T03:10:01.5Z");
  progress.state = DeployState::rolling;
  progress.service = "web";
  progress.text = "waits for postgres";
  return progress;
}

protocol::LogLine sample_log_line() {
  protocol::LogLine line;
  line.service = "web";
  line.container = "shop-web-1";
  line.container_id = "0123456789ab";
  line.at = moment("2026-01-02T03:10:01.5Z");
  line.error_stream = true;
  line.text = "listening on 3000";
  return line;
}

JournalEntry sample_event() {
  JournalEntry entry;
  entry.id = 17;
  entry.at = moment("2026-01-02T03:10:01.5Z");
  entry.stack = "shop";
  entry.service = "web";
  entry.release = 3;
  entry.deploy_id = "d41f";
  entry.kind = "ready";
  entry.text = "web is ready";
  return entry;
}

protocol::DeployRequest sample_deploy_request() {
  protocol::DeployRequest request;
  request.canonical = R"({"name":"shop","services":{"web":{"image":"shop:42","mem_limit":"1048576"}}})";
  request.source = sample_source();
  request.services = {"web"};
  request.start = false;
  request.replace_files = true;
  request.moved = true;
  request.second_stack = true;
  request.kept_here = {"other"};
  request.kept_gone = {"elsewhere"};
  return request;
}

}  // namespace stackd::testing
