#include "protocol/wire.h"

#include <doctest/doctest.h>

#include "unit/api/samples.h"

using namespace stackd;

namespace {

/// What a document says after it was written, sent as text and read again.
template <typename T>
json::value again(const T& value, Result<T> (*read)(const json::value&)) {
  const Result<json::value> body = parse_json(to_text(protocol::to_json(value)));
  REQUIRE(body.ok());
  const Result<T> back = read(*body);
  REQUIRE_MESSAGE(back.ok(), (back.ok() ? "" : back.error().message));
  return protocol::to_json(*back);
}

}  // namespace

TEST_CASE("every reply says the same after a journey through its text") {
  CHECK(again(testing::sample_status(), protocol::stack_status_from_json) ==
        protocol::to_json(testing::sample_status()));
  CHECK(again(testing::sample_deploy(), protocol::deploy_from_json) ==
        protocol::to_json(testing::sample_deploy()));
  CHECK(again(testing::sample_release(), protocol::release_from_json) ==
        protocol::to_json(testing::sample_release()));
  CHECK(again(testing::sample_plan(), protocol::plan_from_json) == protocol::to_json(testing::sample_plan()));
  CHECK(again(testing::sample_progress(), protocol::progress_from_json) ==
        protocol::to_json(testing::sample_progress()));
  CHECK(again(testing::sample_log_line(), protocol::log_line_from_json) ==
        protocol::to_json(testing::sample_log_line()));
  CHECK(again(testing::sample_event(), protocol::journal_entry_from_json) ==
        protocol::to_json(testing::sample_event()));
  CHECK(again(std::vector<Deploy>{testing::sample_deploy()}, protocol::deploys_from_json) ==
        protocol::to_json(std::vector<Deploy>{testing::sample_deploy()}));
  CHECK(again(std::vector<JobRun>{testing::sample_job_run()}, protocol::job_runs_from_json) ==
        protocol::to_json(std::vector<JobRun>{testing::sample_job_run()}));
  CHECK(again(testing::sample_deploy_request(), protocol::deploy_request_from_json) ==
        protocol::to_json(testing::sample_deploy_request()));
}

TEST_CASE("a status carries each of its values to the other side") {
  const Result<protocol::StackStatus> back =
      protocol::stack_status_from_json(protocol::to_json(testing::sample_status()));
  REQUIRE(back.ok());
  CHECK(back->name == "shop");
  CHECK(back->release == 3);
  CHECK(back->engine == protocol::EngineLink::connected);
  CHECK(back->hold == "a backup is restored");
  REQUIRE(back->deploy.has_value());
  CHECK(back->deploy->state == DeployState::rolling);
  REQUIRE(back->services.size() == 3);
  CHECK(back->services[0].state == daemon::ServiceState::ready);
  CHECK(back->services[2].why == "waits for migrate, which failed with exit code 1");
  REQUIRE(back->services[0].containers.size() == 1);
  CHECK(back->services[0].containers[0].started_at == testing::moment("2026-01-02T03:04:05Z"));
  CHECK_FALSE(back->services[0].containers[0].exit_code.has_value());
}

TEST_CASE("what is absent is null and its field still there") {
  const json::value status = protocol::to_json(protocol::StackStatus{});
  for (const char* field : {"release", "deploy", "engine_error", "hold", "parked"}) {
    CAPTURE(field);
    REQUIRE(status.get_object().contains(field));
    CHECK(status.get_object().at(field).is_null());
  }
  const json::value version = protocol::to_json(protocol::VersionReport{});
  CHECK(version.get_object().at("engine").is_null());
}

TEST_CASE("a reply with fields of a newer stackd is read all the same") {
  json::value body = protocol::to_json(testing::sample_status());
  body.get_object()["weather"] = "fine";
  CHECK(protocol::stack_status_from_json(body).ok());
}

TEST_CASE("a request with a field that is not known is refused and the nearest one named") {
  json::value body = protocol::to_json(testing::sample_deploy_request());
  body.get_object()["strat"] = false;
  const Result<protocol::DeployRequest> request = protocol::deploy_request_from_json(body);
  REQUIRE_FALSE(request.ok());
  CHECK(request.error().kind == ErrorKind::invalid);
  CHECK(request.error().message == "deploy: unknown field \"strat\", did you mean \"start\"?");
}

TEST_CASE("a deploy carries what a person asks about it to the other side") {
  const Result<Deploy> back = protocol::deploy_from_json(protocol::to_json(testing::sample_deploy()));
  REQUIRE(back.ok());
  CHECK(back->copied_from == 1);
  CHECK(back->former == 2);
  CHECK(back->cause == "migrate ended with exit code 1");
  CHECK(back->last_words == "relation \"items\" exists already");
}

TEST_CASE("a job that has not ended has no exit code") {
  JobRun run = testing::sample_job_run();
  run.state = JobState::running;
  const json::value body = protocol::to_json(std::vector<JobRun>{run});
  CHECK(body.at("jobs").at(0).at("exit_code").is_null());
}

TEST_CASE("a rollback names a release or leaves the choice, and never half an order") {
  const Result<protocol::RollbackRequest> last = protocol::rollback_request_from_json(json::object());
  REQUIRE(last.ok());
  CHECK_FALSE(last->to.has_value());
  CHECK_FALSE(last->force);
  protocol::RollbackRequest request;
  request.to = 4;
  request.force = true;
  request.current_environment = true;
  const Result<protocol::RollbackRequest> back =
      protocol::rollback_request_from_json(protocol::to_json(request));
  REQUIRE(back.ok());
  CHECK(back->to == 4);
  CHECK(back->force);
  CHECK(back->current_environment);
  json::object body;
  body["forse"] = true;
  CHECK(protocol::rollback_request_from_json(body).error().message ==
        "rollback: unknown field \"forse\", did you mean \"force\"?");
  body.clear();
  body["to"] = 0;
  CHECK_FALSE(protocol::rollback_request_from_json(body).ok());
}

TEST_CASE("a deploy without a configuration is refused") {
  const Result<protocol::DeployRequest> none = protocol::deploy_request_from_json(json::object());
  REQUIRE_FALSE(none.ok());
  CHECK(none.error().message == "deploy: configuration: an object is expected");
  json::object text;
  text["configuration"] = "services: {}";
  CHECK_FALSE(protocol::deploy_request_from_json(text).ok());
}

TEST_CASE("a moment that is none is an error that names its field") {
  json::value body = protocol::to_json(testing::sample_progress());
  body.get_object()["at"] = "yesterday";
  const Result<protocol::DeployProgress> progress = protocol::progress_from_json(body);
  REQUIRE_FALSE(progress.ok());
  CHECK(progress.error().message.find("at: ") == 0);
}

TEST_CASE("bytes that are no UTF-8 arrive as replacement characters") {
  protocol::LogLine line;
  line.text = "caf\xe9 \xf0\x9f\x8d\xba\xff";
  const Result<json::value> body = parse_json(to_text(protocol::to_json(line)));
  REQUIRE(body.ok());
  const Result<protocol::LogLine> back = protocol::log_line_from_json(*body);
  REQUIRE(back.ok());
  CHECK(back->text == "caf\xef\xbf\xbd \xf0\x9f\x8d\xba\xef\xbf\xbd");
}

TEST_CASE("a refusal is told from any other body") {
  const std::optional<Error> error =
      protocol::error_from_json(protocol::to_json(Error{ErrorKind::conflict, "the stack is held"}));
  REQUIRE(error.has_value());
  CHECK(error->kind == ErrorKind::conflict);
  CHECK(error->message == "the stack is held");
  CHECK_FALSE(protocol::error_from_json(protocol::to_json(testing::sample_status())).has_value());
  CHECK_FALSE(protocol::error_from_json(json::value(nullptr)).has_value());
}
