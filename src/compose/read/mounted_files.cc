#include "compose/read/mounted_files.h"

#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/text.h"
#include "compose/read/paths.h"

namespace stackd::compose {
namespace {

constexpr std::string_view link_print = "-> ";

class MountReader {
 public:
  explicit MountReader(const Files& files) : files_(files) {}

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
    std::string& print = found_.fingerprints[service][path];
    print = sha256_hex(content);
    const Result<FileStatus> status = files_.status(path);
    if (status) print += " " + to_text(status->attributes);
    if (content.size() > kept_file_bytes_max) return;
    found_.contents[path] = content;
    if (status) found_.attributes[path] = status->attributes;
  }

  // A running container sees at once what a folder allows; a copy of it has to allow the same.
  void note_folder(const std::string& path) {
    const Result<FileStatus> status = files_.status(path);
    if (status) found_.attributes[path] = status->attributes;
  }

  void read_folder(const std::string& service, const std::string& path) {
    Inside inside;
    if (!list(path, inside)) {
      found_.unreadable.insert(path);
      return;
    }
    for (const std::string& folder : inside.folders) note_folder(folder);
    for (const auto& [file, content] : inside.contents) take(service, file, content);
    for (const auto& [link, target] : inside.links) {
      found_.fingerprints[service][link] = std::string(link_print) + target;
      found_.links[link] = target;
    }
  }

  struct Inside {
    std::vector<std::string> folders;
    std::map<std::string, std::string> contents;
    std::map<std::string, std::string> links;
  };

  // False: too much, or not to be read.
  bool list(const std::string& folder, Inside& inside) {
    const Result<std::vector<std::string>> names = files_.list(folder);
    if (!names) return false;
    inside.folders.push_back(folder);
    for (const std::string& name : *names) {
      const std::string path = join_path(folder, name);
      const bool full = inside.contents.size() + inside.links.size() >= mounted_folder_files_max;
      if (files_.is_symbolic_link(path)) {  // it leads to where the container says, not the host
        Result<std::string> target = files_.link_target(path);
        if (!target || full) return false;
        inside.links.emplace(path, *std::move(target));
        continue;
      }
      const FileKind kind = files_.kind(path);
      if (kind == FileKind::folder && !list(path, inside)) return false;
      if (kind != FileKind::regular) continue;
      Result<std::string> content = files_.read(path);
      if (!content || content->size() > kept_file_bytes_max || full) return false;
      inside.contents.emplace(path, *std::move(content));
    }
    return true;
  }

  const Files& files_;
  MountedFiles found_;
};

}  // namespace

MountedFiles read_mounted_files(const Stack& stack, const Files& files) {
  MountReader reader(files);
  for (const auto& [name, service] : stack.services) reader.read_service(stack, service);
  return reader.result();
}

MountedFiles read_mounted_files(const Stack& stack, const Service& service, const Files& files) {
  MountReader reader(files);
  reader.read_service(stack, service);
  return reader.result();
}

namespace {

// As earlier versions wrote them: contents alone.
std::map<std::string, std::string> without_attributes(const std::map<std::string, std::string>& prints) {
  std::map<std::string, std::string> bare;
  for (const auto& [path, print] : prints) {
    if (!starts_with(print, link_print)) bare[path] = print.substr(0, print.find(' '));
  }
  return bare;
}

std::map<std::string, std::string> of_files(const std::map<std::string, std::string>& prints) {
  std::map<std::string, std::string> files;
  for (const auto& [path, print] : prints) {
    if (starts_with(path, "/")) files.emplace(path, print);
  }
  return files;
}

}  // namespace

void keep_as_recorded(Fingerprints& now, const Fingerprints& recorded) {
  for (auto& [service, prints] : now) {
    const auto before = recorded.find(service);
    if (before == recorded.end()) continue;
    std::map<std::string, std::string> files = of_files(before->second);
    if (without_attributes(prints) == files) prints = std::move(files);
  }
}

}  // namespace stackd::compose
