// Waits, with the user looking on, until an order has had its effect.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "cli/client.h"
#include "daemon/control.h"

namespace stackd::cli {

/// Shows a deploy service by service until it has ended. Exit code: done only if it is live. Ctrl-C leaves it
/// running and says so.
int follow_deploy(Session& session, Client& client, const std::string& deploy_id);

/// Whether the stack is where the order wants it: done, failed, or nothing while it is on its way.
using Arrived = std::function<std::optional<ExitCode>(const daemon::StackStatus&)>;

/// Shows what services do until they have arrived; says why when they failed. `services` are those to show,
/// all when empty.
int follow_services(Session& session, Client& client, const std::string& stack,
                    const std::vector<std::string>& services, const Arrived& arrived);

}  // namespace stackd::cli
