#include "daemon/host/kept_files.h"

#include <filesystem>
#include <fstream>

#include "base/log.h"

namespace stackd::daemon {
namespace {

namespace fs = std::filesystem;

constexpr auto readable = fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read;
constexpr auto enterable = readable | fs::perms::owner_all | fs::perms::group_exec | fs::perms::others_exec;

Error failed(const std::string& path, const std::string& why) {
  return Error{ErrorKind::unavailable, "keep a copy of " + path + ": " + why};
}

void make_private(const fs::path& folder, std::error_code& code) {
  fs::create_directories(folder, code);
  if (!code) fs::permissions(folder, fs::perms::owner_all, code);
}

// Folders below the private one may be entered, as they are when they are mounted into a container.
Result<void> make_folders(const fs::path& folder, const fs::path& file) {
  std::error_code code;
  fs::path at = folder;
  for (const fs::path& part : file.parent_path().relative_path()) {
    at /= part;
    if (fs::create_directory(at, code)) fs::permissions(at, enterable, code);
    if (code) return failed(file.string(), code.message());
  }
  return {};
}

}  // namespace

std::string KeptFiles::folder_of(const std::string& stack, const std::string& key) const {
  return folder_ + "/" + stack + "/" + key;
}

Result<void> KeptFiles::put(const std::string& stack, const std::string& key,
                            const std::map<std::string, std::string>& contents) const {
  if (contents.empty()) return {};
  std::error_code code;
  const fs::path folder = folder_of(stack, key);
  make_private(folder_, code);
  if (!code) fs::create_directories(folder, code);
  if (code) return failed(folder.string(), code.message());
  for (const auto& [path, content] : contents) {
    Result<void> made = make_folders(folder, path);
    if (made) {
      const fs::path copy = folder / fs::path(path).relative_path();
      std::ofstream file(copy, std::ios::binary | std::ios::trunc);
      file << content;
      file.close();
      if (!file) made = failed(path, "the disk may be full");
      fs::permissions(copy, readable, code);
    }
    if (made) continue;
    remove(stack, key);
    return made;
  }
  return {};
}

Result<void> KeptFiles::copy(const std::string& stack, const std::string& from, const std::string& to) const {
  std::error_code code;
  const std::string source = folder_of(stack, from);
  if (!fs::exists(source, code)) return {};
  fs::copy(source, folder_of(stack, to), fs::copy_options::recursive | fs::copy_options::skip_existing, code);
  if (code) return failed(source, code.message());
  return {};
}

Result<void> KeptFiles::copy(const std::string& stack, const std::string& from, const std::string& to,
                             const std::set<std::string>& paths) const {
  for (const std::string& path : paths) {
    const std::string source = path_of(stack, from, path);
    std::error_code code;
    if (source.empty() || !fs::is_regular_file(source, code)) continue;
    make_private(folder_, code);
    const fs::path folder = folder_of(stack, to);
    if (!code) fs::create_directories(folder, code);
    if (code) return failed(folder.string(), code.message());
    Result<void> made = make_folders(folder, path);
    if (!made) return made;
    fs::copy_file(source, folder / fs::path(path).relative_path(), fs::copy_options::skip_existing, code);
    if (code) return failed(path, code.message());
  }
  return {};
}

std::string KeptFiles::path_of(const std::string& stack, const std::string& key,
                               const std::string& host_path) const {
  std::error_code code;
  const fs::path copy = fs::path(folder_of(stack, key)) / fs::path(host_path).relative_path();
  return fs::exists(copy, code) ? copy.string() : std::string();
}

void KeptFiles::note_stack(const std::string& stack) const {
  std::error_code code;
  make_private(folder_, code);
  if (!code) fs::create_directory(folder_ + "/" + stack, code);
  if (code) log(LogLevel::warning, LogSubject{stack}, "kept files: " + code.message());
}

std::set<std::string> KeptFiles::stacks() const {
  std::set<std::string> names;
  std::error_code code;
  for (fs::directory_iterator it(folder_, code), end; !code && it != end; it.increment(code))
    names.insert(it->path().filename().string());
  return names;
}

void KeptFiles::remove(const std::string& stack, const std::string& key) const {
  std::error_code code;
  fs::remove_all(folder_of(stack, key), code);
  if (code) log(LogLevel::warning, LogSubject{stack}, "kept files: " + code.message());
}

void KeptFiles::remove(const std::string& stack) const {
  std::error_code code;
  fs::remove_all(folder_ + "/" + stack, code);
  if (code) log(LogLevel::warning, LogSubject{stack}, "kept files: " + code.message());
}

}  // namespace stackd::daemon
