#include <algorithm>

#include "base/encoding.h"
#include "base/text.h"
#include "protocol/wire.h"
#include "protocol/wire_values.h"

namespace stackd::protocol {
namespace {

/// The first key of a request that is not among `known`.
Result<void> refuse_unknown(const json::value& body, std::string_view what,
                            const std::vector<std::string>& known) {
  if (!body.is_object()) return {};  // the reader says so better
  for (const auto& item : body.get_object()) {
    const std::string key(item.key());
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    const std::string meant = nearest(key, known);
    std::string message = std::string(what) + ": unknown field " + quote(key);
    if (!meant.empty()) message += ", did you mean " + quote(meant) + "?";
    return Error{ErrorKind::invalid, message};
  }
  return {};
}

}  // namespace

json::value to_json(const DeployRequest& request) {
  json::object out;
  out["configuration"] = wire::configuration(request.canonical);
  out["source"] = wire::source_to_json(request.source);
  out["services"] = wire::texts(request.services);
  out["start"] = request.start;
  out["replace_files"] = request.replace_files;
  out["moved"] = request.moved;
  out["second_stack"] = request.second_stack;
  out["kept_here"] = wire::texts(request.kept_here);
  out["kept_gone"] = wire::texts(request.kept_gone);
  out["fingerprints"] = wire::fingerprints(request.files.fingerprints);
  json::object contents;
  for (const auto& [path, content] : request.files.contents) contents[path] = base64(content);
  out["contents"] = std::move(contents);
  json::object attributes;
  for (const auto& [path, of_path] : request.files.attributes) attributes[path] = to_text(of_path);
  out["attributes"] = std::move(attributes);
  json::object links;
  for (const auto& [path, target] : request.files.links) links[path] = target;
  out["links"] = std::move(links);
  if (!request.files.unreadable.empty()) {
    const std::set<std::string>& unreadable = request.files.unreadable;
    out["unreadable"] = wire::texts({unreadable.begin(), unreadable.end()});
  }
  return out;
}

namespace {

Result<void> check_path(const std::string& path) {
  const bool outside = path.find("/../") != std::string::npos || ends_with(path, "/..");
  if (starts_with(path, "/") && !outside) return {};
  return Error{ErrorKind::invalid, "deploy: contents: " + quote(path) + " is no absolute path"};
}

Result<void> read_files(const JsonReader& reader, MountedFiles& files) {
  for (const auto& [path, text] : reader.text_map("contents")) {
    Result<std::string> content = from_base64(text);
    if (!content) return content.error().while_doing("deploy: contents of " + path);
    if (Result<void> right = check_path(path); !right) return right;
    files.contents[path] = *std::move(content);
  }
  for (const auto& [path, text] : reader.text_map("attributes")) {
    const std::optional<FileAttributes> attributes = file_attributes_from(text);
    if (!attributes)
      return Error{ErrorKind::invalid, "deploy: attributes of " + path + ": " + quote(text) + " are none"};
    files.attributes[path] = *attributes;
  }
  for (auto& [path, target] : reader.text_map("links")) {
    if (Result<void> right = check_path(path); !right) return right;
    files.links[path] = target;
  }
  return {};
}

}  // namespace

Result<DeployRequest> deploy_request_from_json(const json::value& body) {
  const std::vector<std::string> known = {
      "configuration", "source",     "services", "start",      "replace_files", "moved",     "fingerprints",
      "contents",      "attributes", "links",    "unreadable", "second_stack",  "kept_here", "kept_gone"};
  if (Result<void> understood = refuse_unknown(body, "deploy", known); !understood.ok()) {
    return understood.error();
  }
  const JsonReader reader(body, "deploy");
  DeployRequest request;
  (void)reader.object("configuration");  // another type is an error
  request.canonical = wire::canonical_of(reader);
  request.source = wire::read_source(reader.object("source"));
  request.services = reader.texts("services");
  request.start = reader.boolean("start", true);
  request.replace_files = reader.boolean("replace_files");
  request.moved = reader.boolean("moved");
  request.second_stack = reader.boolean("second_stack");
  request.kept_here = reader.texts("kept_here");
  request.kept_gone = reader.texts("kept_gone");
  request.files.fingerprints = wire::read_fingerprints(reader, "fingerprints");
  Result<void> files = read_files(reader, request.files);
  if (!files) return files.error();
  for (std::string& path : reader.texts("unreadable")) request.files.unreadable.insert(std::move(path));
  if (Result<void> read = reader.finish(); !read.ok()) return read.error();
  if (request.canonical.empty()) {
    return Error{ErrorKind::invalid, "deploy: configuration: an object is expected"};
  }
  return request;
}

json::value to_json(const RollbackRequest& request) {
  json::object out;
  out["to"] = nullptr;
  if (request.to) out["to"] = *request.to;
  out["force"] = request.force;
  out["current_environment"] = request.current_environment;
  return out;
}

Result<RollbackRequest> rollback_request_from_json(const json::value& body) {
  if (Result<void> understood = refuse_unknown(body, "rollback", {"to", "force", "current_environment"});
      !understood.ok()) {
    return understood.error();
  }
  const JsonReader reader(body, "rollback");
  RollbackRequest request;
  request.to = reader.optional_integer("to");
  request.force = reader.boolean("force");
  request.current_environment = reader.boolean("current_environment");
  if (Result<void> read = reader.finish(); !read.ok()) return read.error();
  if (request.to && *request.to < 1) {
    return Error{ErrorKind::invalid, "rollback: to: the number of a release is expected: they count from 1"};
  }
  return request;
}

json::value to_json(const ServicesRequest& request) {
  json::object out;
  out["services"] = wire::texts(request.services);
  return out;
}

Result<ServicesRequest> services_request_from_json(const json::value& body) {
  if (Result<void> understood = refuse_unknown(body, "request", {"services"}); !understood.ok()) {
    return understood.error();
  }
  const JsonReader reader(body, "request");
  ServicesRequest request;
  request.services = reader.texts("services");
  if (Result<void> read = reader.finish(); !read.ok()) return read.error();
  return request;
}

json::value to_json(const DownRequest& request) {
  json::object out;
  out["volumes"] = request.volumes;
  return out;
}

Result<DownRequest> down_request_from_json(const json::value& body) {
  if (Result<void> understood = refuse_unknown(body, "request", {"volumes"}); !understood.ok()) {
    return understood.error();
  }
  const JsonReader reader(body, "request");
  DownRequest request;
  request.volumes = reader.boolean("volumes");
  if (Result<void> read = reader.finish(); !read.ok()) return read.error();
  return request;
}

}  // namespace stackd::protocol
