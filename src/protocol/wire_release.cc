#include "protocol/wire.h"
#include "protocol/wire_values.h"

namespace stackd::protocol {
namespace {

using wire::Message;

json::object images_to_json(const std::map<std::string, ImageRecord>& images) {
  json::object out;
  for (const auto& [service, image] : images) {
    json::object one;
    one["reference"] = image.reference;
    one["id"] = image.id;
    one["digest"] = wire::text_or_null(image.digest);
    out[service] = std::move(one);
  }
  return out;
}

}  // namespace

json::value to_json(const Deploy& deploy) {
  json::object out;
  out["id"] = deploy.id;
  out["stack"] = deploy.stack;
  out["kind"] = deploy.kind;
  out["state"] = to_string(deploy.state);
  out["release"] = wire::number_or_null(deploy.release);
  out["former"] = wire::number_or_null(deploy.former);
  out["copied_from"] = wire::number_or_null(deploy.copied_from);
  out["source"] = wire::source_to_json(deploy.source);
  out["services"] = wire::texts(deploy.services);
  out["start"] = deploy.start;
  out["cause"] = wire::text_or_null(deploy.cause);
  out["last_words"] = wire::text_or_null(deploy.last_words);
  out["plan"] = wire::text_or_null(deploy.plan);
  out["requested_at"] = wire::moment(deploy.requested_at);
  out["ended_at"] = wire::moment_or_null(deploy.ended_at);
  return out;
}

Result<Deploy> deploy_from_json(const json::value& body) {
  Message message(body, "deploy");
  const JsonReader& top = message.top;
  Deploy deploy;
  deploy.id = top.text("id");
  deploy.stack = top.text("stack");
  deploy.kind = top.text("kind");
  deploy.state = deploy_state_from(top.text("state"));
  deploy.release = top.integer("release");
  deploy.former = top.integer("former");
  deploy.copied_from = top.integer("copied_from");
  deploy.source = wire::read_source(top.object("source"));
  deploy.services = top.texts("services");
  deploy.start = top.boolean("start", true);
  deploy.cause = top.text("cause");
  deploy.last_words = top.text("last_words");
  deploy.plan = top.text("plan");
  deploy.requested_at = message.moment(top, "requested_at");
  deploy.ended_at = message.optional_moment(top, "ended_at");
  if (Result<void> read = message.finish(); !read.ok()) return read.error();
  return deploy;
}

json::value deploy_accepted(const std::string& deploy_id) {
  json::object out;
  out["deploy_id"] = deploy_id;
  return out;
}

Result<std::string> deploy_id_from_json(const json::value& body) {
  const JsonReader reader(body, "deploy");
  const std::string id = reader.text("deploy_id");
  if (Result<void> read = reader.finish(); !read.ok()) return read.error();
  if (id.empty()) return Error{ErrorKind::invalid, "deploy: deploy_id: a text is expected"};
  return id;
}

json::value to_json(const Release& release) {
  json::object out;
  out["stack"] = release.stack;
  out["number"] = release.number;
  out["configuration"] = wire::configuration(release.canonical);
  out["images"] = images_to_json(release.images);
  out["fingerprints"] = wire::fingerprints(release.fingerprints);
  out["source"] = wire::source_to_json(release.source);
  out["copied_from"] = wire::number_or_null(release.copied_from);
  out["created_at"] = wire::moment(release.created_at);
  out["live_at"] = wire::moment_or_null(release.live_at);
  return out;
}

Result<Release> release_from_json(const json::value& body) {
  Message message(body, "release");
  const JsonReader& top = message.top;
  Release release;
  release.stack = top.text("stack");
  release.number = top.integer("number");
  release.canonical = wire::canonical_of(top);
  for (const auto& [service, image] : top.object_map("images")) {
    ImageRecord record;
    record.reference = image.text("reference");
    record.id = image.text("id");
    record.digest = image.text("digest");
    release.images.emplace(service, std::move(record));
  }
  release.fingerprints = wire::read_fingerprints(top, "fingerprints");
  release.source = wire::read_source(top.object("source"));
  release.copied_from = top.integer("copied_from");
  release.created_at = message.moment(top, "created_at");
  release.live_at = message.optional_moment(top, "live_at");
  if (Result<void> read = message.finish(); !read.ok()) return read.error();
  return release;
}

json::value to_json(const std::vector<Release>& releases) {
  json::array list;
  for (const Release& release : releases) list.push_back(to_json(release));
  json::object out;
  out["releases"] = std::move(list);
  return out;
}

Result<std::vector<Release>> releases_from_json(const json::value& body) {
  const JsonReader reader(body, "releases");
  const json::value* list = reader.raw("releases");
  if (list == nullptr || !list->is_array()) return Error{ErrorKind::invalid, "releases: a list is expected"};
  std::vector<Release> releases;
  for (const json::value& item : list->get_array()) {
    Result<Release> release = release_from_json(item);
    if (!release) return release.error();
    releases.push_back(*std::move(release));
  }
  return releases;
}

json::value to_json(const std::vector<Deploy>& deploys) {
  json::array list;
  for (const Deploy& deploy : deploys) list.push_back(to_json(deploy));
  json::object out;
  out["deploys"] = std::move(list);
  return out;
}

Result<std::vector<Deploy>> deploys_from_json(const json::value& body) {
  const JsonReader reader(body, "deploys");
  const json::value* list = reader.raw("deploys");
  if (list == nullptr || !list->is_array()) return Error{ErrorKind::invalid, "deploys: a list is expected"};
  std::vector<Deploy> deploys;
  for (const json::value& item : list->get_array()) {
    Result<Deploy> deploy = deploy_from_json(item);
    if (!deploy) return deploy.error();
    deploys.push_back(*std::move(deploy));
  }
  return deploys;
}

json::value to_json(const std::vector<WayBack>& ways) {
  json::array list;
  for (const WayBack& way : ways) {
    json::object one;
    one["release"] = way.release;
    one["obstacle"] = wire::text_or_null(way.obstacle);
    list.push_back(std::move(one));
  }
  json::object out;
  out["ways_back"] = std::move(list);
  return out;
}

Result<std::vector<WayBack>> ways_back_from_json(const json::value& body) {
  const JsonReader reader(body, "ways back");
  std::vector<WayBack> ways;
  for (const JsonReader& item : reader.objects("ways_back")) {
    WayBack way;
    way.release = item.integer("release");
    way.obstacle = item.text("obstacle");
    ways.push_back(std::move(way));
  }
  if (Result<void> read = reader.finish(); !read.ok()) return read.error();
  return ways;
}

json::value to_json(const std::vector<JobRun>& runs) {
  json::array list;
  for (const JobRun& run : runs) {
    const bool ended = run.state == JobState::succeeded || run.state == JobState::failed;
    json::object one;
    one["stack"] = run.stack;
    one["release"] = run.release;
    one["service"] = run.service;
    one["container_id"] = wire::text_or_null(run.container_id);
    one["state"] = to_string(run.state);
    one["exit_code"] = nullptr;
    if (ended) one["exit_code"] = run.exit_code;
    one["last_words"] = wire::text_or_null(run.last_words);
    one["changed_at"] = wire::moment(run.changed_at);
    list.push_back(std::move(one));
  }
  json::object out;
  out["jobs"] = std::move(list);
  return out;
}

Result<std::vector<JobRun>> job_runs_from_json(const json::value& body) {
  Message message(body, "jobs");
  std::vector<JobRun> runs;
  for (const JsonReader& reader : message.top.objects("jobs")) {
    JobRun run;
    run.stack = reader.text("stack");
    run.release = reader.integer("release");
    run.service = reader.text("service");
    run.container_id = reader.text("container_id");
    run.state = job_state_from(reader.text("state"));
    run.exit_code = reader.integer("exit_code");
    run.last_words = reader.text("last_words");
    run.changed_at = message.moment(reader, "changed_at");
    runs.push_back(std::move(run));
  }
  if (Result<void> read = message.finish(); !read.ok()) return read.error();
  return runs;
}

}  // namespace stackd::protocol
