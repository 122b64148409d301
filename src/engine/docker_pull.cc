#include "engine/docker_pull.h"

#include "base/json.h"
#include "base/text.h"
#include "engine/docker_api.h"

namespace stackd::engine {
namespace {

constexpr std::size_t line_bytes_max = std::size_t{1} << 20U;
constexpr std::size_t layers_max = 10'000;

}  // namespace

void PullReader::read_line(std::string_view line, std::vector<std::string>& progress) {
  Result<json::value> parsed = parse_json(line);
  if (!parsed || !parsed->is_object()) {
    if (error_.empty())
      error_ = "the engine's report of the pull makes no sense: " + quote(line.substr(0, 80));
    return;
  }
  ++lines_;
  const JsonReader reader(*parsed, "pull");
  std::string failure = reader.object("errorDetail").text("message");
  if (failure.empty()) failure = reader.text("error");
  if (!failure.empty()) {
    error_ = std::move(failure);
    return;
  }
  const std::string id = reader.text("id");
  const std::string status = reader.text("status");
  if (status.empty() || last_status_.size() > layers_max) return;
  std::string& last = last_status_[id];
  if (last == status) return;
  last = status;
  progress.push_back(id.empty() ? status : id + ": " + status);
}

std::vector<std::string> PullReader::feed(std::string_view bytes) {
  std::vector<std::string> progress;
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    rest_ += bytes.substr(0, end);
    if (rest_.size() > line_bytes_max) {
      error_ = "the engine's report of the pull has a line of more than " + std::to_string(line_bytes_max) +
               " bytes";
      rest_.clear();
      return progress;
    }
    if (end == std::string_view::npos) break;
    bytes.remove_prefix(end + 1);
    if (!trim(rest_).empty()) read_line(rest_, progress);
    rest_.clear();
  }
  return progress;
}

Result<void> PullReader::finish() const {
  if (!error_.empty()) {
    const ErrorKind kind = kind_of_message(error_, ErrorKind::unavailable);
    return Error{kind, error_};
  }
  if (lines_ == 0 || !trim(rest_).empty()) {
    return Error{ErrorKind::unavailable, "the engine ended the pull without a result"};
  }
  return {};
}

PullTarget pull_target(std::string_view reference) {
  const std::size_t at = reference.find('@');
  std::string_view name = reference.substr(0, at);
  const std::size_t slash = name.rfind('/');
  const std::size_t colon = name.rfind(':');
  const bool has_tag = colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash);
  PullTarget target;
  target.repository = has_tag ? name.substr(0, colon) : name;
  if (at != std::string_view::npos) {
    target.tag = reference.substr(at + 1);
  } else {
    target.tag = has_tag ? name.substr(colon + 1) : "";
  }
  if (target.tag.empty()) target.tag = "latest";
  return target;
}

}  // namespace stackd::engine
