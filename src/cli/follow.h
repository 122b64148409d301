// Waits, with the user looking on, until an order has had its effect.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "cli/client.h"
#include "protocol/replies.h"
#include "protocol/requests.h"

namespace stackd::cli {

/// A deploy that somebody waits for.
struct Followed {
  std::string deploy_id;
  DeployState wanted = DeployState::live;  // the end that was asked for
  WallTime since = WallTime::min();        // what happened before is not shown again
  /// Adds to a cause where the files say what it is about; may be empty.
  std::function<std::string(const std::string&)> place;
};

/// Shows a deploy service by service until it has ended or is paused; how it ended otherwise than wanted goes
/// to the error output, with the last words of what failed. Exit code: done only if it ended as wanted.
/// Ctrl-C leaves it running and says so; so does a stackd that stays away, with the exit code no_daemon.
int follow_deploy(Session& session, Client& client, const Followed& followed);

/// The same for who does not wait: says which deploy it is, and where to look. Exit code: done.
int say_accepted(Session& session, const std::string& stack, const Followed& followed);

/// Whether the stack is where the order wants it: done, failed, or nothing while it is on its way.
using Arrived = std::function<std::optional<ExitCode>(const protocol::StackStatus&)>;

/// Shows what services do until they have arrived; says why when they failed. `services` are those to show,
/// all when empty.
int follow_services(Session& session, Client& client, const std::string& stack,
                    const std::vector<std::string>& services, const Arrived& arrived);

}  // namespace stackd::cli
