// Talks to the daemon over its unix socket. Blocking, as a command line is: one question at a time, each on a
// connection of its own. The only part of stackctl that knows sockets.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "base/time.h"
#include "cli/session.h"

namespace stackd::cli {

/// The socket to use: --socket, STACKD_SOCKET, the user's own stackd if it has a socket, else the system's.
std::string socket_path(const Session& session);

/// How often one looks whether stackd is back.
inline constexpr Duration reconnect_every = std::chrono::milliseconds(500);

/// A reply that comes line by line. The client outlives it.
class Lines {
 public:
  virtual ~Lines() = default;

  /// The next one; nothing at the end, or when the user pressed Ctrl-C (then the client is interrupted()).
  /// Errors: what the daemon said instead of a line, unavailable when the connection broke.
  virtual Result<std::optional<json::value>> next() = 0;
};

class Client {
 public:
  virtual ~Client() = default;

  /// `target` is path and query, encoded (protocol/target.h). Errors: the daemon's own, as it said them;
  /// unavailable when it went away, timeout when it said nothing for a minute.
  virtual Result<json::value> get(const std::string& target) = 0;
  virtual Result<json::value> post(const std::string& target, const json::value& body) = 0;
  virtual Result<json::value> remove(const std::string& target) = 0;
  virtual Result<std::unique_ptr<Lines>> open(const std::string& target) = 0;

  /// From here on Ctrl-C doesn't end the program, but what waits.
  virtual void catch_interrupts() = 0;
  [[nodiscard]] virtual bool interrupted() const = 0;
  /// False: interrupted.
  virtual bool pause(Duration span) = 0;
};

/// Connects once, to be sure that a daemon is there. `is_gone` outlives the client and says from then on
/// whether the last question found nobody. Errors: unavailable, with what to do about it.
Result<std::unique_ptr<Client>> connect_client(const std::string& path, bool& is_gone);

/// The daemon for a command that needs it; null when there is none, which has been said. The exit code is
/// then exit_no_daemon.
std::unique_ptr<Client> open_daemon(Session& session);

}  // namespace stackd::cli
