// What a service of systemd tells its manager, and what it is given. Outside systemd all of it does nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "runtime/listener.h"

namespace stackd::runtime {

/// The service is up: Type=notify units that wait for it may start.
void notify_ready();
/// `now` is the monotonic clock's, as Type=notify-reload asks; followed by notify_ready when it is done.
void notify_reloading(Time now);
void notify_stopping();
/// The sentence that `systemctl status` shows.
void notify_status(std::string_view status);
void notify_watchdog();

/// How often notify_watchdog is expected at least; call it twice as often.
std::optional<Duration> watchdog_interval();

struct InheritedSocket {
  std::string name;  // FileDescriptorName= of the socket unit
  Listener listener;
};

/// The sockets of socket activation, once: the variables that announce them are removed. Errors: invalid,
/// when one of them is no listening stream socket.
Result<std::vector<InheritedSocket>> inherited_sockets();

}  // namespace stackd::runtime
