#include "compose/read/noted_files.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <sys/stat.h>

namespace stackd::compose {

namespace {

WallTime moment_of(const timespec& time) {
  return WallTime(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
}

// A change of contents, of mode or of owner, and another file in its place: each shows in one of these.
std::string text_of(const struct stat& info) {
  std::string text;
  for (const std::uint64_t part : {std::uint64_t{info.st_dev}, std::uint64_t{info.st_ino},
                                   std::uint64_t{info.st_mode}, static_cast<std::uint64_t>(info.st_size)})
    text += std::to_string(part) + " ";
  for (const timespec& time : {info.st_mtim, info.st_ctim})
    text += std::to_string(moment_of(time).time_since_epoch().count()) + " ";
  return text;
}

}  // namespace

FileStamp stamp_of(const std::string& path) {
  struct stat link {};
  if (::lstat(path.c_str(), &link) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return {"absent", {}};
    return {};
  }
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return {};  // a link to nowhere, or what may not be looked at
  return {text_of(link) + text_of(info), std::max(moment_of(link.st_ctim), moment_of(info.st_ctim))};
}

bool are_same(const FileStamps& stamps, const StampOf& stamp, WallTime settled_before) {
  return std::all_of(stamps.begin(), stamps.end(), [&](const auto& entry) {
    const FileStamp& then = entry.second;
    return !then.text.empty() && then.changed_at < settled_before && stamp(entry.first) == then;
  });
}

const Files& NotedFiles::noting(const std::string& path) const {
  if (stamps_.count(path) == 0) stamps_.emplace(path, stamp_(path));
  return files_;
}

FileKind NotedFiles::kind(const std::string& path) const {
  return noting(path).kind(path);
}

bool NotedFiles::is_symbolic_link(const std::string& path) const {
  return noting(path).is_symbolic_link(path);
}

bool NotedFiles::is_readable_by_everybody(const std::string& path) const {
  return noting(path).is_readable_by_everybody(path);
}

Result<FileStatus> NotedFiles::status(const std::string& path) const {
  return noting(path).status(path);
}

Result<std::string> NotedFiles::link_target(const std::string& path) const {
  return noting(path).link_target(path);
}

Result<std::string> NotedFiles::read(const std::string& path) const {
  return noting(path).read(path);
}

Result<std::string> NotedFiles::real_path(const std::string& path) const {
  return noting(path).real_path(path);
}

Result<std::vector<std::string>> NotedFiles::list(const std::string& path) const {
  return noting(path).list(path);
}

}  // namespace stackd::compose
