#include "daemon/deploy/variables_back.h"

#include <set>

#include "compose/read/files.h"
#include "compose/read/node_json.h"

namespace stackd::daemon {

std::vector<std::string> differing(const Environment& now, const Environment& next) {
  std::set<std::string> names;
  for (const auto& [name, value] : now) {
    const auto other = next.find(name);
    if (other == next.end() || other->second != value) names.insert(name);
  }
  for (const auto& [name, value] : next) {
    if (now.count(name) == 0) names.insert(name);
  }
  return {names.begin(), names.end()};
}

namespace {

std::string fingerprint_of(const ReleaseView& release, const std::string& path) {
  for (const auto& [service, by_path] : release.fingerprints) {
    const auto found = by_path.find(path);
    if (found != by_path.end()) return found->second;
  }
  return {};
}

bool is_same(const ReleaseView& current, const FileDefinition& now, const ReleaseView& next,
             const FileDefinition& then) {
  if (now.file != then.file || now.content != then.content) return false;
  return now.file.empty() || fingerprint_of(current, now.file) == fingerprint_of(next, then.file);
}

std::set<std::string> secret_files(const Stack& stack) {
  std::set<std::string> paths;
  for (const auto& [key, secret] : stack.secrets) {
    if (!secret.file.empty()) paths.insert(secret.file);
  }
  return paths;
}

// The value below `key` of every member of `section` that both have is taken over; with an empty key the
// whole member.
void take_over(compose::Node& target, const compose::Node& current, const char* section,
               const std::string& key) {
  compose::Node* into = target.find(section);
  const compose::Node* from = current.find(section);
  if (into == nullptr || from == nullptr || !into->is_map() || !from->is_map()) return;
  for (const compose::Entry& entry : from->as_map()) {
    compose::Node* member = into->find(entry.key);
    if (member == nullptr || !member->is_map()) continue;
    if (key.empty()) {
      *member = entry.value;
    } else if (const compose::Node* value = entry.value.find(key)) {
      member->as_map().set(key, *value);
    } else {
      member->as_map().erase(key);
    }
  }
}

}  // namespace

ChangesBack changes_back(const ReleaseView& current, const ReleaseView& next) {
  ChangesBack changes;
  for (const auto& [name, service] : next.stack.services) {
    const auto now = current.stack.services.find(name);
    if (now == current.stack.services.end()) continue;
    std::vector<std::string> variables = differing(now->second.environment, service.environment);
    if (!variables.empty()) changes.variables[name] = std::move(variables);
  }
  for (const auto& [key, secret] : next.stack.secrets) {
    const auto now = current.stack.secrets.find(key);
    if (now != current.stack.secrets.end() && !is_same(current, now->second, next, secret))
      changes.secrets.push_back(key);
  }
  return changes;
}

Result<std::string> with_environment_of(const std::string& target, const std::string& current) {
  Result<compose::Node> model = compose::node_from_json(target);
  if (!model) return model.error();
  Result<compose::Node> now = compose::node_from_json(current);
  if (!now) return now.error();
  take_over(*model, *now, "services", "environment");
  take_over(*model, *now, "secrets", "");
  return compose::to_json(*model);
}

MountedFiles kept_secrets(const KeptFiles& kept, const Stack& stack, std::int64_t release) {
  const compose::RealFiles files;
  MountedFiles secrets;
  for (const std::string& path : secret_files(stack)) {
    const std::string copy = kept.path_of(stack.name, KeptFiles::key_of(release), path);
    if (copy.empty()) continue;
    Result<std::string> content = files.read(copy);
    if (content) secrets.contents[path] = *std::move(content);
    const Result<compose::FileStatus> status = files.status(copy);
    if (status) secrets.attributes[path] = status->attributes;
  }
  return secrets;
}

Fingerprints with_secrets_of(const ReleaseView& target, const ReleaseView& current) {
  auto mixed = target.fingerprints;
  for (const std::string& path : secret_files(target.stack)) {
    for (auto& [service, by_path] : mixed) by_path.erase(path);
  }
  for (const std::string& path : secret_files(current.stack)) {
    for (const auto& [service, by_path] : current.fingerprints) {
      const auto found = by_path.find(path);
      if (found != by_path.end() && target.stack.services.count(service) > 0) mixed[service].insert(*found);
    }
  }
  return mixed;
}

}  // namespace stackd::daemon
