// Sockets that listen: on a path, on an address, or handed over by systemd. No loop is needed for them yet.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <sys/types.h>

#include "base/result.h"

namespace stackd::runtime {

/// Who sits at the other end of a unix socket, as the kernel says.
struct PeerCredentials {
  pid_t process_id = 0;
  uid_t user_id = 0;
  gid_t group_id = 0;
};

std::optional<PeerCredentials> peer_credentials(int socket);

/// Of the other end, as a number without the port; "" for a unix socket.
std::string remote_address(int socket);

/// Owns a listening descriptor and, for one that it bound itself, the file of its path.
class Listener {
 public:
  struct UnixOptions {
    std::string path;
    mode_t mode = 0660;
    std::string group_name;  // left as it is when there is no such group, or when we may not give it away
  };

  /// Replaces the file of a process that is gone. Errors: conflict when somebody answers on the path or it
  /// is no socket, invalid when the path is too long, unavailable for what else the kernel refuses.
  static Result<Listener> on_unix(const UnixOptions& options);

  /// `address` is a number, v4 or v6; port 0 takes a free one. Errors: invalid, conflict (in use),
  /// unavailable.
  static Result<Listener> on_tcp(const std::string& address, std::uint16_t port);

  /// Takes over a socket that listens already, of either family.
  static Listener inherited(int descriptor);

  Listener(Listener&& other) noexcept;
  Listener& operator=(Listener&& other) noexcept;
  ~Listener();

  [[nodiscard]] int descriptor() const { return descriptor_; }
  /// Of TCP; 0 for a unix socket.
  [[nodiscard]] std::uint16_t port() const;

 private:
  explicit Listener(int descriptor) : descriptor_(descriptor) {}
  void release();

  int descriptor_ = -1;
  std::string path_;  // to remove at the end, when it is still the one that was bound
  ino_t inode_ = 0;
};

}  // namespace stackd::runtime
