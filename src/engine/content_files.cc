#include "engine/content_files.h"

#include <charconv>

#include "base/text.h"

namespace stackd::engine {
namespace {

Result<std::int64_t> owner_id(const std::string& text, std::string_view what) {
  if (text.empty()) return std::int64_t{0};
  std::int64_t id = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, id);
  if (read.ec == std::errc{} && read.ptr == end && id >= 0) return id;
  return Error{ErrorKind::invalid, std::string(what) + " " + quote(text) + " is no number"};
}

Result<std::optional<ContainerFile>> content_file(const Service& service, const FileReference& reference,
                                                  const FileDefinition& definition, std::string what,
                                                  std::string target) {
  what += " " + definition.key;
  if (!definition.content && !definition.environment.empty()) {
    return Error{ErrorKind::invalid,
                 what + ": environment variable " + quote(definition.environment) + " is not set"};
  }
  if (!definition.content || definition.content->empty()) return std::optional<ContainerFile>{};
  if (service.read_only) {
    return Error{ErrorKind::invalid, what + ": it can't be written into the read-only service " +
                                         service.name + ": give it a file"};
  }
  Result<std::int64_t> uid = owner_id(reference.uid, what + ": uid");
  if (!uid) return uid.error();
  Result<std::int64_t> gid = owner_id(reference.gid, what + ": gid");
  if (!gid) return gid.error();
  ContainerFile file;
  file.path = std::move(target);
  file.content = *definition.content;
  file.mode = reference.mode.value_or(0444);
  file.uid = *uid;
  file.gid = *gid;
  return std::optional<ContainerFile>(std::move(file));
}

}  // namespace

Result<std::vector<ContainerFile>> content_files(const Stack& stack, const Service& service) {
  std::vector<ContainerFile> files;
  for (const FileReference& reference : service.secrets) {
    const auto found = stack.secrets.find(reference.source);
    if (found == stack.secrets.end()) continue;  // the create call has said so
    Result<std::optional<ContainerFile>> file =
        content_file(service, reference, found->second, "secret", secret_target(reference));
    if (!file) return file.error();
    if (*file) files.push_back(std::move(**file));
  }
  for (const FileReference& reference : service.configs) {
    const auto found = stack.configs.find(reference.source);
    if (found == stack.configs.end()) continue;
    Result<std::optional<ContainerFile>> file =
        content_file(service, reference, found->second, "config", config_target(reference));
    if (!file) return file.error();
    if (*file) files.push_back(std::move(**file));
  }
  return files;
}

}  // namespace stackd::engine
