#include "daemon/host/kept_files.h"

#include <filesystem>
#include <fstream>
#include <functional>
#include <unistd.h>
#include <vector>

#include "base/log.h"
#include "compose/read/files.h"

namespace stackd::daemon {
namespace {

namespace fs = std::filesystem;

// In the folder of a stack that is kept no longer.
constexpr const char* let_go_mark = "let-go";
constexpr FileAttributes readable{0444, 0, 0};
constexpr FileAttributes enterable{0755, 0, 0};

Error no_copy_of(const std::string& path, const std::string& why) {
  return Error{ErrorKind::unavailable, "keep a copy of " + path + ": " + why};
}

void make_private(const fs::path& folder, std::error_code& code) {
  fs::create_directories(folder, code);
  if (!code) fs::permissions(folder, fs::perms::owner_all, code);
}

// A stackd that is not root owns its copies itself; then all may read them, as they may not be their owner.
void give(const fs::path& path, const FileAttributes& attributes, std::error_code& code) {
  const bool own = ::lchown(path.c_str(), attributes.user_id, attributes.group_id) == 0;
  const auto others = static_cast<std::uint32_t>(attributes.mode & 0700) >> 6;
  const std::uint32_t mode = own ? attributes.mode : attributes.mode | others | others << 3;
  fs::permissions(path, static_cast<fs::perms>(mode), code);
}

FileAttributes attributes_of(const fs::path& path, const FileAttributes& otherwise) {
  const Result<compose::FileStatus> status = compose::RealFiles().status(path);
  return status ? status->attributes : otherwise;
}

using AttributesAt = std::function<FileAttributes(const fs::path& host_path)>;

// The folders above a copy, each as its original.
Result<void> make_folders(const fs::path& folder, const fs::path& file, const AttributesAt& attributes) {
  std::error_code code;
  fs::path at = folder;
  fs::path original = "/";
  for (const fs::path& part : file.parent_path().relative_path()) {
    at /= part;
    original /= part;
    if (fs::is_symlink(fs::symlink_status(at, code)))
      return no_copy_of(file.string(), original.string() + " is a link as well");
    code.clear();
    if (fs::create_directory(at, code)) give(at, attributes(original), code);
    if (code) return no_copy_of(file.string(), code.message());
  }
  return {};
}

Result<void> make_copy(const fs::path& copy, const std::string& path, const std::string& content,
                       const FileAttributes& attributes) {
  std::error_code code;
  std::ofstream file(copy, std::ios::binary | std::ios::trunc);
  fs::permissions(copy, fs::perms::owner_read | fs::perms::owner_write, code);
  file << content;
  file.close();
  if (!file) return no_copy_of(path, "the disk may be full");
  give(copy, attributes, code);
  if (code) return no_copy_of(path, code.message());
  return {};
}

// A file or a link; what is there already stays.
Result<void> copy_one(const fs::path& from, const fs::path& to) {
  std::error_code code;
  if (fs::exists(fs::symlink_status(to, code))) return {};
  if (fs::is_symlink(fs::symlink_status(from, code))) {
    fs::copy_symlink(from, to, code);
  } else {
    fs::copy_file(from, to, code);
    if (!code) give(to, attributes_of(from, readable), code);
  }
  if (code) return no_copy_of(from.string(), code.message());
  return {};
}

}  // namespace

std::string KeptFiles::folder_of(const std::string& stack, const std::string& key) const {
  return folder_ + "/" + stack + "/" + key;
}

Result<void> KeptFiles::make_folder(const fs::path& folder) const {
  std::error_code code;
  make_private(folder_, code);
  if (!code) fs::create_directories(folder, code);
  if (code) return no_copy_of(folder.string(), code.message());
  return {};
}

Result<void> KeptFiles::put(const std::string& stack, const std::string& key,
                            const MountedFiles& files) const {
  if (files.contents.empty() && files.links.empty()) return {};
  const fs::path folder = folder_of(stack, key);
  Result<void> made = make_folder(folder);
  const auto attributes = [&](const fs::path& path, const FileAttributes& otherwise) {
    const auto known = files.attributes.find(path.string());
    return known == files.attributes.end() ? otherwise : known->second;
  };
  const AttributesAt of_folder = [&](const fs::path& path) { return attributes(path, enterable); };
  const auto room_for = [&](const std::string& path) {
    if (made) made = make_folders(folder, path, of_folder);
    return folder / fs::path(path).relative_path();
  };
  for (const auto& [path, content] : files.contents) {
    const fs::path copy = room_for(path);
    if (made) made = make_copy(copy, path, content, attributes(path, readable));
  }
  for (const auto& [path, target] : files.links) {
    const fs::path copy = room_for(path);
    std::error_code code;
    if (made) fs::create_symlink(target, copy, code);
    if (made && code) made = no_copy_of(path, code.message());
  }
  if (!made) remove(stack, key);
  return made;
}

Result<void> KeptFiles::copy(const std::string& stack, const std::string& from, const std::string& to) const {
  std::set<std::string> paths;
  std::error_code code;
  const fs::path source = folder_of(stack, from);
  fs::recursive_directory_iterator at(source, code);
  for (const fs::recursive_directory_iterator end; !code && at != end; at.increment(code)) {
    if (!at->is_directory() || at->is_symlink())
      paths.insert("/" + at->path().lexically_relative(source).string());
  }
  if (code == std::errc::no_such_file_or_directory) return {};
  if (code) return no_copy_of(source.string(), code.message());
  return copy(stack, from, to, paths);
}

Result<void> KeptFiles::copy(const std::string& stack, const std::string& from, const std::string& to,
                             const std::set<std::string>& paths) const {
  const fs::path source = folder_of(stack, from);
  const fs::path folder = folder_of(stack, to);
  const AttributesAt of_folder = [&](const fs::path& path) {
    return attributes_of(source / path.relative_path(), enterable);
  };
  for (const std::string& path : paths) {
    std::error_code code;
    const fs::path original = source / fs::path(path).relative_path();
    const fs::file_status status = fs::symlink_status(original, code);
    if (!fs::is_regular_file(status) && !fs::is_symlink(status)) continue;
    Result<void> made = make_folder(folder);
    if (made) made = make_folders(folder, path, of_folder);
    if (made) made = copy_one(original, folder / fs::path(path).relative_path());
    if (!made) return made;
  }
  return {};
}

std::string KeptFiles::path_of(const std::string& stack, const std::string& key,
                               const std::string& host_path) const {
  std::error_code code;
  const fs::path copy = fs::path(folder_of(stack, key)) / fs::path(host_path).relative_path();
  return fs::exists(fs::symlink_status(copy, code)) ? copy.string() : std::string();
}

void KeptFiles::note_stack(const std::string& stack) const {
  std::error_code code;
  make_private(folder_, code);
  if (!code) fs::create_directory(folder_ + "/" + stack, code);
  if (!code) fs::remove(folder_ + "/" + stack + "/" + let_go_mark, code);
  if (code) log(LogLevel::warning, LogSubject{stack}, "kept files: " + code.message());
}

std::set<std::string> KeptFiles::stacks() const {
  std::set<std::string> names;
  std::error_code code;
  for (fs::directory_iterator it(folder_, code), end; !code && it != end; it.increment(code))
    if (std::error_code absent; !fs::exists(it->path() / let_go_mark, absent))
      names.insert(it->path().filename().string());
  return names;
}

void KeptFiles::remove(const std::string& stack, const std::string& key) const {
  std::error_code code;
  fs::remove_all(folder_of(stack, key), code);
  if (code) log(LogLevel::warning, LogSubject{stack}, "kept files: " + code.message());
}

std::string KeptFiles::let_go(const std::string& stack, const std::set<std::string>& mounted) const {
  std::string folder = folder_ + "/" + stack;
  std::error_code code;
  std::vector<std::string> keys;
  bool stays = false;
  for (fs::directory_iterator it(folder, code), end; !code && it != end; it.increment(code)) {
    const std::string key = it->path().filename().string();
    if (mounted.count(key) > 0) {
      stays = true;
    } else {
      keys.push_back(key);
    }
  }
  for (const std::string& key : keys) remove(stack, key);
  if (stays) {
    std::ofstream(folder + "/" + let_go_mark).flush();
    return folder;
  }
  fs::remove_all(folder, code);
  if (code) log(LogLevel::warning, LogSubject{stack}, "kept files: " + code.message());
  return {};
}

}  // namespace stackd::daemon
