#include "compose/read/mounted_files.h"

#include <set>

#include "base/hash.h"
#include "compose/read/paths.h"

namespace stackd::compose {
namespace {

class Reader {
 public:
  explicit Reader(const Files& files) : files_(files) {}

  void read_service(const Stack& stack, const Service& service) {
    for (const Mount& mount : service.mounts) {
      if (mount.type != MountType::bind) continue;
      const FileKind kind = files_.kind(mount.source);
      if (kind == FileKind::regular) read_file(service.name, mount.source);
      if (kind == FileKind::folder && mount.read_only) read_folder(service.name, mount.source);
    }
    read_references(service.name, service.secrets, stack.secrets);
    read_references(service.name, service.configs, stack.configs);
  }

  MountedFiles result() { return std::move(found_); }

 private:
  void read_references(const std::string& service, const std::vector<FileReference>& references,
                       const std::map<std::string, FileDefinition>& definitions) {
    for (const FileReference& reference : references) {
      const auto definition = definitions.find(reference.source);
      if (definition != definitions.end() && !definition->second.file.empty())
        read_file(service, definition->second.file);
    }
  }

  void read_file(const std::string& service, const std::string& path) {
    const Result<std::string> content = files_.read(path);
    if (!content) {
      found_.unreadable.insert(path);
      return;
    }
    take(service, path, *content);
  }

  void take(const std::string& service, const std::string& path, const std::string& content) {
    found_.fingerprints[service][path] = sha256_hex(content);
    if (content.size() <= kept_file_bytes_max) found_.contents[path] = content;
  }

  void read_folder(const std::string& service, const std::string& path) {
    std::map<std::string, std::string> inside;
    if (!list(path, inside)) {
      found_.unreadable.insert(path);
      return;
    }
    for (const auto& [file, content] : inside) take(service, file, content);
  }

  // False: too much, or not to be read.
  bool list(const std::string& folder, std::map<std::string, std::string>& inside) {
    const Result<std::vector<std::string>> names = files_.list(folder);
    if (!names) return false;
    for (const std::string& name : *names) {
      const std::string path = join_path(folder, name);
      if (files_.is_symbolic_link(path)) continue;
      const FileKind kind = files_.kind(path);
      if (kind == FileKind::folder && !list(path, inside)) return false;
      if (kind != FileKind::regular) continue;
      Result<std::string> content = files_.read(path);
      if (!content || content->size() > kept_file_bytes_max || inside.size() >= mounted_folder_files_max)
        return false;
      inside.emplace(path, *std::move(content));
    }
    return true;
  }

  const Files& files_;
  MountedFiles found_;
};

}  // namespace

MountedFiles read_mounted_files(const Stack& stack, const Files& files) {
  Reader reader(files);
  for (const auto& [name, service] : stack.services) reader.read_service(stack, service);
  return reader.result();
}

MountedFiles read_mounted_files(const Stack& stack, const Service& service, const Files& files) {
  Reader reader(files);
  reader.read_service(stack, service);
  return reader.result();
}

}  // namespace stackd::compose
