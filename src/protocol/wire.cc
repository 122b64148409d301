#include "protocol/wire.h"

#include "protocol/wire_values.h"

namespace stackd::protocol {

using wire::Message;

json::value to_json(const Error& error) {
  json::object inner;
  inner["kind"] = to_string(error.kind);
  inner["message"] = wire::text(error.message);
  json::object out;
  out["error"] = std::move(inner);
  return out;
}

std::optional<Error> error_from_json(const json::value& body) {
  if (!body.is_object() || !body.get_object().contains("error")) return std::nullopt;
  const JsonReader reader = JsonReader(body, "refusal").object("error");
  if (!reader.has("kind") || !reader.has("message")) return std::nullopt;
  return Error{error_kind_from(reader.text("kind")), reader.text("message")};
}

json::value to_json(const PlanReport& plan) {
  json::object out;
  out["release"] = wire::number_or_null(plan.release);
  out["differs"] = plan.differs;
  json::array steps;
  for (const PlannedStep& step : plan.steps) {
    json::object one;
    one["service"] = wire::text_or_null(step.service);
    one["text"] = wire::text(step.text);
    one["cause"] = wire::text(step.cause);
    steps.push_back(std::move(one));
  }
  out["steps"] = std::move(steps);
  out["warnings"] = wire::texts(plan.warnings);
  out["obstacles"] = wire::texts(plan.obstacles);
  return out;
}

Result<PlanReport> plan_from_json(const json::value& body) {
  const JsonReader reader(body, "plan");
  PlanReport plan;
  plan.release = reader.integer("release");
  plan.differs = reader.boolean("differs");
  for (const JsonReader& step : reader.objects("steps")) {
    plan.steps.push_back({step.text("service"), step.text("text"), step.text("cause")});
  }
  plan.warnings = reader.texts("warnings");
  plan.obstacles = reader.texts("obstacles");
  if (Result<void> read = reader.finish(); !read.ok()) return read.error();
  return plan;
}

json::value to_json(const DeployProgress& progress) {
  json::object out;
  out["at"] = wire::moment(progress.at);
  out["state"] = to_string(progress.state);
  out["service"] = wire::text_or_null(progress.service);
  out["text"] = wire::text(progress.text);
  return out;
}

Result<DeployProgress> progress_from_json(const json::value& line) {
  Message message(line, "progress");
  DeployProgress progress;
  progress.at = message.moment(message.top, "at");
  progress.state = deploy_state_from(message.top.text("state"));
  progress.service = message.top.text("service");
  progress.text = message.top.text("text");
  if (Result<void> read = message.finish(); !read.ok()) return read.error();
  return progress;
}

json::value to_json(const LogLine& line) {
  json::object out;
  out["service"] = line.service;
  out["container"] = line.container;
  out["container_id"] = line.container_id;
  out["at"] = wire::moment_or_null(line.at);
  out["stream"] = line.error_stream ? "stderr" : "stdout";
  out["text"] = wire::text(line.text);
  out["notice"] = line.notice;
  return out;
}

Result<LogLine> log_line_from_json(const json::value& body) {
  Message message(body, "log line");
  LogLine line;
  line.service = message.top.text("service");
  line.container = message.top.text("container");
  line.container_id = message.top.text("container_id");
  line.at = message.optional_moment(message.top, "at");
  line.error_stream = message.top.text("stream") == "stderr";
  line.notice = message.top.boolean("notice");
  line.text = message.top.text("text");
  if (Result<void> read = message.finish(); !read.ok()) return read.error();
  return line;
}

json::value to_json(const JournalEntry& entry) {
  json::object out;
  out["id"] = entry.id;
  out["at"] = wire::moment(entry.at);
  out["stack"] = entry.stack;
  out["service"] = wire::text_or_null(entry.service);
  out["release"] = wire::number_or_null(entry.release);
  out["deploy_id"] = wire::text_or_null(entry.deploy_id);
  out["kind"] = entry.kind;
  out["text"] = wire::text(entry.text);
  return out;
}

Result<JournalEntry> journal_entry_from_json(const json::value& line) {
  Message message(line, "event");
  JournalEntry entry;
  entry.id = message.top.integer("id");
  entry.at = message.moment(message.top, "at");
  entry.stack = message.top.text("stack");
  entry.service = message.top.text("service");
  entry.release = message.top.integer("release");
  entry.deploy_id = message.top.text("deploy_id");
  entry.kind = message.top.text("kind");
  entry.text = message.top.text("text");
  if (Result<void> read = message.finish(); !read.ok()) return read.error();
  return entry;
}

json::value to_json(const AdoptReport& report) {
  json::object out;
  out["release"] = report.release;
  out["kept"] = wire::texts(report.kept);
  out["differing"] = wire::texts(report.differing);
  out["untold"] = wire::texts(report.untold);
  out["left_down"] = wire::texts(report.left_down);
  out["orphans"] = wire::texts(report.orphans);
  return out;
}

Result<AdoptReport> adopt_from_json(const json::value& body) {
  const JsonReader reader(body, "adopt");
  AdoptReport report;
  report.release = reader.integer("release");
  report.kept = reader.texts("kept");
  report.differing = reader.texts("differing");
  report.untold = reader.texts("untold");
  report.left_down = reader.texts("left_down");
  report.orphans = reader.texts("orphans");
  if (Result<void> read = reader.finish(); !read.ok()) return read.error();
  return report;
}

json::value to_json(const VersionReport& version) {
  json::object out;
  out["stackd"] = version.stackd;
  out["engine"] = wire::text_or_null(version.engine);
  out["engine_api"] = wire::text_or_null(version.engine_api);
  out["engine_platform"] = wire::text_or_null(version.engine_platform);
  return out;
}

Result<VersionReport> version_from_json(const json::value& body) {
  const JsonReader reader(body, "version");
  VersionReport version;
  version.stackd = reader.text("stackd");
  version.engine = reader.optional_text("engine");
  version.engine_api = reader.optional_text("engine_api");
  version.engine_platform = reader.optional_text("engine_platform");
  if (Result<void> read = reader.finish(); !read.ok()) return read.error();
  return version;
}

json::value why_reply(const std::string& service, const std::vector<std::string>& sentences) {
  json::object out;
  out["service"] = service;
  out["sentences"] = wire::texts(sentences);
  return out;
}

Result<std::vector<std::string>> why_from_json(const json::value& body) {
  const JsonReader reader(body, "why");
  std::vector<std::string> sentences = reader.texts("sentences");
  if (Result<void> read = reader.finish(); !read.ok()) return read.error();
  return sentences;
}

json::value order_accepted() {
  return json::object();
}

}  // namespace stackd::protocol
