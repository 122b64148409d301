#include "runtime/listener.h"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <grp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

#include "base/text.h"

namespace stackd::runtime {

namespace {

Error refused(const std::string& doing, int os_error) {
  const ErrorKind kind = os_error == EADDRINUSE ? ErrorKind::conflict : ErrorKind::unavailable;
  return Error{kind, doing + ": " + std::strerror(os_error)};
}

int new_socket(int family) {
  return socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

/// Does somebody accept connections there?
bool is_answered(const sockaddr_un& address) {
  const int probe = new_socket(AF_UNIX);
  if (probe < 0) return true;
  const int connected = connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const bool answered = connected == 0 || errno == EAGAIN || errno == EACCES || errno == EPERM;
  close(probe);
  return answered;
}

/// Removes the socket of a process that is gone.
Result<void> clear_path(const std::string& path, const sockaddr_un& address) {
  struct stat found {};
  if (lstat(path.c_str(), &found) != 0) return {};
  if (!S_ISSOCK(found.st_mode)) {
    return Error{ErrorKind::conflict,
                 quote(path) + " exists and is no socket: remove it, or listen elsewhere"};
  }
  if (is_answered(address)) {
    return Error{ErrorKind::conflict,
                 "another process listens on " + quote(path) + ": is stackd running already?"};
  }
  if (unlink(path.c_str()) != 0 && errno != ENOENT) return refused("remove " + quote(path), errno);
  return {};
}

/// A group that can't be given away leaves the socket to its owner, which is the safe side.
void hand_to_group(const std::string& path, const std::string& group_name) {
  if (group_name.empty()) return;
  const group* found = getgrnam(group_name.c_str());
  if (found == nullptr) return;
  if (lchown(path.c_str(), static_cast<uid_t>(-1), found->gr_gid) != 0) return;
}

/// Nobody else may connect between bind and chmod.
int bind_privately(int socket, const sockaddr_un& address) {
  const mode_t before = umask(0177);
  const int bound = bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const int os_error = errno;
  umask(before);
  errno = os_error;
  return bound;
}

struct TcpAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

Result<TcpAddress> parse_address(const std::string& address, std::uint16_t port) {
  TcpAddress parsed;
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  if (inet_pton(AF_INET, address.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&parsed.storage, &v4, sizeof v4);
    parsed.size = sizeof v4;
    return parsed;
  }
  if (inet_pton(AF_INET6, address.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    std::memcpy(&parsed.storage, &v6, sizeof v6);
    parsed.size = sizeof v6;
    return parsed;
  }
  return Error{ErrorKind::invalid, quote(address) + " is no address: write a number like 127.0.0.1 or ::1"};
}

}  // namespace

std::optional<PeerCredentials> peer_credentials(int socket) {
  ucred found{};
  socklen_t size = sizeof found;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &found, &size) != 0 || found.pid == 0) return std::nullopt;
  return PeerCredentials{.process_id = found.pid, .user_id = found.uid, .group_id = found.gid};
}

std::string remote_address(int socket) {
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  if (getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &size) != 0) return {};
  char text[INET6_ADDRSTRLEN] = "";
  if (peer.ss_family == AF_INET) {
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(peer).sin_addr, text, sizeof text);
  } else if (peer.ss_family == AF_INET6) {
    inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6&>(peer).sin6_addr, text, sizeof text);
  }
  return text;
}

Result<Listener> Listener::on_unix(const UnixOptions& options) {
  const std::string doing = "listen on " + quote(options.path);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (options.path.empty() || options.path.size() >= sizeof address.sun_path) {
    return Error{ErrorKind::invalid, doing + ": a socket's path has 1 to " +
                                         std::to_string(sizeof address.sun_path - 1) + " bytes"};
  }
  std::memcpy(address.sun_path, options.path.c_str(), options.path.size() + 1);
  if (const Result<void> cleared = clear_path(options.path, address); !cleared) {
    return cleared.error().while_doing(doing);
  }
  Listener listener(new_socket(AF_UNIX));
  if (listener.descriptor_ < 0) return refused(doing, errno);
  if (bind_privately(listener.descriptor_, address) != 0) return refused(doing, errno);
  struct stat bound {};
  if (lstat(options.path.c_str(), &bound) != 0) return refused(doing, errno);
  listener.path_ = options.path;
  listener.inode_ = bound.st_ino;
  hand_to_group(options.path, options.group_name);
  if (chmod(options.path.c_str(), options.mode) != 0) return refused(doing, errno);
  if (listen(listener.descriptor_, SOMAXCONN) != 0) return refused(doing, errno);
  return listener;
}

Result<Listener> Listener::on_tcp(const std::string& address, std::uint16_t port) {
  const std::string doing = "listen on " + address + " port " + std::to_string(port);
  const Result<TcpAddress> parsed = parse_address(address, port);
  if (!parsed) return parsed.error().while_doing(doing);
  Listener listener(new_socket(parsed->storage.ss_family));
  if (listener.descriptor_ < 0) return refused(doing, errno);
  const int on = 1;
  setsockopt(listener.descriptor_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener.descriptor_, reinterpret_cast<const sockaddr*>(&parsed->storage), parsed->size) != 0) {
    return refused(doing, errno);
  }
  if (listen(listener.descriptor_, SOMAXCONN) != 0) return refused(doing, errno);
  return listener;
}

Listener Listener::inherited(int descriptor) {
  return Listener(descriptor);
}

Listener::Listener(Listener&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      path_(std::exchange(other.path_, {})),
      inode_(other.inode_) {}

Listener& Listener::operator=(Listener&& other) noexcept {
  if (this == &other) return *this;
  release();
  descriptor_ = std::exchange(other.descriptor_, -1);
  path_ = std::exchange(other.path_, {});
  inode_ = other.inode_;
  return *this;
}

Listener::~Listener() {
  release();
}

void Listener::release() {
  struct stat found {};
  if (!path_.empty() && lstat(path_.c_str(), &found) == 0 && found.st_ino == inode_) unlink(path_.c_str());
  if (descriptor_ >= 0) close(descriptor_);
  descriptor_ = -1;
  path_.clear();
}

std::uint16_t Listener::port() const {
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  if (getsockname(descriptor_, reinterpret_cast<sockaddr*>(&bound), &size) != 0) return 0;
  if (bound.ss_family == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in&>(bound).sin_port);
  if (bound.ss_family == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6&>(bound).sin6_port);
  return 0;
}

}  // namespace stackd::runtime
