#include "runtime/systemd.h"

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>
#include <utility>

namespace stackd::runtime {

namespace {

/// The names and the array that holds them, both from malloc.
struct Names {
  char** list = nullptr;
  int count = 0;
  Names() = default;
  Names(const Names&) = delete;
  Names& operator=(const Names&) = delete;
  ~Names() {
    for (int i = 0; i < count; ++i) std::free(list[i]);
    std::free(list);
  }
};

}  // namespace

void notify_ready() {
  sd_notify(0, "READY=1");
}

void notify_reloading(Time now) {
  const auto since_boot = std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch());
  const std::string text = "RELOADING=1\nMONOTONIC_USEC=" + std::to_string(since_boot.count());
  sd_notify(0, text.c_str());
}

void notify_stopping() {
  sd_notify(0, "STOPPING=1");
}

void notify_status(std::string_view status) {
  std::string text = "STATUS=";
  // A line end would begin another assignment.
  for (const char c : status) text += c == '\n' ? ' ' : c;
  sd_notify(0, text.c_str());
}

void notify_watchdog() {
  sd_notify(0, "WATCHDOG=1");
}

std::optional<Duration> watchdog_interval() {
  std::uint64_t microseconds = 0;
  if (sd_watchdog_enabled(0, &microseconds) <= 0) return std::nullopt;
  return std::chrono::microseconds(microseconds);
}

Result<std::vector<InheritedSocket>> inherited_sockets() {
  Names names;
  names.count = sd_listen_fds_with_names(1, &names.list);
  if (names.count < 0) {
    const int os_error = -std::exchange(names.count, 0);
    return Error{ErrorKind::invalid, std::string("sockets given by systemd: ") + std::strerror(os_error)};
  }
  std::vector<InheritedSocket> sockets;
  for (int i = 0; i < names.count; ++i) {
    InheritedSocket socket{names.list[i], Listener::inherited(SD_LISTEN_FDS_START + i)};
    if (sd_is_socket(socket.listener.descriptor(), AF_UNSPEC, SOCK_STREAM, 1) <= 0) {
      return Error{ErrorKind::invalid,
                   "the socket " + socket.name + " given by systemd listens to no stream"};
    }
    sockets.push_back(std::move(socket));
  }
  return sockets;
}

}  // namespace stackd::runtime
