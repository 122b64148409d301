// Records with every field set to something of its own, so that a column that is forgotten shows.
#pragma once

#include <doctest/doctest.h>
#include <string>

#include "model/release.h"

namespace stackd::store {

inline WallTime moment(std::int64_t seconds) {
  return WallTime(std::chrono::seconds(1'700'000'000 + seconds) + std::chrono::nanoseconds(7));
}

inline ReleaseSource full_source() {
  ReleaseSource source;
  source.kind = "deploy";
  source.user = "anna";
  source.working_dir = "/srv/shop";
  source.config_files = {"/srv/shop/compose.yaml", "/srv/shop/prod.yaml"};
  source.environment_files = {"/srv/shop/prod.env"};
  source.profiles = {"mail"};
  source.outside_profiles = {"debug"};
  source.variables = {{"TAG", "1.2"}, {"ODD", "\"'\n\xff\x01"}};
  return source;
}

inline StackRecord full_stack(const std::string& name) {
  StackRecord record;
  record.name = name;
  record.wish = StackWish::stopped;
  record.stopped_services = {{"web", ServiceStop::person}, {"bot", ServiceStop::outside}};
  record.working_dir = "/srv/" + name;
  record.config_files = {"/srv/compose.yaml"};
  record.profiles = {"a", "b"};
  record.hold_reason = "a backup is restored";
  record.ended_services = {"report"};
  return record;
}

inline Deploy full_deploy(const std::string& id, const std::string& stack) {
  Deploy deploy;
  deploy.id = id;
  deploy.stack = stack;
  deploy.kind = "rollback";
  deploy.state = DeployState::gating;
  deploy.former = 4;
  deploy.canonical = R"({"services":{}})";
  deploy.source = full_source();
  deploy.services = {"web"};
  deploy.start = false;
  deploy.cause = "migrate ended with 3";
  deploy.last_words = "no such table";
  deploy.plan = "create web-1";
  deploy.requested_at = moment(1);
  deploy.ended_at = moment(2);
  return deploy;
}

inline Release full_release(const std::string& stack) {
  Release release;
  release.stack = stack;
  release.canonical = R"({"services":{"web":{}}})";
  release.images = {{"web", {"nginx:1", "sha256:01", "nginx@sha256:02"}}};
  release.fingerprints = {{"web", {{"./nginx.conf", "03"}, {"config", "04"}}}};
  release.source = full_source();
  release.copied_from = 2;
  release.created_at = moment(3);
  return release;
}

inline void check_equal(const ReleaseSource& a, const ReleaseSource& b) {
  CHECK(a.kind == b.kind);
  CHECK(a.user == b.user);
  CHECK(a.working_dir == b.working_dir);
  CHECK(a.config_files == b.config_files);
  CHECK(a.environment_files == b.environment_files);
  CHECK(a.profiles == b.profiles);
  CHECK(a.variables == b.variables);
}

}  // namespace stackd::store
