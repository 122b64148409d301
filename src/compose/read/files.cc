#include "compose/read/files.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace stackd::compose {

namespace {

constexpr mode_t mode_bits = 07777;
constexpr off_t file_bytes_max = off_t{50} * 1024 * 1024;

Error error_of(int code, const std::string& path) {
  if (code == ENOENT || code == ENOTDIR) return {ErrorKind::not_found, path + ": no such file or folder"};
  return {ErrorKind::unavailable, path + ": " + std::strerror(code)};
}

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  [[nodiscard]] int get() const { return value_; }

 private:
  int value_;
};

}  // namespace

FileKind RealFiles::kind(const std::string& path) const {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return FileKind::absent;
  if (S_ISREG(info.st_mode)) return FileKind::regular;
  return S_ISDIR(info.st_mode) ? FileKind::folder : FileKind::other;
}

bool RealFiles::is_symbolic_link(const std::string& path) const {
  struct stat info {};
  return ::lstat(path.c_str(), &info) == 0 && S_ISLNK(info.st_mode);
}

bool RealFiles::is_readable_by_everybody(const std::string& path) const {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && (info.st_mode & S_IROTH) != 0;
}

Result<FileStatus> Files::status(const std::string& path) const {
  return Error{ErrorKind::unavailable, path + ": its mode is not known"};
}

Result<std::string> Files::link_target(const std::string& path) const {
  return Error{ErrorKind::unavailable, path + ": where it leads to is not known"};
}

Result<FileStatus> RealFiles::status(const std::string& path) const {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return error_of(errno, path);
  FileStatus status;
  status.attributes = {info.st_mode & mode_bits, info.st_uid, info.st_gid};
  status.device = info.st_dev;
  status.inode = info.st_ino;
  status.changed_at =
      WallTime(std::chrono::seconds(info.st_ctim.tv_sec) + std::chrono::nanoseconds(info.st_ctim.tv_nsec));
  return status;
}

Result<std::string> RealFiles::link_target(const std::string& path) const {
  std::error_code code;
  const std::filesystem::path target = std::filesystem::read_symlink(path, code);
  if (code == std::errc::invalid_argument) return Error{ErrorKind::invalid, path + ": is no link"};
  if (code) return error_of(code.value(), path);
  return target.string();
}

Result<std::string> RealFiles::read(const std::string& path) const {
  // Not blocking: opening a pipe that nobody writes to would wait for ever.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (file.get() < 0) return error_of(errno, path);
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return error_of(errno, path);
  if (S_ISDIR(info.st_mode)) return Error{ErrorKind::invalid, path + ": is a folder"};
  if (!S_ISREG(info.st_mode)) return Error{ErrorKind::invalid, path + ": is a device or a pipe, not a file"};
  if (info.st_size > file_bytes_max) {
    return Error{ErrorKind::invalid,
                 path + ": is larger than " + std::to_string(file_bytes_max / 1024 / 1024) + " MiB"};
  }
  std::string bytes(static_cast<std::size_t>(info.st_size), '\0');
  std::size_t count = 0;
  while (count < bytes.size()) {
    const ssize_t got = ::read(file.get(), bytes.data() + count, bytes.size() - count);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return error_of(errno, path);
    if (got == 0) break;
    count += static_cast<std::size_t>(got);
  }
  bytes.resize(count);
  return bytes;
}

Result<std::string> RealFiles::real_path(const std::string& path) const {
  std::error_code code;
  const std::filesystem::path real = std::filesystem::canonical(path, code);
  if (code) return error_of(code.value(), path);
  return real.string();
}

// The number alone is given away again when a folder is deleted, so its birth belongs to it. The device does
// not: an overlay and a mount elsewhere show the same folder under another.
std::string RealFiles::identity(const std::string& path) const {
  struct statx info {};
  if (::statx(AT_FDCWD, path.c_str(), AT_STATX_SYNC_AS_STAT, STATX_BASIC_STATS | STATX_BTIME, &info) != 0)
    return {};
  // A file with several names is nobody's own.
  if (S_ISREG(info.stx_mode) && info.stx_nlink > 1) return {};
  const bool is_born = (info.stx_mask & STATX_BTIME) != 0 && info.stx_btime.tv_sec > 0;
  if (!is_born) return {};
  return std::to_string(info.stx_ino) + " " + std::to_string(info.stx_btime.tv_sec) + "." +
         std::to_string(info.stx_btime.tv_nsec);
}

Result<std::vector<std::string>> RealFiles::list(const std::string& path) const {
  std::error_code code;
  std::vector<std::string> names;
  std::filesystem::directory_iterator at(path, code);
  if (code) return error_of(code.value(), path);
  for (; at != std::filesystem::directory_iterator(); at.increment(code)) {
    if (code) return error_of(code.value(), path);
    names.push_back(at->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace stackd::compose
