#include "store/state_file.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace stackd::store {
namespace {

namespace fs = std::filesystem;

constexpr mode_t of_others = S_IRWXG | S_IRWXO;

Error failure(const std::string& doing, int error_number) {
  return Error{ErrorKind::unavailable, doing + ": " + std::strerror(error_number)};
}

// A folder that others can look into is tightened only if it is plainly ours: empty, or with our file in it.
// Given `--state /var/lib` it must not lock everybody out of /var/lib.
Result<void> tighten_folder(const std::string& folder, const fs::path& file) {
  struct stat status = {};
  if (::stat(folder.c_str(), &status) != 0) return failure("look at state folder " + folder, errno);
  if (!S_ISDIR(status.st_mode)) return Error{ErrorKind::invalid, "state folder " + folder + " is no folder"};
  if ((status.st_mode & of_others) == 0) return {};
  std::error_code code;
  bool ours = fs::exists(file, code) || fs::is_empty(folder, code);
  if (!ours) {
    return Error{
        ErrorKind::invalid,
        "state folder " + folder + " is open to others and holds other things: name a folder of its own"};
  }
  if (::chmod(folder.c_str(), S_IRWXU) != 0)
    return failure("make state folder " + folder + " private", errno);
  return {};
}

// Returns a descriptor of the file, which nobody else can read.
Result<int> open_private(const std::string& path) {
  int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (descriptor < 0) return failure("open " + path, errno);
  struct stat status = {};
  bool is_open_to_others = ::fstat(descriptor, &status) == 0 && (status.st_mode & of_others) != 0;
  if (is_open_to_others && ::fchmod(descriptor, S_IRUSR | S_IWUSR) != 0) {
    Error error = failure("make " + path + " private", errno);
    ::close(descriptor);
    return error;
  }
  return descriptor;
}

}  // namespace

Result<StateFile> StateFile::claim(const std::string& path) {
  const fs::path file(path);
  const std::string folder = file.has_parent_path() ? file.parent_path().string() : ".";
  std::error_code code;
  fs::create_directories(fs::path(folder).parent_path(), code);
  if (::mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST)
    return failure("make state folder " + folder, errno);
  if (Result<void> tight = tighten_folder(folder, file); !tight) return tight.error();

  Result<int> lock = open_private(path + ".lock");
  if (!lock) return lock.error();
  StateFile claimed(*lock);
  if (::flock(*lock, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return failure("lock " + path + ".lock", errno);
    return Error{ErrorKind::conflict,
                 path + " is in use by another stackd: stop it, or name another --state"};
  }
  Result<int> made = open_private(path);
  if (!made) return made.error();
  ::close(*made);
  return claimed;
}

StateFile::StateFile(StateFile&& other) noexcept : lock_(other.lock_) {
  other.lock_ = -1;
}

StateFile::~StateFile() {
  if (lock_ >= 0) ::close(lock_);
}

}  // namespace stackd::store
