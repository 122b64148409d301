#include "daemon/host/container_view.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <map>
#include <sys/syscall.h>
#include <unistd.h>
#include <utility>

#include "base/text.h"

namespace stackd::daemon {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  [[nodiscard]] int get() const { return value_; }

 private:
  int value_;
};

// A link in an image must not lead out of the container.
Descriptor open_inside(const Descriptor& root, const std::string& path) {
  open_how how{};
  how.flags = O_PATH | O_CLOEXEC;
  how.resolve = RESOLVE_IN_ROOT;
  return Descriptor(static_cast<int>(::syscall(SYS_openat2, root.get(), path.c_str(), &how, sizeof how)));
}

// Each bind by the descriptor of its place in the container: /proc/self/fd leads to it, whatever its path.
class FilesInside final : public compose::Files {
 public:
  void add(const std::string& source, Descriptor place) { binds_.emplace(source, std::move(place)); }
  [[nodiscard]] bool empty() const { return binds_.empty(); }

  [[nodiscard]] compose::FileKind kind(const std::string& path) const override {
    const std::string there = inside(path);
    return there.empty() ? compose::FileKind::absent : own_.kind(there);
  }
  [[nodiscard]] bool is_symbolic_link(const std::string& path) const override {
    return binds_.count(path) == 0 && own_.is_symbolic_link(inside(path));
  }
  [[nodiscard]] bool is_readable_by_everybody(const std::string& path) const override {
    return own_.is_readable_by_everybody(inside(path));
  }
  [[nodiscard]] Result<compose::FileStatus> status(const std::string& path) const override {
    return own_.status(inside(path));
  }
  [[nodiscard]] Result<std::string> link_target(const std::string& path) const override {
    return own_.link_target(inside(path));
  }
  [[nodiscard]] Result<std::string> read(const std::string& path) const override {
    return own_.read(inside(path));
  }
  [[nodiscard]] Result<std::string> real_path(const std::string& path) const override {
    return own_.real_path(inside(path));
  }
  [[nodiscard]] Result<std::vector<std::string>> list(const std::string& path) const override {
    return own_.list(inside(path));
  }

 private:
  // "" for what it does not bind.
  [[nodiscard]] std::string inside(const std::string& path) const {
    std::string found;
    std::size_t longest = 0;
    for (const auto& [source, place] : binds_) {
      const bool holds = path == source || starts_with(path, source + "/");
      if (!holds || source.size() < longest) continue;
      longest = source.size();
      found = "/proc/self/fd/" + std::to_string(place.get()) + path.substr(source.size());
    }
    return found;
  }

  compose::RealFiles own_;
  std::map<std::string, Descriptor> binds_;
};

}  // namespace

std::unique_ptr<compose::Files> ProcView::files_in(const ObservedContainer& container) const {
  if (container.pid <= 0 || container.state != ContainerState::running) return nullptr;
  const std::string path = "/proc/" + std::to_string(container.pid) + "/root";
  const Descriptor root(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (root.get() < 0) return nullptr;
  auto files = std::make_unique<FilesInside>();
  for (const ObservedMount& mount : container.mounts) {
    if (mount.type != "bind") continue;
    Descriptor place = open_inside(root, mount.target);
    if (place.get() >= 0) files->add(mount.source, std::move(place));
  }
  if (files->empty()) return nullptr;
  return files;
}

}  // namespace stackd::daemon
